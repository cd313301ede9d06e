//! One value of one attribute: its type checked, its parts in canonical spelling.

use serde_json::{Map, Value};

use crate::fold::hidden_character;
use crate::schema::{Attribute, Invalid, Type, Uniqueness};

use super::elements::{not_too_many, one_primary, without_duplicates};

/// The canonical value, or `None` if it says that there is none (`null`, `[]`; RFC 7643 §2.5).
/// `name` is the attribute's path, for messages.
pub(crate) fn value(
    attribute: &Attribute,
    name: &str,
    value: &Value,
) -> Result<Option<Value>, Invalid> {
    match value {
        Value::Null => Ok(None),
        Value::Array(given) if attribute.multi_valued => {
            not_too_many(name, given.len())?;
            let mut elements = Vec::with_capacity(given.len());
            for one in given {
                elements.extend(element(attribute, name, one)?);
            }
            one_primary(name, &elements)?;
            let elements = without_duplicates(attribute, elements);
            Ok((!elements.is_empty()).then_some(Value::Array(elements)))
        }
        // RFC 7643 §2.5: an empty list is no value, whatever the attribute.
        Value::Array(given) if given.is_empty() => Ok(None),
        _ if attribute.multi_valued => Err(Invalid::value(format!("`{name}` must be a list"))),
        _ => element(attribute, name, value),
    }
}

/// One value of a list, or the value of a singular attribute; `None` if it is empty.
pub(crate) fn element(
    attribute: &Attribute,
    name: &str,
    value: &Value,
) -> Result<Option<Value>, Invalid> {
    match (attribute.r#type, value) {
        (Type::Complex, Value::Object(given)) => {
            let subs = complex(attribute, name, given)?;
            let subs: Map<_, _> = subs.into_iter().filter(|(_, v)| !v.is_null()).collect();
            Ok((!subs.is_empty()).then_some(Value::Object(subs)))
        }
        (Type::Complex, _) => Err(wrong(attribute, name)),
        _ => single(attribute, name, value).map(Some),
    }
}

/// The sub-attributes that are given, in canonical spelling; `null` where one is unassigned.
/// Read-only ones are passed over. A `$ref` to a user or group is not kept: it gives the
/// `value`, if that is missing, because addresses are made anew for every answer.
pub(crate) fn complex(
    attribute: &Attribute,
    name: &str,
    given: &Map<String, Value>,
) -> Result<Map<String, Value>, Invalid> {
    let mut subs = Map::new();
    for (key, given) in given {
        let sub = attribute.sub(key).ok_or_else(|| {
            Invalid::syntax(format!("`{name}` has no sub-attribute `{}`", shown(key)))
        })?;
        if sub.read_only() {
            continue;
        }
        let path = format!("{name}.{}", sub.name);
        let canonical = value(sub, &path, given)?.unwrap_or(Value::Null);
        if subs.insert(sub.name.clone(), canonical).is_some() {
            return Err(Invalid::syntax(format!("`{path}` is given twice")));
        }
    }
    if attribute.sub("$ref").is_some_and(Attribute::derived_reference)
        && let Some(address) = subs.remove("$ref")
        && let Some(id) = address.as_str().and_then(last_segment)
        && subs.get("value").is_none_or(Value::is_null)
    {
        subs.insert("value".to_owned(), Value::from(id));
    }
    Ok(subs)
}

/// The id at the end of a resource's address.
fn last_segment(address: &str) -> Option<&str> {
    address.trim_end_matches('/').rsplit('/').next().filter(|id| !id.is_empty())
}

/// A value of a simple type, checked strictly: no string stands for a boolean or a number.
fn single(attribute: &Attribute, name: &str, value: &Value) -> Result<Value, Invalid> {
    match (attribute.r#type, value) {
        (Type::String | Type::Reference, Value::String(text)) => string(attribute, name, text),
        (Type::Boolean, Value::Bool(_)) | (Type::Decimal, Value::Number(_)) => Ok(value.clone()),
        (Type::Integer, Value::Number(number)) if !number.is_f64() => Ok(value.clone()),
        (Type::DateTime, Value::String(text)) => moment(text).ok_or_else(|| wrong(attribute, name)),
        (Type::Binary, Value::String(text)) if is_base64(text) => Ok(value.clone()),
        _ => Err(wrong(attribute, name)),
    }
}

fn wrong(attribute: &Attribute, name: &str) -> Invalid {
    Invalid::value(format!("`{name}` must be {}", attribute.r#type.noun()))
}

fn string(attribute: &Attribute, name: &str, text: &str) -> Result<Value, Invalid> {
    if text.contains('\0') {
        return Err(Invalid::value(format!("`{name}` must not hold a NUL character")));
    }
    if attribute.required && text.trim().is_empty() {
        return Err(Invalid::value(format!("`{name}` must not be empty")));
    }
    if attribute.uniqueness != Uniqueness::None
        && let Some(hidden) = hidden_character(text)
    {
        let code = u32::from(hidden);
        return Err(Invalid::value(format!(
            "`{name}` must not hold the invisible character U+{code:04X}"
        )));
    }
    Ok(Value::from(text))
}

/// RFC 7643 §2.3.5: with time and zone. Kept in UTC.
fn moment(text: &str) -> Option<Value> {
    let with_time = text.as_bytes().get(10) == Some(&b'T');
    let moment: jiff::Timestamp = text.parse().ok().filter(|_| with_time)?;
    Some(Value::from(moment.to_string()))
}

/// RFC 7643 §2.3.6: base64 or its form for URLs, padding optional.
fn is_base64(text: &str) -> bool {
    let data = text.trim_end_matches('=');
    text.len() - data.len() <= 2
        && data.len() % 4 != 1
        && data.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'-' | b'_'))
}

/// A client's name for something, cut to a length that fits a message.
pub(super) fn shown(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(80).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Kind;
    use crate::schema::standard;

    fn of_type(r#type: Type) -> Attribute {
        let plain = standard(Kind::User).core().attribute("title").unwrap().clone();
        Attribute { r#type, ..plain }
    }

    #[test]
    fn types_are_strict_t_c2_t_g15() {
        let check = |r#type, given: Value, expected: bool| {
            let result = value(&of_type(r#type), "x", &given);
            assert_eq!(result.is_ok(), expected, "{type:?} {given} {result:?}");
        };
        check(Type::Boolean, json!(true), true);
        check(Type::Boolean, json!("true"), false);
        check(Type::String, json!({}), false);
        check(Type::String, json!(["a"]), false);
        check(Type::String, json!("a\u{0}"), false);
        check(Type::Integer, json!(12), true);
        check(Type::Integer, json!(12.0), false);
        check(Type::Integer, json!("12"), false);
        check(Type::Decimal, json!(1.5), true);
        check(Type::DateTime, json!("2026-01-31T08:00:00Z"), true);
        check(Type::DateTime, json!("2026-01-31T08:00:00+02:00"), true);
        check(Type::DateTime, json!("2026-01-31"), false);
        check(Type::DateTime, json!("2026-01-31T08:00:00"), false);
        check(Type::Binary, json!("aGk="), true);
        check(Type::Binary, json!("aGk"), true);
        check(Type::Binary, json!("a"), false);
        check(Type::Binary, json!("aGk!"), false);
        check(Type::Reference, json!(1), false);
    }

    #[test]
    fn a_moment_is_kept_in_utc_t_g15() {
        let kept = value(&of_type(Type::DateTime), "x", &json!("2026-01-31T08:00:00+02:00"));
        assert_eq!(kept.unwrap(), Some(json!("2026-01-31T06:00:00Z")));
    }
}
