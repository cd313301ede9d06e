//! One function for whoever reads expressions of strangers: compiled, then evaluated. It may
//! never panic, and checks what must hold of any result.

use serde_json::{Value, json};
use sutler_model::schema::{ENTERPRISE_USER, Schemas};
use sutler_model::{Document, Kind, Uid};

use super::{Expression, Facts, GroupFact, LARGEST_VALUE};

/// Expression text: what compiles evaluates to the same twice, within bounds, and is never an
/// empty list or object.
pub fn mapping(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return true;
    };
    [(Kind::User, user()), (Kind::Group, group())]
        .into_iter()
        .all(|(kind, body)| holds(text, kind, &body))
}

fn holds(text: &str, kind: Kind, body: &Document) -> bool {
    let Ok(expression) = Expression::compile(text, kind, &Schemas::standard()) else {
        return true;
    };
    let uid = Uid("0190".to_owned());
    let groups = [GroupFact { uid: uid.clone(), name: "Sales".to_owned() }];
    let empty = Document::new();
    [body, &empty].into_iter().all(|body| {
        let facts = Facts {
            kind,
            uid: &uid,
            body,
            groups: &groups,
            manager: Some(body),
            target: "crm",
            tenant: "default",
            domain: "PRIMARY",
            attempt: 1,
        };
        let result = expression.evaluate(&facts);
        let bounded =
            result.as_ref().is_ok_and(|value| value.as_ref().is_none_or(small)) || result.is_err();
        bounded && result == expression.evaluate(&facts)
    })
}

fn small(value: &Value) -> bool {
    let empty = match value {
        Value::Null => true,
        Value::Array(elements) => elements.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    };
    // Escapes can make the text in JSON longer than what it says.
    !empty && value.to_string().len() <= LARGEST_VALUE * 6
}

fn user() -> Document {
    document(json!({
        "userName": "ann@example.com",
        "name": {"givenName": "Ann", "familyName": "Müller"},
        "displayName": "Ann Müller",
        "active": true,
        "emails": [
            {"value": "ann@example.com", "type": "work", "primary": true},
            {"value": "ann@example.org", "type": "home"},
        ],
        ENTERPRISE_USER: {"department": "Sales", "employeeNumber": "007"},
    }))
}

fn group() -> Document {
    document(json!({"displayName": "Sales", "externalId": "s-1"}))
}

fn document(value: Value) -> Document {
    match value {
        Value::Object(members) => members,
        _ => Document::new(),
    }
}
