//! What became of each operation, as the client gets it.

use serde_json::{Map, Value, json};
use sutler_model::Version;
use sutler_model::document::etag;

use super::operation::Sent;
use crate::error::{Problem, body};

/// The URN of the message.
pub const BULK_RESPONSE: &str = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";

/// What became of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was done.
    Done {
        /// The HTTP status that the single request would have had.
        status: u16,
        /// The address of the resource.
        location: String,
        /// The version of the resource, unless it is gone.
        version: Option<Version>,
    },
    /// It was not.
    Failed {
        /// Why.
        problem: Problem,
        /// The address of the resource, where it is known.
        location: Option<String>,
    },
}

/// The answer. What has no outcome was not processed, and is left out. `base` is the absolute
/// URL of the SCIM root.
pub fn response(base: &str, sent: &[Sent], outcomes: &[Option<Outcome>]) -> Value {
    let processed = sent.iter().zip(outcomes);
    let results: Vec<Value> = processed
        .filter_map(|(sent, outcome)| Some(result(base, sent, outcome.as_ref()?)))
        .collect();
    json!({"schemas": [BULK_RESPONSE], "Operations": results})
}

/// A success has no `response` (RFC 7644 §3.7 leaves it to choice): its `location` says where to
/// look, and a bulk of many stays small.
fn result(base: &str, sent: &Sent, outcome: &Outcome) -> Value {
    let mut result = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        result.extend(value.map(|value| (name.to_owned(), value)));
    };
    put("method", sent.method.as_deref().map(Value::from));
    put("bulkId", sent.bulk_id.as_deref().map(Value::from));
    match outcome {
        Outcome::Done { status, location, version } => {
            put("version", version.map(|version| Value::from(etag(version))));
            put("location", Some(Value::from(location.as_str())));
            put("status", Some(Value::from(status.to_string())));
        }
        Outcome::Failed { problem, location } => {
            let location = location.clone().or_else(|| asked_for(base, sent));
            put("location", location.map(Value::from));
            put("status", Some(Value::from(problem.status.to_string())));
            put("response", Some(body(problem)));
        }
    }
    Value::Object(result)
}

/// Every result has a location but that of a failed POST (T-B2).
fn asked_for(base: &str, sent: &Sent) -> Option<String> {
    let path = sent.path.as_deref().filter(|path| path.starts_with('/'))?;
    (!sent.creates()).then(|| format!("{base}{path}"))
}
