//! The guard: how many may lose what they have at a target before a person is asked.
//!
//! Pure. Who leaves is counted by the ledger, in the transaction that marks the pairs; what
//! exceeds a limit becomes a wave of held work items, which a person releases or rejects.

use serde::{Deserialize, Serialize};

use crate::{Rid, SweepId, TargetId, Time, Uid, WaveId};

/// A share never holds less than this many: small targets have few accounts.
pub const FEWEST: u64 = 20;
/// How far back is counted, in minutes: a day.
pub const WINDOW: i64 = 24 * 60;
/// Milliseconds of a minute.
const MINUTE: i64 = 60_000;

/// What a leaver loses. Each is counted apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Loss {
    /// An account is disabled.
    Disabled,
    /// An account is deleted, or no longer ours.
    Deleted,
    /// Memberships of a group end; each counts.
    Removed,
    /// An account is lost by an edit of the estate or of a large group.
    Scope,
}

impl Loss {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 4] = [Self::Disabled, Self::Deleted, Self::Removed, Self::Scope];

    /// The number under which rows keep it.
    pub fn code(self) -> i64 {
        match self {
            Self::Disabled => 0,
            Self::Deleted => 1,
            Self::Removed => 2,
            Self::Scope => 3,
        }
    }

    /// The inverse of [`Loss::code`].
    pub fn from_code(code: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|loss| loss.code() == code)
    }

    /// Its key in the estate and in what scripts read.
    pub fn key(self) -> &'static str {
        match self {
            Self::Disabled => "disabled",
            Self::Deleted => "deleted",
            Self::Removed => "removed",
            Self::Scope => "scope",
        }
    }
}

/// How many may be lost within a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// Any number.
    Off,
    /// So many.
    Count(u32),
    /// This share of the target's accounts, in percent; [`FEWEST`] at least.
    Percent(u32),
}

impl Default for Limit {
    fn default() -> Self {
        Self::Percent(5)
    }
}

impl Limit {
    /// How many may be lost where there are so many accounts; `None` is any number.
    pub fn allows(self, accounts: u64) -> Option<u64> {
        match self {
            Self::Off => None,
            Self::Count(count) => Some(count.into()),
            Self::Percent(share) => Some((accounts.saturating_mul(share.into()) / 100).max(FEWEST)),
        }
    }
}

/// The limits of a target.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Guard {
    /// Of accounts that are disabled.
    pub disabled: Limit,
    /// Of accounts that are deleted.
    pub deleted: Limit,
    /// Of memberships that end.
    pub removed: Limit,
    /// Of accounts that are lost by one edit.
    pub scope: Limit,
}

impl Guard {
    /// Nothing is held.
    pub const OFF: Self =
        Self { disabled: Limit::Off, deleted: Limit::Off, removed: Limit::Off, scope: Limit::Off };

    /// The limit of one kind.
    pub fn limit(&self, loss: Loss) -> Limit {
        match loss {
            Loss::Disabled => self.disabled,
            Loss::Deleted => self.deleted,
            Loss::Removed => self.removed,
            Loss::Scope => self.scope,
        }
    }

    /// True if nothing was set.
    pub fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}

/// The minute that a time belongs to.
pub fn minute(at: Time) -> i64 {
    at.0.div_euclid(MINUTE)
}

/// A pair that is to lose something, as it is put before the guard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leave {
    /// Where.
    pub target: TargetId,
    /// Who; for memberships, the group.
    pub rid: Rid,
    /// What.
    pub loss: Loss,
    /// How many of these may be lost there.
    pub limit: Limit,
    /// Who wanted it: a service provider, or who edited the estate.
    pub source: String,
}

/// What the guard is told when pairs are marked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Watch {
    /// When.
    pub at: Time,
    /// Who is to lose something, at most once for each pair and kind.
    pub leaves: Vec<Leave>,
    /// Pairs that are entitled to what they have: if one is held, that ends.
    pub stays: Vec<(TargetId, Rid)>,
}

/// That a work item is held, and as what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// With which others.
    pub wave: WaveId,
    /// What it would lose.
    pub loss: Loss,
}

/// By how much a limit was exceeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Excess {
    /// Of what.
    pub loss: Loss,
    /// How many came at once.
    pub came: u64,
    /// How many had gone within a day.
    pub gone: u64,
    /// How many may go within a day.
    pub allowed: u64,
    /// The target's accounts.
    pub accounts: u64,
}

impl Excess {
    /// What a receiver of notifications is told of a wave: no names of people.
    pub fn told(&self, wave: WaveId, source: &str) -> String {
        let Self { loss, came, gone, allowed, .. } = self;
        let by = if source.is_empty() { "the target's rules" } else { source };
        format!(
            "wave {wave}, wanted by {by}: {came} came at once after {gone} within 24 hours, and {allowed} are allowed (`guard.{}`); `sutler held` shows it",
            loss.key()
        )
    }
}

