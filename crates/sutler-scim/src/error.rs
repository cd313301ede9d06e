//! Error bodies (RFC 7644 §3.12): from a refusal to its status and its JSON.

use serde_json::{Value, json};
use sutler_model::{Invalid, InvalidKind};

/// The media type of SCIM (RFC 7644 §8.1), of errors too.
pub const MEDIA_TYPE: &str = "application/scim+json";

/// The URN of the message.
pub const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";

/// An error as a client gets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The HTTP status, repeated in the body.
    pub status: u16,
    /// The `scimType`, where the RFC has one.
    pub kind: Option<InvalidKind>,
    /// One sentence for a person.
    pub detail: String,
}

impl Problem {
    /// An error without a `scimType`.
    pub fn new(status: u16, detail: impl Into<String>) -> Self {
        Self { status, kind: None, detail: detail.into() }
    }
}

impl From<Invalid> for Problem {
    fn from(refused: Invalid) -> Self {
        Self { status: status(refused.kind), kind: Some(refused.kind), detail: refused.detail }
    }
}

/// The status of a kind (RFC 7644 table 9).
fn status(kind: InvalidKind) -> u16 {
    match kind {
        InvalidKind::Uniqueness => 409,
        InvalidKind::Sensitive => 403,
        _ => 400,
    }
}

/// The word of RFC 7644 table 9 and of RFC 9865 §2.1.
pub fn scim_type(kind: InvalidKind) -> &'static str {
    match kind {
        InvalidKind::Filter => "invalidFilter",
        InvalidKind::Path => "invalidPath",
        InvalidKind::NoTarget => "noTarget",
        InvalidKind::Value => "invalidValue",
        InvalidKind::Syntax => "invalidSyntax",
        InvalidKind::Mutability => "mutability",
        InvalidKind::Uniqueness => "uniqueness",
        InvalidKind::TooMany => "tooMany",
        InvalidKind::Sensitive => "sensitive",
        InvalidKind::Version => "invalidVers",
        InvalidKind::Cursor => "invalidCursor",
        InvalidKind::ExpiredCursor => "expiredCursor",
        InvalidKind::Count => "invalidCount",
    }
}

/// The JSON of an error: `status` is a string (T-R1).
pub fn body(problem: &Problem) -> Value {
    let mut body = json!({
        "schemas": [ERROR],
        "status": problem.status.to_string(),
        "detail": problem.detail,
    });
    if let (Some(kind), Some(map)) = (problem.kind, body.as_object_mut()) {
        map.insert("scimType".to_owned(), Value::from(scim_type(kind)));
    }
    body
}
