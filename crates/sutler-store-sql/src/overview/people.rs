//! The pairs that wait for a person, the leavers, and the history.

use rusqlite::{Connection, Row, params};
use sutler_model::delivery::{Delivery, FailedPair, Leaver, LeaverPlace};
use sutler_model::port::{Again, Retried};
use sutler_model::work::Fault;
use sutler_model::{Rid, TargetId, Time, Uid};

use crate::error::Done;
use crate::row::{self, number};

/// The name of the resource `r`; of a tombstone, the name that its account `l` holds.
macro_rules! name_column {
    () => {
        "coalesce(json_extract(r.body, '$.userName'), json_extract(r.body, '$.displayName'), l.key, '')"
    };
}

pub(super) fn failed(
    connection: &Connection,
    target: Option<TargetId>,
    after: Option<(TargetId, Rid)>,
    limit: usize,
) -> Done<Vec<FailedPair>> {
    let (after_target, after_rid) = after.map_or((0, 0), |(target, rid)| (target.0, rid.0));
    let failed = connection
        .prepare_cached(concat!(
            "SELECT t.name, r.uid, r.kind, ",
            name_column!(),
            ", w.why, w.tries, w.target, w.rid FROM work w JOIN target t ON t.id = w.target \
             JOIN resource r ON r.rid = w.rid \
             LEFT JOIN link l ON l.target = w.target AND l.rid = w.rid AND l.state <> 4 \
             WHERE w.due IS NULL AND w.node IS NULL AND w.wave IS NULL \
             AND (?1 IS NULL OR w.target = ?1) \
             AND (w.target, w.rid) > (?3, ?4) ORDER BY w.target, w.rid LIMIT ?2"
        ))?
        .query_map(
            params![target.map(|id| id.0), number(limit), after_target, after_rid],
            |found| {
                let why: Option<Fault> = row::optional_json(found, 4)?;
                let (cause, detail) = why.map(|why| (why.cause, why.detail)).unwrap_or_default();
                Ok(FailedPair {
                    target: found.get(0)?,
                    id: Uid(found.get(1)?),
                    kind: row::kind(found, 2)?.name().to_owned(),
                    name: found.get(3)?,
                    cause,
                    detail,
                    tries: found.get(5)?,
                    place: (TargetId(found.get(6)?), Rid(found.get(7)?)),
                })
            },
        )?
        .collect::<Result<_, _>>()?;
    Ok(failed)
}

/// Pending ones first, oldest first; then those that are out, latest first.
pub(super) fn leavers(
    connection: &Connection,
    target: Option<TargetId>,
    after: Option<LeaverPlace>,
    limit: usize,
) -> Done<Vec<Leaver>> {
    let done = after.filter(|place| place.confirmed);
    let mut leavers = match done {
        Some(_) => Vec::new(),
        None => pending(connection, target, after, limit)?,
    };
    let rest = limit - leavers.len().min(limit);
    leavers.extend(confirmed(connection, target, done, rest)?);
    Ok(leavers)
}

/// With those whose change is committed and not yet spread.
fn pending(
    connection: &Connection,
    target: Option<TargetId>,
    after: Option<LeaverPlace>,
    limit: usize,
) -> rusqlite::Result<Vec<Leaver>> {
    connection
        .prepare_cached(concat!(
            "SELECT t.name, r.uid, ",
            name_column!(),
            ", 'pending', p.since, NULL, p.rid FROM (SELECT target, rid, min(since) AS since FROM (\
             SELECT target, rid, leaving_since AS since FROM work WHERE leaving_since IS NOT NULL \
             UNION ALL SELECT k.target, o.rid, o.at FROM outbox o \
             JOIN link k ON k.rid = o.rid AND k.state <> 4 WHERE o.flags & 3 <> 0 AND o.part = 0) \
             GROUP BY target, rid) p JOIN target t ON t.id = p.target \
             JOIN resource r ON r.rid = p.rid \
             LEFT JOIN link l ON l.target = p.target AND l.rid = p.rid AND l.state <> 4 \
             WHERE (?1 IS NULL OR p.target = ?1) AND (?3 IS NULL OR (p.since, p.rid) > (?3, ?4)) \
             ORDER BY p.since, p.rid LIMIT ?2"
        ))?
        .query_map(page(target, after, limit), leaver)?
        .collect()
}

/// Without pairs that are leaving once more, or that have an account again.
fn confirmed(
    connection: &Connection,
    target: Option<TargetId>,
    after: Option<LeaverPlace>,
    limit: usize,
) -> rusqlite::Result<Vec<Leaver>> {
    connection
        .prepare_cached(concat!(
            "SELECT coalesce(t.name, ''), r.uid, ",
            name_column!(),
            ", 'confirmed', coalesce(l.confirmed, 0), l.proof, l.rid FROM link l \
             LEFT JOIN target t ON t.id = l.target JOIN resource r ON r.rid = l.rid \
             WHERE l.state IN (3, 4) AND (?1 IS NULL OR l.target = ?1) \
             AND NOT EXISTS (SELECT 1 FROM work w WHERE w.target = l.target AND w.rid = l.rid \
             AND w.leaving_since IS NOT NULL) \
             AND NOT EXISTS (SELECT 1 FROM link k WHERE k.target = l.target AND k.rid = l.rid \
             AND k.state <> 4 AND k.id <> l.id) \
             AND NOT EXISTS (SELECT 1 FROM outbox o WHERE l.state = 3 AND o.rid = l.rid \
             AND o.flags & 3 <> 0 AND o.part = 0) \
             AND (?3 IS NULL OR coalesce(l.confirmed, 0) < ?3 \
             OR coalesce(l.confirmed, 0) = ?3 AND l.rid > ?4) \
             ORDER BY l.confirmed DESC, l.rid LIMIT ?2"
        ))?
        .query_map(page(target, after, limit), leaver)?
        .collect()
}