/// The verdict on a number of leavers: `None` lets them go.
pub fn exceeds(limit: Limit, loss: Loss, came: u64, gone: u64, accounts: u64) -> Option<Excess> {
    let allowed = limit.allows(accounts)?;
    (gone.saturating_add(came) > allowed).then_some(Excess { loss, came, gone, allowed, accounts })
}

/// True if the target's accounts must be counted for a verdict.
pub fn needs_accounts(limit: Limit, came: u64, gone: u64) -> bool {
    match limit {
        Limit::Off => false,
        Limit::Count(count) => gone.saturating_add(came) > count.into(),
        Limit::Percent(_) => gone.saturating_add(came) > FEWEST,
    }
}

/// What becomes of a wave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaveState {
    /// A sweep still gathers who leaves.
    Counting,
    /// A person is asked.
    Held,
    /// It goes on, a part at a time.
    Releasing,
    /// It ends without anything being done, a part at a time.
    Rejecting,
}

impl WaveState {
    /// All of them, by the number under which rows keep them.
    const ALL: [Self; 4] = [Self::Counting, Self::Held, Self::Releasing, Self::Rejecting];

    /// The number under which rows keep it.
    pub fn code(self) -> i64 {
        match self {
            Self::Counting => 0,
            Self::Held => 1,
            Self::Releasing => 2,
            Self::Rejecting => 3,
        }
    }

    /// The inverse of [`WaveState::code`].
    pub fn from_code(code: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}

/// Work items that are held together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wave {
    /// Which.
    pub id: WaveId,
    /// Where.
    pub target: TargetId,
    /// The sweep whose leave pass gathered it; it goes on when the wave is over.
    pub sweep: Option<SweepId>,
    /// Who wanted it.
    pub source: String,
    /// What becomes of it.
    pub state: WaveState,
    /// Since when.
    pub since: Time,
    /// By how much a limit was exceeded; `None` while it is counted.
    pub excess: Option<Excess>,
    /// How many pairs are held, by what they would lose.
    pub held: Vec<(Loss, u64)>,
}

impl Wave {
    /// All pairs that are held.
    pub fn pairs(&self) -> u64 {
        self.held.iter().map(|(_, pairs)| pairs).sum()
    }
}

/// A pair of a wave, for a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldPair {
    /// The key, to go on after it.
    pub rid: Rid,
    /// The public id.
    pub id: Uid,
    /// `User` or `Group`.
    pub kind: String,
    /// What it is called.
    pub name: String,
    /// What it would lose.
    pub loss: Loss,
    /// When that was wanted.
    pub since: String,
}

/// What a person says about a wave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Which.
    pub wave: WaveId,
    /// Only these of it; `None` is all.
    pub only: Option<Vec<Uid>>,
    /// They lose what they were to lose; else they keep it.
    pub release: bool,
    /// Who says so.
    pub actor: String,
    /// When.
    pub at: Time,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_holds_more_than_it_and_never_less_than_twenty() {
        let five = Limit::Percent(5);
        assert_eq!(five.allows(10), Some(20));
        assert_eq!(five.allows(1_000), Some(50));
        assert_eq!(exceeds(five, Loss::Deleted, 20, 30, 1_000), None);
        let excess = exceeds(five, Loss::Deleted, 21, 30, 1_000).unwrap();
        assert_eq!((excess.allowed, excess.gone, excess.came), (50, 30, 21));
    }

    #[test]
    fn a_number_is_a_number_and_off_holds_nothing() {
        assert_eq!(exceeds(Limit::Count(0), Loss::Disabled, 1, 0, 9).map(|e| e.allowed), Some(0));
        assert_eq!(exceeds(Limit::Off, Loss::Disabled, u64::MAX, 1, 9), None);
    }

    #[test]
    fn accounts_are_not_counted_for_a_few() {
        assert!(!needs_accounts(Limit::default(), 10, 10));
        assert!(needs_accounts(Limit::default(), 11, 10));
        assert!(!needs_accounts(Limit::Off, 99, 99));
    }

    #[test]
    fn what_is_told_of_a_wave_says_who_wanted_it_and_how_many() {
        let excess = Excess { loss: Loss::Deleted, came: 3, gone: 1, allowed: 2, accounts: 9 };
        let told = excess.told(WaveId(7), "hr");
        assert!(told.starts_with("wave 7, wanted by hr: 3 came at once after 1"), "{told}");
        assert!(excess.told(WaveId(7), "").contains("wanted by the target's rules"));
    }

    #[test]
    fn rows_keep_what_is_lost_and_what_becomes_of_a_wave() {
        for loss in Loss::ALL {
            assert_eq!(Loss::from_code(loss.code()), Some(loss));
        }
        for state in WaveState::ALL {
            assert_eq!(WaveState::from_code(state.code()), Some(state));
        }
    }
}
