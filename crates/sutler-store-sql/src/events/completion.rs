//! Results of asynchronous requests, until they expire.

use rusqlite::{Connection, params};
use sutler_model::event::{Completion, Event};
use sutler_model::{ServiceProviderId, TenantId, Time};

use crate::error::Done;
use crate::row;

pub(super) fn add(connection: &Connection, result: &Completion) -> Done<()> {
    connection
        .prepare_cached(
            "INSERT INTO completion (tenant, sp, request, n, expires, doc) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            result.tenant.0,
            result.service_provider.0,
            result.request,
            result.index,
            result.expires.0,
            serde_json::to_string(&result.event)?,
        ])?;
    Ok(())
}

pub(super) fn of(
    connection: &Connection,
    (tenant, service_provider): (TenantId, ServiceProviderId),
    request: &str,
    now: Time,
) -> Done<Vec<(i64, Event)>> {
    let results = connection
        .prepare_cached(
            "SELECT n, doc FROM completion \
             WHERE tenant = ?1 AND sp = ?2 AND request = ?3 AND expires > ?4 ORDER BY n",
        )?
        .query_map(params![tenant.0, service_provider.0, request, now.0], |found| {
            Ok((found.get(0)?, row::json(found, 1)?))
        })?
        .collect::<Result<_, _>>()?;
    Ok(results)
}

pub(super) fn expire(connection: &Connection, now: Time) -> Done<usize> {
    let gone = connection
        .prepare_cached("DELETE FROM completion WHERE expires <= ?1")?
        .execute([now.0])?;
    Ok(gone)
}
