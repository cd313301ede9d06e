//! What of a change may be told: names of attributes, and steps without secrets.
//!
//! A value is told only if its attribute is known and may be returned: what cannot be resolved
//! might be a secret in another spelling.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use sutler_model::Document;
use sutler_model::event::PatchStep;
use sutler_model::patch::Operation;
use sutler_model::path::AttributePath;
use sutler_model::schema::{ResourceType, Returned};

/// The attributes of a new resource, as paths; its id is one of them.
pub(super) fn attributes(document: &Document) -> Vec<String> {
    let mut names = vec!["id".to_owned()];
    names.extend(changed(&Document::new(), document));
    names
}

/// The attributes that differ, as paths, each once: those of an extension with its URN. `schemas`
/// follows from the others.
pub(super) fn changed(old: &Document, new: &Document) -> Vec<String> {
    let nothing = Document::new();
    let mut names = Vec::new();
    for key in differing(old, new).into_iter().filter(|key| *key != "schemas") {
        match (extension(old, key, &nothing), extension(new, key, &nothing)) {
            (Some(before), Some(after)) => {
                let parts = differing(before, after).into_iter();
                names.extend(parts.map(|part| format!("{key}:{part}")));
            }
            _ => names.push(key.to_owned()),
        }
    }
    names
}

/// The data under the URN of an extension; of one that is not there, nothing.
fn extension<'a>(document: &'a Document, key: &str, nothing: &'a Document) -> Option<&'a Document> {
    match document.get(key) {
        _ if !key.contains(':') => None,
        None => Some(nothing),
        Some(value) => value.as_object(),
    }
}

/// The keys whose values differ: those that were there first, then the new ones.
fn differing<'a>(old: &'a Document, new: &'a Document) -> Vec<&'a str> {
    let mut seen = BTreeSet::new();
    let keys = old.keys().chain(new.keys()).map(String::as_str);
    keys.filter(|key| old.get(*key) != new.get(*key) && seen.insert(*key)).collect()
}

/// The steps of a modification.
pub(super) fn steps(shape: &ResourceType, operations: &[Operation]) -> Vec<PatchStep> {
    operations.iter().flat_map(|operation| step(shape, operation)).collect()
}

/// A step; of one without a path, the parts that may not be told stand beside it, without value.
fn step(shape: &ResourceType, operation: &Operation) -> Vec<PatchStep> {
    let told = |path: Option<String>, value: Option<Value>| PatchStep {
        verb: operation.verb.word().to_owned(),
        path,
        value,
    };
    let mut hidden = Vec::new();
    let value = match (&operation.path, &operation.value) {
        (_, None) => None,
        (Some(path), Some(value)) => {
            tells(shape, &path.path).then(|| without_secrets(shape, &path.path, value))
        }
        (None, Some(value)) => Some(whole(shape, value, &mut hidden)),
    };
    let path = operation.path.as_ref().map(ToString::to_string);
    let mut all = Vec::new();
    let is_empty = value.as_ref().and_then(Value::as_object).is_some_and(Map::is_empty);
    if hidden.is_empty() || !is_empty {
        all.push(told(path, value));
    }
    all.extend(hidden.into_iter().map(|path| told(Some(path), None)));
    all
}

/// The value of a step without a path. Each of its keys is a path.
fn whole(shape: &ResourceType, value: &Value, hidden: &mut Vec<String>) -> Value {
    let Value::Object(map) = value else {
        return Value::Null;
    };
    let mut told = Map::new();
    for (key, value) in map {
        match key.parse::<AttributePath>().ok().filter(|path| tells(shape, path)) {
            Some(path) => {
                told.insert(key.clone(), without_secrets(shape, &path, value));
            }
            None => hidden.push(key.clone()),
        }
    }
    Value::Object(told)
}

/// True if the attribute is known and may be returned.
fn tells(shape: &ResourceType, path: &AttributePath) -> bool {
    let Some(found) = shape.resolve(path) else {
        return false;
    };
    [found.attribute, found.sub].into_iter().flatten().all(|a| a.returned != Returned::Never)
}

/// The value without parts that may not be told.
fn without_secrets(shape: &ResourceType, path: &AttributePath, value: &Value) -> Value {
    match value {
        Value::Array(elements) => {
            elements.iter().map(|element| without_secrets(shape, path, element)).collect()
        }
        Value::Object(map) => {
            let parts = map.iter().filter_map(|(key, value)| {
                let part = part(path, key);
                tells(shape, &part).then(|| (key.clone(), without_secrets(shape, &part, value)))
            });
            Value::Object(parts.collect())
        }
        simple => simple.clone(),
    }
}

