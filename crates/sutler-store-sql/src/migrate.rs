//! Migrations: numbered, checked by hash, each in a transaction of its own.
//!
//! A kill at any statement leaves the last whole migration. Nothing is migrated backwards.

use rusqlite::{Connection, params};
use sha2::{Digest, Sha256};

use crate::OpenError;

const MIGRATIONS: [&str; 13] = [
    include_str!("migrations/0001_start.sql"),
    include_str!("migrations/0002_census.sql"),
    include_str!("migrations/0003_schema_extension.sql"),
    include_str!("migrations/0004_identity_provider.sql"),
    include_str!("migrations/0005_events.sql"),
    include_str!("migrations/0006_history.sql"),
    include_str!("migrations/0007_rules.sql"),
    include_str!("migrations/0008_report.sql"),
    include_str!("migrations/0009_administration.sql"),
    include_str!("migrations/0010_delivery_history.sql"),
    include_str!("migrations/0011_guard.sql"),
    include_str!("migrations/0012_nests.sql"),
    include_str!("migrations/0013_intent.sql"),
];

/// Brings the schema up to date, or says why it cannot.
pub(crate) fn migrate(connection: &Connection) -> Result<(), OpenError> {
    migrate_to(connection, &MIGRATIONS)
}

fn migrate_to(connection: &Connection, migrations: &[&str]) -> Result<(), OpenError> {
    connection.execute_batch(
        "CREATE TABLE IF NOT EXISTS migration (n INTEGER PRIMARY KEY, hash TEXT NOT NULL) STRICT",
    )?;
    check(connection, migrations)?;
    for (n, sql) in (1..).zip(migrations) {
        connection.execute_batch("BEGIN EXCLUSIVE")?;
        let applied = apply(connection, n, sql);
        if applied.is_err() {
            connection.execute_batch("ROLLBACK")?;
        }
        applied?;
    }
    Ok(())
}

/// Compares what was applied with what we know, before anything is changed.
fn check(connection: &Connection, migrations: &[&str]) -> Result<(), OpenError> {
    let mut statement = connection.prepare("SELECT n, hash FROM migration ORDER BY n")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let known: Vec<(i64, &str)> = (1..).zip(migrations.iter().copied()).collect();
    for row in rows {
        let (n, hash): (i64, String) = row?;
        match known.iter().find(|(number, _)| *number == n) {
            None => return Err(OpenError::Newer { migration: n }),
            Some((_, sql)) if digest(sql) != hash => {
                return Err(OpenError::Tampered { migration: n });
            }
            Some(_) => {}
        }
    }
    Ok(())
}

fn apply(connection: &Connection, n: i64, sql: &str) -> Result<(), OpenError> {
    let there: bool = connection.query_row(
        "SELECT EXISTS (SELECT 1 FROM migration WHERE n = ?1)",
        [n],
        |row| row.get(0),
    )?;
    if !there {
        connection.execute_batch(sql)?;
        connection
            .execute("INSERT INTO migration (n, hash) VALUES (?1, ?2)", params![n, digest(sql)])?;
    }
    connection.execute_batch("COMMIT")?;
    Ok(())
}

fn digest(sql: &str) -> String {
    use std::fmt::Write as _;
    Sha256::digest(sql.as_bytes()).iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests;
