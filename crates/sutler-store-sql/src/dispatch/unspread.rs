//! What the spreader reads: outbox rows with what it must know of their resources.

use rusqlite::{Connection, Row};
use sutler_model::change::Flags;
use sutler_model::port::SpreadView;
use sutler_model::work::{OutboxRow, Part};
use sutler_model::{Rid, Seq, SetId, TargetId, TenantId, Time};

use crate::error::Done;
use crate::row::{self, number};

/// More dependents than this are left to a sweep.
const MANY: usize = 1_000;

pub(super) fn unspread(connection: &Connection, limit: usize) -> Done<Vec<SpreadView>> {
    let mut statement = connection.prepare_cached(
        "SELECT o.seq, o.n, o.at, r.tenant, o.rid, r.kind, o.part, o.arg, o.flags, \
         r.active = 1 AND r.gone IS NULL \
         FROM outbox o JOIN resource r ON r.rid = o.rid ORDER BY o.seq, o.n LIMIT ?1",
    )?;
    let rows: Vec<(OutboxRow, bool)> = statement
        .query_map([number(limit)], |found| Ok((outbox_row(found)?, found.get(9)?)))?
        .collect::<Result<_, _>>()?;
    rows.into_iter().map(|(row, active)| view(connection, row, active)).collect()
}

fn outbox_row(found: &Row<'_>) -> rusqlite::Result<OutboxRow> {
    let arg = found.get::<_, Option<i64>>(7)?.unwrap_or(0);
    let part = match found.get(6)? {
        1_i64 => Part::Member { member: Rid(arg), cut: false },
        2 => Part::Member { member: Rid(arg), cut: true },
        3 => Part::OldSet(SetId(arg)),
        4 => Part::Live(TargetId(arg)),
        _ => Part::Whole,
    };
    Ok(OutboxRow {
        seq: Seq(found.get(0)?),
        n: found.get(1)?,
        at: Time(found.get(2)?),
        tenant: TenantId(found.get(3)?),
        rid: Rid(found.get(4)?),
        kind: row::kind(found, 5)?,
        part,
        flags: Flags(found.get(8)?),
    })
}

fn view(connection: &Connection, row: OutboxRow, active: bool) -> Done<SpreadView> {
    let linked = connection
        .prepare_cached("SELECT target FROM link WHERE rid = ?1 AND state <> 4 ORDER BY target")?
        .query_map([row.rid.0], |found| found.get(0).map(TargetId))?
        .collect::<Result<_, _>>()?;
    let (dependents, groups) = match row.part {
        Part::Live(target) => {
            (few(dependents(connection, row.rid)?), few(groups(connection, row.rid, target)?))
        }
        _ => (Some(Vec::new()), Some(Vec::new())),
    };
    Ok(SpreadView {
        origins: row::origins(connection, row.rid)?,
        active,
        linked,
        dependents,
        groups,
        row,
    })
}

fn few(rids: Vec<Rid>) -> Option<Vec<Rid>> {
    (rids.len() <= MANY).then_some(rids)
}

fn dependents(connection: &Connection, rid: Rid) -> rusqlite::Result<Vec<Rid>> {
    connection
        .prepare_cached("SELECT DISTINCT rid FROM ref WHERE other = ?1 ORDER BY rid LIMIT ?2")?
        .query_map([rid.0, number(MANY + 1)], |found| found.get(0).map(Rid))?
        .collect()
}

fn groups(connection: &Connection, member: Rid, target: TargetId) -> rusqlite::Result<Vec<Rid>> {
    connection
        .prepare_cached(
            "SELECT r.rid FROM member m JOIN group_set s ON s.set_id = m.set_id \
             JOIN resource r ON r.rid = s.rid AND r.set_id = m.set_id \
             WHERE m.member = ?1 AND EXISTS (SELECT 1 FROM link l \
             WHERE l.target = ?2 AND l.rid = r.rid AND l.state <> 4) ORDER BY r.rid LIMIT ?3",
        )?
        .query_map([member.0, target.0, number(MANY + 1)], |found| found.get(0).map(Rid))?
        .collect()
}
