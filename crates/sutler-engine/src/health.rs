//! Whether claims are issued for a target: the breaker and the quarantine. Pure.
//!
//! A target that cannot be reached, or that is in quarantine, gets no claims but one probe at a
//! time, from the leave lane first; it returns by itself on the first success. Definite refusals
//! of single accounts say nothing of the target: they are answers.

use std::collections::VecDeque;

use sutler_model::Time;

use crate::backoff::delay;

/// Failures in a row that open the breaker.
const TOLERATED: u32 = 5;
/// Probes of an unreachable target: first and last distance while leavers wait, which is also
/// that of the first [`QUICK`] probes.
const UNREACHABLE: (i64, i64) = (500, 5_000);
/// So many probes are quick for everybody; then the distance grows to [`SLOW`].
const QUICK: u32 = 12;
const SLOW: i64 = 60_000;
/// Probes of a target in quarantine (R15).
const QUARANTINE: (i64, i64) = (60_000, 3_600_000);
/// The window in which failures are counted, the attempts that it needs, the most that it holds,
/// and the share of failures that is too much (R15).
const WINDOW: i64 = 300_000;
const ENOUGH: usize = 20;
const MOST: usize = 500;
const TOO_MANY_OF_100: usize = 40;
/// The alarm is repeated after this time while deprovisions wait.
const DAY: i64 = 86_400_000;

/// Why a target gets no claims but probes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cause {
    /// It does not answer.
    Unreachable,
    /// It refuses our credentials, or is not who it should be.
    Auth,
    /// There is nothing at its address.
    Base,
    /// Too many calls fail.
    Failing,
}

impl Cause {
    /// The word under which it is stored and told.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Auth => "auth",
            Self::Base => "base",
            Self::Failing => "failing",
        }
    }

    /// True if a person is told at once; one who is away may come back by himself.
    pub fn is_quarantine(self) -> bool {
        self != Self::Unreachable
    }
}

/// What went wrong with a call, as far as it says something of the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Failure {
    /// It wants less.
    Throttled,
    /// No sensible answer came.
    Missed,
    /// It refuses our credentials, or is not who it should be.
    Auth,
    /// There is nothing at its address.
    Base,
}

/// How a target has behaved lately.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Health {
    misses: u32,
    attempts: VecDeque<(Time, bool)>,
    /// It has asked to be left alone until then.
    asked: Option<Time>,
    shut: Option<Shut>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Shut {
    cause: Cause,
    probes: u32,
    /// The next probe, and the next one that a leaver may be.
    next: Time,
    leaver: Time,
    /// When a person was told last.
    told: Time,
}

/// How many claims may be issued now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    /// As many as there are slots.
    Open,
    /// One, if none is under way.
    Probe,
    /// One of the leave lane, if none is under way; others not before this time.
    Leavers(Time),
    /// None before this time.
    Closed(Time),
}

impl Health {
    /// May claims be issued?
    pub fn gate(&self, now: Time) -> Gate {
        match (self.asked, self.shut) {
            (Some(asked), _) if now < asked => Gate::Closed(asked),
            (_, None) => Gate::Open,
            (_, Some(shut)) if now < shut.leaver => Gate::Closed(shut.leaver),
            (_, Some(shut)) if now < shut.next => Gate::Leavers(shut.next),
            _ => Gate::Probe,
        }
    }

    /// Why the gate is not open, and when the next probe is.
    pub fn shut(&self) -> Option<(Cause, Time)> {
        self.shut.map(|shut| (shut.cause, shut.leaver))
    }

    /// The target answered sensibly. Gives what that has ended.
    pub fn succeeded(&mut self, now: Time) -> Option<Cause> {
        if let Some(shut) = self.shut {
            *self = Self::default();
            return Some(shut.cause);
        }
        self.misses = 0;
        self.attempted(now, true);
        None
    }

