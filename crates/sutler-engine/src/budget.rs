//! The rate budget of a target: a token bucket that learns from the target how much it takes.
//! Pure.
//!
//! When the target throttles in a burst, the rate is halved, once a second; then it grows evenly, up to the
//! configured rate, or until the limit is far above what was ever needed and goes. Leavers come
//! first whenever they wait; bulk gives way to everyday changes, but for every fifth call.

use sutler_model::Time;
use sutler_model::work::Lane;

/// One call, in millionths: with a rate in thousandths of a call a second, each millisecond
/// earns exactly that many.
const CALL: i64 = 1_000_000;
/// The least that a rate is halved to: a call in ten seconds.
const LEAST: i64 = 100;
/// Refusals within this time after a halving belong to the same burst.
const BURST: i64 = 1_000;
/// So many refusals within so long are a burst: a single one may be a whim.
const REFUSALS: (u32, i64) = (3, 1_000);
/// The least part of a second from which a rate is reckoned.
const PART: i64 = 250;
/// How many seconds of calm bring the whole rate back.
const RECOVERY: i64 = 20;
/// Everyday calls for one bulk call, where both wait.
const LIVE_TO_BULK: u32 = 4;

/// What may be sent to a target, and how fast. Rates are in thousandths of a call a second.
#[derive(Clone, Debug)]
pub struct Budget {
    /// The configured rate.
    most: Option<i64>,
    /// The rate that holds now; `None` is without limit.
    rate: Option<i64>,
    /// The rate at which the target first threw us back: what recovery is measured by.
    known: i64,
    credit: i64,
    at: Time,
    /// When the rate was last halved, and when it last grew.
    halved: Option<Time>,
    grown: Time,
    /// Refusals, and when the first of them was.
    refusals: (u32, Option<Time>),
    waiting: [u32; 3],
    live_since_bulk: u32,
    sent: Sent,
}

/// How many calls were sent in this second and in the one before.
#[derive(Clone, Copy, Debug, Default)]
struct Sent {
    second: i64,
    now: i64,
    before: i64,
}

impl Sent {
    fn turn(&mut self, now: Time) {
        let second = now.0.div_euclid(1_000);
        match second - self.second {
            i64::MIN..=0 => {}
            1 => *self = Self { second, now: 0, before: self.now },
            2.. => *self = Self { second, now: 0, before: 0 },
        }
    }
}

impl Sent {
    /// The rate of this second, or of the one before if that was higher; in thousandths.
    fn rate(&self, now: Time) -> i64 {
        let part = now.0.rem_euclid(1_000).max(PART);
        (self.now * 1_000_000).div_euclid(part).max(self.before * 1_000).max(1_000)
    }
}

impl Budget {
    /// A full bucket; `None` is without limit.
    pub fn new(rate: Option<u32>, now: Time) -> Self {
        let most = rate.filter(|rate| *rate > 0).map(|rate| i64::from(rate) * 1_000);
        Self {
            most,
            rate: most,
            known: most.unwrap_or(0),
            credit: most.map_or(0, room),
            at: now,
            halved: None,
            grown: now,
            refusals: (0, None),
            waiting: [0; 3],
            live_since_bulk: 0,
            sent: Sent::default(),
        }
    }

    /// Takes one call, or says in how many milliseconds to ask again.
    pub fn take(&mut self, lane: Lane, now: Time) -> Result<(), i64> {
        self.grow(now);
        self.sent.turn(now);
        let Some(rate) = self.rate else {
            self.sent.now += 1;
            return Ok(());
        };
        let earned = now.since(self.at).max(0).saturating_mul(rate);
        self.credit = self.credit.saturating_add(earned).min(room(rate));
        self.at = self.at.max(now);
        if self.credit < CALL || self.gives_way(lane) {
            let missing = (CALL - self.credit).max(0);
            return Err(missing.div_euclid(rate) + 1);
        }
        self.credit -= CALL;
        self.sent.now += 1;
        self.live_since_bulk = match lane {
            Lane::Bulk => 0,
            Lane::Leave | Lane::Live => self.live_since_bulk.saturating_add(1),
        };
        Ok(())
    }

    /// Somebody begins to wait for a call.
    pub fn waits(&mut self, lane: Lane) {
        if let Some(waiting) = self.waiting.get_mut(index(lane)) {
            *waiting = waiting.saturating_add(1);
        }
    }

    /// Who waited has got the call, or gave up.
    pub fn waited(&mut self, lane: Lane) {
        if let Some(waiting) = self.waiting.get_mut(index(lane)) {
            *waiting = waiting.saturating_sub(1);
        }
    }

    /// The target wants less.
    pub fn throttled(&mut self, now: Time) {
        self.grow(now);
        if self.refusals.1.is_none_or(|first| now.since(first) > REFUSALS.1) {
            self.refusals = (0, Some(now));
        }
        self.refusals.0 = self.refusals.0.saturating_add(1);
        if self.refusals.0 < REFUSALS.0 {
            return;
        }
        if self.halved.is_some_and(|halved| now.since(halved) < BURST) {
            return; // calls that were under way
        }
        self.sent.turn(now);
        let seen = self.sent.rate(now);
        let current = self.rate.unwrap_or(seen);
        if self.rate.is_none() || self.halved.is_none() {
            self.known = self.most.unwrap_or(seen);
        }
        let rate = (current / 2).max(LEAST).min(self.most.unwrap_or(i64::MAX));
        self.rate = Some(rate);
        self.credit = self.credit.min(room(rate));
        self.at = self.at.max(now);
        (self.halved, self.grown) = (Some(now), now);
    }

    /// The rate that holds now, if it is less than the configured one; in thousandths.
    pub fn learned(&self) -> Option<i64> {
        self.halved.and(self.rate)
    }

    /// Adds an even part of the known rate for each second of calm.
    fn grow(&mut self, now: Time) {
        let (Some(_), Some(rate)) = (self.halved, self.rate) else {
            return;
        };
        let seconds = now.since(self.grown).div_euclid(1_000);
        if seconds <= 0 {
            return;
        }
        self.grown = self.grown.plus(seconds.saturating_mul(1_000));
        let step = (self.known / RECOVERY).max(LEAST);
        let rate = rate.saturating_add(step.saturating_mul(seconds));
        match self.most {
            Some(most) if rate >= most => (self.rate, self.halved) = (Some(most), None),
            None if rate >= self.known.saturating_mul(2) => {
                (self.rate, self.halved) = (None, None);
            }
            _ => self.rate = Some(rate),
        }
    }

    /// True if somebody who goes first waits.
    fn gives_way(&self, lane: Lane) -> bool {
        let [leave, live, _] = self.waiting;
        match lane {
            Lane::Leave => false,
            Lane::Live => leave > 0,
            Lane::Bulk => leave > 0 || (live > 0 && self.live_since_bulk < LIVE_TO_BULK),
        }
    }
}

/// What the bucket holds: one second's worth, at least one call.
fn room(rate: i64) -> i64 {
    rate.saturating_mul(1_000).max(CALL)
}

fn index(lane: Lane) -> usize {
    match lane {
        Lane::Leave => 0,
        Lane::Live => 1,
        Lane::Bulk => 2,
    }
}

#[cfg(test)]
mod tests;
