//! The ways in which a call ends early: an outcome without a result.

use sutler_model::Time;
use sutler_model::outcome::{Outcome, Refusal, RefusalKind, Trouble};

/// Why a call did not end well.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Stop {
    /// Definitely not done.
    Refused(Refusal),
    /// Definitely not done, to be tried again.
    Retry { trouble: Trouble, detail: String, status: Option<u16>, after: Option<Time> },
    /// Bytes were sent and no sensible answer came.
    Unknown { detail: String, status: Option<u16>, after: Option<Time> },
}

impl Stop {
    pub(crate) fn refused(kind: RefusalKind, status: Option<u16>, detail: String) -> Self {
        Self::Refused(Refusal { kind, detail, status })
    }

    pub(crate) fn retry(trouble: Trouble, status: Option<u16>, detail: String) -> Self {
        Self::Retry { trouble, detail, status, after: None }
    }

    pub(crate) fn unknown(status: Option<u16>, detail: String) -> Self {
        Self::Unknown { detail, status, after: None }
    }

    /// One line for a person.
    pub(crate) fn detail(&self) -> &str {
        match self {
            Self::Refused(refusal) => &refusal.detail,
            Self::Retry { detail, .. } | Self::Unknown { detail, .. } => detail,
        }
    }
}

/// The contract's form of a result.
pub(crate) fn outcome<T>(result: Result<T, Stop>) -> Outcome<T> {
    match result {
        Ok(done) => Outcome::Done(done),
        Err(Stop::Refused(refusal)) => Outcome::Refused(refusal),
        Err(Stop::Retry { trouble, detail, status, after }) => {
            Outcome::Retry { after, trouble, detail, status }
        }
        Err(Stop::Unknown { detail, status, after }) => Outcome::Unknown { detail, status, after },
    }
}
