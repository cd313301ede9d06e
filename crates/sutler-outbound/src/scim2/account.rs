//! An account in our schema, from what a target shows.

use serde_json::{Map, Value};
use sutler_model::outcome::Account;
use sutler_model::schema::{self, Attribute};
use sutler_model::{Document, Kind};

/// What is no attribute of ours, or is read by itself.
const DROPPED: [&str; 8] =
    ["schemas", "id", "meta", "groups", "members", "password", "externalId", "active"];

/// The account; `None` if it has no id.
pub(crate) fn parse(kind: Kind, shown: &Value, etag: Option<String>) -> Option<Account> {
    let shown = shown.as_object()?;
    let remote = text(shown, "id").filter(|id| !id.is_empty())?;
    let external = text(shown, "externalId");
    let mut attributes = attributes(kind, shown);
    attributes.extend(external.map(|id| ("externalId".to_owned(), Value::from(id))));
    Some(Account {
        remote: remote.to_owned(),
        etag: etag.or_else(|| meta_version(shown)),
        correlation: external.map(str::to_owned),
        active: find(shown, "active").and_then(truth),
        attributes,
    })
}

/// `meta.version` of what a target shows.
pub(crate) fn version(shown: &Value) -> Option<String> {
    meta_version(shown.as_object()?)
}

/// The value under a name, whatever its case: some targets have their own spelling.
pub(crate) fn find<'a>(map: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    map.get(name).or_else(|| {
        map.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    })
}

/// The string under a name.
pub(crate) fn text<'a>(map: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    find(map, name).and_then(Value::as_str)
}

fn meta_version(shown: &Map<String, Value>) -> Option<String> {
    let meta = find(shown, "meta")?.as_object()?;
    text(meta, "version").map(str::to_owned)
}

/// Some targets write booleans as text.
fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(truth) => Some(*truth),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

fn attributes(kind: Kind, shown: &Map<String, Value>) -> Document {
    let standard = schema::standard(kind);
    let mut attributes = Document::new();
    for (name, value) in shown {
        if DROPPED.iter().any(|d| d.eq_ignore_ascii_case(name)) {
            continue;
        }
        let (name, value) = match (standard.extension(name), value) {
            (Some(extension), Value::Object(inner)) => {
                let inner = inner.iter().map(|(n, v)| canonical(extension.attribute(n), n, v));
                let inner: Map<String, Value> = inner.filter(holds).collect();
                (extension.id.clone(), Value::Object(inner))
            }
            _ => canonical(standard.core().attribute(name), name, value),
        };
        if holds(&(name.clone(), value.clone())) {
            attributes.insert(name, value);
        }
    }
    attributes
}

/// The canonical spelling of an attribute and of what is in it; without empty values.
fn canonical(attribute: Option<&Attribute>, name: &str, value: &Value) -> (String, Value) {
    let name = attribute.map_or_else(|| name.to_owned(), |a| a.name.clone());
    (name, inside(attribute, value))
}

fn inside(attribute: Option<&Attribute>, value: &Value) -> Value {
    match value {
        Value::Array(elements) => {
            let elements = elements.iter().map(|element| inside(attribute, element));
            Value::Array(elements.filter(|e| !is_nothing(e)).collect())
        }
        Value::Object(map) => {
            let map = map.iter().map(|(n, v)| canonical(attribute.and_then(|a| a.sub(n)), n, v));
            Value::Object(map.filter(holds).collect())
        }
        plain => plain.clone(),
    }
}

fn holds((_, value): &(String, Value)) -> bool {
    !is_nothing(value)
}

/// `null` and empty values are no values (RFC 7643 §2.5).
fn is_nothing(value: &Value) -> bool {
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
    use serde_json::json;

    #[test]
    fn an_account_is_read_in_our_spelling_without_what_is_not_ours() {
        let shown = json!({
            "schemas": ["x"], "ID": "7", "externalid": "c-1", "Active": "False",
            "username": "Ann", "name": {"GivenName": "Ann", "familyName": null},
            "emails": [{"VALUE": "a@x.test", "type": "work"}, {}], "phoneNumbers": [],
            "groups": [{"value": "9"}], "meta": {"version": "W/\"3\""},
            "URN:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"Department": "D", "division": null},
        });
        let account = parse(Kind::User, &shown, None).unwrap();
        assert_eq!(account.remote, "7");
        assert_eq!(account.correlation.as_deref(), Some("c-1"));
        assert_eq!(account.active, Some(false));
        assert_eq!(account.etag.as_deref(), Some("W/\"3\""));
        assert_eq!(
            Value::Object(account.attributes),
            json!({
                "externalId": "c-1", "userName": "Ann", "name": {"givenName": "Ann"},
                "emails": [{"value": "a@x.test", "type": "work"}],
                "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "D"},
            })
        );
    }

    #[test]
    fn w3_what_has_no_id_is_no_account() {
        for shown in [json!({"userName": "a"}), json!({"id": ""}), json!([]), json!({"id": 7})] {
            assert!(parse(Kind::User, &shown, None).is_none(), "{shown}");
        }
    }
}
