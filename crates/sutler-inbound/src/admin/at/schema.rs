//! JSON schemas of what several endpoints answer.

use serde_json::{Map, Value, json};

/// Some text.
pub(super) fn text() -> Value {
    json!({"type": "string"})
}

/// A moment (RFC 3339), or nothing.
pub(super) fn moment() -> Value {
    json!({"type": ["string", "null"], "format": "date-time"})
}

/// An object of which these keys are always there.
pub(super) fn object(properties: Value) -> Value {
    let keys = properties.as_object().into_iter().flat_map(Map::keys);
    let required: Vec<Value> = keys.map(|key| Value::from(key.as_str())).collect();
    Value::Object(Map::from_iter([
        ("type".to_owned(), Value::from("object")),
        ("required".to_owned(), Value::Array(required)),
        ("properties".to_owned(), properties),
    ]))
}

/// A list of these.
pub(super) fn array(of: Value) -> Value {
    let kind = ("type".to_owned(), Value::from("array"));
    Value::Object(Map::from_iter([kind, ("items".to_owned(), of)]))
}

/// A list that is whole.
pub(super) fn list(of: Value) -> Value {
    object(Value::Object(Map::from_iter([("items".to_owned(), array(of))])))
}

/// A page of a list.
pub(super) fn page(of: Value) -> Value {
    let next = json!({"type": ["string", "null"], "description": "Null on the last page"});
    object(Value::Object(Map::from_iter([
        ("items".to_owned(), array(of)),
        ("next_cursor".to_owned(), next),
    ])))
}

/// What an edition of the estate changed, or would.
pub(super) fn report() -> Value {
    let texts = || json!({"type": "array", "items": text()});
    object(json!({
        "added": texts(),
        "changed": {
            "type": "array",
            "items": object(json!({"entry": text(), "fields": texts()})),
        },
        "unchanged": texts(),
        "removed": texts(),
        "sweeps": {
            "type": "array",
            "description": "Targets that are compared with all their resources",
            "items": text(),
        },
        "warnings": texts(),
        "generated": {
            "type": "array",
            "description": "Secrets that were made; shown once",
            "items": object(json!({"of": text(), "value": text()})),
        },
    }))
}

/// An entry of the estate, with the keys that its table has in the file.
pub(super) fn entry() -> Value {
    json!({
        "type": "object",
        "description": "The keys of the entry in the estate file; secrets are references",
        "additionalProperties": true,
    })
}

/// A token that was made.
pub(super) fn made() -> Value {
    object(json!({
        "token": {"type": "string", "description": "Shown only now"},
        "id": {"type": "string", "description": "By which it is revoked"},
    }))
}

/// Nothing.
pub(super) fn nothing() -> Value {
    Value::Null
}
