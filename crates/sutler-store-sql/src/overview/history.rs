//! Deliveries with their steps, and the end of those that are too old.

use rusqlite::{Connection, Row, params};
use sutler_model::history::{HistoryQuery, Recorded, Retention};
use sutler_model::{Time, Uid};

use super::people::delivery;
use crate::error::Done;
use crate::row::number;

/// The history as it is asked for, the newest first.
pub(super) fn history(connection: &Connection, query: &HistoryQuery) -> Done<Vec<Recorded>> {
    let targets: Vec<i64> = query.targets.iter().map(|target| target.0).collect();
    let recorded = connection
        .prepare_cached(
            "SELECT d.target, d.rid, d.fence, d.at, d.action, d.outcome, d.status, d.took, d.note, \
             s.steps, d.id, coalesce(t.name, ''), coalesce(r.uid, ''), \
             coalesce(json_extract(r.body, '$.userName'), json_extract(r.body, '$.displayName'), \
             (SELECT key FROM link l WHERE l.target = d.target AND l.rid = d.rid \
             ORDER BY l.state LIMIT 1), '') \
             FROM delivery d LEFT JOIN delivery_step s ON s.id = d.id \
             LEFT JOIN target t ON t.id = d.target LEFT JOIN resource r ON r.rid = d.rid \
             WHERE d.target IN (SELECT value FROM json_each(?1)) \
             AND (?2 IS NULL OR d.rid = ?2) AND (?3 IS NULL OR d.outcome = ?3) \
             AND (?4 IS NULL OR d.at >= ?4) AND (?5 IS NULL OR d.id < ?5) \
             ORDER BY d.id DESC LIMIT ?6",
        )?
        .query_map(
            params![
                serde_json::to_string(&targets)?,
                query.rid.map(|rid| rid.0),
                query.outcome,
                query.since.map(|at| at.0),
                query.before,
                number(query.limit),
            ],
            recorded,
        )?
        .collect::<Result<_, _>>()?;
    Ok(recorded)
}

fn recorded(found: &Row<'_>) -> rusqlite::Result<Recorded> {
    Ok(Recorded {
        id: found.get(10)?,
        target: found.get(11)?,
        uid: Uid(found.get(12)?),
        name: found.get(13)?,
        delivery: delivery(found)?,
    })
}

/// Drops from the old end of both tables, and reads nothing beyond what it drops but one row:
/// numbers rise with time.
pub(super) fn prune(
    connection: &Connection,
    retention: Retention,
    now: Time,
    limit: usize,
) -> Done<usize> {
    let most = i64::try_from(retention.most).unwrap_or(i64::MAX);
    let mut gone = 0;
    for (table, keep) in [("delivery", retention.keep), ("delivery_step", retention.bodies)] {
        let sql = format!(
            "DELETE FROM {table} WHERE id IN (SELECT id FROM {table} ORDER BY id LIMIT ?1) \
             AND (at < ?2 OR id <= (SELECT max(id) FROM delivery) - ?3)"
        );
        let least = now.plus(keep.saturating_neg()).0;
        gone = gone.max(connection.prepare_cached(&sql)?.execute(params![
            number(limit),
            least,
            most
        ])?);
    }
    Ok(gone)
}
