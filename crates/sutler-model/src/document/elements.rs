//! The elements of a multi-valued attribute: duplicates and the primary one.

use std::collections::HashMap;

use serde_json::Value;

use crate::fold::fold;
use crate::schema::{Attribute, Invalid};

/// How many values an attribute of a document may have. Members are not in the document.
pub const MOST_VALUES: usize = 1_000;

/// Keeps a document small enough that every operation on it is quick.
pub(crate) fn not_too_many(name: &str, count: usize) -> Result<(), Invalid> {
    if count > MOST_VALUES {
        return Err(Invalid::value(format!("`{name}` can have at most {MOST_VALUES} values")));
    }
    Ok(())
}

/// At most one element is primary (RFC 7643 §2.4; T-P11).
pub(crate) fn one_primary(name: &str, elements: &[Value]) -> Result<(), Invalid> {
    match elements.iter().filter(|e| is_primary(e)).count() {
        0 | 1 => Ok(()),
        count => Err(Invalid::value(format!(
            "`{name}`: {count} values are `primary`, but only one can be"
        ))),
    }
}

pub(crate) fn is_primary(element: &Value) -> bool {
    element.get("primary") == Some(&Value::Bool(true))
}

/// Values with the same `type` and `value` are one value (RFC 7643 §2.4): the later one's
/// other sub-attributes win. The order of the first occurrence is kept.
pub(crate) fn without_duplicates(attribute: &Attribute, elements: Vec<Value>) -> Vec<Value> {
    let mut places: HashMap<(String, String), usize> = HashMap::with_capacity(elements.len());
    let mut kept: Vec<Value> = Vec::with_capacity(elements.len());
    for element in elements {
        let next = kept.len();
        let place = *places.entry(identity(attribute, &element)).or_insert(next);
        match (kept.get_mut(place), element) {
            (Some(Value::Object(first)), Value::Object(again)) => first.extend(again),
            (Some(_), _) => {}
            (None, element) => kept.push(element),
        }
    }
    kept
}

/// What makes a value itself: `type` and `value`; all of it, if it has no `value`.
fn identity(attribute: &Attribute, element: &Value) -> (String, String) {
    let Some(value) = element.get("value") else {
        return (String::new(), element.to_string());
    };
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let exact = attribute.sub("value").is_some_and(Attribute::heeds_case);
    let r#type = element.get("type").and_then(Value::as_str).unwrap_or_default();
    // The prefix keeps these apart from elements that are compared whole.
    (format!("type {}", fold(r#type)), if exact { text } else { fold(&text) })
}
