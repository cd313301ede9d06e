//! When to try again. Pure: time and randomness come in.

use sutler_model::Time;

/// The first step of the back-off.
const FIRST: i64 = 1_000;
/// Its ceiling: for ever, once an hour.
const CEILING: i64 = 3_600_000;

/// The next attempt after `tries` failures in a row: exponential, half of it jitter, and not
/// before the target's own `Retry-After`.
pub fn next_attempt(now: Time, tries: u32, random: u64, retry_after: Option<Time>) -> Time {
    let own = now.plus(delay(FIRST, CEILING, tries, random));
    retry_after.map_or(own, |after| after.max(own))
}

/// The exponential delay between half and the whole of `first · 2^(tries − 1)`, at most `ceiling`.
pub fn delay(first: i64, ceiling: i64, tries: u32, random: u64) -> i64 {
    let doublings = tries.saturating_sub(1).min(30);
    let whole = first.saturating_mul(1 << doublings).min(ceiling);
    let half = whole / 2;
    let jitter = i64::try_from(random % u64::try_from(half.max(1)).unwrap_or(1)).unwrap_or(0);
    whole - jitter
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r14_w2_delays_double_up_to_the_ceiling_and_jitter_takes_at_most_half() {
        assert_eq!(delay(1_000, 3_600_000, 1, 0), 1_000);
        assert_eq!(delay(1_000, 3_600_000, 4, 0), 8_000);
        assert_eq!(delay(1_000, 3_600_000, 40, 0), 3_600_000);
        for random in [1, 499, 500, 12_345, u64::MAX] {
            assert!((500..=1_000).contains(&delay(1_000, 3_600_000, 1, random)));
        }
    }

    #[test]
    fn r14_w2_retry_after_is_respected() {
        let now = Time(1_000_000);
        assert_eq!(next_attempt(now, 1, 0, Some(now.plus(60_000))), now.plus(60_000));
        assert_eq!(next_attempt(now, 3, 0, Some(now)), now.plus(4_000));
    }
}
