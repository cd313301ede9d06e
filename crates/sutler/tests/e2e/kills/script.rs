//! What a driver does next: a random step that makes sense in the state that it believes in.

use rand::RngExt;
use rand::rngs::StdRng;

/// A step, by the driver's own numbers.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    Hire,
    Rename(usize),
    ChangeMail(usize),
    SetActive(usize, bool),
    Dismiss(usize),
    Found,
    Join(usize, usize),
    Leave(usize, usize),
    Dissolve(usize),
}

/// What the script must know of the driver's state.
pub(super) trait Stage {
    /// Numbers of living people, with whether they are active.
    fn people(&self) -> Vec<(usize, bool)>;
    /// Numbers of living groups, with their members.
    fn groups(&self) -> Vec<(usize, Vec<usize>)>;
}

/// The next step.
pub(super) fn next(stage: &dyn Stage, dice: &mut StdRng) -> Step {
    let people = stage.people();
    let groups = stage.groups();
    if people.len() < 3 {
        return Step::Hire;
    }
    if groups.is_empty() {
        return Step::Found;
    }
    let (person, active) = people[dice.random_range(0..people.len())];
    let (group, members) = &groups[dice.random_range(0..groups.len())];
    match dice.random_range(0..100) {
        0..30 => Step::Hire,
        30..40 => Step::Rename(person),
        40..52 => Step::ChangeMail(person),
        52..66 => Step::SetActive(person, !active),
        66..74 => Step::Dismiss(person),
        74..77 => Step::Found,
        77..78 => Step::Dissolve(*group),
        78..88 if !members.is_empty() => {
            Step::Leave(*group, members[dice.random_range(0..members.len())])
        }
        _ if members.contains(&person) => Step::Leave(*group, person),
        _ => Step::Join(*group, person),
    }
}
