//! What was asked of a fake target: how often, how much, and how much at once. Answers nothing.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sutler_model::outcome::Operation;

/// What was asked so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// Searches, and readings of one account.
    pub looks: usize,
    /// Pages of lists.
    pub lists: usize,
    /// How often the list of users was begun.
    pub begun: usize,
    /// Members that were to be added or removed.
    pub members: usize,
    /// The most calls that were under way at once.
    pub busiest: usize,
    under_way: usize,
}

/// Counts; a clone is another handle to the same.
#[derive(Clone, Default)]
pub(super) struct Meter(Arc<Mutex<Asked>>);

/// A call that is under way; when it is dropped it is not any more.
pub(super) struct Call(Meter);

impl Meter {
    pub(super) fn asked(&self) -> Asked {
        *self.lock()
    }

    /// A page of a list; `first` if it is the first of the users.
    pub(super) fn list(&self, first: bool) -> Call {
        let mut asked = self.lock();
        asked.lists += 1;
        asked.begun += usize::from(first);
        drop(asked);
        self.begin()
    }

    pub(super) fn look(&self) -> Call {
        self.lock().looks += 1;
        self.begin()
    }

    pub(super) fn operation(&self, operation: &Operation) -> Call {
        if let Operation::Members { remove, add, .. } = operation {
            self.lock().members += remove.len() + add.len();
        }
        self.begin()
    }

    fn begin(&self) -> Call {
        let mut asked = self.lock();
        asked.under_way += 1;
        asked.busiest = asked.busiest.max(asked.under_way);
        Call(self.clone())
    }

    fn lock(&self) -> MutexGuard<'_, Asked> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        self.0.lock().under_way -= 1;
    }
}
