//! What a SCIM client needs: bodies to send, and answers read with tolerance.
//!
//! Keys are found in any spelling, and nothing is needed that servers leave out in the field.

use serde_json::{Map, Value, json};
use sutler_model::patch::Operation;

use crate::patch::PATCH_OP;

/// The body of a PATCH request.
pub fn patch_body(operations: &[Operation]) -> Value {
    let operations: Vec<Value> = operations.iter().map(operation_json).collect();
    json!({"schemas": [PATCH_OP], "Operations": operations})
}

fn operation_json(operation: &Operation) -> Value {
    let mut map = Map::new();
    map.insert("op".to_owned(), Value::from(operation.verb.word()));
    if let Some(path) = &operation.path {
        map.insert("path".to_owned(), Value::from(path.to_string()));
    }
    if let Some(value) = &operation.value {
        map.insert("value".to_owned(), value.clone());
    }
    Value::Object(map)
}

/// The member of that name in any spelling; the exact one first.
pub fn member<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    let map = value.as_object()?;
    map.get(name).or_else(|| {
        let mut keys = map.iter();
        keys.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    })
}

/// A page of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct ListPage {
    /// The resources on it.
    pub resources: Vec<Value>,
    /// How many match in all, if the server says so.
    pub total: Option<u64>,
}

impl ListPage {
    /// Reads a list; `None` if it is none. A list without a total and without resources is
    /// none, because an answer of another kind would look just like it.
    pub fn from_json(answer: &Value) -> Option<Self> {
        let total = member(answer, "totalResults").and_then(number);
        let resources = match member(answer, "Resources") {
            Some(Value::Array(resources)) => resources.clone(),
            None | Some(Value::Null) if total == Some(0) => Vec::new(),
            _ => return None,
        };
        Some(Self { resources, total })
    }
}

/// Some servers write numbers as text.
fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.trim().parse().ok())
}

/// What names a resource in an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Its id at that server.
    pub id: String,
    /// Its version, if the body tells.
    pub version: Option<String>,
    /// The correlation, if it holds one.
    pub external_id: Option<String>,
}

impl Head {
    /// Reads a resource; `None` if it has no id, as an error or a login page has none.
    pub fn from_json(answer: &Value) -> Option<Self> {
        let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
        let id = match member(answer, "id")? {
            Value::String(id) if !id.is_empty() => id.clone(),
            Value::Number(id) => id.to_string(),
            _ => return None,
        };
        Some(Self {
            id,
            version: text(member(answer, "meta").and_then(|meta| member(meta, "version"))),
            external_id: text(member(answer, "externalId")),
        })
    }
}

/// An error body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceError {
    /// The status that the body repeats.
    pub status: Option<u16>,
    /// `scimType`, as written.
    pub scim_type: Option<String>,
    /// What the server says.
    pub detail: Option<String>,
}

impl ServiceError {
    /// Reads an error body; `None` if the text is no SCIM error.
    pub fn from_json(text: &[u8]) -> Option<Self> {
        Self::from_value(&serde_json::from_slice(text).ok()?)
    }

    /// True of a JSON value that is an error, whatever status it came with.
    pub fn from_value(answer: &Value) -> Option<Self> {
        let schemas = member(answer, "schemas").and_then(Value::as_array);
        let is_error = schemas.is_some_and(|urns| {
            let mut urns = urns.iter().filter_map(Value::as_str);
            urns.any(|urn| urn.eq_ignore_ascii_case(crate::error::ERROR))
        });
        let text = |name: &str| member(answer, name).and_then(Value::as_str).map(str::to_owned);
        let status = member(answer, "status").and_then(number);
        let found = Self {
            status: status.and_then(|status| u16::try_from(status).ok()),
            scim_type: text("scimType"),
            detail: text("detail"),
        };
        let unlike =
            member(answer, "id").is_some() || (found.status.is_none() && found.detail.is_none());
        (is_error || !unlike).then_some(found)
    }
}

/// A string as a literal of a filter, with quotes and escapes.
pub fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_whatever_its_spelling() {
        let check = |answer: Value, expected: Option<(usize, Option<u64>)>| {
            let page = ListPage::from_json(&answer).map(|p| (p.resources.len(), p.total));
            assert_eq!(page, expected, "{answer}");
        };
        check(json!({"totalResults": 1, "Resources": [{}]}), Some((1, Some(1))));
        check(json!({"resources": [{}, {}]}), Some((2, None)));
        check(json!({"totalResults": "0"}), Some((0, Some(0))));
        check(json!({"totalResults": 5}), None);
        check(json!({"detail": "no"}), None);
        check(json!([]), None);
    }

    #[test]
    fn an_error_is_told_from_a_resource() {
        let error =
            ServiceError::from_value(&json!({"schemas": [crate::error::ERROR], "status": "409"}));
        assert_eq!(error.unwrap().status, Some(409));
        assert_eq!(ServiceError::from_value(&json!({"id": "1", "detail": "x"})), None);
        assert_eq!(ServiceError::from_json(b"<html>"), None);
        assert_eq!(Head::from_json(&json!({"status": "404"})), None);
        assert_eq!(Head::from_json(&json!({"ID": 7})).unwrap().id, "7");
    }

    #[test]
    fn w5_a_quote_inside_a_literal_cannot_end_it_t_f3() {
        let filter = format!("userName eq {}", quoted("o\"Malley\\ or id pr"));
        assert_eq!(crate::filter::parse(&filter).unwrap().to_string(), filter);
    }
}
