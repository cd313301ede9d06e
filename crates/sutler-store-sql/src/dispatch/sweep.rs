//! Sweeps: cursors over many pairs of one target.

use rusqlite::{Connection, OptionalExtension, params};
use sutler_model::port::{Reads, SweepCommit, SweepItem, SweepPage};
use sutler_model::work::{Over, Sweep};
use sutler_model::{Rid, SetId, SweepId, TargetId};

use super::spread::under_estate;
use super::{facts, mark};
use crate::error::Done;
use crate::guard;
use crate::nests;
use crate::row::{self, number, sweep_columns};

/// Begins a sweep.
pub(crate) fn begin(
    connection: &Connection,
    target: TargetId,
    over: Over,
    by: &str,
) -> rusqlite::Result<()> {
    let (over, arg, group) = row::over_columns(over);
    connection
        .prepare_cached(
            "INSERT INTO sweep (target, over, arg, arg_group, cursor, by) \
             VALUES (?1, ?2, ?3, ?4, 0, ?5)",
        )?
        .execute(params![target.0, over, arg, group, by])
        .map(drop)
}

pub(super) fn sweeps(connection: &Connection) -> Done<Vec<Sweep>> {
    let sweeps = connection
        .prepare_cached(concat!(
            "SELECT ",
            sweep_columns!(),
            " FROM sweep WHERE over <> 2 OR NOT EXISTS \
             (SELECT 1 FROM wave WHERE wave.sweep = sweep.id) ORDER BY id"
        ))?
        .query_map([], row::sweep)?
        .collect::<Result<_, _>>()?;
    Ok(sweeps)
}

fn by_id(connection: &Connection, id: SweepId) -> rusqlite::Result<Option<Sweep>> {
    connection
        .prepare_cached(concat!("SELECT ", sweep_columns!(), " FROM sweep WHERE id = ?1"))?
        .query_row([id.0], row::sweep)
        .optional()
}

/// What follows the cursor.
pub(super) fn page(
    connection: &Connection,
    id: SweepId,
    limit: usize,
    reads: Reads,
) -> Done<Option<SweepPage>> {
    let Some(sweep) = by_id(connection, id)? else {
        return Ok(None);
    };
    let mut rids = walk(connection, &sweep, limit.saturating_add(1))?;
    let last = rids.len() <= limit;
    rids.truncate(limit);
    let mut items = Vec::with_capacity(rids.len());
    for rid in rids {
        if let Some(subject) = facts::subject(connection, rid, reads)? {
            let linked = is_linked(connection, sweep.target, rid)?;
            items.push(SweepItem { subject, linked });
        }
    }
    Ok(Some(SweepPage { sweep, items, last }))
}

fn walk(connection: &Connection, sweep: &Sweep, limit: usize) -> rusqlite::Result<Vec<Rid>> {
    if let Some(rids) = nests::walked(connection, sweep, limit)? {
        return Ok(rids);
    }
    // ?1 is what is walked over, ?2 the cursor, ?3 the limit.
    let (sql, over) = match sweep.over {
        Over::Links => (
            "SELECT rid FROM link WHERE target = ?1 AND rid > ?2 AND state <> 4 \
             ORDER BY rid LIMIT ?3",
            sweep.target.0,
        ),
        Over::Resources => (
            "SELECT rid FROM resource WHERE rid > ?2 AND gone IS NULL \
             AND +tenant = (SELECT tenant FROM target WHERE id = ?1) ORDER BY rid LIMIT ?3",
            sweep.target.0,
        ),
        Over::Set { set, .. } => (
            "SELECT member FROM member WHERE set_id = ?1 AND member > ?2 ORDER BY member LIMIT ?3",
            set.0,
        ),
        Over::Dependents(rid) => (
            "SELECT DISTINCT rid FROM ref WHERE other = ?1 AND rid > ?2 ORDER BY rid LIMIT ?3",
            rid.0,
        ),
        Over::Memberships(rid) => (
            "SELECT r.rid FROM member m JOIN group_set s ON s.set_id = m.set_id \
             JOIN resource r ON r.rid = s.rid AND r.set_id = m.set_id \
             WHERE m.member = ?1 AND r.rid > ?2 ORDER BY r.rid LIMIT ?3",
            rid.0,
        ),
        Over::Members(group) => (
            "SELECT member FROM member WHERE set_id = (SELECT set_id FROM resource \
             WHERE rid = ?1) AND member > ?2 ORDER BY member LIMIT ?3",
            group.0,
        ),
        Over::Nested { .. } | Over::Above(_) | Over::Nests(_) | Over::Below { .. } => {
            return Ok(Vec::new());
        }
    };
    connection
        .prepare_cached(sql)?
        .query_map([over, sweep.cursor.0, number(limit)], |found| found.get(0).map(Rid))?
        .collect()
}

fn is_linked(connection: &Connection, target: TargetId, rid: Rid) -> rusqlite::Result<bool> {
    connection
        .prepare_cached("SELECT 1 FROM link WHERE target = ?1 AND rid = ?2 AND state <> 4")?
        .exists([target.0, rid.0])
}

/// Marks a page's pairs and moves the cursor; nothing if it has moved meanwhile, or if the
/// rules that the page was judged by are no longer in force.
pub(super) fn step(connection: &Connection, commit: &SweepCommit) -> Done<()> {
    under_estate(connection, commit.estate)?;
    let stood = |sweep: &Sweep| (sweep.over, sweep.cursor) == (commit.over, commit.from);
    let Some(sweep) = by_id(connection, commit.sweep)?.filter(stood) else { return Ok(()) };
    let holds = guard::gather(connection, (sweep.id, &sweep.by), &commit.watch, &commit.edges)?;
    mark::mark_all(connection, &commit.markings)?;
    mark::mark_edges(connection, &commit.edges)?;
    holds.hold(connection)?;
    guard::free(connection, &commit.watch)?;
    if commit.then.is_some() {
        let sweep = (sweep.id, sweep.target, sweep.by.as_str());
        guard::end_of_count(connection, sweep, commit.watch.at)?;
    }
    for begun in &commit.sweeps {
        begin(connection, begun.target, begun.over, &begun.by)?;
    }
    match commit.then {
        None => connection
            .prepare_cached("UPDATE sweep SET cursor = ?2 WHERE id = ?1")?
            .execute([sweep.id.0, commit.cursor.0])?,
        Some(None) => {
            connection.prepare_cached("DELETE FROM sweep WHERE id = ?1")?.execute([sweep.id.0])?
        }
        Some(Some(next)) => {
            let (over, arg, group) = row::over_columns(next);
            connection
                .prepare_cached(
                    "UPDATE sweep SET over = ?2, arg = ?3, arg_group = ?4, cursor = 0 WHERE id = ?1",
                )?
                .execute(params![sweep.id.0, over, arg, group])?
        }
    };
    if let Over::Set { set, .. } = sweep.over {
        erase_walked(connection, set, commit.cursor)?;
    }
    Ok(())
}

/// Erases the rows of an old set that every sweep over it has passed: another target may
/// still have them before it.
fn erase_walked(connection: &Connection, set: SetId, cursor: Rid) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "DELETE FROM member WHERE set_id = ?1 AND member <= ?2 AND member <= coalesce(\
             (SELECT min(cursor) FROM sweep WHERE over = 3 AND arg = ?1), ?2)",
        )?
        .execute([set.0, cursor.0])
        .map(drop)
}
