//! Maintenance windows of a target: when it is left alone. Text in, an answer for a moment out.
//!
//! All times are UTC: a window that moves with summer time would be open twice or never once a
//! year.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Time;

const MINUTE: i64 = 60_000;
const DAY: i64 = 1_440;
const WEEK: i64 = 7 * DAY;
/// 1970-01-01 was a Thursday; weeks begin with Sunday.
const FIRST_DAY: i64 = 4;
const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

/// A window. Weekly ones are kept in minutes since Sunday 00:00 UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Window {
    /// Every week. `until` lies after `from`, maybe in the next week.
    Weekly {
        /// The first minute.
        from: i64,
        /// The first minute after it.
        until: i64,
    },
    /// Every day. `until` lies after `from`, maybe on the next day.
    Daily {
        /// The first minute of the day.
        from: i64,
        /// The first minute after it.
        until: i64,
    },
    /// Once.
    Once {
        /// Its beginning.
        from: Time,
        /// Its end.
        until: Time,
    },
}

impl Window {
    /// When the window ends, if this moment lies in it.
    pub fn holds(&self, now: Time) -> Option<Time> {
        let minute = now.0.div_euclid(MINUTE);
        match *self {
            Self::Once { from, until } => (from <= now && now < until).then_some(until),
            Self::Daily { from, until } => recurring(minute, DAY, from, until),
            Self::Weekly { from, until } => {
                let shift = FIRST_DAY * DAY;
                let end = recurring(minute + shift, WEEK, from, until)?;
                Some(end.plus(-shift * MINUTE))
            }
        }
    }
}

/// The end of the occurrence that `minute` lies in: that of this period, or of the one before.
fn recurring(minute: i64, period: i64, from: i64, until: i64) -> Option<Time> {
    let begin = minute.div_euclid(period) * period;
    [begin - period, begin]
        .into_iter()
        .find(|start| (start + from..start + until).contains(&minute))
        .map(|start| Time((start + until) * MINUTE))
}

/// The end of the last of the windows that hold at this moment, if any does.
pub fn under_maintenance(windows: &[Window], now: Time) -> Option<Time> {
    windows.iter().filter_map(|window| window.holds(now)).max()
}

/// Why a text is no window.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` is no maintenance window: {reason}; write `Sun 02:00-04:00 UTC`, `Sat 22:00-Mon 04:00 UTC`, `daily 02:00-03:00 UTC` or `2026-12-24 18:00/2026-12-25 06:00`"
)]
pub struct NoWindow {
    text: String,
    reason: &'static str,
}

impl FromStr for Window {
    type Err = NoWindow;

    fn from_str(text: &str) -> Result<Self, NoWindow> {
        let fault = |reason| NoWindow { text: text.chars().take(80).collect(), reason };
        if let Some((from, until)) = text.split_once('/') {
            return once(from, until).map_err(fault);
        }
        recurrent(text).map_err(fault)
    }
}

fn once(from: &str, until: &str) -> Result<Window, &'static str> {
    let (from, until) = (moment(from)?, moment(until)?);
    if until <= from {
        return Err("its end must lie after its beginning");
    }
    Ok(Window::Once { from, until })
}

/// A moment as a day and a time in UTC: `2026-12-24 18:00`.
pub fn moment(text: &str) -> Result<Time, &'static str> {
    let text = text.trim();
    let bare = text.strip_suffix(" UTC").or_else(|| text.strip_suffix('Z')).unwrap_or(text);
    let civil: jiff::civil::DateTime =
        bare.parse().map_err(|_| "a moment is a day and a time, `2026-12-24 18:00`")?;
    if !bare.contains(':') {
        return Err("a moment is a day and a time, `2026-12-24 18:00`");
    }
    let stamp = jiff::tz::Offset::UTC.to_timestamp(civil);
    Ok(Time(stamp.map_err(|_| "this day is out of range")?.as_millisecond()))
}

