//! PATCH (RFC 7644 §3.5.2) on one document. Membership is not touched here: what is asked of
//! it comes back as a list of steps, so that a large group is never copied.

use serde_json::{Map, Value, json};

use crate::answer::Fail;
use crate::attribute::{Attribute, find, spelling};

/// A change of a group's membership.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum MemberStep {
    Add(String),
    Remove(String),
    Clear,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verb {
    Add,
    Replace,
    Remove,
}

/// Applies the operations of a PatchOp to the document, in order.
pub(crate) fn apply(
    body: &mut Map<String, Value>,
    request: &Value,
) -> Result<Vec<MemberStep>, Fail> {
    let operations = request
        .as_object()
        .and_then(|r| find(r, "Operations"))
        .and_then(Value::as_array)
        .filter(|operations| !operations.is_empty())
        .ok_or_else(|| Fail::bad("invalidSyntax", "`Operations` is missing or empty"))?;
    let mut steps = Vec::new();
    for operation in operations {
        one(body, operation, &mut steps)?;
    }
    body.retain(|_, value| !is_nothing(value));
    Ok(steps)
}

fn one(
    body: &mut Map<String, Value>,
    operation: &Value,
    steps: &mut Vec<MemberStep>,
) -> Result<(), Fail> {
    let text = |name| operation.get(name).and_then(Value::as_str);
    let verb = match text("op").map(str::to_ascii_lowercase).as_deref() {
        Some("add") => Verb::Add,
        Some("replace") => Verb::Replace,
        Some("remove") => Verb::Remove,
        _ => return Err(Fail::bad("invalidSyntax", "`op` is missing or unknown")),
    };
    let value = operation.get("value");
    if verb != Verb::Remove && value.is_none() {
        return Err(Fail::bad("invalidValue", "`value` is missing"));
    }
    match text("path") {
        Some(path) => at(body, verb, &Attribute::parse(path)?, value, steps),
        None if verb == Verb::Remove => Err(Fail::bad("noTarget", "`path` is missing")),
        None => {
            let map = value
                .and_then(Value::as_object)
                .ok_or_else(|| Fail::bad("invalidValue", "`value` is no object"))?;
            map.iter().try_for_each(|(key, value)| {
                at(body, verb, &Attribute::parse(key)?, Some(value), steps)
            })
        }
    }
}

fn at(
    body: &mut Map<String, Value>,
    verb: Verb,
    path: &Attribute,
    value: Option<&Value>,
    steps: &mut Vec<MemberStep>,
) -> Result<(), Fail> {
    if ["id", "meta", "groups", "schemas"].iter().any(|n| path.is(n)) {
        return Err(Fail::bad("mutability", "the attribute is read-only"));
    }
    if path.is("members") {
        return members(verb, path, value, steps);
    }
    let null = Value::Null;
    let value = match verb {
        Verb::Remove => &null,
        _ => value.unwrap_or(&null),
    };
    let Some(urn) = &path.container else {
        return put(body, verb, path, value);
    };
    let key = spelling(body, urn);
    let container = body.entry(key).or_insert_with(|| json!({}));
    let Some(container) = container.as_object_mut() else {
        return Err(Fail::bad("invalidPath", "the extension is no object"));
    };
    if path.name.is_empty() {
        return whole(container, verb, value);
    }
    put(container, verb, path, value)?;
    container.retain(|_, value| !is_nothing(value));
    Ok(())
}

/// An extension as a whole.
fn whole(container: &mut Map<String, Value>, verb: Verb, value: &Value) -> Result<(), Fail> {
    if verb == Verb::Remove {
        container.clear();
        return Ok(());
    }
    let map =
        value.as_object().ok_or_else(|| Fail::bad("invalidValue", "an extension is an object"))?;
    container.extend(map.clone());
    container.retain(|_, value| !is_nothing(value));
    Ok(())
}

/// Sets a path inside one object; a value of nothing removes.
fn put(
    map: &mut Map<String, Value>,
    verb: Verb,
    path: &Attribute,
    value: &Value,
) -> Result<(), Fail> {
    let key = spelling(map, &path.name);
    if path.filter.is_some() {
        return elements(map, &key, verb, path, value);
    }
    match &path.sub {
        None => {
            plain(map, key, verb, value);
            Ok(())
        }
        Some(sub) => {
            let owner = map.entry(key).or_insert_with(|| json!({}));
            let objects: Vec<&mut Value> = match owner {
                Value::Array(elements) => elements.iter_mut().collect(),
                single => vec![single],
            };
            for object in objects {
                set_sub(object, sub, value)?;
            }
            Ok(())
        }
    }
}

fn plain(map: &mut Map<String, Value>, key: String, verb: Verb, value: &Value) {
    if is_nothing(value) {
        map.remove(&key);
        return;
    }
    match (map.get_mut(&key), value) {
        (Some(Value::Array(have)), new) if verb == Verb::Add => {
            let new = match new {
                Value::Array(new) => new.clone(),
                single => vec![single.clone()],
            };
            for element in new {
                if !have.contains(&element) {
                    have.push(element);
                }
            }
        }
        (Some(Value::Object(have)), Value::Object(new)) => {
            have.extend(new.clone());
            have.retain(|_, value| !is_nothing(value));
        }
        _ => {
            map.insert(key, value.clone());
        }
    }
}

