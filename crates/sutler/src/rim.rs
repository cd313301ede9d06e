//! The adapters of the smallest ports: the system's clock, its randomness, and tokio.
//!
//! The one place where a clock is read and random bytes are drawn; everybody else is given them.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rand::Rng;
use rustix::time::{ClockId, clock_gettime};
use sutler_model::Time;
use sutler_model::port::{Clock, Random, Runtime};

/// The system's clock, held so that it never goes back in this process.
pub(crate) struct SystemClock {
    latest: AtomicI64,
}

impl SystemClock {
    pub(crate) fn new() -> Self {
        Self { latest: AtomicI64::new(0) }
    }
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the adapter of the port `Clock`")]
    fn now(&self) -> Time {
        let read = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX));
        Time(read.max(self.latest.fetch_max(read, Ordering::Relaxed)))
    }

    fn boottime(&self) -> i64 {
        let time = clock_gettime(ClockId::Boottime);
        time.tv_sec.saturating_mul(1_000).saturating_add(time.tv_nsec / 1_000_000)
    }
}

/// The operating system's randomness.
pub(crate) struct SystemRandom;

impl SystemRandom {
    #[expect(clippy::disallowed_methods, reason = "this is the adapter of the port `Random`")]
    fn fill(bytes: &mut [u8]) {
        rand::rng().fill_bytes(bytes);
    }
}

impl Random for SystemRandom {
    fn bytes16(&self) -> [u8; 16] {
        let mut bytes = [0; 16];
        Self::fill(&mut bytes);
        bytes
    }

    fn bytes32(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        Self::fill(&mut bytes);
        bytes
    }

    fn number(&self) -> u64 {
        let mut bytes = [0; 8];
        Self::fill(&mut bytes);
        u64::from_le_bytes(bytes)
    }
}

/// Tasks and timers of the tokio runtime it was made in.
pub(crate) struct TokioRuntime(pub(crate) tokio::runtime::Handle);

impl Runtime for TokioRuntime {
    fn spawn(&self, task: Pin<Box<dyn Future<Output = ()> + Send>>) {
        drop(self.0.spawn(task));
    }

    fn sleep(&self, millis: i64) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let millis = u64::try_from(millis).unwrap_or(0);
        Box::pin(tokio::time::sleep(Duration::from_millis(millis)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_never_goes_back() {
        let clock = SystemClock::new();
        let future = clock.now().0 + 60_000;
        clock.latest.store(future, Ordering::Relaxed);
        assert_eq!(clock.now(), Time(future));
    }

    #[test]
    fn random_bytes_differ() {
        assert_ne!(SystemRandom.bytes32(), SystemRandom.bytes32());
        assert_ne!(SystemRandom.bytes16(), SystemRandom.bytes16());
    }
}
