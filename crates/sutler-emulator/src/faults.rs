//! What goes wrong at a target, and which fault the next request meets.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde::{Deserialize, Serialize};

/// What goes wrong: rates from 0 to 1, drawn by a seeded generator. A request meets at most
/// one fault.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Faults {
    /// The generator's seed.
    pub seed: u64,
    /// Spares everything that only reads.
    pub writes_only: bool,
    /// 500, nothing applied.
    pub fail_before: f64,
    /// Applied, then 500.
    pub lie: f64,
    /// The connection is reset, nothing applied.
    pub reset_before: f64,
    /// Applied, then the connection is reset.
    pub reset_after: f64,
    /// Applied, then half an answer and the end of the connection.
    pub half_body: f64,
    /// 200 with a page of HTML, nothing applied.
    pub html: f64,
    /// 200 with an Error body inside, nothing applied.
    pub wrong: f64,
    /// 204 to a change or a deletion, nothing applied.
    pub pretend: f64,
    /// 429, nothing applied.
    pub throttle: f64,
    /// The `Retry-After` of a 429 or a 503, in seconds.
    pub retry_after: u64,
    /// 401, nothing applied.
    pub unauthorized: f64,
    /// Executed twice; the second answer is given.
    pub twice: f64,
    /// Milliseconds before every answer.
    pub latency: u64,
    /// Up to so many milliseconds more.
    pub jitter: u64,
    /// Milliseconds from a create until searches show the account.
    pub lag: u64,
    /// An account whose name contains this is not taken: 400. Empty takes all.
    pub poison: String,
    /// Nothing works at all.
    pub outage: Outage,
}

/// How a target is out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outage {
    /// It is not.
    #[default]
    None,
    /// Requests are taken and never answered.
    BlackHole,
    /// Connections are reset once a request has been read.
    Reset,
    /// 503.
    Unavailable,
}

/// The fault that a request meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    FailBefore,
    Lie,
    ResetBefore,
    ResetAfter,
    HalfBody,
    Html,
    Wrong,
    Pretend,
    Throttle,
    Unauthorized,
    Twice,
}

impl Fault {
    /// The name of the rate that it was drawn from.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::FailBefore => "fail_before",
            Self::Lie => "lie",
            Self::ResetBefore => "reset_before",
            Self::ResetAfter => "reset_after",
            Self::HalfBody => "half_body",
            Self::Html => "html",
            Self::Wrong => "wrong",
            Self::Pretend => "pretend",
            Self::Throttle => "throttle",
            Self::Unauthorized => "unauthorized",
            Self::Twice => "twice",
        }
    }
}

impl Faults {
    fn rates(&self) -> [(f64, Fault); 11] {
        [
            (self.fail_before, Fault::FailBefore),
            (self.lie, Fault::Lie),
            (self.reset_before, Fault::ResetBefore),
            (self.reset_after, Fault::ResetAfter),
            (self.half_body, Fault::HalfBody),
            (self.html, Fault::Html),
            (self.wrong, Fault::Wrong),
            (self.pretend, Fault::Pretend),
            (self.throttle, Fault::Throttle),
            (self.unauthorized, Fault::Unauthorized),
            (self.twice, Fault::Twice),
        ]
    }
}

/// The generator behind the rates.
pub(crate) struct Dice(StdRng);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(StdRng::seed_from_u64(seed))
    }

    /// The fault of the next request, if any.
    pub(crate) fn fault(&mut self, faults: &Faults, reads: bool) -> Option<Fault> {
        let drawn: f64 = self.0.random();
        if reads && faults.writes_only {
            return None;
        }
        let mut upto = 0.0;
        faults.rates().into_iter().find_map(|(rate, fault)| {
            upto += rate;
            (drawn < upto).then_some(fault)
        })
    }

    /// Milliseconds that the next request takes.
    pub(crate) fn delay(&mut self, faults: &Faults) -> u64 {
        let more = if faults.jitter == 0 { 0 } else { self.0.random_range(0..=faults.jitter) };
        faults.latency.saturating_add(more)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_seed_gives_one_sequence_of_faults() {
        let faults = Faults { lie: 0.3, throttle: 0.3, ..Faults::default() };
        let draw = |seed| {
            let mut dice = Dice::new(seed);
            (0..50).map(|_| dice.fault(&faults, false)).collect::<Vec<_>>()
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
        assert!(draw(7).contains(&Some(Fault::Lie)));
        assert!(draw(7).contains(&None));
    }

    #[test]
    fn a_rate_of_one_always_strikes_and_reads_can_be_spared() {
        let faults = Faults { html: 1.0, writes_only: true, ..Faults::default() };
        let mut dice = Dice::new(1);
        assert_eq!(dice.fault(&faults, false), Some(Fault::Html));
        assert_eq!(dice.fault(&faults, true), None);
    }
}
