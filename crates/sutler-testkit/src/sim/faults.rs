//! How a fake target misbehaves, and what some targets do and others do not.

use sutler_model::outcome::Operation;

/// How a target misbehaves. Numbers are of a hundred calls.
#[derive(Clone, Copy, Debug, Default)]
pub struct Faults {
    /// Applied, and the answer lost.
    pub lost_answer: usize,
    /// Not applied, and no answer.
    pub lost_request: usize,
    /// Applied seconds after the caller gave up.
    pub late: usize,
    /// 429.
    pub throttled: usize,
    /// 401.
    pub auth: usize,
    /// A disable or a deletion is answered with success, and not done.
    pub pretended: usize,
    /// Answered seconds later; of a look, with what was there when it was asked.
    pub slow: usize,
    /// Something on the way sends the request twice: the second answer is the one that comes.
    pub twice: usize,
    /// Of a change of members a part is applied, and then the target fails.
    pub partial: usize,
}

/// A bug of the connector, planted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sabotage {
    /// None.
    #[default]
    None,
    /// An unknown outcome of a create is reported as definitely not done: it is sent again.
    CreatesAgain,
    /// A change of members of which a part was applied is reported as done.
    PartIsWhole,
}

/// What some targets do and others do not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Habit {
    /// User names are written in lower case.
    Folds,
    /// Searches show a created account only when the lag is nearly over.
    Hides,
    /// Deleted accounts stay in their groups.
    Keeps,
    /// A name may be held by many.
    Repeats,
    /// What it is given as `externalId` is dropped.
    Drops,
}

/// True if an operation takes an account out of use.
pub(super) fn takes_away(operation: &Operation) -> bool {
    matches!(operation, Operation::Delete { .. } | Operation::Update { active: Some(false), .. })
}
