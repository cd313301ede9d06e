//! Who has met a conflict takes turns: writers to one resource, in this process.
//!
//! The first attempt of a write waits for nobody. Without turns, many writers to one resource
//! would conflict again and again; other processes are met by the attempts that remain.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use futures::lock::{Mutex, OwnedMutexGuard};
use sutler_model::Uid;

/// How many resources can be told apart.
const LANES: u64 = 256;

/// A lane for each resource, shared by a few others.
#[derive(Clone)]
pub(super) struct Turns(Arc<[Arc<Mutex<()>>]>);

impl Turns {
    pub(super) fn new() -> Self {
        Self((0..LANES).map(|_| Arc::default()).collect())
    }

    /// Waits for the turn, and keeps it until the guard is dropped.
    pub(super) async fn take(&self, uid: &Uid) -> Option<OwnedMutexGuard<()>> {
        let mut hasher = DefaultHasher::new();
        uid.hash(&mut hasher);
        let lane = usize::try_from(hasher.finish() % LANES).ok()?;
        let lane = Arc::clone(self.0.get(lane)?);
        Some(lane.lock_owned().await)
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    #[test]
    fn writers_to_one_resource_wait_for_each_other() {
        let turns = Turns::new();
        let one = Uid("0199a000-1234-7fff-bfff-ffffffffffff".to_owned());
        let first = turns.take(&one).now_or_never().flatten();
        assert!(first.is_some());
        assert!(turns.take(&one).now_or_never().is_none());
        drop(first);
        assert!(turns.take(&one).now_or_never().flatten().is_some());
    }
}