fn recurrent(text: &str) -> Result<Window, &'static str> {
    let bare = text.trim();
    let bare = bare.strip_suffix("UTC").map_or(bare, str::trim_end);
    let (first, last) = bare.split_once('-').ok_or("a beginning and an end are missing")?;
    let (word, from) = first.trim().split_once(' ').ok_or("the day is missing")?;
    let from = clock(from)?;
    let last = last.trim();
    if word.eq_ignore_ascii_case("daily") {
        let until = clock(last)?;
        let until = if until <= from { until + DAY } else { until };
        return if until - from >= DAY {
            Err("it would never end")
        } else {
            Ok(Window::Daily { from, until })
        };
    }
    let from = day(word)? + from;
    let until = match last.split_once(' ') {
        Some((word, time)) => day(word)? + clock(time)?,
        None => from - from % DAY + clock(last)?,
    };
    let step = if last.contains(' ') { WEEK } else { DAY };
    let until = if until <= from { until + step } else { until };
    if until - from >= WEEK {
        Err("it would never end")
    } else {
        Ok(Window::Weekly { from, until })
    }
}

fn day(word: &str) -> Result<i64, &'static str> {
    let found = (0..).zip(DAYS).find(|(_, name)| name.eq_ignore_ascii_case(word));
    found.map(|(n, _)| n * DAY).ok_or("a day is one of Sun, Mon, Tue, Wed, Thu, Fri, Sat")
}

fn clock(text: &str) -> Result<i64, &'static str> {
    let wrong = "a time is written as `02:00`, up to `24:00`, in UTC";
    let (hours, minutes) = text.trim().split_once(':').ok_or(wrong)?;
    let number = |text: &str| match text.len() {
        2 if text.bytes().all(|b| b.is_ascii_digit()) => text.parse::<i64>().ok(),
        _ => None,
    };
    let (hours, minutes) = (number(hours).ok_or(wrong)?, number(minutes).ok_or(wrong)?);
    let total = hours * 60 + minutes;
    if minutes < 60 && total <= DAY { Ok(total) } else { Err(wrong) }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Once { from, until } => write!(f, "{}/{}", civil(from), civil(until)),
            Self::Daily { from, until } => {
                write!(f, "daily {}-{} UTC", Clock(from), Clock(until))
            }
            Self::Weekly { from, until } => {
                let (first, last) = (name(from), name(until));
                let end = Clock(until);
                if until - from <= DAY {
                    return write!(f, "{first} {}-{end} UTC", Clock(from));
                }
                write!(f, "{first} {}-{last} {end} UTC", Clock(from))
            }
        }
    }
}

/// The time of a day, from minutes.
struct Clock(i64);

impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let minutes = self.0.rem_euclid(DAY);
        write!(f, "{:02}:{:02}", minutes / 60, minutes % 60)
    }
}

fn name(minutes: i64) -> &'static str {
    let day = usize::try_from(minutes.rem_euclid(WEEK) / DAY).unwrap_or(0);
    DAYS.get(day).copied().unwrap_or_default()
}

