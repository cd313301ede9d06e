//! Opening the store: the data directory, the connections and the threads behind them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use sutler_model::port::Clock;

use crate::checkpoint::Checkpoints;
use crate::folder::Folder;
use crate::ledger::{Readers, SqliteLedger};
use crate::migrate::migrate;
use crate::reserve::Reserve;
use crate::write::{Queue, Writer};

/// SQLite below this lost commits under WAL in rare cases.
const OLDEST: (i32, &str) = (3_051_003, "3.51.3");

/// How the store is opened.
#[derive(Clone)]
pub struct Options {
    /// Caps a batch by time; without one, batches are capped by number alone.
    pub clock: Option<Arc<dyn Clock>>,
    /// Requests that may wait for the writer, of each side; one more is refused as busy.
    pub queue: usize,
    /// Threads for queries beside the point reads.
    pub readers: usize,
    /// Bytes on the disk that are kept back for the dispatcher, for when it is full; 0 is none.
    pub reserve: u64,
    /// The largest size of the database in pages of 8 KiB; `None` is without limit.
    pub max_pages: Option<u32>,
}

impl Default for Options {
    fn default() -> Self {
        Self { clock: None, queue: 8_192, readers: 3, reserve: 0, max_pages: None }
    }
}

/// Why the store could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process works on it.
    #[error("the data directory `{}` is in use by {holder}; stop it first, or let it do the work", path.display())]
    Held {
        /// The directory.
        path: PathBuf,
        /// Who has it.
        holder: String,
    },
    /// The directory or a file in it cannot be used.
    #[error("cannot use `{}`: {error}", path.display())]
    Folder {
        /// Which.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// The SQLite library is too old to be trusted.
    #[error("SQLite {found} is too old: {} or newer is needed", OLDEST.1)]
    OldSqlite {
        /// Its version.
        found: &'static str,
    },
    /// The store was written by a newer version of this program.
    #[error(
        "the store has migration {migration}, which this version does not know: use the newer version that wrote it, or restore a backup"
    )]
    Newer {
        /// Its number.
        migration: i64,
    },
    /// A migration that was applied is not the one that this program carries.
    #[error(
        "migration {migration} in the store is not the one of this version: the store was made by another build, or was tampered with"
    )]
    Tampered {
        /// Its number.
        migration: i64,
    },
    /// A thread could not be started.
    #[error("cannot start a thread: {0}")]
    Thread(std::io::Error),
    /// SQLite could not do it.
    #[error("cannot open the database: {0}")]
    Sqlite(#[from] rusqlite::Error),
}

impl SqliteLedger {
    /// Opens the store in this data directory, making it if there is none. The directory is
    /// held until the value is dropped.
    pub fn open(folder: &Path, options: &Options) -> Result<Self, OpenError> {
        if rusqlite::version_number() < OLDEST.0 {
            return Err(OpenError::OldSqlite { found: rusqlite::version() });
        }
        let folder = Folder::hold(folder)?;
        let path = folder.database();
        let writing = writer(&path, options)?;
        folder.sync()?;
        let checkpoints =
            Checkpoints::start(plain(&path)?, folder.log()).map_err(OpenError::Thread)?;
        let queue = Arc::new(Queue::new(options.queue));
        let reserve = Reserve::take(folder.reserve(), options.reserve);
        let writer = Writer::start(writing, queue, checkpoints, reserve, options.clock.clone())
            .map_err(OpenError::Thread)?;
        let points = (0..4).map(|_| reader(&path)).collect::<Result<_, _>>()?;
        let threads =
            (0..options.readers.max(1)).map(|_| reader(&path)).collect::<Result<Vec<_>, _>>()?;
        let readers = Readers::start(points, threads, options.queue).map_err(OpenError::Thread)?;
        Ok(Self::new(folder, writer, readers))
    }
}

/// The connection that writes, with the schema up to date.
fn writer(path: &Path, options: &Options) -> Result<Connection, OpenError> {
    let connection = plain(path)?;
    connection.pragma_update(None, "page_size", 8192)?;
    let mode: String =
        connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))?;
    if mode != "wal" {
        return Err(rusqlite::Error::InvalidQuery.into());
    }
    // Durable when COMMIT returns: R1. The checkpoint has a thread of its own.
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    connection.pragma_update(None, "cache_size", -65_536)?;
    migrate(&connection)?;
    if let Some(pages) = options.max_pages {
        connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))?;
    }
    Ok(connection)
}

fn reader(path: &Path) -> Result<Connection, OpenError> {
    let connection = plain(path)?;
    connection.pragma_update(None, "query_only", true)?;
    connection.pragma_update(None, "cache_size", -16_384)?;
    Ok(connection)
}

/// A connection with what holds for all of them.
fn plain(path: &Path) -> Result<Connection, OpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(std::time::Duration::from_secs(10))?;
    // Without the promise of stable plans SQLite compiles a statement anew for every value that
    // is bound to it, where a partial index might serve: most of a read's time.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.pragma_update(None, "foreign_keys", false)?;
    connection.pragma_update_and_check(None, "mmap_size", 0, |_| Ok(())).or_else(ignore_no_row)?;
    connection.pragma_update(None, "temp_store", "memory")?;
    connection.set_prepared_statement_cache_capacity(256);
    Ok(connection)
}

/// SQLite without memory mapping answers nothing at all to the pragma that forbids it.
fn ignore_no_row(error: rusqlite::Error) -> Result<(), rusqlite::Error> {
    match error {
        rusqlite::Error::QueryReturnedNoRows => Ok(()),
        other => Err(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::StatementStatus;

    #[test]
    fn a_statement_is_compiled_once_whatever_is_bound_to_it() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("store.db");
        drop(Connection::open(&path).unwrap());
        drop(writer(&path, &Options::default()).unwrap());
        let connection = reader(&path).unwrap();
        // A join over tables with partial indexes, as the groups of a user are read.
        let sql = "SELECT r.rid FROM member m JOIN group_set s ON s.set_id = m.set_id \
                   JOIN resource r ON r.rid = s.rid WHERE m.member = ?1 \
                   AND r.set_id = m.set_id AND r.gone IS NULL ORDER BY r.rid";
        let mut statement = connection.prepare(sql).unwrap();
        for member in 1..5 {
            assert!(!statement.exists([member]).unwrap());
        }
        assert_eq!(statement.get_status(StatementStatus::RePrepare), 0);
    }
}
