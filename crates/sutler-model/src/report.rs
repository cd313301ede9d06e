//! What was found out about many resources at once, kept for a while: a head and many lines.
//! What is in them is said by who makes them: a plan, a comparison.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{TargetId, Time};

/// The head of a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Its id: the kind, a dash, and twelve hexadecimal digits.
    pub id: String,
    /// What it is.
    pub kind: ReportKind,
    /// The target that it is about, if it is about one.
    pub target: Option<TargetId>,
    /// When it was begun.
    pub made: Time,
    /// What it says on the whole.
    pub head: Value,
}

/// The kinds of report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportKind {
    /// What would be done.
    Plan,
    /// How a target compares with what it should hold.
    Comparison,
}

impl ReportKind {
    /// The number under which rows keep it.
    pub fn code(self) -> i64 {
        match self {
            Self::Plan => 1,
            Self::Comparison => 2,
        }
    }

    /// The inverse of [`ReportKind::code`].
    pub fn from_code(code: i64) -> Option<Self> {
        match code {
            1 => Some(Self::Plan),
            2 => Some(Self::Comparison),
            _ => None,
        }
    }
}
