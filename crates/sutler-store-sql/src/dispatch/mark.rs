//! Makes pairs and memberships dirty. A marking never takes anything away.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};
use sutler_model::work::{EdgeMarking, EdgeOp, Marking};
use sutler_model::{Rid, TargetId};

/// Marks pairs, each once, in the order of their keys.
pub(crate) fn mark_all(connection: &Connection, markings: &[Marking]) -> rusqlite::Result<()> {
    let mut merged: BTreeMap<(TargetId, Rid), Marking> = BTreeMap::new();
    for marking in markings {
        merged
            .entry((marking.target, marking.rid))
            .and_modify(|known| merge(known, marking))
            .or_insert_with(|| marking.clone());
    }
    merged.values().try_for_each(|marking| mark(connection, marking))
}

fn merge(known: &mut Marking, other: &Marking) {
    known.lane = known.lane.min(other.lane);
    known.owes = known.owes.with(other.owes);
    known.due = known.due.min(other.due);
    known.leaving_since = known.leaving_since.into_iter().chain(other.leaving_since).min();
}

/// Marks one pair. A taken row stays taken, with a mark that its claim does not know; one that
/// is held stays held.
pub(crate) fn mark(connection: &Connection, marking: &Marking) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO work (target, rid, lane, due, mark, owes, tries, leaving_since) \
             VALUES (?1, ?2, ?3, ?4, 1, ?5, 0, ?6) \
             ON CONFLICT (target, rid) DO UPDATE SET mark = mark + 1, \
             lane = min(lane, excluded.lane), owes = owes | excluded.owes, \
             due = CASE WHEN fence IS NULL AND wave IS NULL THEN excluded.due END, why = NULL, wait = NULL, \
             leaving_since = coalesce(min(leaving_since, excluded.leaving_since), leaving_since, \
             excluded.leaving_since)",
        )?
        .execute(params![
            marking.target.0,
            marking.rid.0,
            marking.lane.code(),
            marking.due.0,
            marking.owes.0,
            marking.leaving_since.map(|at| at.0),
        ])
        .map(drop)
}

/// Marks edges; whether one is a removal is what the newest marking says.
pub(crate) fn mark_edges(connection: &Connection, edges: &[EdgeMarking]) -> rusqlite::Result<()> {
    let mut merged: BTreeMap<(TargetId, Rid, Rid), (bool, Option<bool>)> = BTreeMap::new();
    for edge in edges {
        let op = edge.op.map(|op| op == EdgeOp::Add);
        merged.insert((edge.target, edge.group, edge.member), (edge.cut, op));
    }
    let mut statement = connection.prepare_cached(
        "INSERT INTO edge (target, grp, member, mark, cut, op) VALUES (?1, ?2, ?3, 1, ?4, ?5) \
         ON CONFLICT (target, grp, member) DO UPDATE SET mark = mark + 1, cut = excluded.cut, \
         op = excluded.op",
    )?;
    for ((target, group, member), (cut, op)) in merged {
        statement.execute(params![target.0, group.0, member.0, cut, op])?;
    }
    Ok(())
}
