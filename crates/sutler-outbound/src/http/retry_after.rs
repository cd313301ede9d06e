//! `Retry-After` (RFC 9110 §10.2.3): seconds, or a date.

use sutler_model::Time;

/// However long a target asks for, it is tried again after this many milliseconds.
const LONGEST: i64 = 3_600_000;

/// The moment before which the target wants no call.
pub(crate) fn retry_after(header: &str, now: Time) -> Option<Time> {
    let header = header.trim();
    let wait = if let Ok(seconds) = header.parse::<u64>() {
        i64::try_from(seconds).ok()?.saturating_mul(1000)
    } else {
        let date = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(header).ok()?;
        Time(date.as_millisecond()).since(now)
    };
    (wait > 0).then(|| now.plus(wait.min(LONGEST)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(header: &str, expected: Option<i64>) {
        // 1994-11-06T08:49:00Z
        let now = Time(784_111_740_000);
        assert_eq!(retry_after(header, now).map(|t| t.since(now)), expected, "{header}");
    }

    #[test]
    fn seconds_and_dates_are_read_and_capped() {
        check("7", Some(7_000));
        check(" 120 ", Some(120_000));
        check("0", None);
        check("-5", None);
        check("99999999", Some(LONGEST));
        check("Sun, 06 Nov 1994 08:49:37 GMT", Some(37_000));
        check("Sun, 06 Nov 1994 08:48:37 GMT", None);
        check("Mon, 07 Nov 1994 08:49:37 GMT", Some(LONGEST));
        check("soon", None);
    }
}
