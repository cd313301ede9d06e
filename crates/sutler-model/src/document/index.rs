//! The index rows of a document: what filters find it by without reading it.

use serde_json::Value;

use crate::Document;
use crate::change::IndexRow;
use crate::fold::fold;
use crate::path::AttributePath;
use crate::schema::{Indexed, ResourceType, Type};

/// The rows, in order and each once. That an extension is in use is a row of its own, under
/// its URN, for those of [`ResourceType::marked_extensions`].
pub fn index_rows(shape: &ResourceType, document: &Document) -> Vec<IndexRow> {
    let mut rows = Vec::new();
    for indexed in shape.indexed() {
        let mut values = Vec::new();
        collect(document, &indexed.path, &mut values);
        let keys = values.into_iter().filter_map(|value| key(indexed, value));
        rows.extend(keys.map(|key| IndexRow { path: indexed.name.clone(), key }));
    }
    let marked = shape.marked_extensions().map(|marked| &marked.schema.id);
    let used = marked.filter(|urn| document.contains_key(*urn));
    rows.extend(used.map(|urn| IndexRow { path: urn.clone(), key: String::new() }));
    rows.sort_unstable_by(|a, b| (&a.path, &a.key).cmp(&(&b.path, &b.key)));
    rows.dedup();
    rows
}

/// What equality is looked up by; `None` for what rows do not answer.
fn key(indexed: &Indexed, value: &Value) -> Option<String> {
    match (indexed.r#type, value) {
        (Type::Integer, Value::Number(number)) => Some(number.to_string()),
        (_, Value::String(text)) if indexed.heeds_case => Some(text.clone()),
        (_, Value::String(text)) => Some(fold(text)),
        _ => None,
    }
}

fn collect<'a>(document: &'a Document, path: &AttributePath, found: &mut Vec<&'a Value>) {
    let holder = match &path.schema {
        Some(urn) => document.get(urn).and_then(Value::as_object),
        None => Some(document),
    };
    match holder.and_then(|h| h.get(&path.attribute)) {
        Some(Value::Array(elements)) => found.extend(elements.iter().filter_map(|e| part(e, path))),
        Some(value) => found.extend(part(value, path)),
        None => {}
    }
}

fn part<'a>(value: &'a Value, path: &AttributePath) -> Option<&'a Value> {
    match &path.sub {
        Some(sub) => value.get(sub),
        None => Some(value),
    }
}
