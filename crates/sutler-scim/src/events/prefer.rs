//! The header `Prefer` (RFC 7240), as far as it asks for an answer later.

/// The preference, and what `Preference-Applied` says.
pub const RESPOND_ASYNC: &str = "respond-async";

/// What a client prefers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Prefer {
    /// `respond-async` (§4.1).
    pub respond_async: bool,
    /// For how many seconds it would wait for the usual answer (§4.3).
    pub wait: Option<u32>,
}

impl Prefer {
    /// Reads the values of all headers of that name. What is not known is passed over, and of
    /// a preference that is given twice the first counts (§2).
    pub fn parse<'a>(values: impl IntoIterator<Item = &'a str>) -> Self {
        let mut prefer = Self::default();
        let mut waits = false;
        for preference in values.into_iter().flat_map(|value| split(value, ',')) {
            let preference = split(preference, ';').next().unwrap_or_default();
            let (name, value) = match preference.split_once('=') {
                Some((name, value)) => (name.trim(), value.trim().trim_matches('"')),
                None => (preference.trim(), ""),
            };
            if name.eq_ignore_ascii_case(RESPOND_ASYNC) {
                prefer.respond_async = true;
            } else if name.eq_ignore_ascii_case("wait") && !waits {
                waits = true;
                prefer.wait = value.parse().ok();
            }
        }
        prefer
    }

    /// True if a request that took so many milliseconds is to be answered by an event.
    pub fn answers_later(self, took: i64) -> bool {
        let patience = i64::from(self.wait.unwrap_or(0)).saturating_mul(1_000);
        self.respond_async && (self.wait.is_none() || took > patience)
    }
}

/// The parts between separators that do not stand in quotes.
fn split(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    let mut escaped = false;
    text.split(move |c: char| {
        let escapes = quoted && c == '\\' && !escaped;
        if c == '"' && !escaped {
            quoted = !quoted;
        }
        escaped = escapes;
        c == separator && !quoted
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn preferences_are_read_in_every_form_of_the_header_t_v5() {
        let check = |values: &[&str], respond_async: bool, wait: Option<u32>| {
            let expected = Prefer { respond_async, wait };
            assert_eq!(Prefer::parse(values.iter().copied()), expected, "{values:?}");
        };
        check(&[], false, None);
        check(&["respond-async"], true, None);
        check(&["Respond-Async, wait=10"], true, Some(10));
        check(&["wait = \"10\"", "respond-async"], true, Some(10));
        check(&["respond-async; x=1, wait=5; y"], true, Some(5));
        check(&["wait=5, wait=9"], false, Some(5));
        check(&["wait=soon, respond-async"], true, None);
        check(&["foo=\"a, respond-async\", handling=lenient"], false, None);
        check(&["foo=\"a\\\", respond-async\""], false, None);
        check(&["return=minimal"], false, None);
    }

    #[test]
    fn who_waits_is_answered_as_usual_within_that_time_t_v5() {
        let check = |text: &str, took: i64, later: bool| {
            assert_eq!(Prefer::parse([text]).answers_later(took), later, "{text} {took}");
        };
        check("respond-async", 0, true);
        check("respond-async, wait=2", 2_000, false);
        check("respond-async, wait=2", 2_001, true);
        check("wait=2", 9_000, false);
    }
}
