//! A whole body of POST or PUT, put into the words of the standard.

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::schema::{ResourceType, Schema, Schemas, common};

use super::value::value;
use super::{Leniency, Tolerance, urn};

/// What a body is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// A new resource.
    Create,
    /// In the place of a stored one.
    Replace,
}

const OF_BODIES: [Leniency; 8] = [
    Leniency::BooleanText,
    Leniency::MissingSchemas,
    Leniency::OldCoreUrns,
    Leniency::OldEnterpriseUrn,
    Leniency::ForeignSchemas,
    Leniency::PlainManager,
    Leniency::ListedSingle,
    Leniency::UnknownInPut,
];

/// The body as the strict reader wants it. What cannot be understood stays as it is, to be
/// refused there.
pub(crate) fn body<'a>(
    shape: &ResourceType,
    purpose: Purpose,
    given: &'a Map<String, Value>,
    tolerance: &mut Tolerance,
) -> Cow<'a, Map<String, Value>> {
    if !tolerance.allows_any(&OF_BODIES) {
        return Cow::Borrowed(given);
    }
    let mut own = Map::new();
    for (key, data) in given {
        let name = urn::schema(shape, key, tolerance);
        let there = |map: &Map<String, Value>| map.keys().any(|k| k.eq_ignore_ascii_case(name));
        if name != key && (there(given) || there(&own)) {
            // The same schema under two names: left to be refused.
            own.insert(key.clone(), data.clone());
        } else if !is_passed_over(shape, purpose, name, tolerance) {
            own.insert(name.to_owned(), member(shape, name, data, tolerance));
        }
    }
    complete_schemas(shape, &mut own, tolerance);
    Cow::Owned(own)
}

fn is_passed_over(
    shape: &ResourceType,
    purpose: Purpose,
    name: &str,
    tolerance: &mut Tolerance,
) -> bool {
    if name.contains(':') {
        return is_foreign(shape, name) && tolerance.takes(Leniency::ForeignSchemas);
    }
    let known = shape.core().attribute(name).or_else(|| common().attribute(name)).is_some();
    purpose == Purpose::Replace && !known && tolerance.takes(Leniency::UnknownInPut)
}

/// True for the URN of a schema that is unknown: neither of an attribute of a known one, nor one
/// that a known one had before.
fn is_foreign(shape: &ResourceType, urn: &str) -> bool {
    let belongs = |schema: &Schema| {
        urn.get(..schema.id.len()).is_some_and(|start| start.eq_ignore_ascii_case(&schema.id))
    };
    let known = shape.schemas().any(belongs) || Schemas::standard().all().into_iter().any(belongs);
    !urn::is_old(urn) && !known
}

fn member(shape: &ResourceType, name: &str, given: &Value, tolerance: &mut Tolerance) -> Value {
    if name.eq_ignore_ascii_case("schemas") {
        return schemas(shape, given, tolerance);
    }
    if let (Some(schema), Value::Object(data)) = (shape.extension(name), given) {
        let parts = data.iter().map(|(key, given)| match schema.attribute(key) {
            Some(attribute) => (key.clone(), value(attribute, given, tolerance).into_owned()),
            None => (key.clone(), given.clone()),
        });
        return Value::Object(parts.collect());
    }
    match shape.core().attribute(name) {
        Some(attribute) => value(attribute, given, tolerance).into_owned(),
        None => given.clone(),
    }
}

/// The list with old URNs renewed and foreign ones left out.
fn schemas(shape: &ResourceType, given: &Value, tolerance: &mut Tolerance) -> Value {
    let Value::Array(listed) = given else {
        return given.clone();
    };
    let mut urns: Vec<Value> = Vec::with_capacity(listed.len());
    for listed in listed {
        let Some(text) = listed.as_str() else {
            urns.push(listed.clone());
            continue;
        };
        let urn = urn::schema(shape, text, tolerance);
        let renewed_twice = urn != text && urns.iter().any(|known| known == urn);
        let foreign = is_foreign(shape, urn) && tolerance.takes(Leniency::ForeignSchemas);
        if !renewed_twice && !foreign {
            urns.push(Value::from(urn));
        }
    }
    Value::Array(urns)
}

/// Adds what `schemas` should list.
fn complete_schemas(
    shape: &ResourceType,
    body: &mut Map<String, Value>,
    tolerance: &mut Tolerance,
) {
    let key = body.keys().find(|key| key.eq_ignore_ascii_case("schemas")).cloned();
    let key = key.unwrap_or_else(|| "schemas".to_owned());
    let mut urns = match body.get(&key) {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(urns)) => urns.clone(),
        Some(_) => return,
    };
    let held = body.iter().filter(|(_, data)| !data.is_null());
    let held = held.filter_map(|(key, _)| shape.extension(key));
    let needed = [shape.core()].into_iter().chain(held).map(|schema| schema.id.as_str());
    let listed = |urn: &&str| {
        urns.iter().any(|known| known.as_str().is_some_and(|known| known.eq_ignore_ascii_case(urn)))
    };
    let missing: Vec<Value> = needed.filter(|urn| !listed(urn)).map(Value::from).collect();
    if !missing.is_empty() && tolerance.takes(Leniency::MissingSchemas) {
        urns.extend(missing);
        body.insert(key, Value::Array(urns));
    }
}
