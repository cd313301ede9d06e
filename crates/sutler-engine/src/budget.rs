//! The rate budget of a target: a token bucket. Pure.

use sutler_model::Time;

/// A bucket that fills with `rate` calls a second and holds one second's worth.
#[derive(Clone, Debug)]
pub struct Budget {
    rate: Option<u32>,
    /// Credit in thousandths of a call.
    credit: i64,
    at: Time,
}

impl Budget {
    /// A full bucket; `None` is without limit.
    pub fn new(rate: Option<u32>, now: Time) -> Self {
        Self { rate, credit: i64::from(rate.unwrap_or(0)) * 1_000, at: now }
    }

    /// Takes one call, or says in how many milliseconds to ask again.
    pub fn take(&mut self, now: Time) -> Result<(), i64> {
        let Some(rate) = self.rate.map(i64::from).filter(|rate| *rate > 0) else {
            return Ok(());
        };
        let earned = now.since(self.at).max(0).saturating_mul(rate);
        self.credit = self.credit.saturating_add(earned).min(rate * 1_000);
        self.at = self.at.max(now);
        if self.credit < 1_000 {
            return Err((1_000 - self.credit).div_euclid(rate) + 1);
        }
        self.credit -= 1_000;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_holds_as_many_calls_as_the_rate_says() {
        let start = Time(0);
        let mut budget = Budget::new(Some(10), start);
        assert_eq!((0..20).filter(|_| budget.take(start).is_ok()).count(), 10);
        let wait = budget.take(start).unwrap_err();
        assert!(budget.take(start.plus(wait)).is_ok());
        assert!(Budget::new(None, start).take(start).is_ok());
    }
}
