//! What is sent: bodies, PATCH operations, filters.

use serde_json::{Map, Value, json};
use sutler_model::{Document, Kind, schema};

/// The schema of an error.
pub(crate) const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";
const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// The schema of a kind.
pub(crate) fn core(kind: Kind) -> &'static str {
    match kind {
        Kind::User => schema::USER,
        Kind::Group => schema::GROUP,
    }
}

/// The body of a create: the correlation, if there is one, is in it from the first moment.
pub(crate) fn create(
    kind: Kind,
    correlation: Option<&str>,
    body: &Document,
    active: bool,
) -> Value {
    let mut whole = Map::new();
    whole.extend(body.clone());
    whole.extend(correlation.map(|correlation| ("externalId".to_owned(), json!(correlation))));
    if kind == Kind::User {
        whole.insert("active".to_owned(), json!(active));
    }
    let schemas = schemas(kind, &whole);
    whole.insert("schemas".to_owned(), schemas);
    Value::Object(whole)
}

/// `schemas`: the core one, and every extension that holds something.
pub(crate) fn schemas(kind: Kind, body: &Document) -> Value {
    let extensions = body.keys().map(String::as_str);
    let extensions = extensions.filter(|key| key.starts_with("urn:"));
    let all: Vec<&str> = std::iter::once(core(kind)).chain(extensions).collect();
    json!(all)
}

/// A PatchOp of these operations (RFC 7644 §3.5.2).
pub(crate) fn patch(operations: &[Value]) -> Value {
    json!({ "schemas": [PATCH], "Operations": operations })
}

/// `attribute eq "value"`: as JSON, so that no value can end it.
pub(crate) fn equals(attribute: &str, value: &Value) -> String {
    format!("{attribute} eq {value}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn w5_a_value_cannot_leave_its_quotes() {
        assert_eq!(
            equals("userName", &json!(r#"O'Malley "x"\"#)),
            r#"userName eq "O'Malley \"x\"\\""#
        );
    }

    #[test]
    fn a_create_names_every_schema_that_it_uses() {
        let body = json!({"userName": "ann", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "D"}});
        let whole = create(Kind::User, Some("c1"), body.as_object().unwrap(), false);
        assert_eq!(
            whole,
            json!({
                "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
                "externalId": "c1", "active": false, "userName": "ann",
                "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "D"},
            })
        );
    }
}
