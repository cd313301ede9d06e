//! The checkpoint: moves committed pages from the write-ahead log into the database, beside
//! the writer, so that no commit waits for it.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;

use rusqlite::Connection;

/// Changes after which a checkpoint is worth its flush.
const JOBS: usize = 1_000;
/// A log beyond this means that the thread beside the writer never catches up with it.
const LONG: u64 = 64 << 20;

/// A log beyond this is emptied at the start: processes that are killed before they have
/// committed enough for a checkpoint leave a longer one each time.
const LONG_AT_START: u64 = 16 << 20;

/// Empties a long log into the database, beside the first requests: the start does not wait for
/// it, and the writer only for the short end of it. What fails now is done by the checkpoints to
/// come.
fn at_start(connection: &Connection, log: &Path) {
    if !std::fs::metadata(log).is_ok_and(|log| log.len() > LONG_AT_START) {
        return;
    }
    passive(connection);
    let emptied = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
    if let Err(error) = emptied {
        tracing::warn!(%error, "the checkpoint at the start failed");
    }
}

/// The thread that checkpoints, and the writer's count of what it has given it to do.
pub(crate) struct Checkpoints {
    wake: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
    log: PathBuf,
    jobs: usize,
}

impl Checkpoints {
    /// Starts the thread with a connection of its own.
    pub(crate) fn start(connection: Connection, log: PathBuf) -> std::io::Result<Self> {
        let (wake, woken) = sync_channel(1);
        let thread = std::thread::Builder::new().name("checkpoint".to_owned()).spawn({
            let log = log.clone();
            move || work(&connection, &log, &woken)
        })?;
        Ok(Self { wake: Some(wake), thread: Some(thread), log, jobs: 0 })
    }

    /// Called by the writer between two transactions, with what it has just committed.
    ///
    /// Under constant writing the thread always lacks the newest pages, and the log could not
    /// start anew. When it has grown long, the writer takes these few pages itself.
    pub(crate) fn after(&mut self, connection: &Connection, jobs: usize) {
        self.jobs += jobs;
        if self.jobs < JOBS {
            return;
        }
        self.jobs = 0;
        let Some(wake) = &self.wake else { return };
        let idle = !matches!(wake.try_send(()), Err(TrySendError::Full(())));
        if idle && std::fs::metadata(&self.log).is_ok_and(|log| log.len() > LONG) {
            passive(connection);
        }
    }
}

impl Drop for Checkpoints {
    fn drop(&mut self) {
        self.wake = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn work(connection: &Connection, log: &Path, woken: &Receiver<()>) {
    at_start(connection, log);
    while woken.recv().is_ok() {
        passive(connection);
    }
}

/// Moves what can be moved without waiting for anybody. What fails now is done the next time.
fn passive(connection: &Connection) {
    let moved = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
    if let Err(error) = moved {
        tracing::warn!(%error, "checkpoint failed");
    }
}
