//! Takes due work of one target and lane, and gives it back.

use rusqlite::{Connection, OptionalExtension, params};
use sutler_model::port::{Claim, LedgerError};
use sutler_model::work::{Lane, Work};
use sutler_model::{Fence, NodeId, Rid, TargetId, Time};

use crate::error::{Done, Fail};
use crate::row::{self, number, work_columns};

/// Takes what is due, oldest first, each row under a fence of its own.
pub(super) fn claim(connection: &Connection, request: &Claim) -> Done<Vec<Work>> {
    if !is_alive(connection, request.node)? {
        return Err(Fail::Refused(LedgerError::Fenced));
    }
    if version(connection, request.target)? != Some(request.version) {
        return Err(Fail::Refused(LedgerError::EstateMoved));
    }
    let mut taken = due(connection, request)?;
    if taken.is_empty() {
        return Ok(taken);
    }
    let last = fences(connection, taken.len())?;
    let first = last - number(taken.len()) + 1;
    let mut statement = connection.prepare_cached(
        "UPDATE work SET node = ?3, fence = ?4, due = NULL, wait = NULL \
         WHERE target = ?1 AND rid = ?2",
    )?;
    for (fence, work) in (first..).zip(&mut taken) {
        statement.execute([work.target.0, work.rid.0, request.node.0, fence])?;
        work.node = Some(request.node);
        work.fence = Some(fence);
        work.due = None;
        work.wait = None;
    }
    Ok(taken)
}

fn due(connection: &Connection, request: &Claim) -> rusqlite::Result<Vec<Work>> {
    let mut statement = connection.prepare_cached(concat!(
        "SELECT ",
        work_columns!(),
        " FROM work WHERE target = ?1 AND lane = ?2 AND due <= ?3 ORDER BY due, rid LIMIT ?4"
    ))?;
    let rows = statement.query_map(
        params![request.target.0, request.lane.code(), request.now.0, number(request.limit)],
        row::work,
    )?;
    rows.collect()
}

/// Frees what was claimed and not begun, as if never taken.
pub(super) fn release(
    connection: &Connection,
    target: TargetId,
    claims: &[(Rid, Fence)],
    now: Time,
) -> Done<()> {
    let mut statement = connection.prepare_cached(
        "UPDATE work SET node = NULL, fence = NULL, due = CASE WHEN wave IS NULL THEN ?4 END \
         WHERE target = ?1 AND rid = ?2 AND fence = ?3",
    )?;
    for (rid, fence) in claims {
        statement.execute([target.0, rid.0, *fence, now.0])?;
    }
    Ok(())
}

pub(super) fn next_due(
    connection: &Connection,
    target: TargetId,
    lane: Lane,
) -> Done<Option<Time>> {
    let due: Option<i64> = connection
        .prepare_cached(
            "SELECT min(due) FROM work WHERE target = ?1 AND lane = ?2 AND due IS NOT NULL",
        )?
        .query_row([target.0, lane.code()], |found| found.get(0))?;
    Ok(due.map(Time))
}

pub(super) fn ready(
    connection: &Connection,
    target: TargetId,
    now: Time,
    limit: usize,
) -> Done<usize> {
    let mut found = 0;
    for lane in Lane::ALL {
        let ready: i64 = connection
            .prepare_cached(
                "SELECT count(*) FROM (SELECT 1 FROM work \
                 WHERE target = ?1 AND lane = ?2 AND due <= ?3 LIMIT ?4)",
            )?
            .query_row([target.0, lane.code(), now.0, number(limit - found)], |counted| {
                counted.get(0)
            })?;
        found = (found + row::count(ready)).min(limit);
    }
    Ok(found)
}

pub(super) fn is_alive(connection: &Connection, node: NodeId) -> rusqlite::Result<bool> {
    connection.prepare_cached("SELECT 1 FROM node WHERE id = ?1 AND alive = 1")?.exists([node.0])
}

/// The version of a target in force; `None` if there is no such target.
pub(super) fn version(connection: &Connection, target: TargetId) -> rusqlite::Result<Option<i64>> {
    connection
        .prepare_cached("SELECT version FROM target WHERE id = ?1")?
        .query_row([target.0], |found| found.get(0))
        .optional()
}

/// Takes this many numbers from the one counter of the database; the last of them.
pub(crate) fn fences(connection: &Connection, count: usize) -> rusqlite::Result<i64> {
    connection
        .prepare_cached("UPDATE meta SET fence = fence + ?1 WHERE id = 1 RETURNING fence")?
        .query_row([number(count)], |found| found.get(0))
}
