//! The order of resources (RFC 7644 §3.4.2.3): what is missing goes last, reversed it goes first.
//!
//! Of several values the primary one counts, else the first (T-S1). Ties are the caller's.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::fold::fold;
use crate::query::Sort;
use crate::schema::{Attribute, ResourceType, Type};

use super::evaluate::each;

/// What an order compares of a resource. It can be kept, and means the same later.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum SortKey {
    /// `false` goes first.
    Boolean(bool),
    /// The bits of a number, turned so that they are ordered as the numbers are.
    Number(u64),
    /// A point in time.
    Moment(jiff::Timestamp),
    /// Folded, unless the attribute heeds case.
    Text(String),
}

/// Which of two resources goes first.
pub fn compare(
    a: (&ResourceType, &Map<String, Value>),
    b: (&ResourceType, &Map<String, Value>),
    sort: &Sort,
) -> Ordering {
    let (a, b) = (sort_key(a.0, a.1, sort), sort_key(b.0, b.1, sort));
    compare_keys(a.as_ref(), b.as_ref(), sort.descending)
}

/// Which of two keys goes first.
pub fn compare_keys(a: Option<&SortKey>, b: Option<&SortKey>, descending: bool) -> Ordering {
    let order = match (a, b) {
        (Some(a), Some(b)) => a.cmp(b),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    };
    if descending { order.reverse() } else { order }
}

/// What `sort` compares of a resource; `None` if that is missing. The map is canonical, as
/// [`crate::document::view`] makes it.
pub fn sort_key(
    shape: &ResourceType,
    resource: &Map<String, Value>,
    sort: &Sort,
) -> Option<SortKey> {
    let found = shape.resolve(&sort.by)?;
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

fn value_key(attribute: &Attribute, value: &Value) -> Option<SortKey> {
    match value {
        Value::Bool(value) => Some(SortKey::Boolean(*value)),
        Value::Number(value) => value.as_f64().map(number_key),
        Value::String(text) if attribute.r#type == Type::DateTime => {
            text.parse().ok().map(SortKey::Moment)
        }
        Value::String(text) if attribute.heeds_case() => Some(SortKey::Text(text.clone())),
        Value::String(text) => Some(SortKey::Text(fold(text))),
        _ => None,
    }
}

/// Negative numbers are turned over, and go below the others. Adding nothing makes `-0` be `0`.
fn number_key(number: f64) -> SortKey {
    const SIGN: u64 = 1 << 63;
    let bits = (number + 0.0).to_bits();
    SortKey::Number(if bits & SIGN == 0 { bits | SIGN } else { !bits })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_ordered_by_their_keys() {
        let numbers = [-1e300, -2.5, -1.0, 0.0, 1e-9, 1.0, 2.5, 1e300];
        let keys: Vec<SortKey> = numbers.into_iter().map(number_key).collect();
        assert!(keys.is_sorted());
        assert_eq!(number_key(-0.0), number_key(0.0));
    }

    #[test]
    fn what_is_missing_goes_last_and_reversed_first_t_s1() {
        let key = SortKey::Text("a".to_owned());
        assert_eq!(compare_keys(Some(&key), None, false), Ordering::Less);
        assert_eq!(compare_keys(Some(&key), None, true), Ordering::Greater);
        assert_eq!(compare_keys(None, None, true), Ordering::Equal);
    }
}
