//! Filters (RFC 7644 §3.4.2.2) as values: their types, checks, meaning and text form.
//!
//! Reads no text: the parser is where the wire is.

mod check;
mod evaluate;
mod order;
mod print;

pub use check::check_sort;
pub use order::{SortKey, compare, compare_keys, sort_key};

pub(crate) use check::check_element;
pub(crate) use evaluate::matches_element;

use serde::{Deserialize, Serialize};

use crate::path::AttributePath;

/// A filter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Filter {
    /// All hold.
    And(Vec<Filter>),
    /// One holds.
    Or(Vec<Filter>),
    /// It does not hold.
    Not(Box<Filter>),
    /// The attribute has a value.
    Present(AttributePath),
    /// A comparison; of a multi-valued attribute, any value may match.
    Compare(AttributePath, Operator, Literal),
    /// One element of a multi-valued attribute matches the inner filter.
    Element(AttributePath, Box<Filter>),
}

impl Filter {
    /// True if one element of a group's `members` (value, type, display) matches this filter
    /// that stood in brackets: `members[type eq "User"]`.
    pub fn matches_member(&self, element: &serde_json::Map<String, serde_json::Value>) -> bool {
        let members = crate::schema::standard(crate::Kind::Group).core().attribute("members");
        members.is_some_and(|members| matches_element(self, members, element))
    }

    /// All attributes that it names; those inside brackets joined with the one outside.
    pub fn paths(&self) -> Vec<AttributePath> {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().flat_map(Self::paths).collect(),
            Self::Not(inner) => inner.paths(),
            Self::Present(path) | Self::Compare(path, ..) => vec![path.clone()],
            Self::Element(path, inner) => inner
                .paths()
                .into_iter()
                .map(|sub| AttributePath { sub: Some(sub.attribute), ..path.clone() })
                .collect(),
        }
    }
}

/// A comparison operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Operator {
    /// `eq`
    Equal,
    /// `ne`
    NotEqual,
    /// `co`
    Contains,
    /// `sw`
    StartsWith,
    /// `ew`
    EndsWith,
    /// `gt`
    Greater,
    /// `ge`
    GreaterOrEqual,
    /// `lt`
    Less,
    /// `le`
    LessOrEqual,
}

impl Operator {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Equal,
        Self::NotEqual,
        Self::Contains,
        Self::StartsWith,
        Self::EndsWith,
        Self::Greater,
        Self::GreaterOrEqual,
        Self::Less,
        Self::LessOrEqual,
    ];

    /// The word of RFC 7644.
    pub fn word(self) -> &'static str {
        match self {
            Self::Equal => "eq",
            Self::NotEqual => "ne",
            Self::Contains => "co",
            Self::StartsWith => "sw",
            Self::EndsWith => "ew",
            Self::Greater => "gt",
            Self::GreaterOrEqual => "ge",
            Self::Less => "lt",
            Self::LessOrEqual => "le",
        }
    }

    /// The operator of that word, in any spelling (T-F2).
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|o| o.word().eq_ignore_ascii_case(word))
    }

    /// True for `co`, `sw` and `ew`, which look into text.
    pub fn is_partial(self) -> bool {
        matches!(self, Self::Contains | Self::StartsWith | Self::EndsWith)
    }

    /// True for `gt`, `ge`, `lt` and `le`.
    pub fn is_ordering(self) -> bool {
        matches!(self, Self::Greater | Self::GreaterOrEqual | Self::Less | Self::LessOrEqual)
    }
}

/// A literal: JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Literal {
    /// `null`
    Null,
    /// `true`, `false`
    Boolean(bool),
    /// A number, as written.
    Number(serde_json::Number),
    /// A string, unescaped.
    Text(String),
}
