//! Spans and moments as a person writes them.

use sutler_model::Time;

/// The longest span: ten years of days.
const LONGEST: i64 = 3_650 * DAY;
const DAY: i64 = 86_400_000;

/// Milliseconds of `90d`, `12h` or `30m`.
pub(super) fn span(text: &str) -> Result<i64, String> {
    let wrong = || "expected a span such as 90d, 12h or 30m, of ten years at most".to_owned();
    let (number, unit) = text.split_at_checked(text.len().saturating_sub(1)).ok_or_else(wrong)?;
    let factor = match unit {
        "d" => DAY,
        "h" => 3_600_000,
        "m" => 60_000,
        _ => return Err(wrong()),
    };
    let digits = number.bytes().all(|byte| byte.is_ascii_digit());
    let count: Option<i64> = number.parse().ok().filter(|_| digits);
    let millis = count.and_then(|count| count.checked_mul(factor));
    millis.filter(|millis| (1..=LONGEST).contains(millis)).ok_or_else(wrong)
}

/// A moment, or a span before now, in milliseconds.
pub(super) fn since(text: &str) -> Result<Since, String> {
    if let Some(moment) = Time::from_rfc3339(text) {
        return Ok(Since::At(moment));
    }
    span(text).map(Since::Ago).map_err(|_| {
        "expected a span such as 7d or 12h, or a moment such as 2026-01-31T08:00:00Z".to_owned()
    })
}

/// Where a list begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Since {
    /// At this moment.
    At(Time),
    /// So many milliseconds ago.
    Ago(i64),
}

impl Since {
    /// The moment.
    pub(super) fn moment(self, now: Time) -> Time {
        match self {
            Self::At(moment) => moment,
            Self::Ago(millis) => now.plus(-millis),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_with_their_unit() {
        assert_eq!(span("90d"), Ok(90 * DAY));
        assert_eq!(span("12h"), Ok(43_200_000));
        assert_eq!(span("30m"), Ok(1_800_000));
        for bad in
            ["", "d", "0d", "-1d", "+1d", "1w", "90", "3651d", "9999999999999999999d", "é", "1é"]
        {
            assert!(span(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_list_begins_at_a_moment_or_some_time_ago() {
        let now = Time(10 * DAY);
        assert_eq!(since("7d").unwrap().moment(now), Time(3 * DAY));
        assert_eq!(since("1970-01-02T00:00:00Z").unwrap().moment(now), Time(DAY));
        assert!(since("yesterday").is_err());
    }
}
