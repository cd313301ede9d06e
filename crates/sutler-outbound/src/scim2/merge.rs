//! A changed copy of what a target shows, for PUT.

use serde_json::{Map, Value, json};
use sutler_model::{Kind, schema};

use super::account::find;
use super::request::schemas;

/// The document with some paths set and some cleared; what the target alone may write is
/// left out, everything else stays as it was.
pub(super) fn merged(
    kind: Kind,
    shown: &Map<String, Value>,
    set: &[(String, Value)],
    clear: &[String],
) -> Value {
    let mut document = shown.clone();
    document.retain(|name, _| {
        !["meta", "groups", "schemas", "password"]
            .iter()
            .any(|dropped| dropped.eq_ignore_ascii_case(name))
    });
    for (path, value) in set {
        put(&mut document, path, value);
    }
    for path in clear {
        put(&mut document, path, &Value::Null);
    }
    let schemas = schemas(kind, &document);
    document.insert("schemas".to_owned(), schemas);
    Value::Object(document)
}

/// Sets one path; a value of nothing removes what is there.
fn put(document: &mut Map<String, Value>, path: &str, value: &Value) {
    if schema::is_standard(path) || !path.starts_with("urn:") {
        return descend(document, path, value);
    }
    match path.rsplit_once(':') {
        Some((urn, name)) if !is_core(urn) => {
            let urn = spelling(document, urn);
            let inner = document.entry(urn.clone()).or_insert_with(|| json!({}));
            if let Value::Object(inner) = inner {
                descend(inner, name, value);
                if inner.is_empty() {
                    document.remove(&urn);
                }
            }
        }
        Some((_, name)) => descend(document, name, value),
        None => {}
    }
}

fn is_core(urn: &str) -> bool {
    [schema::USER, schema::GROUP].iter().any(|core| core.eq_ignore_ascii_case(urn))
}

/// `name` or `name.sub` inside one object.
fn descend(map: &mut Map<String, Value>, path: &str, value: &Value) {
    // A bare URN has dots of its own.
    let dotted = if path.starts_with("urn:") { None } else { path.split_once('.') };
    let Some((name, sub)) = dotted else {
        let name = spelling(map, path);
        if value.is_null() {
            map.remove(&name);
        } else {
            map.insert(name, value.clone());
        }
        return;
    };
    let name = spelling(map, name);
    let inner = map.entry(name.clone()).or_insert_with(|| json!({}));
    if let Value::Object(inner) = inner {
        descend(inner, sub, value);
        if inner.is_empty() {
            map.remove(&name);
        }
    }
}

/// The spelling under which a name stands there already.
fn spelling(map: &Map<String, Value>, name: &str) -> String {
    if find(map, name).is_none() {
        return name.to_owned();
    }
    map.keys()
        .find(|key| key.eq_ignore_ascii_case(name))
        .map_or_else(|| name.to_owned(), Clone::clone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_named_paths_change() {
        let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
        let shown = json!({
            "schemas": ["a"], "id": "7", "meta": {"version": "1"}, "groups": [{"value": "2"}],
            "userName": "ann", "title": "T", "name": {"givenName": "A", "familyName": "B"},
            "custom": 5, enterprise: {"department": "D", "manager": {"value": "1"}},
        });
        let set = [
            ("name.givenName".to_owned(), json!("C")),
            (format!("{enterprise}:manager"), json!({"value": "3"})),
            ("active".to_owned(), json!(false)),
        ];
        let clear = ["title".to_owned(), format!("{enterprise}:department")];
        assert_eq!(
            merged(Kind::User, shown.as_object().unwrap(), &set, &clear),
            json!({
                "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", enterprise], "id": "7",
                "userName": "ann", "name": {"givenName": "C", "familyName": "B"},
                "custom": 5, "active": false, enterprise: {"manager": {"value": "3"}},
            })
        );
    }

    #[test]
    fn an_extension_without_values_goes_with_its_schema() {
        let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
        let shown = json!({"id": "7", enterprise: {"department": "D"}});
        let clear = [format!("{enterprise}:department")];
        assert_eq!(
            merged(Kind::User, shown.as_object().unwrap(), &[], &clear),
            json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "id": "7"})
        );
    }
}
