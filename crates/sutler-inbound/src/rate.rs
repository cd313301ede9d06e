//! How often a service provider or an administrator may ask: GCRA, a bucket that leaks evenly, for
//! each of them.
//!
//! A bucket each, none for those who have not proved who they are: nobody can
//! empty another one's. Kept in this process only.

use std::hash::Hash;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use governor::clock::Clock as _;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};
use sutler_model::port::Clock;

use crate::Rate;
use crate::failure::Failure;

type Buckets<K> = RateLimiter<K, HashMapStateStore<K>, Boot, NoOpMiddleware<Nanos>>;

/// The buckets of all who ask; none if everybody may ask as often as he likes.
pub(crate) struct Rates<K: Clone + Eq + Hash> {
    buckets: Option<Buckets<K>>,
    clock: Boot,
}

impl<K: Clone + Eq + Hash> Rates<K> {
    pub(crate) fn new(rate: Rate, clock: Arc<dyn Clock>) -> Self {
        let clock = Boot(clock);
        let quota = quota(rate);
        Self {
            buckets: quota.map(|quota| Buckets::hashmap_with_clock(quota, clock.clone())),
            clock,
        }
    }

    /// Counts one request, or refuses it and says when the next one may come.
    pub(crate) fn check(&self, who: &K) -> Result<(), Failure> {
        let Some(buckets) = &self.buckets else {
            return Ok(());
        };
        buckets.check_key(who).map_err(|not_yet| {
            Failure::too_often(whole_seconds(not_yet.wait_time_from(self.clock.now())))
        })
    }
}

fn quota(rate: Rate) -> Option<Quota> {
    let a_second = NonZeroU32::new(rate.a_second)?;
    let burst = NonZeroU32::new(rate.burst).unwrap_or(a_second);
    Some(Quota::per_second(a_second).allow_burst(burst))
}

/// `Retry-After` knows whole seconds; at least one, so that nobody asks at once again.
fn whole_seconds(wait: Duration) -> u32 {
    let seconds = wait.as_millis().div_ceil(1_000);
    u32::try_from(seconds).unwrap_or(u32::MAX).max(1)
}

/// The clock since boot, for the buckets.
#[derive(Clone)]
struct Boot(Arc<dyn Clock>);

impl governor::clock::Clock for Boot {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        let millis = u64::try_from(self.0.boottime()).unwrap_or_default();
        Nanos::from(Duration::from_millis(millis))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_told_in_whole_seconds_and_never_as_none() {
        for (millis, seconds) in [(0, 1), (1, 1), (1_000, 1), (1_001, 2), (90_000, 90)] {
            assert_eq!(whole_seconds(Duration::from_millis(millis)), seconds, "{millis}");
        }
    }

    #[test]
    fn without_a_rate_there_is_no_quota() {
        assert!(quota(Rate::default()).is_none());
        let burst = |a_second, burst| quota(Rate { a_second, burst }).map(|q| q.burst_size().get());
        assert_eq!(burst(5, 0), Some(5));
        assert_eq!(burst(5, 20), Some(20));
    }
}
