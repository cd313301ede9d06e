//! A ledger in memory, for tests: one mutex over ordered maps.
//!
//! Made of the engine's own row transitions, so that the SQL ledgers can be compared with it.
//! It survives nothing, has no file to back up, and does not try to be fast.

mod administration;
mod commit;
mod directory;
mod dispatch;
mod events;
mod guard;
mod history;
mod identity;
mod intents;
mod matching;
mod nests;
mod notices;
mod overview;
mod people;
mod registry;
mod reports;
mod state;
mod sweeps;
mod views;

use std::sync::{Mutex, MutexGuard, PoisonError};

pub(crate) use nests::wanted;
pub(crate) use state::State;
use sutler_model::guard::Verdict;
use sutler_model::link::Link;
use sutler_model::work::Work;
use sutler_model::{Rid, TargetId, Time};

/// All ledger ports in memory.
#[derive(Default)]
pub struct MemoryLedger {
    state: Mutex<State>,
}

impl MemoryLedger {
    /// An empty ledger with the tenant `default`.
    pub fn new() -> Self {
        Self::default()
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Every link, open and closed; for judging a simulation.
    pub fn links(&self) -> Vec<Link> {
        self.state().links().cloned().collect()
    }

    /// A work row; for judging a simulation.
    pub fn work(&self, target: TargetId, rid: Rid) -> Option<Work> {
        self.state().work(target, rid).cloned()
    }

    /// The newest time that is stored.
    pub fn latest(&self) -> Time {
        let state = self.state();
        let changed = state.resources.values().map(|stored| stored.resource.changed);
        let delivered = state.deliveries.values().map(|delivery| delivery.at);
        let ordered = state.trail.iter().map(|entry| entry.at);
        changed.chain(delivered).chain(ordered).max().unwrap_or_default()
    }

    /// True if nothing is left to do: no outbox row, no work, no sweep.
    pub fn is_idle(&self) -> bool {
        let state = self.state();
        let busy = state.all_work().next().is_some();
        !busy && state.outbox.is_empty() && state.sweeps.is_empty()
    }

    /// What is left to do, for a person.
    pub fn unfinished(&self) -> String {
        let state = self.state();
        let work: Vec<_> = state.all_work().collect();
        format!("{work:?}, {:?}, {:?}", state.outbox, state.sweeps)
    }

    /// A person's verdict on a wave, without a row of the trail; for a simulation. Returns how
    /// many pairs it is about.
    pub(crate) fn verdict(&self, verdict: &Verdict) -> usize {
        guard::verdict(&mut self.state(), verdict)
    }

    /// Undoes the doubts that were not there before: a planted bug.
    pub fn forget_doubts(&self, before: &[Link]) {
        let mut state = self.state();
        for link in before {
            let stored = state.links().find(|stored| stored.id == link.id).cloned();
            if let Some(stored) = stored {
                state.put_link(Link { doubt: link.doubt, ..stored });
            }
        }
    }
}
