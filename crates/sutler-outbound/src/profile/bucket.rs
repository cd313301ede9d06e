//! What a target takes in a while, counted here, so that it need not refuse. Pure but for the
//! lock: nobody waits here.

use std::sync::{Mutex, PoisonError};

use serde::Deserialize;
use sutler_model::Kind;

use super::value::Count;

/// Which calls count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum Verb {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

/// Of which accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Of {
    Users,
    Groups,
}

/// So many calls in so many seconds, and so many at once of one that has paused.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Bucket {
    verbs: Vec<Verb>,
    #[serde(default)]
    of: Option<Of>,
    /// Only requests with a longer body count, in bytes.
    #[serde(default)]
    longer_than: Option<Count<10_000_000>>,
    calls: Count<1_000_000>,
    seconds: Count<86_400>,
    burst: Count<1_000_000>,
}

/// A call, as far as it is counted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sent<'a> {
    pub(crate) method: &'a http::Method,
    pub(crate) kind: Option<Kind>,
    pub(crate) length: usize,
}

/// The buckets of one target, with what is in them.
#[derive(Debug)]
pub(crate) struct Buckets {
    buckets: Vec<Bucket>,
    /// How much of each is used, and when that was so. A call is `seconds * 1000` of it, and
    /// `calls` of it go in a millisecond.
    used: Mutex<Vec<(u64, i64)>>,
}

impl Bucket {
    fn counts(&self, sent: Sent<'_>) -> bool {
        let verb = match *sent.method {
            http::Method::GET => Verb::Get,
            http::Method::POST => Verb::Post,
            http::Method::PUT => Verb::Put,
            http::Method::PATCH => Verb::Patch,
            http::Method::DELETE => Verb::Delete,
            _ => return false,
        };
        let of = match self.of {
            None => true,
            Some(Of::Users) => sent.kind == Some(Kind::User),
            Some(Of::Groups) => sent.kind == Some(Kind::Group),
        };
        let long = self.longer_than.is_none_or(|least| sent.length > least.number());
        of && long && self.verbs.contains(&verb)
    }

    fn cost(&self) -> u64 {
        wide(self.seconds.number()).saturating_mul(1_000)
    }

    /// What is left used at a moment.
    fn left(&self, (used, at): (u64, i64), now: i64) -> u64 {
        let passed = u64::try_from(now.saturating_sub(at)).unwrap_or(0);
        used.saturating_sub(passed.saturating_mul(wide(self.calls.number())))
    }

    /// Milliseconds until one more call fits; `None` if it fits now.
    fn wait(&self, used: u64) -> Option<i64> {
        let room = self.cost().saturating_mul(wide(self.burst.number()));
        let over = used.saturating_add(self.cost()).saturating_sub(room);
        (over > 0)
            .then(|| i64::try_from(over.div_ceil(wide(self.calls.number()))).unwrap_or(i64::MAX))
    }
}

impl Buckets {
    pub(super) fn new(buckets: Vec<Bucket>) -> Self {
        let used = Mutex::new(vec![(0, i64::MIN); buckets.len()]);
        Self { buckets, used }
    }

    /// Counts a call; or says in how many milliseconds it fits, and counts nothing.
    pub(crate) fn take(&self, sent: Sent<'_>, now: i64) -> Result<(), i64> {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let counting = || self.buckets.iter().enumerate().filter(|(_, bucket)| bucket.counts(sent));
        let left = |at: usize, bucket: &Bucket, used: &[(u64, i64)]| {
            used.get(at).map_or(0, |then| bucket.left(*then, now))
        };
        let wait = counting().filter_map(|(at, bucket)| bucket.wait(left(at, bucket, &used))).max();
        if let Some(wait) = wait {
            return Err(wait);
        }
        let taken: Vec<(usize, u64)> = counting()
            .map(|(at, bucket)| (at, left(at, bucket, &used).saturating_add(bucket.cost())))
            .collect();
        for (at, level) in taken {
            if let Some(slot) = used.get_mut(at) {
                *slot = (level, now);
            }
        }
        Ok(())
    }
}

fn wide(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn buckets(text: &str) -> Buckets {
        #[derive(Deserialize)]
        struct Holder {
            bucket: Vec<Bucket>,
        }
        Buckets::new(toml::from_str::<Holder>(text).unwrap().bucket)
    }

    #[test]
    fn a_burst_passes_and_then_calls_fit_one_by_one() {
        let buckets = buckets(
            "[[bucket]]\nverbs = [\"POST\"]\nof = \"users\"\ncalls = 60\nseconds = 60\nburst = 3",
        );
        let post = |kind| Sent { method: &http::Method::POST, kind: Some(kind), length: 0 };
        for _ in 0..3 {
            assert_eq!(buckets.take(post(Kind::User), 5_000), Ok(()));
        }
        assert_eq!(buckets.take(post(Kind::User), 5_000), Err(1_000));
        assert_eq!(buckets.take(post(Kind::User), 5_400), Err(600));
        assert_eq!(buckets.take(post(Kind::Group), 5_400), Ok(()), "another's are not counted");
        assert_eq!(buckets.take(post(Kind::User), 6_000), Ok(()));
        assert_eq!(buckets.take(post(Kind::User), 6_000), Err(1_000));
        for _ in 0..3 {
            assert_eq!(buckets.take(post(Kind::User), 90_000), Ok(()));
        }
        assert!(buckets.take(post(Kind::User), 90_000).is_err());
    }

    #[test]
    fn every_bucket_of_a_call_must_have_room_and_short_bodies_may_not_count() {
        let buckets = buckets(
            "[[bucket]]\nverbs = [\"PATCH\"]\ncalls = 10\nseconds = 1\nburst = 10\n\
             [[bucket]]\nverbs = [\"PATCH\"]\nlonger_than = 500\ncalls = 5\nseconds = 30\nburst = 1",
        );
        let patch = |length| Sent { method: &http::Method::PATCH, kind: None, length };
        assert_eq!(buckets.take(patch(501), 0), Ok(()));
        assert_eq!(buckets.take(patch(501), 0), Err(6_000));
        assert_eq!(buckets.take(patch(500), 0), Ok(()));
    }
}
