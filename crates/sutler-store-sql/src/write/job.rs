//! A job of the writer: work that can be run again, and somebody who waits for its answer.

use rusqlite::Connection;
use sutler_model::port::LedgerError;
use tokio::sync::oneshot;

use super::Side;
use crate::error::{Done, Fail, is_own};

/// What running a job came to.
pub(crate) enum Step {
    /// Done: it may be committed.
    Done,
    /// Refused, with an answer of its own: what it wrote is taken back.
    Undo,
    /// The transaction is not to be trusted: all of it is taken back.
    Broken(rusqlite::Error),
}

/// A job.
pub(crate) trait Job: Send {
    /// Who asks for it.
    fn side(&self) -> Side;
    /// True if its commit need not be on the disk before it answers, because losing it to a
    /// power cut loses nothing: the next commit that is flushed takes it along.
    fn may_be_lost(&self) -> bool;
    /// Runs it in the open transaction. May be called again after a rollback.
    fn run(&mut self, connection: &Connection) -> Step;
    /// Answers with what the last run came to.
    fn answer(self: Box<Self>);
    /// Answers that it could not be done.
    fn fail(self: Box<Self>, error: LedgerError);
}

/// Work with the place that its answer goes to.
pub(crate) struct Task<T, E, W> {
    side: Side,
    work: W,
    may_be_lost: bool,
    answer: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<T, E, W> Task<T, E, W>
where
    W: FnMut(&Connection) -> Done<T, E>,
{
    /// A task, and where its answer comes out.
    pub(crate) fn new(side: Side, work: W) -> (Self, oneshot::Receiver<Result<T, E>>) {
        let (reply, answer) = oneshot::channel();
        let task = Self { side, work, may_be_lost: false, answer: None, reply };
        (task, answer)
    }

    /// The same, of work that may be lost until something else is flushed.
    pub(crate) fn that_may_be_lost(self) -> Self {
        Self { may_be_lost: true, ..self }
    }
}

impl<T, E, W> Job for Task<T, E, W>
where
    T: Send,
    E: From<LedgerError> + Send,
    W: FnMut(&Connection) -> Done<T, E> + Send,
{
    fn side(&self) -> Side {
        self.side
    }

    fn may_be_lost(&self) -> bool {
        self.may_be_lost
    }

    fn run(&mut self, connection: &Connection) -> Step {
        let (answer, step) = match (self.work)(connection) {
            Ok(value) => (Ok(value), Step::Done),
            Err(Fail::Refused(error)) => (Err(error), Step::Undo),
            Err(Fail::Sql(error)) if is_own(&error) => {
                let detail = error.to_string();
                (Err(LedgerError::Failed(detail).into()), Step::Undo)
            }
            Err(Fail::Sql(error)) => return Step::Broken(error),
        };
        self.answer = Some(answer);
        step
    }

    fn answer(self: Box<Self>) {
        // Whoever has stopped waiting is not told.
        if let Some(answer) = self.answer {
            let _ = self.reply.send(answer);
        }
    }

    fn fail(self: Box<Self>, error: LedgerError) {
        let _ = self.reply.send(Err(error.into()));
    }
}