    /// The target did not serve a call. Gives what that has begun, or changed the reason to.
    pub fn failed(
        &mut self,
        failure: Failure,
        retry_after: Option<Time>,
        now: Time,
        random: u64,
    ) -> Option<Cause> {
        match failure {
            Failure::Throttled => {
                self.asked = retry_after.max(self.asked);
                None
            }
            Failure::Auth => self.shut_for(Cause::Auth, now, random),
            Failure::Base => self.shut_for(Cause::Base, now, random),
            Failure::Missed => self.missed(now, random),
        }
    }

    /// The reason may be gone (other credentials, a person's word): the next probe is due.
    pub fn try_now(&mut self, now: Time) {
        if let Some(shut) = self.shut.as_mut() {
            (shut.next, shut.leaver, shut.probes) = (now, now, 0);
        }
    }

    /// True if nobody was told of a quarantine for a day.
    pub fn alarm_is_due(&self, now: Time) -> bool {
        let quarantine = self.shut.filter(|shut| shut.cause.is_quarantine());
        quarantine.is_some_and(|shut| now.since(shut.told) >= DAY)
    }

    /// True once a day while a quarantine lasts and deprovisions wait (R15).
    pub fn alarms(&mut self, leavers_wait: bool, now: Time) -> bool {
        let due = leavers_wait && self.alarm_is_due(now);
        if let Some(shut) = self.shut.as_mut().filter(|_| due) {
            shut.told = now;
        }
        due
    }

    fn missed(&mut self, now: Time, random: u64) -> Option<Cause> {
        if let Some(shut) = self.shut {
            let stays = shut.cause == Cause::Failing;
            return self.shut_for(if stays { shut.cause } else { Cause::Unreachable }, now, random);
        }
        self.misses += 1;
        self.attempted(now, false);
        let failed = self.attempts.iter().filter(|(_, ok)| !ok).count();
        if self.misses >= TOLERATED {
            self.shut_for(Cause::Unreachable, now, random)
        } else if self.attempts.len() >= ENOUGH
            && failed * 100 >= self.attempts.len() * TOO_MANY_OF_100
        {
            self.shut_for(Cause::Failing, now, random)
        } else {
            None
        }
    }

    fn attempted(&mut self, now: Time, ok: bool) {
        self.attempts.push_back((now, ok));
        let old = |(at, _): &(Time, bool)| now.since(*at) > WINDOW;
        while self.attempts.len() > MOST || self.attempts.front().is_some_and(old) {
            self.attempts.pop_front();
        }
    }

    /// Closes the gate, or keeps it closed for longer. A call that was under way when it closed
    /// does not count as a probe.
    fn shut_for(&mut self, cause: Cause, now: Time, random: u64) -> Option<Cause> {
        let before = self.shut;
        if before.is_some_and(|shut| shut.cause == cause && now < shut.leaver) {
            return None;
        }
        let same = before.filter(|shut| shut.cause == cause);
        let probes = same.map_or(1, |shut| shut.probes.saturating_add(1));
        let (leaver, next) = distances(cause, probes, random);
        self.shut = Some(Shut {
            cause,
            probes,
            next: now.plus(next),
            leaver: now.plus(leaver),
            told: same.map_or(now, |shut| shut.told),
        });
        (before.map(|shut| shut.cause) != Some(cause)).then_some(cause)
    }
}

/// How long until a leaver may probe, and until anybody may.
fn distances(cause: Cause, probes: u32, random: u64) -> (i64, i64) {
    if cause.is_quarantine() {
        let both = delay(QUARANTINE.0, QUARANTINE.1, probes, random);
        return (both, both);
    }
    let quick = delay(UNREACHABLE.0, UNREACHABLE.1, probes, random);
    match probes.saturating_sub(QUICK) {
        0 => (quick, quick),
        more => (quick, delay(UNREACHABLE.1, SLOW, more, random).max(quick)),
    }
}

#[cfg(test)]
mod tests;
