//! The text form of a filter. It parses again to an equal filter.

use std::fmt;

use super::{Filter, Literal};

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::And(parts) => join(f, parts, " and "),
            Self::Or(parts) => join(f, parts, " or "),
            Self::Not(inner) => write!(f, "not ({inner})"),
            Self::Present(path) => write!(f, "{path} pr"),
            Self::Compare(path, operator, literal) => {
                write!(f, "{path} {} {literal}", operator.word())
            }
            Self::Element(path, inner) => write!(f, "{path}[{inner}]"),
        }
    }
}

/// A part that is itself a list is put in parentheses, so that the parser keeps it apart.
fn join(f: &mut fmt::Formatter<'_>, parts: &[Filter], word: &str) -> fmt::Result {
    for (n, part) in parts.iter().enumerate() {
        if n > 0 {
            f.write_str(word)?;
        }
        match part {
            Filter::And(_) | Filter::Or(_) => write!(f, "({part})")?,
            _ => write!(f, "{part}")?,
        }
    }
    Ok(())
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Boolean(value) => value.fmt(f),
            Self::Number(value) => value.fmt(f),
            Self::Text(value) => serde_json::Value::from(value.as_str()).fmt(f),
        }
    }
}
