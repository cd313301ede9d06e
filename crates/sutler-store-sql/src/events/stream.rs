//! Streams as rows: their settings, and how they stand.

use rusqlite::{Connection, OptionalExtension, params};
use sutler_model::event::{EventStream, StreamState};
use sutler_model::{EventStreamId, TenantId, Time};

use crate::error::Done;
use crate::row;

/// All of them, in the order in which they were made.
pub(crate) fn load(connection: &Connection) -> Done<Vec<EventStream>> {
    let streams = connection
        .prepare_cached("SELECT id, tenant, name, doc FROM event_stream ORDER BY id")?
        .query_map([], |found| {
            Ok(EventStream {
                id: EventStreamId(found.get(0)?),
                tenant: TenantId(found.get(1)?),
                name: found.get(2)?,
                ..row::json(found, 3)?
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(streams)
}

/// Writes the settings of a stream; what waits in it stays.
pub(crate) fn put(connection: &Connection, tenant: TenantId, stream: &EventStream) -> Done<()> {
    let known = connection
        .prepare_cached(
            "UPDATE event_stream SET doc = ?3, most = ?4 WHERE tenant = ?1 AND name = ?2",
        )?
        .execute(params![tenant.0, stream.name, serde_json::to_string(stream)?, stream.limit])?;
    if known == 0 {
        connection.execute(
            "INSERT INTO event_stream (tenant, name, doc, most) VALUES (?1, ?2, ?3, ?4)",
            params![tenant.0, stream.name, serde_json::to_string(stream)?, stream.limit],
        )?;
    }
    Ok(())
}

/// Takes a stream away, with what waits in it.
pub(crate) fn remove(connection: &Connection, tenant: &str, name: &str) -> Done<()> {
    let id: Option<i64> = connection
        .query_row(
            "SELECT s.id FROM event_stream s JOIN tenant t ON t.tenant = s.tenant \
             WHERE t.name = ?1 AND s.name = ?2",
            [tenant, name],
            |found| found.get(0),
        )
        .optional()?;
    if let Some(id) = id {
        connection.execute("DELETE FROM event WHERE stream = ?1", [id])?;
        connection.execute("DELETE FROM event_stream WHERE id = ?1", [id])?;
    }
    Ok(())
}

pub(super) fn fault(
    connection: &Connection,
    stream: EventStreamId,
    fault: Option<&str>,
    now: Time,
) -> Done<()> {
    connection
        .prepare_cached("UPDATE event_stream SET fault = ?2, fault_at = ?3 WHERE id = ?1")?
        .execute(params![stream.0, fault, fault.map(|_| now.0)])?;
    Ok(())
}

pub(super) fn states(connection: &Connection) -> Done<Vec<StreamState>> {
    let states = connection
        .prepare_cached(
            "SELECT id, waiting, lost, lost_at, fault, fault_at FROM event_stream ORDER BY id",
        )?
        .query_map([], |found| {
            let fault: Option<String> = found.get(4)?;
            let fault_at = row::time(found, 5)?.unwrap_or_default();
            Ok(StreamState {
                stream: EventStreamId(found.get(0)?),
                waiting: found.get(1)?,
                lost: found.get(2)?,
                lost_at: row::time(found, 3)?,
                fault: fault.map(|fault| (fault, fault_at)),
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(states)
}
