//! An online backup: a consistent copy of the store, taken while it is in use.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};
use sutler_model::port::LedgerError;
use tokio::sync::oneshot;

/// Copies on a thread of its own. All pages in one step, which is one snapshot: in WAL mode it
/// keeps no writer waiting, and a copy in many steps would begin anew with every commit.
pub(super) async fn backup(from: PathBuf, to: PathBuf) -> Result<u64, LedgerError> {
    let (reply, answer) = oneshot::channel();
    std::thread::Builder::new()
        .name("backup".to_owned())
        .spawn(move || {
            let copied = copy(&from, &to);
            if copied.is_err() {
                // Half a backup is worse than none.
                let _ = std::fs::remove_file(partial(&to));
            }
            let _ = reply.send(copied);
        })
        .map_err(|error| failed(&error))?;
    answer.await.unwrap_or(Err(LedgerError::Fenced))
}

fn copy(from: &Path, to: &Path) -> Result<u64, LedgerError> {
    if to.exists() {
        let detail = format!("`{}` exists already", to.display());
        return Err(LedgerError::Failed(detail));
    }
    let partial = partial(to);
    OpenOptions::new()
        .create(true)
        .truncate(true)
        .write(true)
        .mode(0o600)
        .open(&partial)
        .map_err(|error| failed(&error))?;
    pages(from, &partial).map_err(|error| crate::error::ledger_error(&error))?;
    let keep = || {
        let file = File::open(&partial)?;
        file.sync_all()?;
        std::fs::rename(&partial, to)?;
        if let Some(folder) = to.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            File::open(folder)?.sync_all()?;
        }
        Ok(file.metadata()?.len())
    };
    keep().map_err(|error: std::io::Error| failed(&error))
}

fn pages(from: &Path, to: &Path) -> rusqlite::Result<()> {
    let source = Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    source.busy_timeout(std::time::Duration::from_secs(10))?;
    let mut copy = Connection::open(to)?;
    let backup = Backup::new(&source, &mut copy)?;
    match backup.step(-1)? {
        StepResult::Done => Ok(()),
        _ => Err(rusqlite::Error::SqliteFailure(
            rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY),
            None,
        )),
    }
}

fn partial(to: &Path) -> PathBuf {
    let mut name = to.as_os_str().to_owned();
    name.push(".partial");
    PathBuf::from(name)
}

fn failed(error: &std::io::Error) -> LedgerError {
    match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => LedgerError::Full,
        _ => LedgerError::Failed(error.to_string()),
    }
}
