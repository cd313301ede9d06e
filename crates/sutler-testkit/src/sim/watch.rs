//! What must hold after every step, whatever comes later: no account was made twice, a link is
//! one account's and an account one link's, an account that was proved absent is not there, and
//! no more were taken away than the guard let go.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sutler_model::estate::{Estate, Target};
use sutler_model::guard::{Limit, Loss};
use sutler_model::link::{Link, LinkState};
use sutler_model::work::{Lane, Owes};
use sutler_model::{Rid, TargetId, Time};

use super::SimTargets;
use crate::MemoryLedger;
use crate::memory::State;

/// The losses of accounts; memberships are counted apart.
const ACCOUNTS: [Loss; 3] = [Loss::Disabled, Loss::Deleted, Loss::Scope];

/// In a world of more links than this, what is looked for among all of them is not looked for
/// after every step.
const MOST: usize = 1_000;

/// What was noted on the way.
#[derive(Default)]
pub(super) struct Notes {
    complaints: BTreeSet<String>,
    /// When a pair was last held by the guard.
    held: BTreeMap<(TargetId, Rid), Time>,
    /// The most that each limit of a target has ever let go; `None` is any number.
    limits: BTreeMap<(TargetId, Loss), Option<u64>>,
    names: BTreeMap<TargetId, String>,
    /// Pairs that persons have released.
    released: BTreeMap<TargetId, u64>,
    /// When a person last said that a pair keeps what it has.
    pub(super) kept: BTreeMap<(TargetId, Rid), Time>,
}

/// The watch. Cloning gives another handle to the same one.
#[derive(Clone)]
pub(super) struct Watch {
    ledger: Arc<MemoryLedger>,
    targets: SimTargets,
    notes: Arc<Mutex<Notes>>,
}

impl Watch {
    pub(super) fn new(ledger: Arc<MemoryLedger>, targets: SimTargets) -> Self {
        Self { ledger, targets, notes: Arc::default() }
    }

    pub(super) fn notes(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An estate is in force.
    pub(super) fn edited(&self, estate: &Estate) {
        let mut notes = self.notes();
        for target in &estate.targets {
            notes.names.insert(target.id, target.name.clone());
            for loss in ACCOUNTS {
                let allows = allows(target, loss);
                let most = notes.limits.entry((target.id, loss)).or_insert(allows);
                *most = most.zip(allows).map(|(one, other)| one.max(other));
            }
        }
    }

    /// A person has let so many pairs of a target go.
    pub(super) fn released(&self, target: TargetId, pairs: u64) {
        *self.notes().released.entry(target).or_default() += pairs;
    }

    /// What was complained of so far.
    pub(super) fn complaints(&self) -> Vec<String> {
        self.notes().complaints.iter().cloned().collect()
    }

    /// True if the guard has held the pair at this time or later.
    pub(super) fn was_held_since(&self, target: TargetId, rid: Rid, at: Time) -> bool {
        self.notes().held.get(&(target, rid)).is_some_and(|held| *held >= at)
    }

    fn complain(&self, complaint: String) {
        self.notes().complaints.insert(complaint);
    }

    /// Something was marked: whoever is held now is noted, and who was for a moment; whoever
    /// leaves must stand in the lane of leavers.
    pub(super) fn marked(&self, leavers: &[(Rid, Vec<TargetId>)], now: Time) {
        let state = self.ledger.state();
        if state.links_number() > MOST {
            return;
        }
        for (rid, targets) in leavers {
            for target in targets.iter().filter(|target| self.is_limited(**target)) {
                let owed =
                    state.work(*target, *rid).is_some_and(|work| work.owes.has(Owes::DISABLE));
                if !owed {
                    self.notes().held.insert((*target, *rid), now);
                }
            }
        }
        for work in state.all_work().filter(|work| work.held.is_some()) {
            self.notes().held.insert((work.target, work.rid), now);
        }
        for (rid, targets) in leavers {
            let rows = targets.iter().filter_map(|target| state.work(*target, *rid));
            for row in rows.filter(|row| row.lane != Lane::Leave) {
                self.complain(format!("{rid} leaves {} in another lane", row.target));
            }
        }
    }

    fn is_limited(&self, target: TargetId) -> bool {
        let notes = self.notes();
        ACCOUNTS.iter().any(|loss| notes.limits.get(&(target, *loss)).is_some_and(Option::is_some))
    }

    /// A pair was settled, or announced.
    pub(super) fn settled(&self, target: TargetId, rid: Rid) {
        {
            let state = self.ledger.state();
            if state.links_number() > MOST {
                return;
            }
            self.one_to_one(&state, target, rid);
            self.is_gone(&state, target, rid);
        }
        self.is_guarded(target);
        let Some(name) = self.notes().names.get(&target).cloned() else { return };
        for correlation in self.targets.named(&name).doubles() {
            self.complain(format!("two accounts were made at `{name}` for {correlation}"));
        }
    }

    fn one_to_one(&self, state: &State, target: TargetId, rid: Rid) {
        let ours = |link: &&Link| link.target == target && link.is_open();
        let open: Vec<&Link> = state.links().filter(ours).collect();
        if open.iter().filter(|link| link.rid == rid).count() > 1 {
            self.complain(format!("{rid} has two open links at {target}"));
        }
        let mut remotes = BTreeSet::new();
        for link in open {
            let Some(remote) = &link.remote else { continue };
            if !remotes.insert((link.kind, remote)) {
                self.complain(format!("{remote} at {target} is held by two links"));
            }
        }
    }

    /// What was proved absent is not there, and what was proved disabled at this moment is.
    fn is_gone(&self, state: &State, target: TargetId, rid: Rid) {
        let Some(name) = self.notes().names.get(&target).cloned() else { return };
        let there = self.targets.named(&name);
        let of_pair = state.links().filter(|link| (link.target, link.rid) == (target, rid));
        for link in of_pair.filter(|link| link.state == LinkState::Closed) {
            let absent = link.proof.as_ref().is_some_and(|proof| proof.starts_with("absent"));
            let held = |remote: &String| state.by_remote(target, link.kind, remote).is_some();
            if let Some(remote) = link.remote.as_ref().filter(|remote| absent && !held(remote))
                && there.has(remote)
            {
                self.complain(format!("{remote} at `{name}` is there, and was proved absent"));
            }
        }
    }

    fn is_guarded(&self, target: TargetId) {
        let (allowed, name) = {
            let notes = self.notes();
            let limits = ACCOUNTS.iter().map(|loss| notes.limits.get(&(target, *loss)).copied());
            let Some(sum) = limits.map(Option::flatten).sum::<Option<u64>>() else { return };
            let released = notes.released.get(&target).copied().unwrap_or_default();
            (sum + released, notes.names[&target].clone())
        };
        let taken = u64::try_from(self.targets.named(&name).taken()).unwrap_or(u64::MAX);
        if taken > allowed {
            self.complain(format!("`{name}` lost {taken} accounts, where {allowed} may go"));
        }
    }
}

fn allows(target: &Target, loss: Loss) -> Option<u64> {
    match target.guard.limit(loss) {
        Limit::Count(count) => Some(count.into()),
        Limit::Off | Limit::Percent(_) => None,
    }
}
