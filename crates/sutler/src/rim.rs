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

/// The system's clock, held so that it never goes back in this process, and never stands
/// still: where the wall clock is set back, the time goes on with the time since boot.
pub(crate) struct SystemClock {
    /// By how much the wall clock was ahead of the time since boot, at most.
    ahead: AtomicI64,
}

impl SystemClock {
    pub(crate) fn new() -> Self {
        Self { ahead: AtomicI64::new(0) }
    }

    /// The time is not before `stored`, which an earlier process has seen. Gives by how many
    /// milliseconds the wall clock is behind it.
    pub(crate) fn not_before(&self, stored: Time) -> i64 {
        let behind = stored.since(self.now());
        self.ahead.fetch_max(stored.0 - self.boottime(), Ordering::Relaxed);
        behind.max(0)
    }
}

/// Counts the time in which the machine was suspended, where the system can tell.
#[cfg(target_os = "linux")]
const SINCE_BOOT: ClockId = ClockId::Boottime;
#[cfg(not(target_os = "linux"))]
const SINCE_BOOT: ClockId = ClockId::Monotonic;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the adapter of the port `Clock`")]
    fn now(&self) -> Time {
        let read = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX));
        // Read second: a pause between the two makes the wall clock no further ahead.
        let since_boot = self.boottime();
        let ahead = read - since_boot;
        Time(since_boot + ahead.max(self.ahead.fetch_max(ahead, Ordering::Relaxed)))
    }

    fn boottime(&self) -> i64 {
        let since = clock_gettime(SINCE_BOOT);
        since.tv_sec * 1_000 + since.tv_nsec / 1_000_000
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
    fn r19_the_clock_never_goes_back() {
        let clock = SystemClock::new();
        let future = clock.now().plus(60_000);
        assert!((59_000..=60_000).contains(&clock.not_before(future)));
        assert_eq!(clock.not_before(Time(0)), 0);
        assert!(clock.now() >= future);
    }

    #[test]
    fn r19_the_clock_goes_on_when_the_wall_clock_is_set_back() {
        let clock = SystemClock::new();
        clock.not_before(clock.now().plus(3_600_000));
        let before = clock.now();
        while clock.now() <= before {
            std::hint::spin_loop();
        }
    }

    #[test]
    fn the_time_since_boot_is_finer_than_a_hundredth() {
        let clock = SystemClock::new();
        while clock.boottime() % 10 == 0 {
            std::hint::spin_loop();
        }
    }

    #[test]
    fn random_bytes_differ() {
        assert_ne!(SystemRandom.bytes32(), SystemRandom.bytes32());
        assert_ne!(SystemRandom.bytes16(), SystemRandom.bytes16());
    }
}
