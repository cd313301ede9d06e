//! What a target remembers of its own work, for assertions and for the demo's display.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};
use sutler_model::Time;

/// A write that was applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its place in the order of application.
    pub n: u64,
    /// When it was applied.
    pub at: Time,
    /// `POST`, `PUT`, `PATCH` or `DELETE`.
    pub method: String,
    /// The path below the target's base address.
    pub path: String,
    /// The account.
    pub id: Option<String>,
    /// The status that the client was given; 0 if none was.
    pub status: u16,
    /// The fault that the answer met, by the name of its rate.
    pub fault: Option<String>,
}

/// How often what happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counters {
    /// Requests in all, with the right token or without.
    pub requests: u64,
    /// Reads that were answered.
    pub reads: u64,
    /// Accounts created.
    pub creates: u64,
    /// PUTs and `PATCHes` applied.
    pub updates: u64,
    /// Accounts deleted.
    pub deletes: u64,
    /// Memberships added.
    pub member_adds: u64,
    /// Memberships removed.
    pub member_removes: u64,
    /// Requests that met a fault.
    pub faults: u64,
    /// Users now.
    pub users: u64,
    /// Groups now.
    pub groups: u64,
}

/// The newest entries, oldest first.
pub(crate) struct Journal {
    entries: VecDeque<Entry>,
    keep: usize,
    next: u64,
}

impl Journal {
    pub(crate) fn new(keep: usize) -> Self {
        Self { entries: VecDeque::new(), keep, next: 0 }
    }

    /// Adds an entry, giving it its place; the oldest goes when there is no room.
    pub(crate) fn push(&mut self, mut entry: Entry) {
        entry.n = self.next;
        self.next += 1;
        if self.keep == 0 {
            return;
        }
        if self.entries.len() == self.keep {
            self.entries.pop_front();
        }
        self.entries.push_back(entry);
    }

    pub(crate) fn entries(&self) -> Vec<Entry> {
        self.entries.iter().cloned().collect()
    }
}
