//! A whole body, for POST and PUT.

use std::collections::HashSet;

use serde_json::{Map, Value};

use crate::dialect::{Purpose, Tolerance, body as in_standard_words};
use crate::schema::{Attribute, Invalid, Mutability, ResourceType, Schema, common, standard};
use crate::{Document, Kind, Leniencies, Leniency};

use super::value::{shown, value};
use super::{Draft, MemberRef, NewPassword};

/// The longest password that is taken, in bytes: longer ones would only cost.
pub const LONGEST_PASSWORD: usize = 1_024;

/// The body of a new resource (RFC 7644 §3.3). `active` of a user is true unless given.
pub fn create(
    shape: &ResourceType,
    allowed: Leniencies,
    body: &Map<String, Value>,
) -> Result<Draft, Invalid> {
    let mut tolerance = Tolerance::new(allowed);
    let body = in_standard_words(shape, Purpose::Create, body, &mut tolerance);
    let draft = read(shape, &body)?;
    whole(shape, &draft.document)?;
    Ok(Draft { tolerated: tolerance.used(), ..draft })
}

/// Everything that is required is there.
fn whole(shape: &ResourceType, document: &Document) -> Result<(), Invalid> {
    require(shape.core(), document)?;
    require_extensions(shape, document)
}

fn read(shape: &ResourceType, body: &Map<String, Value>) -> Result<Draft, Invalid> {
    let urns = listed_schemas(shape, body)?;
    let mut draft = Draft::default();
    let mut seen = HashSet::new();
    for (key, given) in body {
        let canonical = member_of_body(shape, key, given, &urns, &mut draft)?;
        if !seen.insert(canonical) {
            return Err(Invalid::syntax(format!("`{}` is given twice", shown(key))));
        }
    }
    if shape.kind == Kind::User {
        draft.document.entry("active").or_insert(Value::Bool(true));
    }
    Ok(draft)
}

/// The body that takes the place of `old` (RFC 7644 §3.5.1). What it leaves out is cleared,
/// the password excepted, and the members where that is tolerated; immutable values stay, and
/// must not differ if they are given.
pub fn replace(
    shape: &ResourceType,
    allowed: Leniencies,
    body: &Map<String, Value>,
    old: &Document,
) -> Result<Draft, Invalid> {
    let mut tolerance = Tolerance::new(allowed);
    let body = in_standard_words(shape, Purpose::Replace, body, &mut tolerance);
    let mut draft = read(shape, &body)?;
    let silent = shape.kind == Kind::Group && draft.members.is_none();
    if silent && !tolerance.takes(Leniency::PutKeepsMembers) {
        draft.members = Some(Vec::new());
    }
    draft.tolerated = tolerance.used();
    keep_immutable(&shape.core().attributes, old, &mut draft.document)?;
    for schema in shape.extension_schemas() {
        let Some(Value::Object(old)) = old.get(&schema.id) else {
            continue;
        };
        let mut new = match draft.document.remove(&schema.id) {
            Some(Value::Object(new)) => new,
            _ => Map::new(),
        };
        keep_immutable(&schema.attributes, old, &mut new)?;
        if !new.is_empty() {
            draft.document.insert(schema.id.clone(), Value::Object(new));
        }
    }
    whole(shape, &draft.document)?;
    Ok(draft)
}

fn keep_immutable(
    attributes: &[Attribute],
    old: &Map<String, Value>,
    new: &mut Map<String, Value>,
) -> Result<(), Invalid> {
    let immutable = attributes.iter().filter(|a| a.mutability == Mutability::Immutable);
    for attribute in immutable {
        let Some(old) = old.get(&attribute.name) else {
            continue;
        };
        if new.entry(&attribute.name).or_insert_with(|| old.clone()) != old {
            return Err(Invalid::mutability(format!(
                "`{}` is immutable and already has a value",
                attribute.name
            )));
        }
    }
    Ok(())
}

/// Takes one member of the body in; returns its canonical name.
fn member_of_body(
    shape: &ResourceType,
    key: &str,
    given: &Value,
    urns: &[&str],
    draft: &mut Draft,
) -> Result<String, Invalid> {
    if let Some(schema) = shape.extension(key) {
        if let Some(data) = extension_data(schema, given)? {
            if !urns.contains(&schema.id.as_str()) {
                return Err(Invalid::syntax(format!(
                    "`schemas` does not list `{}`, but the body holds data of it",
                    schema.id
                )));
            }
            draft.document.insert(schema.id.clone(), Value::Object(data));
        }
        return Ok(schema.id.clone());
    }
    let attribute =
        shape.core().attribute(key).or_else(|| common().attribute(key)).ok_or_else(|| {
            Invalid::syntax(format!("a {} has no attribute `{}`", shape.kind.name(), shown(key)))
        })?;
    let name = attribute.name.as_str();
    match name {
        "schemas" => {}
        "password" => draft.password = new_password(given)?,
        "members" => {
            draft.members = match given {
                Value::Null => None,
                Value::Array(_) => Some(member_refs(given)?),
                _ => return Err(Invalid::value("`members` must be a list")),
            }
        }
        _ if attribute.read_only() => {}
        _ => {
            if let Some(canonical) = value(attribute, name, given)? {
                draft.document.insert(name.to_owned(), canonical);
            }
        }
    }
    Ok(name.to_owned())
}