fn civil(at: Time) -> String {
    let stamp = jiff::Timestamp::from_millisecond(at.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    stamp.strftime("%Y-%m-%d %H:%M").to_string()
}

impl TryFrom<String> for Window {
    type Error = NoWindow;

    fn try_from(text: String) -> Result<Self, NoWindow> {
        text.parse()
    }
}

impl From<Window> for String {
    fn from(window: Window) -> Self {
        window.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Time {
        moment(text).unwrap()
    }

    /// 2026-11-29 is a Sunday.
    fn check(window: &str, now: &str, until: Option<&str>) {
        let found = window.parse::<Window>().unwrap().holds(at(now));
        assert_eq!(found, until.map(at), "{window} at {now}");
    }

    #[test]
    fn a_weekly_window_holds_on_its_day_from_the_first_minute_to_before_the_last() {
        let window = "Sun 02:00-04:00 UTC";
        check(window, "2026-11-29 01:59", None);
        check(window, "2026-11-29 02:00", Some("2026-11-29 04:00"));
        check(window, "2026-11-29 03:59", Some("2026-11-29 04:00"));
        check(window, "2026-11-29 04:00", None);
        check(window, "2026-11-30 03:00", None);
        check(window, "1970-01-04 03:00", Some("1970-01-04 04:00"));
    }

    #[test]
    fn a_window_goes_on_over_midnight_and_over_the_end_of_the_week() {
        check("Fri 23:00-01:00 UTC", "2026-11-28 00:30", Some("2026-11-28 01:00"));
        check("Sat 23:00-01:00", "2026-11-29 00:30", Some("2026-11-29 01:00"));
        check("Sat 22:00-Mon 04:00 UTC", "2026-11-29 12:00", Some("2026-11-30 04:00"));
        check("Sat 22:00-Mon 04:00 UTC", "2026-11-30 03:59", Some("2026-11-30 04:00"));
        check("Sat 22:00-Mon 04:00 UTC", "2026-11-30 04:00", None);
        check("Sun 00:00-24:00", "2026-11-29 23:59", Some("2026-11-30 00:00"));
        check("daily 23:30-00:30 UTC", "2026-11-29 00:10", Some("2026-11-29 00:30"));
        check("daily 23:30-00:30 UTC", "2026-12-31 23:40", Some("2027-01-01 00:30"));
        check("daily 23:30-00:30 UTC", "2026-12-31 12:00", None);
    }

    #[test]
    fn a_single_window_holds_once() {
        let window = "2026-12-24 18:00/2026-12-25 06:00";
        check(window, "2026-12-24 17:59", None);
        check(window, "2026-12-24 18:00", Some("2026-12-25 06:00"));
        check(window, "2026-12-25 06:00", None);
        check(window, "2027-12-24 19:00", None);
    }

    #[test]
    fn the_window_that_ends_last_counts() {
        let windows: Vec<Window> = ["daily 02:00-03:00", "Sun 02:30-05:00"]
            .iter()
            .map(|text| text.parse().unwrap())
            .collect();
        let until = under_maintenance(&windows, at("2026-11-29 02:45"));
        assert_eq!(until, Some(at("2026-11-29 05:00")));
        assert_eq!(under_maintenance(&windows, at("2026-11-29 06:00")), None);
        assert_eq!(under_maintenance(&[], at("2026-11-29 06:00")), None);
    }

    #[test]
    fn windows_are_written_as_they_are_read() {
        for text in [
            "Sun 02:00-04:00 UTC",
            "Fri 23:00-01:00 UTC",
            "Sat 22:00-Mon 04:00 UTC",
            "daily 23:30-00:30 UTC",
            "2026-12-24 18:00/2026-12-25 06:00",
        ] {
            let window: Window = text.parse().unwrap();
            assert_eq!(window.to_string(), text);
            let json = serde_json::to_string(&window).unwrap();
            assert_eq!(serde_json::from_str::<Window>(&json).unwrap(), window);
        }
    }

    #[test]
    fn what_is_no_window_says_why() {
        let check = |text: &str, reason: &str| {
            let told = text.parse::<Window>().unwrap_err().to_string();
            assert!(told.contains(reason) && told.contains("write `Sun"), "{told}");
        };
        check("", "a beginning and an end are missing");
        check("02:00-04:00", "the day is missing");
        check("Someday 02:00-04:00", "a day is one of");
        check("Sun 2:00-04:00", "a time is written as");
        check("Sun 02:00-25:00", "a time is written as");
        check("Sun 02:00-04:00 CET", "a day is one of");
        check("2026-12-24/2026-12-25", "a moment is a day and a time");
        check("2026-12-25 06:00/2026-12-24 18:00", "its end must lie after");
        check("2026-13-01 00:00/2026-13-02 00:00", "a moment is a day and a time");
    }
}
