//! Operations on a role into operations on the group that it is.
//!
//! Each stays where it stood, so that what is added and what is removed in one request both
//! count, in their order.

use std::collections::HashSet;

use serde_json::{Map, Value};
use sutler_model::filter::{Filter, Literal, Operator};
use sutler_model::patch::{Operation, PatchPath, Verb};
use sutler_model::path::AttributePath;
use sutler_model::schema::{Attribute, Definition, ROLE};
use sutler_model::{Invalid, Kind};

use super::{Shape, body, members_kind};

/// The operations on the group.
pub fn operations(shape: Shape, operations: &[Operation]) -> Result<Vec<Operation>, Invalid> {
    let mut all = Vec::with_capacity(operations.len());
    for (n, operation) in operations.iter().enumerate() {
        let translated = one(shape, operation).map_err(|refused| Invalid {
            detail: format!("operation {} ({}): {}", n + 1, operation.verb.word(), refused.detail),
            ..refused
        })?;
        all.extend(translated);
    }
    Ok(all)
}

fn one(shape: Shape, operation: &Operation) -> Result<Vec<Operation>, Invalid> {
    let value = operation.value.as_ref();
    if operation.verb != Verb::Remove && value.is_none() {
        return Err(Invalid::value("`value` is missing"));
    }
    match (&operation.path, value) {
        (Some(path), _) => at(shape, operation.verb, path, value),
        (None, _) if operation.verb == Verb::Remove => {
            Err(Invalid::no_target("`remove` needs a `path`"))
        }
        (None, Some(Value::Object(parts))) => each(shape, operation.verb, parts),
        (None, _) => Err(Invalid::value("without a `path`, `value` must be an object")),
    }
}

/// Without a path, each key of the value is a target of its own, and none is named twice.
fn each(shape: Shape, verb: Verb, parts: &Map<String, Value>) -> Result<Vec<Operation>, Invalid> {
    let mut seen = HashSet::with_capacity(parts.len());
    let mut all = Vec::with_capacity(parts.len());
    for (key, value) in parts {
        let path: AttributePath = key.parse()?;
        if path.sub.is_some() {
            return Err(Invalid::path(format!("`{path}` is no key: say it in a `path`")));
        }
        let canonical = definition(shape, &path)?.path();
        if canonical.is_core("schemas", None) {
            body::schemas(Some(value))?;
        } else {
            all.extend(at(shape, verb, &canonical.clone().into(), Some(value))?);
        }
        if !seen.insert(canonical) {
            return Err(Invalid::syntax(format!("`{path}` is given twice")));
        }
    }
    Ok(all)
}

fn definition(shape: Shape, path: &AttributePath) -> Result<Definition<'static>, Invalid> {
    let found = shape.alone().resolve(path).filter(|found| found.attribute.is_some());
    found.ok_or_else(|| Invalid::path(format!("a role has no attribute `{path}`")))
}

fn at(
    shape: Shape,
    verb: Verb,
    path: &PatchPath,
    value: Option<&Value>,
) -> Result<Vec<Operation>, Invalid> {
    let found = definition(shape, &path.path)?;
    let Some(attribute) = found.attribute else { return Ok(Vec::new()) };
    let canonical = found.path();
    if let Some(kind) = members_kind(&attribute.name) {
        return members(attribute, kind, verb, path, value);
    }
    let (path_of_group, value) = match attribute.name.as_str() {
        "schemas" => return Err(Invalid::mutability("`schemas` of a role cannot be changed")),
        "permissions" => (in_extension(canonical), permissions(shape, path, value)?),
        "audience" => (in_extension(canonical), value.cloned()),
        _ => (canonical, value.cloned()),
    };
    let path = PatchPath { path: path_of_group, filter: path.filter.clone() };
    Ok(vec![Operation { verb, path: Some(path), value }])
}

fn in_extension(path: AttributePath) -> AttributePath {
    AttributePath { schema: Some(ROLE.to_owned()), ..path }
}

