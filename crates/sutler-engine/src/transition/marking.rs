//! Making pairs and memberships dirty. A marking never takes anything away.

use sutler_model::work::{Edge, EdgeMarking, Marking, Work};

/// A pair is marked: the row as it stands afterwards.
///
/// The mark is raised, so that a delivery under way does not settle it. The better lane, the
/// union of the debts and the older deprovision win. The row is due at once unless taken; what
/// it was parked or waiting for no longer counts. Its tries stay, so that back-off survives.
/// What the guard holds stays held.
pub fn mark(row: Option<Work>, marking: &Marking) -> Work {
    let Some(row) = row else {
        return Work {
            target: marking.target,
            rid: marking.rid,
            lane: marking.lane,
            due: Some(marking.due),
            mark: 1,
            node: None,
            fence: None,
            owes: marking.owes,
            tries: 0,
            why: None,
            wait: None,
            leaving_since: marking.leaving_since,
            held: None,
        };
    };
    let leaving_since = match (row.leaving_since, marking.leaving_since) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    };
    Work {
        lane: row.lane.min(marking.lane),
        due: (row.fence.is_none() && row.held.is_none()).then_some(marking.due),
        mark: row.mark + 1,
        owes: row.owes.with(marking.owes),
        why: None,
        wait: None,
        leaving_since,
        ..row
    }
}

/// A membership is marked: the row as it stands afterwards. Its own mark is raised, so that a
/// chunk under way does not settle it; whether it is a removal is what the newest marking says.
pub fn mark_edge(row: Option<Edge>, marking: &EdgeMarking) -> Edge {
    Edge {
        target: marking.target,
        group: marking.group,
        member: marking.member,
        mark: row.map_or(1, |edge| edge.mark + 1),
        cut: marking.cut,
        op: marking.op,
    }
}

#[cfg(test)]
mod tests {
    use sutler_model::work::{Lane, Owes};
    use sutler_model::{LinkId, NodeId, Rid, TargetId, Time};

    use super::*;
    use crate::transition::claim;

    fn marking(lane: Lane, owes: Owes, due: i64) -> Marking {
        Marking {
            target: TargetId(1),
            rid: Rid(1),
            lane,
            owes,
            due: Time(due),
            leaving_since: owes.has(Owes::DISABLE).then_some(Time(due)),
        }
    }

    #[test]
    fn a_marking_adds_and_never_takes_away() {
        let first = mark(None, &marking(Lane::Leave, Owes::DISABLE, 5));
        let second = mark(Some(first), &marking(Lane::Bulk, Owes::PASSWORD, 9));
        assert_eq!(second.lane, Lane::Leave);
        assert_eq!(second.owes, Owes::DISABLE.with(Owes::PASSWORD));
        assert_eq!(second.leaving_since, Some(Time(5)));
        assert_eq!((second.mark, second.due), (2, Some(Time(9))));
    }

    #[test]
    fn a_taken_row_is_raised_and_stays_taken() {
        let row = mark(None, &marking(Lane::Live, Owes::NONE, 0));
        let taken = claim(row, NodeId(1), 7);
        let marked = mark(Some(taken), &marking(Lane::Leave, Owes::NONE, 3));
        assert_eq!((marked.mark, marked.due, marked.fence), (2, None, Some(7)));
    }

    #[test]
    fn a_parked_or_waiting_row_becomes_due_and_keeps_its_tries() {
        let mut row = mark(None, &marking(Lane::Live, Owes::NONE, 0));
        row.due = None;
        row.tries = 4;
        row.wait = Some(LinkId([1; 16]));
        let marked = mark(Some(row), &marking(Lane::Live, Owes::NONE, 8));
        assert_eq!((marked.due, marked.wait, marked.tries), (Some(Time(8)), None, 4));
    }

    #[test]
    fn the_newest_marking_says_whether_an_edge_is_a_removal() {
        let edge =
            |cut| EdgeMarking { target: TargetId(1), group: Rid(1), member: Rid(2), cut, op: None };
        let row = mark_edge(Some(mark_edge(None, &edge(true))), &edge(false));
        assert_eq!((row.mark, row.cut), (2, false));
    }
}
