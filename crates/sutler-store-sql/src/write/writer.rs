//! The writer thread: many jobs in one transaction, each in a savepoint of its own.
//!
//! Nobody is answered before COMMIT returned. A job that is refused is taken back alone; any
//! other error takes the whole batch back, and its members are run once more, one by one.

use std::sync::Arc;
use std::thread::JoinHandle;

use rusqlite::Connection;
use sutler_model::port::{Clock, LedgerError};

use super::job::{Job, Step};
use super::queue::{Queue, Side};
use crate::checkpoint::Checkpoints;
use crate::error::{is_full, is_io, ledger_error};
use crate::reserve::Reserve;

/// Jobs in a batch, at most.
const MOST: usize = 512;
/// Milliseconds of work in a batch, at most.
const LONGEST: i64 = 3;

type Jobs = Queue<Box<dyn Job>>;

/// The handle of the writer thread.
pub(crate) struct Writer {
    queue: Arc<Jobs>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread.
    pub(crate) fn start(
        connection: Connection,
        queue: Arc<Jobs>,
        checkpoints: Checkpoints,
        reserve: Reserve,
        clock: Option<Arc<dyn Clock>>,
    ) -> std::io::Result<Self> {
        let queued = Arc::clone(&queue);
        let mut work =
            Work { connection, queue: queued, checkpoints, reserve, clock, flushes: true };
        let thread =
            std::thread::Builder::new().name("writer".to_owned()).spawn(move || work.run())?;
        Ok(Self { queue, thread: Some(thread) })
    }

    /// Where jobs are put.
    pub(crate) fn queue(&self) -> &Jobs {
        &self.queue
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue.close();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

struct Work {
    connection: Connection,
    queue: Arc<Jobs>,
    checkpoints: Checkpoints,
    reserve: Reserve,
    clock: Option<Arc<dyn Clock>>,
    /// True while COMMIT returns only when the disk has it.
    flushes: bool,
}

impl Drop for Work {
    /// However the thread ends, nobody is to wait for it.
    fn drop(&mut self) {
        self.queue.close();
        while let Some(job) = self.queue.try_pop() {
            job.fail(LedgerError::Fenced);
        }
    }
}

impl Work {
    fn run(&mut self) {
        while let Some(first) = self.queue.pop() {
            self.reserve.take_again(self.time());
            let jobs = self.batch(first);
            self.checkpoints.after(&self.connection, jobs);
        }
    }

    /// Whether COMMIT waits for the disk; said between transactions only.
    fn flush(&mut self, wanted: bool) -> rusqlite::Result<()> {
        if self.flushes != wanted {
            let level = if wanted { "full" } else { "normal" };
            self.connection.pragma_update(None, "synchronous", level)?;
            self.flushes = wanted;
        }
        Ok(())
    }

    /// Runs and commits what waits, up to a batch. Returns how many jobs there were. A job that
    /// may be lost and comes first is a batch of its own, which nobody waits for the disk for.
    fn batch(&mut self, first: Box<dyn Job>) -> usize {
        let started = self.time();
        let mut jobs: Vec<Box<dyn Job>> = Vec::new();
        let alone = first.may_be_lost();
        let begun = self.flush(!alone).and_then(|()| self.execute("BEGIN IMMEDIATE"));
        let mut broken = begun.err();
        let mut written = false;
        let mut next = Some(first);
        while let Some(mut job) = next.take() {
            if self.keeps_out(&*job) {
                job.fail(LedgerError::Full);
            } else {
                if broken.is_none() {
                    broken = self.step(&mut *job, &mut written).err();
                }
                jobs.push(job);
            }
            if broken.is_none() && !alone && jobs.len() < MOST && self.time() - started < LONGEST {
                next = self.queue.try_pop();
            }
        }
        let count = jobs.len();
        let ended = match broken {
            Some(error) => Err(error),
            None => self.commit(),
        };
        if let Err(error) = ended {
            self.roll_back();
            self.heed(&error);
            for job in jobs {
                self.alone(job);
            }
        } else {
            jobs.into_iter().for_each(Job::answer);
        }
        count
    }

    /// One job within the batch. The first that writes needs no savepoint: if it is refused,
    /// the transaction holds nothing else.
    fn step(&self, job: &mut dyn Job, written: &mut bool) -> rusqlite::Result<()> {
        if !*written {
            return match job.run(&self.connection) {
                Step::Done => {
                    *written = true;
                    Ok(())
                }
                Step::Undo => {
                    self.execute("ROLLBACK")?;
                    self.execute("BEGIN IMMEDIATE")
                }
                Step::Broken(error) => Err(error),
            };
        }
        self.execute("SAVEPOINT job")?;
        match job.run(&self.connection) {
            Step::Done => self.execute("RELEASE job"),
            Step::Undo => {
                self.execute("ROLLBACK TO job")?;
                self.execute("RELEASE job")
            }
            Step::Broken(error) => Err(error),
        }
    }

    /// True for what comes in anew while the disk is full.
    fn keeps_out(&self, job: &dyn Job) -> bool {
        self.reserve.is_given_up() && job.side() == Side::Inbound
    }

    /// What a failed transaction means for those to come.
    fn heed(&mut self, error: &rusqlite::Error) {
        if is_full(error) {
            self.reserve.give_up(self.time());
        }
    }

    /// One job in a transaction of its own, after its batch had failed.
    fn alone(&mut self, mut job: Box<dyn Job>) {
        if self.keeps_out(&*job) {
            return job.fail(LedgerError::Full);
        }
        if let Err(error) = self.flush(true).and_then(|()| self.execute("BEGIN IMMEDIATE")) {
            return job.fail(ledger_error(&error));
        }
        let ended = match job.run(&self.connection) {
            Step::Done => self.commit(),
            Step::Undo => {
                self.roll_back();
                return job.answer();
            }
            Step::Broken(error) => Err(error),
        };
        match ended {
            Ok(()) => job.answer(),
            Err(error) => {
                self.roll_back();
                tracing::error!(%error, "a transaction failed");
                job.fail(ledger_error(&error));
            }
        }
    }

    /// After an I/O error nobody knows whether the transaction is on the disk, and a second
    /// flush would lie: the process ends, and finds out when it opens the store again.
    fn commit(&self) -> rusqlite::Result<()> {
        let committed = self.execute("COMMIT");
        if let Err(error) = &committed
            && is_io(error)
        {
            tracing::error!(%error, "commit could not be flushed; the process ends");
            std::process::abort();
        }
        committed
    }

    /// SQLite may have rolled back by itself: a full disk does.
    fn roll_back(&self) {
        if !self.connection.is_autocommit()
            && let Err(error) = self.execute("ROLLBACK")
        {
            tracing::error!(%error, "a transaction could not be rolled back");
        }
    }

    fn execute(&self, sql: &str) -> rusqlite::Result<()> {
        self.connection.prepare_cached(sql)?.execute([]).map(drop)
    }

    fn time(&self) -> i64 {
        self.clock.as_ref().map_or(0, |clock| clock.boottime())
    }
}
