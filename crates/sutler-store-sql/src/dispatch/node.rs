//! Nodes: who runs, and who is dead.

use rusqlite::Connection;
use sutler_model::link::Doubt;
use sutler_model::port::LedgerError;
use sutler_model::{NodeId, Rid, TargetId, Time};

use super::{claim, links};
use crate::error::{Done, Fail};

pub(super) fn start(connection: &Connection, now: Time) -> Done<NodeId> {
    connection
        .prepare_cached("INSERT INTO node (started, beat, alive) VALUES (?1, 0, 1)")?
        .execute([now.0])?;
    Ok(NodeId(connection.last_insert_rowid()))
}

/// Counts a beat; and in passing erases a little of what nobody needs any more.
pub(super) fn beat(connection: &Connection, node: NodeId) -> Done<()> {
    let alive = connection
        .prepare_cached("UPDATE node SET beat = beat + 1 WHERE id = ?1 AND alive = 1")?
        .execute([node.0])?;
    if alive == 0 {
        return Err(Fail::Refused(LedgerError::Fenced));
    }
    crate::directory::erase_old_sets(connection)?;
    Ok(())
}

pub(super) fn others(connection: &Connection, node: NodeId) -> Done<Vec<(NodeId, i64)>> {
    let others = connection
        .prepare_cached("SELECT id, beat FROM node WHERE alive = 1 AND id <> ?1 ORDER BY id")?
        .query_map([node.0], |found| Ok((NodeId(found.get(0)?), found.get(1)?)))?
        .collect::<Result<_, _>>()?;
    Ok(others)
}

/// Declares a node dead. What it had taken is due again, and each account that it may have
/// touched is in doubt.
pub(super) fn bury(connection: &Connection, node: NodeId, now: Time) -> Done<usize> {
    connection.prepare_cached("UPDATE node SET alive = 0 WHERE id = ?1")?.execute([node.0])?;
    let taken: Vec<(TargetId, Rid)> = connection
        .prepare_cached("SELECT target, rid FROM work WHERE node = ?1 AND node IS NOT NULL")?
        .query_map([node.0], |found| Ok((TargetId(found.get(0)?), Rid(found.get(1)?))))?
        .collect::<Result<_, _>>()?;
    for (target, rid) in &taken {
        let doubt = Doubt { stamp: claim::fences(connection, 1)?, at: now };
        links::doubt(connection, *target, *rid, doubt)?;
        connection
            .prepare_cached(
                "UPDATE work SET node = NULL, fence = NULL, \
                 due = CASE WHEN wave IS NULL THEN ?3 END WHERE target = ?1 AND rid = ?2",
            )?
            .execute([target.0, rid.0, now.0])?;
    }
    Ok(taken.len())
}
