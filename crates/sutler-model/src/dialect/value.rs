//! The value of an attribute, put into the form that its type has.

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::schema::{Attribute, Type};

use super::{Leniency, Tolerance};

const OF_VALUES: [Leniency; 3] =
    [Leniency::BooleanText, Leniency::PlainManager, Leniency::ListedSingle];

/// The value as the strict reader wants it. What cannot be understood stays as it is, to be
/// refused there.
pub(crate) fn value<'a>(
    attribute: &Attribute,
    given: &'a Value,
    tolerance: &mut Tolerance,
) -> Cow<'a, Value> {
    // Members have none of these parts, and may be very many.
    if attribute.name == "members" || !tolerance.allows_any(&OF_VALUES) {
        return Cow::Borrowed(given);
    }
    let mut own = given.clone();
    amend(attribute, &mut own, tolerance);
    Cow::Owned(own)
}

fn amend(attribute: &Attribute, value: &mut Value, tolerance: &mut Tolerance) {
    if attribute.read_only() {
        return;
    }
    match (attribute.r#type, &mut *value) {
        (Type::Boolean, Value::String(text)) => {
            if let Some(truth) = boolean(text).filter(|_| tolerance.takes(Leniency::BooleanText)) {
                *value = Value::Bool(truth);
            }
        }
        (Type::Complex, Value::Object(parts)) => amend_parts(attribute, parts, tolerance),
        (Type::Complex, Value::Array(elements)) if attribute.multi_valued => {
            for element in elements {
                if let Value::Object(parts) = element {
                    amend_parts(attribute, parts, tolerance);
                }
            }
        }
        (Type::Complex, Value::Array(elements)) => {
            if let [Value::Object(parts)] = elements.as_mut_slice()
                && tolerance.takes(Leniency::ListedSingle)
            {
                amend_parts(attribute, parts, tolerance);
                *value = Value::Object(std::mem::take(parts));
            }
        }
        (Type::Complex, Value::String(id))
            if attribute.name == "manager"
                && !id.is_empty()
                && tolerance.takes(Leniency::PlainManager) =>
        {
            let id = Value::String(std::mem::take(id));
            *value = Value::Object(Map::from_iter([("value".to_owned(), id)]));
        }
        _ => {}
    }
}

fn amend_parts(attribute: &Attribute, parts: &mut Map<String, Value>, tolerance: &mut Tolerance) {
    for (name, part) in parts {
        if let Some(sub) = attribute.sub(name) {
            amend(sub, part, tolerance);
        }
    }
}

/// The boolean that a text spells.
pub(super) fn boolean(text: &str) -> Option<bool> {
    [true, false].into_iter().find(|truth| text.eq_ignore_ascii_case(&truth.to_string()))
}