/// The data under an extension's URN; `None` if there is none.
fn extension_data(schema: &Schema, given: &Value) -> Result<Option<Map<String, Value>>, Invalid> {
    let given = match given {
        Value::Null => return Ok(None),
        Value::Object(given) => given,
        _ => return Err(Invalid::value(format!("`{}` must be an object", schema.id))),
    };
    let mut data = Map::new();
    let mut seen = HashSet::new();
    for (key, given) in given {
        let path = format!("{}:{}", schema.id, shown(key));
        let attribute = schema
            .attribute(key)
            .ok_or_else(|| Invalid::syntax(format!("unknown attribute `{path}`")))?;
        if !seen.insert(attribute.name.as_str()) {
            return Err(Invalid::syntax(format!("`{path}` is given twice")));
        }
        if attribute.read_only() {
            continue;
        }
        if let Some(canonical) = value(attribute, &path, given)? {
            data.insert(attribute.name.clone(), canonical);
        }
    }
    Ok((!data.is_empty()).then_some(data))
}

/// Every required extension, and every required attribute of the extensions that are there.
pub(crate) fn require_extensions(shape: &ResourceType, document: &Document) -> Result<(), Invalid> {
    for extension in shape.extensions() {
        match document.get(&extension.schema.id) {
            Some(Value::Object(data)) => require(&extension.schema, data)?,
            _ if extension.required => {
                let urn = &extension.schema.id;
                return Err(Invalid::value(format!(
                    "a {} needs data of `{urn}`",
                    shape.kind.name()
                )));
            }
            _ => {}
        }
    }
    Ok(())
}

fn require(schema: &Schema, here: &Map<String, Value>) -> Result<(), Invalid> {
    match schema.attributes.iter().find(|a| a.required && !here.contains_key(&a.name)) {
        None => Ok(()),
        Some(missing) => Err(Invalid::value(format!("`{}` is required", missing.name))),
    }
}

/// `schemas` of a body (T-C1), found in any spelling.
fn listed_schemas<'a>(
    shape: &'a ResourceType,
    body: &Map<String, Value>,
) -> Result<Vec<&'a str>, Invalid> {
    let listed = body.iter().find(|(key, _)| key.eq_ignore_ascii_case("schemas"));
    match listed {
        Some((_, listed)) => schema_urns(shape, listed),
        None => Err(Invalid::syntax(format!(
            "`schemas` is missing; it must list `{}`",
            shape.core().id
        ))),
    }
}

/// The URNs that `schemas` lists, in canonical spelling: each known for this type, none
/// twice, the core one among them.
pub(crate) fn schema_urns<'a>(
    shape: &'a ResourceType,
    listed: &Value,
) -> Result<Vec<&'a str>, Invalid> {
    let base = shape.core().id.as_str();
    let Value::Array(listed) = listed else {
        return Err(Invalid::syntax("`schemas` must be a list of URNs"));
    };
    let mut urns = Vec::new();
    for urn in listed {
        let urn =
            urn.as_str().ok_or_else(|| Invalid::syntax("`schemas` must be a list of URNs"))?;
        let known = if urn.eq_ignore_ascii_case(base) {
            Some(base)
        } else {
            shape.extension(urn).map(|schema| schema.id.as_str())
        };
        let known = known.ok_or_else(|| {
            Invalid::syntax(format!(
                "`schemas`: a {} has no schema `{}`",
                shape.kind.name(),
                shown(urn)
            ))
        })?;
        if urns.contains(&known) {
            return Err(Invalid::syntax(format!("`schemas` lists `{known}` twice")));
        }
        urns.push(known);
    }
    if !urns.contains(&base) {
        return Err(Invalid::syntax(format!("`schemas` must list `{base}`")));
    }
    Ok(urns)
}

/// `password` as a client gives it; `null` says nothing.
pub(crate) fn new_password(given: &Value) -> Result<NewPassword, Invalid> {
    match given {
        Value::Null => Ok(NewPassword::Keep),
        Value::String(text) if text.len() > LONGEST_PASSWORD => Err(Invalid::value(format!(
            "`password` must not be longer than {LONGEST_PASSWORD} bytes"
        ))),
        Value::String(text) if !text.is_empty() => Ok(NewPassword::Set(text.as_str().into())),
        Value::String(_) => Err(Invalid::value("`password` must not be empty")),
        _ => Err(Invalid::value("`password` must be a string")),
    }
}

/// `members` as a client gives them: a list or one, each named once.
pub(crate) fn member_refs(given: &Value) -> Result<Vec<MemberRef>, Invalid> {
    let given = match given {
        Value::Array(given) => given.as_slice(),
        Value::Object(_) => std::slice::from_ref(given),
        _ => {
            return Err(Invalid::value("`members` must be a list of objects with a `value`"));
        }
    };
    let mut seen = HashSet::with_capacity(given.len());
    let mut members = Vec::with_capacity(given.len());
    for one in given {
        let member = member_ref(one)?;
        if seen.insert(member.value.clone()) {
            members.push(member);
        }
    }
    Ok(members)
}

fn member_ref(given: &Value) -> Result<MemberRef, Invalid> {
    let wanted =
        || Invalid::value("each of `members` must be an object with the member's id as `value`");
    let Value::Object(given) = given else {
        return Err(wanted());
    };
    let members = standard(Kind::Group).core().attribute("members").ok_or_else(wanted)?;
    let subs = super::complex(members, "members", given)?;
    let text = |name: &str| subs.get(name).and_then(Value::as_str);
    let value = text("value");
    let kind = match text("type") {
        Some(name) if name.eq_ignore_ascii_case("User") => Some(Kind::User),
        Some(name) if name.eq_ignore_ascii_case("Group") => Some(Kind::Group),
        _ => None,
    };
    Ok(MemberRef { value: value.filter(|v| !v.is_empty()).ok_or_else(wanted)?.to_owned(), kind })
}