fn elements(
    map: &mut Map<String, Value>,
    key: &str,
    verb: Verb,
    path: &Attribute,
    value: &Value,
) -> Result<(), Fail> {
    let Some(filter) = &path.filter else {
        return Ok(());
    };
    let list = map.entry(key.to_owned()).or_insert_with(|| json!([]));
    let Some(list) = list.as_array_mut() else {
        return Err(Fail::bad("invalidPath", "the attribute has one value only"));
    };
    let matches = |element: &Value| element.as_object().is_some_and(|e| filter.holds(e));
    if verb == Verb::Remove && path.sub.is_none() {
        list.retain(|element| !matches(element));
        return Ok(());
    }
    if !list.iter().any(matches) {
        let demands = match (verb, filter.demands()) {
            (Verb::Remove, _) => return Ok(()),
            (Verb::Add, Some(demands)) => demands,
            _ => return Err(Fail::bad("noTarget", "no element matches the path")),
        };
        let element = demands.iter().map(|d| (d.attribute.name.clone(), d.literal.clone()));
        list.push(Value::Object(element.collect()));
    }
    for element in list.iter_mut().filter(|element| matches(element)) {
        match (&path.sub, element, value) {
            (Some(sub), element, value) => set_sub(element, sub, value)?,
            (None, Value::Object(have), Value::Object(new)) => have.extend(new.clone()),
            _ => return Err(Fail::bad("invalidValue", "an element is an object")),
        }
    }
    Ok(())
}

fn set_sub(object: &mut Value, sub: &str, value: &Value) -> Result<(), Fail> {
    let Some(map) = object.as_object_mut() else {
        return Err(Fail::bad("invalidPath", "the attribute has no sub-attributes"));
    };
    let key = spelling(map, sub);
    if is_nothing(value) {
        map.remove(&key);
    } else {
        map.insert(key, value.clone());
    }
    Ok(())
}

fn members(
    verb: Verb,
    path: &Attribute,
    value: Option<&Value>,
    steps: &mut Vec<MemberStep>,
) -> Result<(), Fail> {
    if let Some(filter) = &path.filter {
        let ids = filter.demands().map(|demands| {
            demands.iter().filter(|d| d.attribute.is("value")).filter_map(|d| d.literal.as_str())
        });
        return match (verb, ids) {
            (Verb::Remove, Some(ids)) => {
                steps.extend(ids.map(|id| MemberStep::Remove(id.to_owned())));
                Ok(())
            }
            _ => Err(Fail::bad("invalidPath", "only `members[value eq \"…\"]` can be removed")),
        };
    }
    if verb == Verb::Remove && value.is_none() {
        steps.push(MemberStep::Clear);
        return Ok(());
    }
    let ids = member_ids(value.unwrap_or(&Value::Null))?;
    if verb == Verb::Replace {
        steps.push(MemberStep::Clear);
    }
    steps.extend(ids.into_iter().map(|id| match verb {
        Verb::Remove => MemberStep::Remove(id),
        _ => MemberStep::Add(id),
    }));
    Ok(())
}

/// The ids in a list of members.
pub(crate) fn member_ids(value: &Value) -> Result<Vec<String>, Fail> {
    let elements = match value {
        Value::Null => &[],
        Value::Array(elements) => elements.as_slice(),
        single => std::slice::from_ref(single),
    };
    elements
        .iter()
        .map(|element| {
            let id = element.get("value").and_then(Value::as_str);
            id.map(str::to_owned)
                .ok_or_else(|| Fail::bad("invalidValue", "a member has no `value`"))
        })
        .collect()
}

/// `null` and empty values are no values (RFC 7643 §2.5).
pub(crate) fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(elements) => elements.is_empty(),
        Value::Object(map) => map.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(before: &Value, operations: &Value, after: &Value) {
        let mut body = before.as_object().unwrap().clone();
        apply(&mut body, &json!({ "Operations": operations })).unwrap();
        assert_eq!(Value::Object(body), *after);
    }

    #[test]
    fn operations_change_what_they_name() {
        check(
            &json!({"userName": "a", "name": {"givenName": "A", "familyName": "B"}}),
            &json!([{"op": "replace", "path": "name.givenName", "value": "C"}, {"op": "Remove", "path": "NAME.familyName"}]),
            &json!({"userName": "a", "name": {"givenName": "C"}}),
        );
        check(
            &json!({"emails": [{"type": "work", "value": "x"}, {"type": "home", "value": "y"}]}),
            &json!([{"op": "replace", "path": "emails[type eq \"work\"].value", "value": "z"}, {"op": "remove", "path": "emails[type eq \"home\"]"}]),
            &json!({"emails": [{"type": "work", "value": "z"}]}),
        );
        check(
            &json!({}),
            &json!([{"op": "add", "path": format!("{}:department", crate::attribute::ENTERPRISE), "value": "D"}]),
            &json!({crate::attribute::ENTERPRISE: {"department": "D"}}),
        );
        check(
            &json!({crate::attribute::ENTERPRISE: {"department": "D"}}),
            &json!([{"op": "remove", "path": format!("{}:department", crate::attribute::ENTERPRISE)}]),
            &json!({}),
        );
        check(
            &json!({"active": true}),
            &json!([{"op": "replace", "value": {"active": false, "name.givenName": "A"}}]),
            &json!({"active": false, "name": {"givenName": "A"}}),
        );
    }

    #[test]
    fn membership_comes_back_as_steps() {
        let mut body = Map::new();
        let request = json!({"Operations": [
            {"op": "remove", "path": "members[value eq \"1\"]"},
            {"op": "add", "path": "members", "value": [{"value": "2"}]},
        ]});
        let steps = apply(&mut body, &request).unwrap();
        assert_eq!(steps, [MemberStep::Remove("1".into()), MemberStep::Add("2".into())]);
        assert!(body.is_empty());
    }

    #[test]
    fn read_only_attributes_are_refused() {
        let request = json!({"Operations": [{"op": "replace", "path": "id", "value": "1"}]});
        assert!(apply(&mut Map::new(), &request).is_err());
    }
}
