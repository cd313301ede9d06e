//! A ledger in memory, for tests: one mutex over ordered maps.
//!
//! Made of the engine's own row transitions, so that the SQL ledgers can be compared with it.
//! It survives nothing, has no file to back up, and does not try to be fast.

mod commit;
mod directory;
mod dispatch;
mod matching;
mod overview;
mod registry;
mod state;
mod sweeps;
mod views;

use std::sync::{Mutex, MutexGuard, PoisonError};

use state::State;

/// All four ledger ports in memory.
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
}
