//! What the random comparison of ledgers does, drawn from dice.

use sutler_model::Kind;

use crate::Dice;

/// Few names, so that they are fought over.
pub(super) const NAMES: [&str; 6] = ["ann", "bob", "cleo", "dan", "eve", "fay"];

/// An operation in terms that both ledgers share: places in the order of creation.
#[derive(Clone, Debug)]
pub(super) enum Operation {
    Create { kind: Kind, name: usize, members: Vec<usize> },
    Rename { which: usize, name: usize, active: bool },
    Title { which: usize, title: usize },
    Members { group: usize, steps: Vec<(usize, Vec<usize>)> },
    Delete { which: usize },
    Spread { limit: usize },
    Claim { lane: usize, limit: usize },
    Settle { taken: usize, ending: usize, waits_for: usize },
    Release { taken: usize },
    Bury,
    Retry,
    Sweep { links: bool },
    Step { limit: usize },
}

impl Operation {
    /// Draws one for so many known resources and taken items.
    pub(super) fn draw(dice: &mut Dice, known: usize, taken: usize) -> Self {
        let some = |dice: &mut Dice| -> Vec<usize> {
            (0..dice.below(4)).map(|_| dice.below(known)).collect()
        };
        match dice.below(24) {
            0..=3 => {
                let group = dice.percent(30);
                Self::Create {
                    kind: if group { Kind::Group } else { Kind::User },
                    name: dice.below(NAMES.len()),
                    members: if group && known > 0 { some(dice) } else { vec![] },
                }
            }
            4..=5 => Self::Rename {
                which: dice.below(known),
                name: dice.below(NAMES.len()),
                active: dice.percent(60),
            },
            6 => Self::Title { which: dice.below(known), title: dice.below(3) },
            7..=9 => {
                Self::Members { group: dice.below(known), steps: vec![(dice.below(3), some(dice))] }
            }
            10 => Self::Delete { which: dice.below(known) },
            11..=13 => Self::Spread { limit: 1 + dice.below(8) },
            14..=16 => Self::Claim { lane: dice.below(3), limit: 1 + dice.below(3) },
            17..=19 => Self::Settle {
                taken: dice.below(taken),
                ending: dice.below(9),
                waits_for: dice.below(known),
            },
            20 => Self::Release { taken: dice.below(taken) },
            21 => match dice.below(3) {
                0 => Self::Bury,
                1 => Self::Retry,
                _ => Self::Sweep { links: dice.percent(50) },
            },
            _ => Self::Step { limit: 1 + dice.below(3) },
        }
    }
}
