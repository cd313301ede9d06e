//! What the spreader reads: outbox rows with what it must know of their resources.

use rusqlite::{Connection, Row};
use sutler_model::change::Flags;
use sutler_model::port::{Above, Reads, SpreadView};
use sutler_model::work::{OutboxRow, Part};
use sutler_model::{Rid, Seq, SetId, TargetId, TenantId, Time};

use super::facts;
use crate::error::Done;
use crate::row::{self, number};

/// More dependents than this are left to a sweep.
const MANY: usize = 1_000;

pub(super) fn unspread(
    connection: &Connection,
    limit: usize,
    reads: Reads,
) -> Done<Vec<SpreadView>> {
    let mut statement = connection.prepare_cached(
        "SELECT o.seq, o.n, o.at, r.tenant, o.rid, r.kind, o.part, o.arg, o.flags, \
         coalesce(j.actor, '') FROM outbox o JOIN resource r ON r.rid = o.rid \
         LEFT JOIN journal j ON j.seq = o.seq ORDER BY o.seq, o.n LIMIT ?1",
    )?;
    let rows: Vec<(OutboxRow, String)> = statement
        .query_map([number(limit)], |found| Ok((outbox_row(found)?, found.get(9)?)))?
        .collect::<Result<_, _>>()?;
    let views = rows.into_iter().map(|(row, source)| view(connection, row, source, reads));
    Ok(views.collect::<Done<Vec<_>>>()?.into_iter().flatten().collect())
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

/// `None` if there is no such resource, which its outbox row rules out.
fn view(
    connection: &Connection,
    row: OutboxRow,
    source: String,
    reads: Reads,
) -> Done<Option<SpreadView>> {
    let Some(subject) = facts::subject(connection, row.rid, reads)? else {
        return Ok(None);
    };
    let (dependents, groups) = match row.part {
        Part::Live(target) => {
            (few(dependents(connection, row.rid)?), few(groups(connection, row.rid, target)?))
        }
        _ => (Some(Vec::new()), Some(Vec::new())),
    };
    let member = match row.part {
        Part::Member { member, .. } if reads.groups => facts::subject(connection, member, reads)?
            .map(|subject| Ok::<_, rusqlite::Error>((subject, facts::linked(connection, member)?)))
            .transpose()?,
        _ => None,
    };
    let nested = match row.part {
        Part::Member { member, .. } => is_group(connection, member)?,
        _ => false,
    };
    Ok(Some(SpreadView {
        subject,
        linked: facts::linked(connection, row.rid)?,
        member,
        nested,
        above: Above::default(),
        dependents,
        groups,
        referred: reads.references && facts::is_referred(connection, row.rid)?,
        row,
        source,
    }))
}

fn is_group(connection: &Connection, rid: Rid) -> rusqlite::Result<bool> {
    connection.prepare_cached("SELECT 1 FROM resource WHERE rid = ?1 AND kind = 2")?.exists([rid.0])
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
