//! What waits in a stream. A stream that is full loses what comes, and counts it.

use rusqlite::{Connection, params};
use sutler_model::change::{Change, Committed};
use sutler_model::event::{Event, EventEnd, EventKind};
use sutler_model::port::{LedgerError, MOST_BYTES};
use sutler_model::{EventStreamId, Time};

use super::stream;
use crate::error::Done;
use crate::row;

/// Puts the events of a change into their streams, in the change's own transaction.
pub(crate) fn record<E: From<LedgerError>>(
    connection: &Connection,
    change: &Change,
    committed: &Committed,
) -> Done<(), E> {
    for (stream, event) in &change.events {
        let version = (event.kind != EventKind::Delete).then_some(committed.version);
        enqueue(connection, *stream, &Event { version, ..event.clone() })?;
    }
    Ok(())
}

/// The room is taken first: without it, or without the stream, nothing is written.
pub(super) fn enqueue<E: From<LedgerError>>(
    connection: &Connection,
    stream: EventStreamId,
    event: &Event,
) -> Done<(), E> {
    let room = connection
        .prepare_cached(
            "UPDATE event_stream SET waiting = waiting + 1 WHERE id = ?1 AND waiting < most",
        )?
        .execute([stream.0])?;
    if room == 0 {
        connection
            .prepare_cached(
                "UPDATE event_stream SET lost = lost + 1, lost_at = max(coalesce(lost_at, 0), ?2) \
                 WHERE id = ?1",
            )?
            .execute([stream.0, event.at.0])?;
        return Ok(());
    }
    connection
        .prepare_cached("INSERT INTO event (stream, jti, doc) VALUES (?1, ?2, ?3)")?
        .execute(params![stream.0, event.jti, serde_json::to_string(event)?])?;
    Ok(())
}

pub(super) fn waiting(
    connection: &Connection,
    stream: EventStreamId,
    limit: usize,
) -> Done<Vec<Event>> {
    let mut statement = connection
        .prepare_cached("SELECT doc FROM event WHERE stream = ?1 ORDER BY id LIMIT ?2")?;
    let mut rows = statement.query([stream.0, row::number(limit)])?;
    let mut events = Vec::new();
    let mut bytes = 0;
    while let Some(found) = rows.next()? {
        events.push(row::json(found, 0)?);
        bytes += found.get_ref(0)?.as_str().map_or(0, str::len);
        if bytes >= MOST_BYTES {
            break;
        }
    }
    Ok(events)
}

pub(super) fn end(
    connection: &Connection,
    stream: EventStreamId,
    ends: &[EventEnd],
    now: Time,
) -> Done<usize> {
    let mut gone = 0;
    let mut refused = None;
    for end in ends {
        let went = connection
            .prepare_cached("DELETE FROM event WHERE stream = ?1 AND jti = ?2")?
            .execute(params![stream.0, end.jti])?;
        gone += went;
        if went > 0 && end.refused.is_some() {
            refused = end.refused.as_deref();
        }
    }
    connection
        .prepare_cached("UPDATE event_stream SET waiting = waiting - ?2 WHERE id = ?1")?
        .execute([stream.0, row::number(gone)])?;
    if refused.is_some() {
        stream::fault(connection, stream, refused, now)?;
    }
    Ok(gone)
}
