//! What the guard does to a row: holds it, lets it go, or ends it.

use sutler_model::Time;
use sutler_model::guard::{Held, Loss};
use sutler_model::link::LinkState;
use sutler_model::work::{Owes, Work};

/// How much a leaver counts: nothing if it has nothing to lose, or was counted already and is
/// still on the way. `link` is the state of its open link.
pub fn weight(row: Option<&Work>, link: Option<LinkState>, loss: Loss) -> u64 {
    if row.is_some_and(|row| row.owes.has(Owes::LEAVE)) {
        return 0;
    }
    let loses = match link {
        // A create may be under way.
        None => row.is_some_and(|row| row.fence.is_some()),
        Some(state) => state != LinkState::Off || loss != Loss::Disabled,
    };
    u64::from(loses)
}

/// A row is held with others; one that is held already stays with those.
pub fn hold(row: Work, held: Held) -> Work {
    let row = counted(row, held.loss);
    let held = row.held.or(Some(held));
    Work { held, due: None, ..row }
}

/// The guard has counted the pair: while it is on its way, it is not counted again.
pub fn counted(row: Work, loss: Loss) -> Work {
    let leave = if loss == Loss::Removed { Owes::NONE } else { Owes::LEAVE };
    Work { owes: row.owes.with(leave), ..row }
}

/// A person lets a held row go on.
pub fn let_go(row: Work, now: Time) -> Work {
    if row.held.is_none() {
        return row;
    }
    let due = row.fence.is_none().then_some(now);
    Work { held: None, due, ..row }
}

/// The pair is entitled to what it has: a held row is decided anew. Nothing was taken away, so
/// nothing is owed for it. Memberships that end are not the group's own matter: they stay held.
pub fn entitled(row: Work, now: Time) -> Work {
    match row.held {
        Some(held) if held.loss != Loss::Removed => forgiven(row, now),
        _ => row,
    }
}

/// What becomes of a rejected row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rejected {
    /// It goes.
    Gone,
    /// It stays, and is decided again: it is taken, or has more to say.
    Stays(Work),
}

/// A person rejects a held row. The memberships that were to end are forgotten with it.
pub fn reject(row: Work, now: Time) -> Rejected {
    match row.held {
        Some(held) if held.loss != Loss::Removed && row.fence.is_none() => Rejected::Gone,
        _ => Rejected::Stays(forgiven(row, now)),
    }
}

fn forgiven(row: Work, now: Time) -> Work {
    let row = let_go(row, now);
    let debt = Owes::DISABLE.with(Owes::LEAVE);
    Work { owes: row.owes.without(debt), leaving_since: None, ..row }
}

#[cfg(test)]
mod tests {
    use sutler_model::work::{Lane, Marking};
    use sutler_model::{NodeId, Rid, TargetId, WaveId};

    use super::*;
    use crate::transition::{claim, free, is_due, mark};

    const HELD: Held = Held { wave: WaveId(1), loss: Loss::Disabled };

    fn marking() -> Marking {
        Marking {
            target: TargetId(1),
            rid: Rid(1),
            lane: Lane::Leave,
            owes: Owes::DISABLE,
            due: Time(10),
            leaving_since: Some(Time(5)),
        }
    }

    #[test]
    fn r16_a_held_row_stays_held_whoever_marks_or_frees_it() {
        let row = hold(mark(None, &marking()), HELD);
        let row = mark(Some(row), &Marking { due: Time(20), ..marking() });
        assert_eq!((row.due, row.mark, row.held), (None, 2, Some(HELD)));
        let taken = claim(mark(None, &marking()), NodeId(1), 7);
        let freed = free(hold(taken, HELD), Time(30));
        assert!(!is_due(&freed, Time(99)) && freed.fence.is_none());
    }

    #[test]
    fn r16_a_released_row_goes_on_with_all_that_it_owes() {
        let row = let_go(hold(mark(None, &marking()), HELD), Time(9));
        let owed = Owes::DISABLE.with(Owes::LEAVE);
        assert_eq!((row.due, row.held, row.owes), (Some(Time(9)), None, owed));
        assert_eq!(row.leaving_since, Some(Time(5)));
    }

    #[test]
    fn r16_who_is_entitled_again_owes_nothing_for_having_been_held() {
        let row = entitled(hold(mark(None, &marking()), HELD), Time(9));
        assert_eq!((row.due, row.owes, row.leaving_since), (Some(Time(9)), Owes::NONE, None));
        let free = mark(None, &marking());
        assert_eq!(entitled(free.clone(), Time(9)), free);
    }

    #[test]
    fn r16_a_leaver_counts_once_and_only_with_something_to_lose() {
        let row = mark(None, &Marking { leaving_since: None, ..marking() });
        assert_eq!(weight(None, None, Loss::Deleted), 0);
        assert_eq!(weight(Some(&row), None, Loss::Deleted), 0);
        assert_eq!(weight(Some(&row), Some(LinkState::On), Loss::Disabled), 1);
        assert_eq!(weight(None, Some(LinkState::Off), Loss::Disabled), 0);
        assert_eq!(weight(None, Some(LinkState::Off), Loss::Deleted), 1);
        let taken = claim(row, NodeId(1), 7);
        assert_eq!(weight(Some(&taken), None, Loss::Deleted), 1);
        let leaving = mark(None, &marking());
        assert_eq!(weight(Some(&leaving), Some(LinkState::On), Loss::Deleted), 1, "not counted");
        let removed = counted(leaving.clone(), Loss::Removed);
        assert_eq!(weight(Some(&removed), Some(LinkState::On), Loss::Deleted), 1, "by itself");
        let leaving = counted(leaving, Loss::Disabled);
        assert_eq!(weight(Some(&leaving), Some(LinkState::On), Loss::Deleted), 0);
    }

    #[test]
    fn r16_a_rejected_row_goes_unless_it_is_taken_or_a_groups() {
        let row = mark(None, &marking());
        assert_eq!(reject(hold(row.clone(), HELD), Time(9)), Rejected::Gone);
        let taken = hold(claim(row.clone(), NodeId(1), 7), HELD);
        assert!(matches!(reject(taken, Time(9)), Rejected::Stays(row) if row.due.is_none()));
        let group = hold(row, Held { loss: Loss::Removed, ..HELD });
        assert!(matches!(reject(group, Time(9)), Rejected::Stays(row) if row.due.is_some()));
    }
}
