//! What is allowed while something is read, and what of it was made use of.

use super::{Leniencies, Leniency};

/// The leniencies of one reader at work.
#[derive(Clone, Copy, Debug)]
pub struct Tolerance {
    allowed: Leniencies,
    used: Leniencies,
}

impl Tolerance {
    /// Nothing used yet of what is allowed.
    pub fn new(allowed: Leniencies) -> Self {
        Self { allowed, used: Leniencies::NONE }
    }

    /// True if the deviation is allowed; then it counts as used.
    pub fn takes(&mut self, leniency: Leniency) -> bool {
        let allowed = self.allows(leniency);
        if allowed {
            self.used = self.used.with(Leniencies::of(&[leniency]));
        }
        allowed
    }

    /// True if the deviation is allowed.
    pub fn allows(&self, leniency: Leniency) -> bool {
        self.allowed.has(leniency)
    }

    /// True if one of these is allowed.
    pub fn allows_any(&self, leniencies: &[Leniency]) -> bool {
        leniencies.iter().any(|leniency| self.allows(*leniency))
    }

    /// What was tolerated so far.
    pub fn used(&self) -> Leniencies {
        self.used
    }
}
