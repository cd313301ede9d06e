//! The body of a bulk request into its operations.

use std::collections::HashMap;

use serde_json::{Map, Value};
use sutler_model::dialect::Tolerance;
use sutler_model::{Invalid, Leniencies};

use super::operation::{self, Operation, Sent};
use crate::error::Problem;
use crate::json::{field, only, require_schema};

/// The URN of the message.
pub const BULK_REQUEST: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";

/// How much one request may ask for; where either is 0, bulk is not offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// `maxOperations`.
    pub operations: usize,
    /// `maxPayloadSize`, in bytes.
    pub payload: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { operations: 1_000, payload: 4 * 1024 * 1024 }
    }
}

impl Limits {
    /// True if bulk is offered at all.
    pub fn offered(&self) -> bool {
        self.operations > 0 && self.payload > 0
    }

    /// A body of more bytes than are taken (T-B5).
    pub fn too_long(&self) -> Problem {
        too_much(&format!("the bulk request exceeds the maxPayloadSize ({})", self.payload))
    }

    fn too_many(&self) -> Problem {
        too_much(&format!("the bulk request exceeds the maxOperations ({})", self.operations))
    }
}

fn too_much(exceeded: &str) -> Problem {
    Problem::new(413, format!("{exceeded}: send it in several parts; nothing was done"))
}

/// A bulk request that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// After how many errors to stop.
    pub fail_on_errors: Option<usize>,
    /// What is asked for, in the client's order.
    pub entries: Vec<Entry>,
}

/// One operation of a request.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// What the result repeats.
    pub sent: Sent,
    /// What it asks for, or why that cannot be done.
    pub operation: Result<Operation, Problem>,
}

/// Reads a request. Refuses it whole only if its envelope is wrong, a limit is exceeded or two
/// operations have one bulkId.
pub fn parse(body: Map<String, Value>, limits: &Limits) -> Result<Request, Problem> {
    // The envelope has no dialects: none of the clients that need one sends it.
    require_schema(&body, BULK_REQUEST, &mut Tolerance::new(Leniencies::NONE))?;
    only(&body, &["schemas", "failOnErrors", "Operations"])?;
    let fail_on_errors = fail_on_errors(&body)?;
    let operations = match take(body, "Operations")? {
        Some(Value::Array(operations)) if !operations.is_empty() => operations,
        _ => return Err(Invalid::syntax("`Operations` must be a list that is not empty").into()),
    };
    if operations.len() > limits.operations {
        return Err(limits.too_many());
    }
    let entries: Vec<Entry> = operations.into_iter().map(entry).collect();
    each_its_own_bulk_id(&entries)?;
    Ok(Request { fail_on_errors, entries })
}

fn entry(value: Value) -> Entry {
    let Value::Object(map) = value else {
        let refused = Invalid::syntax("an operation must be an object");
        return Entry { sent: Sent::default(), operation: Err(refused.into()) };
    };
    Entry { sent: Sent::of(&map), operation: operation::parse(map) }
}

/// RFC 7644 §3.7 has no meaning for a number below 1 (T-B4).
fn fail_on_errors(body: &Map<String, Value>) -> Result<Option<usize>, Invalid> {
    match field(body, "failOnErrors")? {
        None | Some(Value::Null) => Ok(None),
        Some(value) => {
            let number = value.as_u64().filter(|number| *number > 0);
            let number = number.and_then(|number| usize::try_from(number).ok());
            number.map(Some).ok_or_else(|| {
                Invalid::value("`failOnErrors` must be a whole number of at least 1")
            })
        }
    }
}

/// Otherwise nobody could say what a reference means (T-B1).
fn each_its_own_bulk_id(entries: &[Entry]) -> Result<(), Invalid> {
    let mut seen = HashMap::with_capacity(entries.len());
    for (index, entry) in entries.iter().enumerate() {
        let Some(id) = &entry.sent.bulk_id else {
            continue;
        };
        if let Some(first) = seen.insert(id.as_str(), index) {
            let (first, second) = (first + 1, index + 1);
            return Err(Invalid::value(format!(
                "operations {first} and {second} both have the `bulkId` `{id}`: each needs its own"
            )));
        }
    }
    Ok(())
}

/// As [`field`], taken out of the object.
pub(super) fn take(mut map: Map<String, Value>, name: &str) -> Result<Option<Value>, Invalid> {
    field(&map, name)?;
    let key = map.keys().find(|key| key.eq_ignore_ascii_case(name)).cloned();
    Ok(key.and_then(|key| map.remove(&key)))
}
