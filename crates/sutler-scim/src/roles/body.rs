//! The body of a role into that of a group.

use serde_json::{Map, Value, json};
use sutler_model::schema::{GROUP, ROLE};
use sutler_model::{Invalid, Kind};

use super::{Shape, members_kind};
use crate::json::{field, only};

/// What every role may say beside its own attributes. `id` and `meta` are read-only, and passed
/// over (RFC 7644 §3.3).
const COMMON: [&str; 4] = ["schemas", "id", "externalId", "meta"];

/// The body of the group that a role is, members always named: a role that says nothing of
/// its users has none. A new role is valid in the organisation of that name, unless it says
/// where; one that is replaced stays valid where it was.
pub fn group(
    shape: Shape,
    body: &Map<String, Value>,
    organisation: Option<&str>,
) -> Result<Map<String, Value>, Invalid> {
    let own = shape.alone().core().attributes.iter().map(|attribute| attribute.name.as_str());
    let own: Vec<&str> = own.collect();
    only(body, &[&own[..], &COMMON].concat())?;
    schemas(field(body, "schemas")?)?;
    for passed_over in ["id", "meta"] {
        field(body, passed_over)?;
    }
    let mut group = Map::new();
    for name in ["displayName", "externalId"] {
        group.extend(field(body, name)?.map(|given| (name.to_owned(), given.clone())));
    }
    let mut members = Vec::new();
    for name in ["users", "groups"] {
        if let Some(kind) = members_kind(name) {
            members.extend(self::members(name, kind, field(body, name)?.unwrap_or(&Value::Null))?);
        }
    }
    group.insert("members".to_owned(), Value::Array(members));
    let role = extension(shape, body, organisation)?;
    if !role.is_empty() {
        group.insert(ROLE.to_owned(), Value::Object(role));
    }
    group.insert("schemas".to_owned(), json!([GROUP, ROLE]));
    Ok(group)
}

/// `schemas` may be missing or empty; else it lists the role's own.
pub(super) fn schemas(given: Option<&Value>) -> Result<(), Invalid> {
    let wrong = || Invalid::syntax(format!("`schemas` of a role lists `{ROLE}` and no other"));
    match given {
        None | Some(Value::Null) => Ok(()),
        Some(Value::Array(urns)) => {
            let own = |urn: &Value| urn.as_str().is_some_and(|u| u.eq_ignore_ascii_case(ROLE));
            if urns.len() <= 1 && urns.iter().all(own) { Ok(()) } else { Err(wrong()) }
        }
        Some(_) => Err(wrong()),
    }
}

/// What stands under the URN of the extension.
fn extension(
    shape: Shape,
    body: &Map<String, Value>,
    organisation: Option<&str>,
) -> Result<Map<String, Value>, Invalid> {
    let mut role = Map::new();
    if let Some(given) = field(body, "permissions")?.filter(|given| !given.is_null()) {
        role.insert("permissions".to_owned(), permissions(shape, given)?);
    }
    let audience = field(body, "audience")?.filter(|given| !says_nothing(given)).cloned();
    let audience = audience.or_else(|| {
        organisation.map(|name| json!({"type": "organization", "value": name, "display": name}))
    });
    role.extend(audience.map(|audience| ("audience".to_owned(), audience)));
    Ok(role)
}

/// True for a value that leaves an attribute without one (RFC 7643 §2.5).
fn says_nothing(given: &Value) -> bool {
    match given {
        Value::Null => true,
        Value::Array(elements) => elements.is_empty(),
        Value::Object(parts) => parts.values().all(says_nothing),
        _ => false,
    }
}

/// Permissions as the extension has them.
pub(super) fn permissions(shape: Shape, given: &Value) -> Result<Value, Invalid> {
    let wrong = || Invalid::value("`permissions` must be a list of strings");
    match (shape, given) {
        (Shape::V1, Value::Array(given)) => {
            let object = |one: &Value| one.as_str().map(|text| json!({"value": text}));
            given.iter().map(|one| object(one).ok_or_else(wrong)).collect()
        }
        (Shape::V1, _) => Err(wrong()),
        (Shape::V2, given) => Ok(given.clone()),
    }
}

/// The members of a group that a list of users or groups names; one alone is a list of one.
pub(super) fn members(name: &str, kind: Kind, given: &Value) -> Result<Vec<Value>, Invalid> {
    match given {
        Value::Null => Ok(Vec::new()),
        Value::Array(given) => given.iter().map(|one| member(name, kind, one)).collect(),
        Value::Object(_) => Ok(vec![member(name, kind, given)?]),
        _ => Err(Invalid::value(format!("`{name}` must be a list of objects with a `value`"))),
    }
}

fn member(name: &str, kind: Kind, given: &Value) -> Result<Value, Invalid> {
    let wanted =
        || Invalid::value(format!("each of `{name}` must be an object with the id as `value`"));
    let given = given.as_object().ok_or_else(wanted)?;
    only(given, &["value", "$ref", "display"])?;
    field(given, "display")?;
    let text = |name| Ok::<_, Invalid>(field(given, name)?.filter(|given| !given.is_null()));
    let id = match (text("value")?, text("$ref")?) {
        (Some(id), _) => id.as_str(),
        (None, address) => address.and_then(Value::as_str).and_then(last_segment),
    };
    let id = id.filter(|id| !id.is_empty()).ok_or_else(wanted)?;
    Ok(json!({"value": id, "type": kind.name()}))
}

/// The id at the end of an address.
fn last_segment(address: &str) -> Option<&str> {
    address.trim_end_matches('/').rsplit('/').next()
}
