//! Fills the store by the ways that users have: the CSV import, and groups over SCIM.

use std::io::{BufWriter, Write};
use std::ops::Range;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use rusqlite::{Connection, OpenFlags};
use tokio::time::Instant;

use super::curve::Growth;
use crate::server::Server;

/// How long the spreader may take to go through what was imported.
const PATIENCE: Duration = Duration::from_mins(15);
/// Different family names, so that a name stands for a small part of the people.
const FAMILIES: usize = 50_000;

/// The name of user `n`.
pub(crate) fn name(n: usize) -> String {
    format!("user{n:07}@example.com")
}

/// The family name of user `n`.
pub(crate) fn family(n: usize) -> String {
    format!("Family{}", n % FAMILIES)
}

/// Imports the users of a range while no server runs.
pub(crate) fn users(server: &mut Server, range: Range<usize>, growth: &mut Growth) -> Result<()> {
    let rows = range.end;
    growth.add("CSV import", "rows/s", rows, import_users(server, range)?);
    Ok(())
}

/// The same; how many rows a second.
pub(crate) fn import_users(server: &mut Server, range: Range<usize>) -> Result<f64> {
    let path = server.folder().join("people.csv");
    let mut file = BufWriter::new(std::fs::File::create(&path)?);
    writeln!(
        file,
        "userName,externalId,name.givenName,name.familyName,displayName,title,emails.value,active"
    )?;
    for n in range.clone() {
        let (name, family) = (name(n), family(n));
        writeln!(file, "{name},hr-{n},Ada,{family},Ada {family},Specialist,{name},true")?;
    }
    file.into_inner()?.sync_all()?;
    let path = path.to_str().context("the temporary folder has a name of text")?;
    let from = Instant::now();
    server.run(&["import"], &["--service-provider", "hr", path])?;
    #[expect(clippy::cast_precision_loss, reason = "counts are small")]
    let rate = range.len() as f64 / from.elapsed().as_secs_f64();
    Ok(rate)
}

/// Waits until everything that was written is spread.
pub(crate) async fn settled(server: &Server) -> Result<()> {
    let connection = database(server)?;
    let end = Instant::now() + PATIENCE;
    loop {
        let waiting: bool =
            connection.query_row("SELECT EXISTS (SELECT 1 FROM outbox)", [], |row| row.get(0))?;
        if !waiting {
            return Ok(());
        }
        ensure!(Instant::now() < end, "not everything is spread after {PATIENCE:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// The ids of the first users.
pub(crate) fn ids(server: &Server, count: usize) -> Result<Vec<String>> {
    let connection = database(server)?;
    let mut statement =
        connection.prepare("SELECT uid FROM resource WHERE kind = 1 ORDER BY rid LIMIT ?1")?;
    let ids = statement.query_map([i64::try_from(count)?], |row| row.get(0))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

fn database(server: &Server) -> Result<Connection> {
    let path = server.data().join("sutler.db");
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.busy_timeout(Duration::from_secs(10))?;
    Ok(connection)
}
