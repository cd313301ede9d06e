//! Every target, counted in pairs.

use rusqlite::{Connection, OptionalExtension, params};
use sutler_model::Time;
use sutler_model::delivery::TargetStatus;
use sutler_model::estate::{Estate, Target};
use sutler_model::work::Fault;

use crate::error::Done;
use crate::row;

/// Counts every target in one snapshot.
pub(super) fn status(connection: &Connection, now: Time) -> Done<Vec<TargetStatus>> {
    let estate = crate::registry::load(connection)?;
    estate.targets.iter().map(|target| one(connection, &estate, target, now)).collect()
}

fn one(connection: &Connection, estate: &Estate, target: &Target, now: Time) -> Done<TargetStatus> {
    let providers = serde_json::to_string(&routing(estate, target))?;
    let (pending, linked) = pending(connection, target, &providers)?;
    let failed = number(
        connection,
        "SELECT count(*) FROM work WHERE target = ?1 AND due IS NULL AND node IS NULL \
         AND wave IS NULL",
        target,
    )?;
    let held = number(
        connection,
        "SELECT count(*) FROM work WHERE target = ?1 AND due IS NULL AND node IS NULL \
         AND wave IS NOT NULL",
        target,
    )?;
    let accounts = number(
        connection,
        "SELECT count(*) FROM link l WHERE target = ?1 AND state <> 4 AND state IN (2, 3) AND NOT \
         EXISTS (SELECT 1 FROM work w WHERE w.target = ?1 AND w.rid = l.rid AND w.due IS NULL \
         AND w.node IS NULL)",
        target,
    )?;
    Ok(TargetStatus {
        name: target.name.clone(),
        in_sync: accounts.saturating_sub(linked),
        pending,
        failed,
        held,
        oldest_pending_deprovision_seconds: oldest_leaver(connection, target)?
            .map(|since| u64::try_from(now.since(since) / 1000).unwrap_or_default()),
        state: quarantine(connection, target)?
            .map_or_else(|| "healthy".to_owned(), |fault| fault.cause),
    })
}

/// The service providers whose resources are routed to a target.
fn routing(estate: &Estate, target: &Target) -> Vec<i64> {
    estate
        .service_providers
        .iter()
        .filter(|provider| provider.tenant == target.tenant && provider.provisions(&target.name))
        .map(|provider| provider.id.0)
        .collect()
}

/// Pairs that will be delivered or retried without help, each once, and how many of them have
/// an account: work that is not parked, outbox rows that concern the target, and what its open
/// sweeps have before them, but for one that waits until its wave is over. A sweep over links
/// goes on over the resources.
fn pending(connection: &Connection, target: &Target, providers: &str) -> Done<(u64, u64)> {
    let counted: (i64, i64) = connection
        .prepare_cached(
            "WITH dirty (rid) AS (\
             SELECT rid FROM work WHERE target = ?1 \
             UNION SELECT rid FROM outbox WHERE part <> 4 OR arg = ?1 \
             UNION SELECT l.rid FROM sweep s JOIN link l ON l.target = ?1 AND l.state <> 4 \
             AND l.rid > s.cursor WHERE s.target = ?1 AND s.over = 1 \
             UNION SELECT r.rid FROM sweep s JOIN resource r ON r.tenant = ?3 AND r.gone IS NULL \
             AND (s.over = 1 OR r.rid > s.cursor) WHERE s.target = ?1 AND s.over IN (1, 2) \
             AND NOT (s.over = 2 AND EXISTS (SELECT 1 FROM wave v WHERE v.sweep = s.id)) \
             UNION SELECT s.arg_group FROM sweep s WHERE s.target = ?1 AND s.over = 3 \
             AND EXISTS (SELECT 1 FROM member m WHERE m.set_id = s.arg AND m.member > s.cursor) \
             UNION SELECT f.rid FROM sweep s JOIN ref f ON f.other = s.arg AND f.rid > s.cursor \
             WHERE s.target = ?1 AND s.over = 4 \
             UNION SELECT g.rid FROM sweep s JOIN member m ON m.member = s.arg \
             JOIN resource g ON g.set_id = m.set_id AND g.rid = (SELECT rid FROM group_set \
             WHERE set_id = m.set_id) AND g.rid > s.cursor WHERE s.target = ?1 AND s.over = 5 \
             UNION SELECT m.member FROM sweep s JOIN resource g ON g.rid = s.arg \
             JOIN member m ON m.set_id = g.set_id AND m.member > s.cursor \
             WHERE s.target = ?1 AND s.over = 6 \
             UNION SELECT CASE s.over WHEN 7 THEN s.arg_group WHEN 8 THEN s.arg_group ELSE s.arg END \
             FROM sweep s WHERE s.target = ?1 AND s.over IN (7, 8, 9, 11) \
             UNION SELECT l.rid FROM sweep s JOIN link l ON l.target = ?1 AND l.state <> 4 \
             AND l.kind = 2 AND l.rid > s.cursor WHERE s.target = ?1 AND s.over = 10), \
             pair (rid, working, parked, state) AS (SELECT d.rid, w.rid IS NOT NULL, \
             w.rid IS NOT NULL AND w.due IS NULL AND w.node IS NULL, l.state FROM dirty d \
             LEFT JOIN work w ON w.target = ?1 AND w.rid = d.rid \
             LEFT JOIN link l ON l.target = ?1 AND l.rid = d.rid AND l.state <> 4) \
             SELECT count(*), coalesce(sum(p.state IN (2, 3)), 0) FROM pair p WHERE NOT p.parked \
             AND (p.working OR p.state IS NOT NULL OR EXISTS (SELECT 1 FROM resource r \
             JOIN origin o ON o.rid = r.rid AND o.sp IN (SELECT value FROM json_each(?2)) \
             WHERE r.rid = p.rid AND r.gone IS NULL))",
        )?
        .query_row(params![target.id.0, providers, target.tenant.0], |found| {
            Ok((found.get(0)?, found.get(1)?))
        })?;
    Ok((unsigned(counted.0), unsigned(counted.1)))
}

/// When the oldest deprovision that is not confirmed was committed, spread or not.
fn oldest_leaver(connection: &Connection, target: &Target) -> rusqlite::Result<Option<Time>> {
    let since: Option<i64> = connection
        .prepare_cached(
            "SELECT min(since) FROM (\
             SELECT min(leaving_since) AS since FROM work \
             WHERE target = ?1 AND leaving_since IS NOT NULL \
             UNION ALL SELECT o.at FROM outbox o WHERE o.flags & 3 <> 0 AND EXISTS (\
             SELECT 1 FROM link l WHERE l.target = ?1 AND l.rid = o.rid AND l.state <> 4))",
        )?
        .query_row([target.id.0], |found| found.get(0))?;
    Ok(since.map(Time))
}

fn quarantine(connection: &Connection, target: &Target) -> rusqlite::Result<Option<Fault>> {
    connection
        .prepare_cached("SELECT reason FROM target_state WHERE target = ?1")?
        .query_row([target.id.0], |found| row::json(found, 0))
        .optional()
}

fn number(connection: &Connection, sql: &str, target: &Target) -> rusqlite::Result<u64> {
    let counted = connection.prepare_cached(sql)?.query_row([target.id.0], |found| found.get(0))?;
    Ok(unsigned(counted))
}

fn unsigned(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}
