//! Whose turn it is: a target is compared once at a time, since two comparisons would halve each
//! other's calls and put the same accounts in doubt twice.
//!
//! Kept in memory: what a process that ended had begun is over.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sutler_model::{TargetId, Time};

/// A comparison that is under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnderWay {
    /// Its id.
    pub id: String,
    /// Since when.
    pub since: Time,
}

/// The comparisons that are under way in this process, one a target.
#[derive(Default)]
pub struct Comparing(Mutex<BTreeMap<TargetId, UnderWay>>);

/// The turn of a comparison; it ends when this is dropped.
pub struct Turn {
    of: Arc<Comparing>,
    target: TargetId,
    /// The comparison whose turn it is.
    pub(super) comparison: UnderWay,
}

impl Comparing {
    /// Takes the turn at a target, or tells who has it.
    pub fn take(
        self: &Arc<Self>,
        target: TargetId,
        comparison: UnderWay,
    ) -> Result<Turn, UnderWay> {
        let mut all = self.all();
        if let Some(other) = all.get(&target) {
            return Err(other.clone());
        }
        all.insert(target, comparison.clone());
        Ok(Turn { of: Arc::clone(self), target, comparison })
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<TargetId, UnderWay>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.of.all().remove(&self.target);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_compared_once_at_a_time_and_others_meanwhile() {
        let comparing = Arc::new(Comparing::default());
        let one = |id: &str| UnderWay { id: id.to_owned(), since: Time(5) };
        let turn = comparing.take(TargetId(1), one("a"));
        assert_eq!(comparing.take(TargetId(1), one("b")).err(), Some(one("a")));
        assert!(comparing.take(TargetId(2), one("c")).is_ok());
        drop(turn);
        assert!(comparing.take(TargetId(1), one("b")).is_ok(), "the turn is over");
    }
}