/// The parameters of a page: target, number, and after what.
fn page(target: Option<TargetId>, after: Option<LeaverPlace>, limit: usize) -> [Option<i64>; 4] {
    let place = after.map(|place| (place.at.0, place.rid.0)).unzip();
    [target.map(|id| id.0), Some(number(limit)), place.0, place.1]
}

fn leaver(found: &Row<'_>) -> rusqlite::Result<Leaver> {
    let state: String = found.get(3)?;
    let at = Time(found.get(4)?);
    let place = LeaverPlace { confirmed: state == "confirmed", at, rid: Rid(found.get(6)?) };
    Ok(Leaver {
        target: found.get(0)?,
        id: Uid(found.get(1)?),
        name: found.get(2)?,
        state,
        since: at.rfc3339(),
        proof: found.get(5)?,
        place,
    })
}

/// Tries parked pairs again.
pub(crate) fn retry(
    connection: &Connection,
    target: TargetId,
    which: &Again,
    now: Time,
) -> Done<Retried> {
    let parked: Vec<i64> = connection
        .prepare_cached(
            "SELECT rid FROM work WHERE target = ?1 AND due IS NULL AND node IS NULL \
             AND wave IS NULL AND (?2 IS NULL OR rid = (SELECT rid FROM resource WHERE uid = ?2 \
             AND tenant = (SELECT tenant FROM target WHERE id = ?1))) \
             AND (?3 IS NULL OR json_extract(why, '$.cause') = ?3) \
             AND (?4 IS NULL OR rid > ?4) ORDER BY rid LIMIT ?5",
        )?
        .query_map(
            params![
                target.0,
                which.uid.as_ref().map(|uid| &uid.0),
                which.cause,
                which.after.map(|rid| rid.0),
                number(which.limit)
            ],
            |found| found.get(0),
        )?
        .collect::<Result<_, _>>()?;
    let mut again = connection
        .prepare_cached("UPDATE work SET due = ?3, why = NULL WHERE target = ?1 AND rid = ?2")?;
    for rid in &parked {
        again.execute([target.0, *rid, now.0])?;
    }
    Ok(Retried { count: parked.len(), last: parked.last().map(|rid| Rid(*rid)) })
}

pub(super) fn deliveries(
    connection: &Connection,
    target: Option<TargetId>,
    limit: usize,
) -> Done<Vec<Delivery>> {
    let deliveries = connection
        .prepare_cached(
            "SELECT target, rid, fence, at, action, outcome, status, took, note, NULL \
             FROM delivery WHERE ?1 IS NULL OR target = ?1 ORDER BY id DESC LIMIT ?2",
        )?
        .query_map(params![target.map(|id| id.0), number(limit)], delivery)?
        .collect::<Result<_, _>>()?;
    Ok(deliveries)
}

/// A page of the history of a target, with the place of each row. Of one resource, the index of
/// pairs has it; of all, the newest rows do.
pub(super) fn delivery_page(
    connection: &Connection,
    target: TargetId,
    rid: Option<Rid>,
    before: i64,
    limit: usize,
) -> Done<Vec<(i64, Delivery)>> {
    let sql = match rid {
        Some(_) => {
            "SELECT target, rid, fence, at, action, outcome, status, took, note, NULL, id FROM delivery \
             WHERE target = ?1 AND rid = ?2 AND id < ?3 ORDER BY id DESC LIMIT ?4"
        }
        None => {
            "SELECT target, rid, fence, at, action, outcome, status, took, note, NULL, id FROM delivery \
             WHERE target = ?1 AND ?2 IS NULL AND id < ?3 ORDER BY id DESC LIMIT ?4"
        }
    };
    let page = connection
        .prepare_cached(sql)?
        .query_map(params![target.0, rid.map(|rid| rid.0), before, number(limit)], |found| {
            Ok((found.get(10)?, delivery(found)?))
        })?
        .collect::<Result<_, _>>()?;
    Ok(page)
}

/// A row of `target, rid, fence, at, action, outcome, status, took, note, steps`.
pub(super) fn delivery(found: &Row<'_>) -> rusqlite::Result<Delivery> {
    Ok(Delivery {
        target: TargetId(found.get(0)?),
        rid: Rid(found.get(1)?),
        fence: found.get(2)?,
        at: Time(found.get(3)?),
        action: found.get(4)?,
        outcome: found.get(5)?,
        status: found.get(6)?,
        took: found.get(7)?,
        note: found.get(8)?,
        steps: row::optional_json(found, 9)?.unwrap_or_default(),
    })
}
