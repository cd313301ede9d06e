//! The way through a document: attributes, those of extensions, and their parts.

use serde_json::{Map, Value};

/// Whether something stays: a schema if it is of an extension, an attribute, a part of it.
pub(super) type Keep<'a> = dyn Fn(Option<&str>, &str, Option<&str>) -> bool + 'a;

/// True if a member of a document is the data of an extension.
pub(super) fn is_extension(key: &str) -> bool {
    key.contains(':')
}

/// Takes out what does not stay, and what has no part left; the URNs of the extensions of which
/// nothing is left.
pub(super) fn retain(document: &mut Map<String, Value>, keep: &Keep<'_>) -> Vec<String> {
    let mut gone = Vec::new();
    document.retain(|key, value| match value {
        Value::Object(data) if is_extension(key) => {
            data.retain(|name, value| stays(Some(key), name, value, keep));
            if data.is_empty() {
                gone.push(key.clone());
            }
            !data.is_empty()
        }
        value => stays(None, key, value, keep),
    });
    gone
}

fn stays(schema: Option<&str>, name: &str, value: &mut Value, keep: &Keep<'_>) -> bool {
    keep(schema, name, None) || parts(value, &|sub| keep(schema, name, Some(sub)))
}

/// Leaves the parts that stay; false if there is none.
fn parts(value: &mut Value, keep: &dyn Fn(&str) -> bool) -> bool {
    match value {
        Value::Object(subs) => {
            subs.retain(|name, _| keep(name));
            !subs.is_empty()
        }
        Value::Array(elements) => {
            elements.retain_mut(|element| parts(element, keep));
            !elements.is_empty()
        }
        _ => false,
    }
}

/// The names in one of two objects, each once.
pub(super) fn names_of<'a>(
    one: &'a Map<String, Value>,
    other: &'a Map<String, Value>,
) -> impl Iterator<Item = &'a str> {
    let more = other.keys().filter(|name| !one.contains_key(*name));
    one.keys().chain(more).map(String::as_str)
}

/// The data of an extension; empty if it has none.
pub(super) fn data<'a>(
    document: &'a Map<String, Value>,
    urn: &str,
    none: &'a Map<String, Value>,
) -> &'a Map<String, Value> {
    document.get(urn).and_then(Value::as_object).unwrap_or(none)
}
