//! Two directories compared attribute by attribute: ids, `meta` and `externalId` aside, and
//! references by whom they name.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::client::{Client, Failure};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// What a server holds, by name, in normal form.
pub(crate) type Directory = BTreeMap<String, Value>;

/// Reads everything that a server holds. Two resources with one name are an error.
pub(crate) async fn read(client: &Client) -> Result<Directory, Failure> {
    let users = client.list("Users").await?;
    let groups = client.list("Groups").await?;
    Ok(normal(users, groups))
}

/// The normal form of users and groups as a server tells them.
pub(crate) fn normal(users: Vec<Value>, groups: Vec<Value>) -> Directory {
    let mut names = BTreeMap::new();
    for user in &users {
        names.insert(text(user, "id"), user_key(user));
    }
    for group in &groups {
        names.insert(text(group, "id"), group_key(group));
    }
    let mut directory = Directory::new();
    for resource in users.into_iter().chain(groups) {
        let key = names[&text(&resource, "id")].clone();
        let twice = directory.insert(key.clone(), normal_one(resource, &names));
        assert!(twice.is_none(), "`{key}` is there twice");
    }
    directory
}

/// `Err` with the first differences, if there are any.
pub(crate) fn equal(expected: &Directory, found: &Directory) -> Result<(), String> {
    let mut differences = Vec::new();
    for (key, value) in expected {
        match found.get(key) {
            None => differences.push(format!("`{key}` is missing")),
            Some(other) if other != value => {
                differences
                    .push(format!("`{key}` differs\n  expected {value}\n  found    {other}"));
            }
            Some(_) => {}
        }
    }
    for key in found.keys().filter(|key| !expected.contains_key(*key)) {
        differences.push(format!("`{key}` should not be there"));
    }
    if differences.is_empty() {
        return Ok(());
    }
    let shown: Vec<String> = differences.iter().take(5).cloned().collect();
    Err(format!("{} differences\n{}", differences.len(), shown.join("\n")))
}

fn user_key(user: &Value) -> String {
    format!("user {}", text(user, "userName"))
}

fn group_key(group: &Value) -> String {
    format!("group {}", text(group, "displayName"))
}

fn text(resource: &Value, attribute: &str) -> String {
    let value = resource[attribute].as_str();
    value.unwrap_or_else(|| panic!("no `{attribute}` in {resource}")).to_owned()
}

/// One resource in normal form, given the names behind the ids of its server.
pub(crate) fn normal_one(mut resource: Value, names: &BTreeMap<String, String>) -> Value {
    let body = resource.as_object_mut().unwrap();
    for derived in ["id", "meta", "externalId", "groups", "password"] {
        body.remove(derived);
    }
    if body.contains_key("userName") {
        body.entry("active").or_insert(json!(true));
    }
    if let Some(members) = body.remove("members") {
        let named: Vec<Value> =
            members.as_array().unwrap().iter().map(|m| named(m, names)).collect();
        body.insert("members".to_owned(), Value::Array(named));
    }
    if let Some(Value::Object(extension)) = body.get_mut(ENTERPRISE)
        && let Some(manager) = extension.remove("manager").filter(|m| !m.is_null())
    {
        extension.insert("manager".to_owned(), named(&manager, names));
    }
    sorted(prune(resource))
}

/// Whom a reference names.
fn named(reference: &Value, names: &BTreeMap<String, String>) -> Value {
    let id = text(reference, "value");
    json!(names.get(&id).cloned().unwrap_or(format!("nobody ({id})")))
}

/// Without what is empty: an empty list and an absent one are the same (RFC 7643 §2.5), and
/// `primary` is false where it is absent (RFC 7643 §2.4).
fn prune(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let kept = map
                .into_iter()
                .map(|(key, value)| (key, prune(value)))
                .filter(|(key, value)| {
                    !(is_empty(value) || key == "primary" && *value == json!(false))
                })
                .collect::<Map<String, Value>>();
            Value::Object(kept)
        }
        Value::Array(items) => Value::Array(items.into_iter().map(prune).collect()),
        plain => plain,
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        _ => false,
    }
}

/// Lists are sets (RFC 7643 §2.4: no order is guaranteed).
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            Value::Object(map.into_iter().map(|(key, value)| (key, sorted(value))).collect())
        }
        Value::Array(items) => {
            let mut items: Vec<Value> = items.into_iter().map(sorted).collect();
            items.sort_by_key(ToString::to_string);
            Value::Array(items)
        }
        plain => plain,
    }
}

#[test]
fn a_changed_attribute_a_missing_member_and_a_stranger_are_differences() {
    let users =
        || vec![json!({"id": "1", "userName": "ann"}), json!({"id": "2", "userName": "bob"})];
    let group =
        |members: Value| vec![json!({"id": "3", "displayName": "staff", "members": members})];
    let expected = normal(users(), group(json!([{"value": "1"}, {"value": "2"}])));
    let same = normal(users(), group(json!([{"value": "2", "display": "Bob"}, {"value": "1"}])));
    assert_eq!(equal(&expected, &same), Ok(()));
    let fewer = normal(users(), group(json!([{"value": "1"}])));
    assert!(equal(&expected, &fewer).is_err());
    assert!(equal(&fewer, &expected).is_err());
    let mut renamed = users();
    renamed[0]["title"] = json!("Dr");
    assert!(
        equal(&expected, &normal(renamed, group(json!([{"value": "1"}, {"value": "2"}])))).is_err()
    );
    let mut more = users();
    more.push(json!({"id": "4", "userName": "eve"}));
    assert!(
        equal(&expected, &normal(more, group(json!([{"value": "1"}, {"value": "2"}])))).is_err()
    );
}