fn part(path: &AttributePath, key: &str) -> AttributePath {
    if path.attribute.is_empty() {
        return AttributePath { attribute: key.to_owned(), ..path.clone() };
    }
    AttributePath { sub: Some(key.to_owned()), ..path.clone() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use sutler_model::Kind;
    use sutler_model::patch::{PatchPath, Verb};
    use sutler_model::schema::{ENTERPRISE_USER, USER, standard};

    use super::*;

    fn check(path: Option<&str>, value: Value, expected: &Value) {
        let path = path.map(|path| PatchPath::from(path.parse::<AttributePath>().unwrap()));
        let operation = Operation { verb: Verb::Replace, path, value: Some(value) };
        let told: Vec<Value> = steps(standard(Kind::User), &[operation])
            .into_iter()
            .map(|step| json!([step.path, step.value]))
            .collect();
        assert_eq!(&json!(told), expected);
    }

    #[test]
    fn a_step_tells_what_may_be_returned_t_v4() {
        check(Some("title"), json!("Dr"), &json!([["title", "Dr"]]));
        check(Some("name"), json!({"givenName": "A"}), &json!([["name", {"givenName": "A"}]]));
        check(None, json!({"title": "Dr"}), &json!([[null, {"title": "Dr"}]]));
        check(Some("emails"), json!([{"value": "a@b"}]), &json!([["emails", [{"value": "a@b"}]]]));
        check(
            None,
            json!({ENTERPRISE_USER: {"department": "x"}, "name.givenName": "A"}),
            &json!([[null, {ENTERPRISE_USER: {"department": "x"}, "name.givenName": "A"}]]),
        );
    }

    #[test]
    fn w23_a_password_is_never_told_in_any_spelling_t_v4() {
        let long = format!("{USER}:password");
        check(Some("password"), json!("horse"), &json!([["password", null]]));
        check(Some("PassWord"), json!("horse"), &json!([["PassWord", null]]));
        check(Some(&long), json!("horse"), &json!([[long, null]]));
        check(None, json!({"password": "horse"}), &json!([["password", null]]));
        check(
            None,
            json!({"title": "Dr", "PASSWORD": "horse", long.as_str(): "horse"}),
            &json!([[null, {"title": "Dr"}], ["PASSWORD", null], [long, null]]),
        );
        check(
            None,
            json!({"urn:scim:schemas:core:1.0:password": "horse"}),
            &json!([["urn:scim:schemas:core:1.0:password", null]]),
        );
        check(Some("name"), json!({"password": "horse"}), &json!([["name", {}]]));
        check(None, json!({USER: {"password": "horse"}}), &json!([[USER, null]]));
    }

    #[test]
    fn what_differs_is_named_by_its_path_t_v4() {
        let object = |value: Value| value.as_object().cloned().unwrap();
        let old =
            object(json!({"title": "a", "nickName": "n", ENTERPRISE_USER: {"department": "x"}}));
        let new = object(json!({
            "title": "b", "userName": "u", ENTERPRISE_USER: {"department": "x", "division": "y"}
        }));
        let names = changed(&old, &new);
        let division = format!("{ENTERPRISE_USER}:division");
        assert_eq!(
            names.into_iter().collect::<BTreeSet<_>>(),
            ["title", "nickName", "userName", &division].map(str::to_owned).into()
        );
        assert_eq!(attributes(&object(json!({"userName": "u"}))), ["id", "userName"]);
    }

    fn document(value: Value) -> Document {
        match value {
            Value::Object(map) => map,
            other => panic!("no object: {other}"),
        }
    }

    #[test]
    fn every_attribute_that_differs_is_named_once() {
        let check = |before: Value, after: Value, expected: &[&str]| {
            let changed: BTreeSet<String> =
                changed(&document(before), &document(after)).into_iter().collect();
            assert_eq!(changed.iter().map(String::as_str).collect::<Vec<_>>(), expected);
        };
        check(json!({}), json!({}), &[]);
        check(json!({"title": "a"}), json!({"title": "a"}), &[]);
        check(
            json!({"title": "a"}),
            json!({"title": "b", "nickName": "x"}),
            &["nickName", "title"],
        );
        check(json!({"name": {"familyName": "A"}}), json!({}), &["name"]);
        let urn = "urn:x:User";
        check(
            json!({urn: {"a": 1, "b": 2}, "schemas": ["u"]}),
            json!({urn: {"a": 1, "b": 3, "c": 4}, "schemas": ["u", urn]}),
            &["urn:x:User:b", "urn:x:User:c"],
        );
        check(json!({}), json!({urn: {"a": 1}}), &["urn:x:User:a"]);
        check(json!({urn: {"a": 1}}), json!({}), &["urn:x:User:a"]);
        check(json!({urn: {"a": 1}}), json!({urn: 1}), &[urn]);
    }
}
