//! The values of a profile, each within its bounds.

use std::collections::BTreeMap;

use http::{HeaderName, HeaderValue};
use serde::Deserialize;

/// The longest line of text, in bytes.
const LONGEST: usize = 500;
/// The longest span, in milliseconds.
const LONGEST_SPAN: i64 = 3_600_000;
/// Headers that a profile may set, at most.
const MOST_HEADERS: usize = 16;
/// Headers that the connector sets itself.
const OURS: [&str; 8] = [
    "authorization",
    "accept",
    "content-type",
    "content-length",
    "host",
    "if-match",
    "connection",
    "transfer-encoding",
];

/// A whole number from 1 to `MOST`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "i64")]
pub(super) struct Count<const MOST: usize>(usize);

impl<const MOST: usize> Count<MOST> {
    pub(super) const fn of(number: usize) -> Self {
        Self(if number > MOST { MOST } else { number })
    }

    pub(super) fn number(self) -> usize {
        self.0
    }
}

impl<const MOST: usize> TryFrom<i64> for Count<MOST> {
    type Error = String;

    fn try_from(number: i64) -> Result<Self, String> {
        let fits = usize::try_from(number).ok().filter(|number| (1..=MOST).contains(number));
        fits.map(Self).ok_or_else(|| format!("expected a whole number from 1 to {MOST}"))
    }
}

/// A span: `"10s"`, `"500ms"`, `"2m"`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Span(i64);

impl Span {
    pub(super) fn millis(&self) -> i64 {
        self.0
    }
}

impl TryFrom<String> for Span {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at_checked(digits).unwrap_or_default();
        let factor = match unit {
            "ms" => Some(1),
            "s" => Some(1_000),
            "m" => Some(60_000),
            _ => None,
        };
        let number = number.parse::<i64>().ok();
        let millis = factor.zip(number).and_then(|(factor, number)| number.checked_mul(factor));
        millis.filter(|millis| *millis <= LONGEST_SPAN).map(Self).ok_or_else(|| {
            "expected a span such as \"10s\", \"500ms\" or \"2m\", an hour at most".to_owned()
        })
    }
}

/// A name, or a part of an address: letters, digits, `-`, `_` and `.`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Name(String);

impl Name {
    pub(super) fn text(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Name {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let fits = text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
            && text.starts_with(|c: char| c.is_ascii_alphanumeric())
            && text.len() <= 64;
        let expected = "expected letters, digits, `-`, `_` and `.`, 64 at most";
        if fits { Ok(Self(text)) } else { Err(expected.to_owned()) }
    }
}

/// One line of text.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Line(String);

impl Line {
    pub(super) fn text(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Line {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let fits = !text.trim().is_empty()
            && text.len() <= LONGEST
            && !text.chars().any(|c| c == '\n' || c == '\r');
        let expected = "expected a line of text, 500 bytes at most";
        if fits { Ok(Self(text)) } else { Err(expected.to_owned()) }
    }
}

/// Headers of every request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "BTreeMap<String, String>")]
pub(super) struct Headers(BTreeMap<String, String>);

impl Headers {
    pub(super) fn all(&self) -> &BTreeMap<String, String> {
        &self.0
    }
}

impl TryFrom<BTreeMap<String, String>> for Headers {
    type Error = String;

    fn try_from(headers: BTreeMap<String, String>) -> Result<Self, String> {
        if headers.len() > MOST_HEADERS {
            return Err(format!("expected {MOST_HEADERS} headers at most"));
        }
        for (name, value) in &headers {
            if OURS.iter().any(|ours| name.eq_ignore_ascii_case(ours)) {
                return Err(format!("the header `{name}` is not a profile's to set"));
            }
            let fits = HeaderName::from_bytes(name.as_bytes()).is_ok()
                && HeaderValue::from_str(value).is_ok()
                && value.len() <= LONGEST;
            if !fits {
                return Err(format!("`{name}` cannot be a header, or its value cannot"));
            }
        }
        Ok(Self(headers))
    }
}
