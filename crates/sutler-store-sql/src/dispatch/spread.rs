//! Turns outbox rows into marks, in one transaction.

use rusqlite::Connection;
use sutler_model::port::{LedgerError, SpreadCommit};

use super::{mark, sweep};
use crate::error::{Done, Fail};
use crate::guard;

/// All of it or nothing: under the estate that routing was computed with, and only if no
/// other spreader had one of the rows.
pub(super) fn spread(connection: &Connection, commit: &SpreadCommit) -> Done<()> {
    under_estate(connection, commit.estate)?;
    let mut statement =
        connection.prepare_cached("DELETE FROM outbox WHERE seq = ?1 AND n = ?2")?;
    for (seq, n) in &commit.rows {
        if statement.execute([seq.0, *n])? == 0 {
            return Err(Fail::Refused(LedgerError::Busy));
        }
    }
    let holds = guard::count(connection, &commit.watch, &commit.edges)?;
    mark::mark_all(connection, &commit.markings)?;
    mark::mark_edges(connection, &commit.edges)?;
    holds.hold(connection)?;
    guard::free(connection, &commit.watch)?;
    for begun in &commit.sweeps {
        sweep::begin(connection, begun.target, begun.over, &begun.by)?;
    }
    Ok(())
}

/// Refuses what was computed with another version of the estate.
pub(crate) fn under_estate(connection: &Connection, version: i64) -> Done<()> {
    let estate: i64 = connection
        .prepare_cached("SELECT estate FROM meta WHERE id = 1")?
        .query_row([], |row| row.get(0))?;
    if estate == version { Ok(()) } else { Err(Fail::Refused(LedgerError::EstateMoved)) }
}
