//! The order of resources (RFC 7644 §3.4.2.3): what is missing goes last, reversed it goes first.
//!
//! Of several values the primary one counts, else the first (T-S1). Ties are the caller's.

use std::cmp::Ordering;

use serde_json::{Map, Value};

use crate::Kind;
use crate::fold::fold;
use crate::query::Sort;
use crate::schema::{Attribute, Type, resolve};

use super::evaluate::each;

/// Which of two resources goes first.
pub fn compare(
    a: (Kind, &Map<String, Value>),
    b: (Kind, &Map<String, Value>),
    sort: &Sort,
) -> Ordering {
    let order = match (key(a.0, a.1, sort), key(b.0, b.1, sort)) {
        (Some(a), Some(b)) => a.partial_cmp(&b).unwrap_or(Ordering::Equal),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    };
    if sort.descending { order.reverse() } else { order }
}

#[derive(PartialEq, PartialOrd)]
enum Key {
    Boolean(bool),
    Number(f64),
    Moment(jiff::Timestamp),
    Text(String),
}

fn key(kind: Kind, resource: &Map<String, Value>, sort: &Sort) -> Option<Key> {
    let found = resolve(kind, &sort.by)?;
    let container =
        if found.extension { resource.get(&found.schema.id)?.as_object()? } else { resource };
    let whole = container.get(&found.attribute?.name)?;
    let is_primary = |value: &&Value| value.get("primary") == Some(&Value::Bool(true));
    let chosen = each(whole).find(is_primary).or_else(|| each(whole).next())?;
    let value = match found.sub {
        Some(sub) => chosen.get(&sub.name)?,
        None => chosen,
    };
    value_key(found.leaf()?, value)
}

fn value_key(attribute: &Attribute, value: &Value) -> Option<Key> {
    match value {
        Value::Bool(value) => Some(Key::Boolean(*value)),
        Value::Number(value) => value.as_f64().map(Key::Number),
        Value::String(text) if attribute.r#type == Type::DateTime => {
            text.parse().ok().map(Key::Moment)
        }
        Value::String(text) if attribute.heeds_case() => Some(Key::Text(text.clone())),
        Value::String(text) => Some(Key::Text(fold(text))),
        _ => None,
    }
}
