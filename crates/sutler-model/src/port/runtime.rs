//! Time, randomness and tasks are passed in, so that one single-threaded executor can run,
//! and crash, everything.

use std::future::Future;
use std::pin::Pin;

use crate::Time;

/// The time.
pub trait Clock: Send + Sync {
    /// The time; never goes back in a process.
    fn now(&self) -> Time;
    /// Milliseconds since some moment before the start, counting suspension; for deadlines.
    fn boottime(&self) -> i64;
}

/// Randomness.
pub trait Random: Send + Sync {
    /// 16 random bytes, for ids and correlations.
    fn bytes16(&self) -> [u8; 16];
    /// 32 random bytes, for secrets.
    fn bytes32(&self) -> [u8; 32];
    /// A random number, for jitter.
    fn number(&self) -> u64;
}

/// Tasks and sleeping.
pub trait Runtime: Send + Sync {
    /// Runs a task beside the caller. Tasks end with the process, or when they are done.
    fn spawn(&self, task: Pin<Box<dyn Future<Output = ()> + Send>>);
    /// Waits this many milliseconds.
    fn sleep(&self, millis: i64) -> Pin<Box<dyn Future<Output = ()> + Send>>;
}

/// A call took too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("timed out")]
pub struct Timeout;
