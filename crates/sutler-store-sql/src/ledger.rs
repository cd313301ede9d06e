//! The ledger: hands writes to the writer thread, and reads to connections beside it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use rusqlite::Connection;
use sutler_model::Time;
use sutler_model::port::LedgerError;

use crate::error::{Done, told};
use crate::folder::Folder;
use crate::write::{Job, Queue, Side, Task, Writer};

/// The ledger on SQLite. Dropping it finishes what waits and gives the data directory free.
pub struct SqliteLedger {
    writer: Writer,
    readers: Readers,
    /// Held last, so that the lock outlives the connections.
    pub(crate) folder: Folder,
}

impl SqliteLedger {
    pub(crate) fn new(folder: Folder, writer: Writer, readers: Readers) -> Self {
        Self { writer, readers, folder }
    }

    /// One transaction on the writer. The work may be run twice: it takes nothing out of
    /// what it holds.
    pub(crate) async fn write<T, E, W>(&self, side: Side, work: W) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<LedgerError> + Send + 'static,
        W: FnMut(&Connection) -> Done<T, E> + Send + 'static,
    {
        let (task, answer) = Task::new(side, work);
        put(self.writer.queue(), side, Box::new(task))?;
        answer.await.unwrap_or(Err(LedgerError::Fenced.into()))
    }

    /// The same without waiting for the disk: for work that can be derived again.
    pub(crate) async fn write_unflushed<T, W>(&self, side: Side, work: W) -> Result<T, LedgerError>
    where
        T: Send + 'static,
        W: FnMut(&Connection) -> Done<T> + Send + 'static,
    {
        let (task, answer) = Task::new(side, work);
        put(self.writer.queue(), side, Box::new(task.that_may_be_lost()))?;
        answer.await.unwrap_or(Err(LedgerError::Fenced))
    }

    /// One snapshot, on a thread for queries.
    pub(crate) async fn read<T, W>(&self, side: Side, work: W) -> Result<T, LedgerError>
    where
        T: Send + 'static,
        W: FnMut(&Connection) -> Done<T> + Send + 'static,
    {
        let (task, answer) = Task::new(side, work);
        put(&self.readers.queue, side, Box::new(task))?;
        answer.await.unwrap_or(Err(LedgerError::Fenced))
    }

    /// A read of a few rows by key, done at once by the caller's own thread: it takes less
    /// time than to hand it to another.
    pub(crate) fn point<T>(
        &self,
        work: impl FnOnce(&Connection) -> Done<T>,
    ) -> Result<T, LedgerError> {
        self.readers.point(work)
    }

    /// The newest time that is stored: of a change, of a delivery, or of a start.
    pub fn latest(&self) -> Result<Time, LedgerError> {
        self.point(|connection| {
            let latest = connection.query_row(
                "SELECT max(\
                 coalesce((SELECT at FROM journal ORDER BY seq DESC LIMIT 1), 0), \
                 coalesce((SELECT at FROM delivery ORDER BY id DESC LIMIT 1), 0), \
                 coalesce((SELECT at FROM audit ORDER BY seq DESC LIMIT 1), 0), \
                 coalesce((SELECT started FROM node ORDER BY id DESC LIMIT 1), 0))",
                [],
                |row| row.get(0).map(Time),
            )?;
            Ok(latest)
        })
    }

    /// False once the writer has ended.
    pub(crate) fn is_writing(&self) -> bool {
        !self.writer.queue().is_closed()
    }
}

fn put<E: From<LedgerError>>(
    queue: &Queue<Box<dyn Job>>,
    side: Side,
    job: Box<dyn Job>,
) -> Result<(), E> {
    use crate::write::Refused;
    queue.push(side, job).map_err(|refused| {
        E::from(match refused {
            Refused::Full => LedgerError::Busy,
            Refused::Closed => LedgerError::Fenced,
        })
    })
}

/// Connections that only read.
pub(crate) struct Readers {
    points: Vec<Mutex<Connection>>,
    next: AtomicUsize,
    queue: Arc<Queue<Box<dyn Job>>>,
    threads: Vec<JoinHandle<()>>,
}

impl Readers {
    /// Starts a thread for each of `queries`; `points` serve their callers' own threads.
    pub(crate) fn start(
        points: Vec<Connection>,
        queries: Vec<Connection>,
        room: usize,
    ) -> std::io::Result<Self> {
        let mut readers = Self {
            points: points.into_iter().map(Mutex::new).collect(),
            next: AtomicUsize::new(0),
            queue: Arc::new(Queue::new(room)),
            threads: Vec::new(),
        };
        for connection in queries {
            let queue = Arc::clone(&readers.queue);
            let thread = std::thread::Builder::new()
                .name("reader".to_owned())
                .spawn(move || serve(&connection, &queue))?;
            readers.threads.push(thread);
        }
        Ok(readers)
    }

    fn point<T>(&self, work: impl FnOnce(&Connection) -> Done<T>) -> Result<T, LedgerError> {
        let start = self.next.fetch_add(1, Ordering::Relaxed);
        let order = || self.points.iter().cycle().skip(start % self.points.len().max(1));
        let free = order().take(self.points.len()).find_map(|one| one.try_lock().ok());
        let connection = match free {
            Some(connection) => connection,
            None => match order().next() {
                Some(one) => one.lock().unwrap_or_else(PoisonError::into_inner),
                None => return Err(LedgerError::Fenced),
            },
        };
        work(&connection).map_err(told)
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        self.queue.close();
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

/// Each job in one deferred transaction: all its statements see one snapshot.
fn serve(connection: &Connection, queue: &Queue<Box<dyn Job>>) {
    use crate::write::Step;
    while let Some(mut job) = queue.pop() {
        let begun = connection.unchecked_transaction();
        match begun.map(|snapshot| (job.run(&snapshot), snapshot.finish())) {
            Ok((Step::Done | Step::Undo, _)) => job.answer(),
            Ok((Step::Broken(error), _)) | Err(error) => {
                job.fail(crate::error::ledger_error(&error));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r1_only_work_that_may_be_lost_is_not_flushed() {
        let folder = tempfile::TempDir::new().unwrap();
        let ledger = SqliteLedger::open(folder.path(), &crate::Options::default()).unwrap();
        let level = |connection: &Connection| -> Done<i64> {
            Ok(connection.pragma_query_value(None, "synchronous", |row| row.get(0))?)
        };
        let (normal, full) = (1, 2);
        futures::executor::block_on(async {
            assert_eq!(ledger.write::<_, LedgerError, _>(Side::Inbound, level).await, Ok(full));
            assert_eq!(ledger.write_unflushed(Side::Outbound, level).await, Ok(normal));
            assert_eq!(ledger.write::<_, LedgerError, _>(Side::Outbound, level).await, Ok(full));
        });
    }
}
