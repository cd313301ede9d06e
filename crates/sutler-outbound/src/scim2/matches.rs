//! Whether an account really has the values that it was looked up by.

use serde_json::{Map, Value};
use sutler_model::fold::fold;
use sutler_model::outcome::Account;
use sutler_model::path::AttributePath;

use super::account::find;

/// True if every path has its value: strings folded but for `id` and `externalId`, and of many
/// values one is enough. `exact` is where user names that differ in case are two.
pub(super) fn carries(account: &Account, wanted: &[(String, Value)], exact: bool) -> bool {
    wanted.iter().all(|(path, value)| has(account, path, value, exact))
}

fn has(account: &Account, path: &str, wanted: &Value, exact: bool) -> bool {
    if exact && path.eq_ignore_ascii_case("userName") {
        return find(&account.attributes, path) == Some(wanted);
    }
    if path.eq_ignore_ascii_case("externalId") {
        return account.correlation.as_deref() == wanted.as_str();
    }
    if path.eq_ignore_ascii_case("id") {
        return Some(account.remote.as_str()) == wanted.as_str();
    }
    if path.eq_ignore_ascii_case("active") {
        return account.active.is_some() && account.active == wanted.as_bool();
    }
    let Ok(path) = path.parse::<AttributePath>() else {
        return false;
    };
    values(&account.attributes, &path).iter().any(|value| equal(value, wanted))
}

/// The values at a path (RFC 7644 §3.5.2); of complex ones without a sub-attribute, `value`.
pub(crate) fn values<'a>(
    attributes: &'a Map<String, Value>,
    path: &AttributePath,
) -> Vec<&'a Value> {
    let map = match &path.schema {
        Some(urn) => match find(attributes, urn) {
            Some(Value::Object(extension)) => extension,
            // The core attributes may be written with their schema's URN too.
            _ => attributes,
        },
        None => attributes,
    };
    let elements = match find(map, &path.attribute) {
        Some(Value::Array(elements)) => elements.iter().collect(),
        Some(single) => vec![single],
        None => Vec::new(),
    };
    let sub = path.sub.as_deref();
    let inside = |element: &'a Value| match (element, sub) {
        (Value::Object(map), sub) => find(map, sub.unwrap_or("value")),
        (plain, None) => Some(plain),
        (_, Some(_)) => None,
    };
    elements.into_iter().filter_map(inside).collect()
}

fn equal(have: &Value, want: &Value) -> bool {
    match (have, want) {
        (Value::String(have), Value::String(want)) => fold(have) == fold(want),
        (have, want) => have == want,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use sutler_model::Kind;

    use super::*;
    use crate::scim2::account::parse;

    #[test]
    fn an_account_has_a_value_if_one_of_many_is_it_whatever_its_case() {
        let urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
        let shown = json!({
            "id": "Id7", "externalId": "Ab", "active": true, "userName": "Ann",
            "name": {"familyName": "Lee"},
            "emails": [{"value": "a@x.test", "type": "work"}, {"value": "B@x.test"}],
            urn: {"department": "Sales", "manager": {"value": "9"}},
        });
        let account = parse(Kind::User, &shown, None).unwrap();
        let has = |path: &str, value: Value| carries(&account, &[(path.to_owned(), value)], false);
        for (path, value) in [
            ("userName", json!("aNN")),
            ("name.familyname", json!("LEE")),
            ("emails.value", json!("b@X.test")),
            ("emails", json!("a@x.test")),
            ("emails.type", json!("work")),
            ("active", json!(true)),
            ("externalId", json!("Ab")),
            ("id", json!("Id7")),
            (&format!("{urn}:department"), json!("sales")),
            (&format!("{urn}:manager.value"), json!("9")),
            ("urn:ietf:params:scim:schemas:core:2.0:User:userName", json!("ann")),
        ] {
            assert!(has(path, value.clone()), "{path} {value}");
        }
        for (path, value) in [
            ("externalId", json!("ab")),
            ("id", json!("id7")),
            ("active", json!(false)),
            ("emails.value", json!("c@x.test")),
            ("emails[type eq \"work\"].value", json!("a@x.test")),
            ("title", json!("T")),
            ("userName.value", json!("ann")),
        ] {
            assert!(!has(path, value.clone()), "{path} {value}");
        }
        assert!(!carries(
            &account,
            &[("userName".to_owned(), json!("ann")), ("title".to_owned(), json!("T"))],
            false
        ));
        let name = |name: &str| vec![("userName".to_owned(), json!(name))];
        assert!(carries(&account, &name("Ann"), true));
        assert!(!carries(&account, &name("ann"), true), "two names where case tells them apart");
    }
}
