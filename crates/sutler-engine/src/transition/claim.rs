//! Taking work and giving it back: claim, release, death of a node, waking, retrying.

use sutler_model::work::Work;
use sutler_model::{Fence, NodeId, Time};

/// True if the row may be claimed now.
pub fn is_due(row: &Work, now: Time) -> bool {
    row.fence.is_none() && row.due.is_some_and(|due| due <= now)
}

/// True if the row waits for a person or a marking. One that the guard holds does not.
pub fn is_parked(row: &Work) -> bool {
    row.fence.is_none() && row.due.is_none() && row.held.is_none()
}

/// A row is taken: only this fence may settle it. Its mark stays, to be compared then.
pub fn claim(row: Work, node: NodeId, fence: Fence) -> Work {
    Work { node: Some(node), fence: Some(fence), due: None, wait: None, ..row }
}

/// A row is no longer taken; it is due at `due`, unless the guard holds it.
pub fn free(row: Work, due: Time) -> Work {
    let due = row.held.is_none().then_some(due);
    Work { node: None, fence: None, due, ..row }
}

/// A row that was claimed and not begun is freed, if the claim is still in force.
pub fn release(row: Work, fence: Fence, now: Time) -> Work {
    if row.fence == Some(fence) { free(row, now) } else { row }
}

/// The link that a row waited for closed, or gave its name up.
pub fn wake(row: Work, now: Time) -> Work {
    let due = (row.fence.is_none() && row.held.is_none()).then_some(now);
    Work { wait: None, due, ..row }
}

/// A person tries a parked row again; `None` if it is not parked.
pub fn retry(row: &Work, now: Time) -> Option<Work> {
    if !is_parked(row) {
        return None;
    }
    Some(Work { due: Some(now), why: None, ..*row })
}

#[cfg(test)]
mod tests {
    use sutler_model::work::{Lane, Marking, Owes};
    use sutler_model::{Rid, TargetId};

    use super::*;
    use crate::transition::mark;

    fn row() -> Work {
        mark(
            None,
            &Marking {
                target: TargetId(1),
                rid: Rid(1),
                lane: Lane::Live,
                owes: Owes::NONE,
                due: Time(10),
                leaving_since: None,
            },
        )
    }

    #[test]
    fn a_taken_row_is_not_due() {
        assert!(is_due(&row(), Time(10)));
        assert!(!is_due(&row(), Time(9)));
        assert!(!is_due(&claim(row(), NodeId(1), 1), Time(99)));
    }

    #[test]
    fn a_release_with_a_foreign_fence_does_nothing() {
        let taken = claim(row(), NodeId(1), 5);
        assert_eq!(release(taken.clone(), 4, Time(20)), taken);
        assert_eq!(release(taken, 5, Time(20)).due, Some(Time(20)));
    }

    #[test]
    fn only_a_parked_row_is_tried_again() {
        assert_eq!(retry(&row(), Time(1)), None);
        assert_eq!(retry(&claim(row(), NodeId(1), 1), Time(1)), None);
        let parked = Work { due: None, ..row() };
        assert_eq!(retry(&parked, Time(1)).and_then(|w| w.due), Some(Time(1)));
    }

    #[test]
    fn a_taken_row_is_not_woken_into_the_queue() {
        assert_eq!(wake(claim(row(), NodeId(1), 1), Time(1)).due, None);
    }
}