/// Strings of the first shape become objects; brackets choose among objects only.
fn permissions(
    shape: Shape,
    path: &PatchPath,
    value: Option<&Value>,
) -> Result<Option<Value>, Invalid> {
    match (shape, value) {
        (Shape::V2, value) => Ok(value.cloned()),
        (Shape::V1, _) if path.filter.is_some() => {
            Err(Invalid::path("`permissions` are strings: brackets cannot choose among them"))
        }
        (Shape::V1, None | Some(Value::Null)) => Ok(value.cloned()),
        (Shape::V1, Some(Value::String(one))) => {
            body::permissions(shape, &Value::Array(vec![Value::from(one.as_str())])).map(Some)
        }
        (Shape::V1, Some(given)) => body::permissions(shape, given).map(Some),
    }
}

/// Users or groups: the members of the group that are of this kind.
fn members(
    attribute: &Attribute,
    kind: Kind,
    verb: Verb,
    path: &PatchPath,
    value: Option<&Value>,
) -> Result<Vec<Operation>, Invalid> {
    let name = &attribute.name;
    if path.path.sub.is_some() {
        return Err(Invalid::mutability(format!(
            "the parts of `{name}` are immutable: add and remove them whole"
        )));
    }
    let given = value.filter(|value| !value.is_null());
    let named = given.map(|given| body::members(name, kind, given)).transpose()?;
    if let Some(filter) = &path.filter {
        return match (verb, named) {
            (Verb::Remove, None) => Ok(vec![remove(chosen(attribute, kind, filter)?)]),
            (Verb::Remove, Some(_)) => {
                Err(Invalid::value("`remove` with brackets in the path takes no `value`"))
            }
            _ => Err(Invalid::mutability(format!(
                "one of `{name}` cannot be changed: remove it and add another"
            ))),
        };
    }
    let gone = match (verb, &named) {
        (Verb::Add, _) => None,
        // RFC 7644 §3.5.2.2 gives `remove` no value: no more is removed than it names (T-P8).
        (Verb::Remove, Some(named)) => {
            (!named.is_empty()).then(|| Filter::And(vec![of_kind(kind), any_of(named)]))
        }
        (Verb::Remove, None) | (Verb::Replace, _) => Some(of_kind(kind)),
    };
    let come = named.filter(|named| verb != Verb::Remove && !named.is_empty());
    Ok(gone.map(remove).into_iter().chain(come.map(add)).collect())
}

fn add(members: Vec<Value>) -> Operation {
    let path = AttributePath::core("members", None).into();
    Operation { verb: Verb::Add, path: Some(path), value: Some(Value::Array(members)) }
}

/// `value eq "a" or value eq "b"`, inside the brackets of `members`.
fn any_of(members: &[Value]) -> Filter {
    let ids = members.iter().filter_map(|member| member.get("value")?.as_str());
    let is = |id: &str| {
        let text = Literal::Text(id.to_owned());
        Filter::Compare(AttributePath::core("value", None), Operator::Equal, text)
    };
    Filter::Or(ids.map(is).collect())
}

fn remove(filter: Filter) -> Operation {
    let path = PatchPath { path: AttributePath::core("members", None), filter: Some(filter) };
    Operation { verb: Verb::Remove, path: Some(path), value: None }
}

/// `type eq "User"`, inside the brackets of `members`.
pub(super) fn of_kind(kind: Kind) -> Filter {
    let text = Literal::Text(kind.name().to_owned());
    Filter::Compare(AttributePath::core("type", None), Operator::Equal, text)
}

/// The members of this kind that a filter in brackets chooses.
fn chosen(attribute: &Attribute, kind: Kind, filter: &Filter) -> Result<Filter, Invalid> {
    for path in filter.paths() {
        let plain = path.schema.is_none() && path.sub.is_none();
        if !plain || attribute.sub(&path.attribute).is_none() {
            let name = &attribute.name;
            return Err(Invalid::filter(format!("`{name}` has no sub-attribute `{path}`")));
        }
    }
    Ok(Filter::And(vec![of_kind(kind), filter.clone()]))
}
