//! The query of a request: what is not known is refused, and so is what is said twice.

use std::collections::BTreeMap;

use http::StatusCode;
use serde_json::{Value, json};
use sutler_model::Time;

use crate::failure::Failure;

/// What a parameter may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// A text.
    Text,
    /// A whole number from 1 to this.
    Count(usize),
    /// True or false.
    Flag,
    /// A text, as often as one likes.
    Texts,
}

/// A parameter of a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Parameter {
    pub(super) name: &'static str,
    pub(super) shape: Shape,
    pub(super) description: &'static str,
}

/// How many things a list shows, unless more are asked for.
pub(super) const USUAL: usize = 100;
/// How many a list shows at most.
pub(super) const MOST: usize = 1_000;

/// How many things a list shows.
pub(super) const COUNT: Parameter =
    Parameter { name: "count", shape: Shape::Count(MOST), description: "How many at most" };

/// Where a list goes on.
pub(super) const CURSOR: Parameter = Parameter {
    name: "cursor",
    shape: Shape::Text,
    description: "The `next_cursor` of the page before",
};

/// From when on.
pub(super) const SINCE: Parameter = Parameter {
    name: "since",
    shape: Shape::Text,
    description: "Only from this moment on (RFC 3339)",
};

/// The longest value.
const LONGEST: usize = 512;
/// How many texts one parameter may have.
const MOST_TEXTS: usize = 100;

/// A query that was read.
#[derive(Debug, Default)]
pub(super) struct Parameters(BTreeMap<&'static str, Vec<String>>);

impl Parameters {
    /// Reads a query.
    pub(super) fn read(query: &str, known: &[Parameter]) -> Result<Self, Failure> {
        let mut read = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let Some(parameter) = known.iter().find(|parameter| parameter.name == name) else {
                return Err(bad(unknown(known)));
            };
            let values = read.0.entry(parameter.name).or_default();
            let most = if parameter.shape == Shape::Texts { MOST_TEXTS } else { 1 };
            if values.len() >= most {
                return Err(bad(format!("`{}` is given too often", parameter.name)));
            }
            check(parameter, &value)?;
            values.push(value.into_owned());
        }
        Ok(read)
    }

    /// The value of a parameter.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.first().map(String::as_str)
    }

    /// All values of a parameter.
    pub(super) fn texts(&self, name: &str) -> Vec<String> {
        self.0.get(name).cloned().unwrap_or_default()
    }

    /// True if a flag is set.
    pub(super) fn flag(&self, name: &str) -> bool {
        self.text(name) == Some("true")
    }

    /// Before which place a list goes on, if it does.
    pub(super) fn cursor(&self) -> Result<Option<i64>, Failure> {
        let Some(text) = self.text(CURSOR.name) else { return Ok(None) };
        let place = text.parse().ok().filter(|place: &i64| *place > 0);
        place.map(Some).ok_or_else(|| bad("`cursor` is not one of this list: begin without one"))
    }

    /// Where a list goes on whose places are texts.
    pub(super) fn place(&self) -> Option<&str> {
        self.text(CURSOR.name)
    }

    /// From when on, if it is said.
    pub(super) fn since(&self) -> Result<Option<Time>, Failure> {
        let Some(text) = self.text(SINCE.name) else { return Ok(None) };
        let moment = Time::from_rfc3339(text);
        moment.map(Some).ok_or_else(|| bad("`since` must be a moment such as 2026-01-31T08:00:00Z"))
    }

    /// How many things are to be shown.
    pub(super) fn count(&self) -> usize {
        self.text(COUNT.name).and_then(|text| text.parse().ok()).unwrap_or(USUAL)
    }
}

fn check(parameter: &Parameter, value: &str) -> Result<(), Failure> {
    let name = parameter.name;
    let expected = match parameter.shape {
        Shape::Text | Shape::Texts if value.len() > LONGEST => {
            format!("not longer than {LONGEST} bytes")
        }
        Shape::Text | Shape::Texts => return Ok(()),
        Shape::Flag if matches!(value, "true" | "false") => return Ok(()),
        Shape::Flag => "true or false".to_owned(),
        Shape::Count(most) => {
            let number = value.parse().ok().filter(|number| (1..=most).contains(number));
            if number.is_some() && value.bytes().all(|byte| byte.is_ascii_digit()) {
                return Ok(());
            }
            format!("a whole number from 1 to {most}")
        }
    };
    Err(bad(format!("`{name}` must be {expected}")))
}

fn unknown(known: &[Parameter]) -> String {
    let names: Vec<&str> = known.iter().map(|parameter| parameter.name).collect();
    if names.is_empty() {
        return "this path takes no parameters".to_owned();
    }
    format!("there is a parameter that this path does not know; it knows: {}", names.join(", "))
}

fn bad(detail: impl Into<String>) -> Failure {
    Failure::new(StatusCode::BAD_REQUEST, detail)
}

impl Parameter {
    /// As OpenAPI describes it.
    pub(super) fn described(&self) -> Value {
        let schema = match self.shape {
            Shape::Text => json!({"type": "string"}),
            Shape::Texts => json!({"type": "array", "items": {"type": "string"}}),
            Shape::Flag => json!({"type": "boolean", "default": false}),
            Shape::Count(most) => {
                let usual = USUAL.min(most);
                json!({"type": "integer", "minimum": 1, "maximum": most, "default": usual})
            }
        };
        json!({"name": self.name, "in": "query", "description": self.description, "schema": schema})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [Parameter; 3] = [
        COUNT,
        Parameter { name: "dry", shape: Shape::Flag, description: "" },
        Parameter { name: "moved", shape: Shape::Texts, description: "" },
    ];

    #[test]
    fn what_is_known_is_read() {
        let read = Parameters::read("count=7&dry=true&moved=a&moved=b%20c", &KNOWN).unwrap();
        assert_eq!((read.count(), read.flag("dry")), (7, true));
        assert_eq!(read.texts("moved"), ["a", "b c"]);
        assert_eq!(Parameters::read("", &KNOWN).unwrap().count(), USUAL);
    }

    #[test]
    fn what_is_unknown_twice_or_out_of_bounds_is_refused() {
        let many = "moved=a&".repeat(101);
        let long = format!("moved={}", "a".repeat(513));
        for bad in [
            "x=1",
            "count=0",
            "count=1001",
            "count=-1",
            "count=+1",
            "count=99999999999999999999",
            "count=1&count=2",
            "dry=yes",
            "dry=",
            "count=",
            &many,
            &long,
        ] {
            assert!(Parameters::read(bad, &KNOWN).is_err(), "{bad}");
        }
    }
}
