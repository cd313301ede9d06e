//! Whether claims are issued for a target: the breaker and the smallest quarantine. Pure.
//!
//! A target that cannot be reached, or refuses our credentials, gets no claims but one probe
//! at a time, from the leave lane first; it returns by itself on the first success.

use sutler_model::Time;
use sutler_model::outcome::Trouble;

use crate::backoff::delay;

/// Failures in a row that open the breaker.
const TOLERATED: u32 = 5;
/// Probes of an unreachable target: first and last distance.
const UNREACHABLE: (i64, i64) = (500, 5_000);
/// Probes of a target that refuses our credentials.
const AUTH: (i64, i64) = (5_000, 3_600_000);

/// How a target has behaved lately.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Health {
    failures: u32,
    refused: u32,
    until: Option<Time>,
    closed: bool,
}

/// How many claims may be issued now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    /// As many as there are slots.
    Open,
    /// One, if none is under way.
    Probe,
    /// None before this time.
    Closed(Time),
}

impl Health {
    /// May claims be issued?
    pub fn gate(&self, now: Time) -> Gate {
        match self.until {
            Some(until) if now < until => Gate::Closed(until),
            _ if self.closed => Gate::Probe,
            _ => Gate::Open,
        }
    }

    /// The target answered sensibly. True if that ended a quarantine.
    pub fn succeeded(&mut self) -> bool {
        let was_refused = self.refused > 0;
        *self = Self::default();
        was_refused
    }

    /// The target did not serve a call. True if this begins a quarantine.
    pub fn failed(
        &mut self,
        trouble: Option<Trouble>,
        retry_after: Option<Time>,
        now: Time,
        random: u64,
    ) -> bool {
        match trouble {
            Some(Trouble::Auth) => self.refuse(now, random),
            Some(Trouble::Throttled) => {
                self.until = retry_after.max(self.until);
                false
            }
            Some(Trouble::Unreachable) | None => {
                self.miss(now, random);
                false
            }
        }
    }

    fn refuse(&mut self, now: Time, random: u64) -> bool {
        if self.closed && self.until.is_some_and(|until| now < until) {
            return false; // a call that was under way when the gate closed
        }
        self.refused += 1;
        self.closed = true;
        self.until = Some(now.plus(delay(AUTH.0, AUTH.1, self.refused, random)));
        self.refused == 1
    }

    fn miss(&mut self, now: Time, random: u64) {
        self.failures += 1;
        let beyond = self.failures.saturating_sub(TOLERATED - 1);
        if beyond > 0 {
            self.closed = true;
            let until = now.plus(delay(UNREACHABLE.0, UNREACHABLE.1, beyond, random));
            self.until = Some(self.until.map_or(until, |earlier| earlier.max(until)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time(1_000_000);

    #[test]
    fn five_misses_in_a_row_close_the_gate_until_a_probe_succeeds() {
        let mut health = Health::default();
        for _ in 0..4 {
            health.failed(Some(Trouble::Unreachable), None, NOW, 0);
        }
        assert_eq!(health.gate(NOW), Gate::Open);
        health.failed(Some(Trouble::Unreachable), None, NOW, 0);
        assert_eq!(health.gate(NOW), Gate::Closed(NOW.plus(500)));
        assert_eq!(health.gate(NOW.plus(500)), Gate::Probe);
        assert!(!health.succeeded());
        assert_eq!(health.gate(NOW), Gate::Open);
    }

    #[test]
    fn refused_credentials_quarantine_at_once_and_calls_under_way_do_not_lengthen_it() {
        let mut health = Health::default();
        assert!(health.failed(Some(Trouble::Auth), None, NOW, 0));
        assert!(!health.failed(Some(Trouble::Auth), None, NOW, 0));
        assert_eq!(health.gate(NOW), Gate::Closed(NOW.plus(5_000)));
        assert!(!health.failed(Some(Trouble::Auth), None, NOW.plus(5_000), 0));
        assert_eq!(health.gate(NOW.plus(6_000)), Gate::Closed(NOW.plus(15_000)));
        assert!(health.succeeded());
    }

    #[test]
    fn a_throttled_target_is_left_alone_as_long_as_it_asked() {
        let mut health = Health::default();
        health.failed(Some(Trouble::Throttled), Some(NOW.plus(30_000)), NOW, 0);
        assert_eq!(health.gate(NOW), Gate::Closed(NOW.plus(30_000)));
        assert_eq!(health.gate(NOW.plus(30_000)), Gate::Open);
    }
}
