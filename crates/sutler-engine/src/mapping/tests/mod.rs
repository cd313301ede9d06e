//! The language, tried through its public face.

mod functions;
mod fuzz;
mod limits;
mod names;
mod page;
mod reads;
mod values;

use serde_json::{Value, json};
use sutler_model::schema::{ENTERPRISE_USER, Extension, Schema, Schemas};
use sutler_model::{Document, Kind, Uid};

use super::{Expression, ExpressionFault, Facts, FaultKind, GroupFact};

/// A tenant that adds a schema to users.
fn shapes() -> Schemas {
    let schema: Schema = serde_json::from_value(json!({
        "id": "urn:example:Badge", "name": "Badge",
        "attributes": [
            {"name": "level", "type": "integer"},
            {"name": "rate", "type": "decimal"},
            {"name": "since", "type": "dateTime"},
            {"name": "floors", "multiValued": true},
            {"name": "pin", "mutability": "writeOnly"},
            {"name": "printed", "type": "boolean"},
        ],
    }))
    .unwrap();
    Schemas::with(&[(Kind::User, Extension { schema, required: false, indexed: vec![] })])
}

fn document(value: Value) -> Document {
    match value {
        Value::Object(members) => members,
        other => panic!("{other} is no document"),
    }
}

fn ann() -> Document {
    document(json!({
        "userName": "ann.mueller",
        "externalId": "42",
        "name": {"givenName": "Ann", "familyName": "Müller"},
        "displayName": "Ann Müller",
        "active": true,
        "preferredLanguage": "de-CH",
        "emails": [
            {"value": "ann@home.example", "type": "home"},
            {"value": "ann@work.example", "type": "work", "primary": true},
        ],
        "phoneNumbers": [{"value": "+41 44 123 45 67", "type": "work"}],
        ENTERPRISE_USER: {
            "department": "Sales",
            "employeeNumber": "007",
            "manager": {"value": "b0b"},
        },
        "urn:example:Badge": {
            "level": 3, "rate": 0.5, "since": "2026-01-31T23:30:00-05:00",
            "floors": ["2", "1", "2"], "printed": false,
        },
    }))
}

fn manager() -> Document {
    document(json!({"userName": "bob", "displayName": "Bob Boss", "name": {"givenName": "Bob"}}))
}

fn group() -> Document {
    document(json!({"displayName": "Sales Team"}))
}

/// What may differ between cases.
struct Case<'a> {
    kind: Kind,
    body: &'a Document,
    manager: Option<&'a Document>,
    attempt: u32,
}

fn compile(kind: Kind, text: &str) -> Result<Expression, ExpressionFault> {
    Expression::compile(text, kind, &shapes())
}

fn run(case: &Case<'_>, text: &str) -> Result<Option<Value>, ExpressionFault> {
    let groups = ["Sales", "Berlin Office"];
    let groups = groups.map(|name| GroupFact { uid: Uid(name.to_owned()), name: name.to_owned() });
    compile(case.kind, text)?.evaluate(&Facts {
        kind: case.kind,
        uid: &Uid("a11".to_owned()),
        body: case.body,
        groups: &groups,
        manager: case.manager,
        target: "crm",
        tenant: "acme",
        domain: "PRIMARY",
        attempt: case.attempt,
    })
}

fn of_ann(text: &str) -> Result<Option<Value>, ExpressionFault> {
    let (body, manager) = (ann(), manager());
    run(&Case { kind: Kind::User, body: &body, manager: Some(&manager), attempt: 0 }, text)
}

fn of_nobody(text: &str) -> Result<Option<Value>, ExpressionFault> {
    run(&Case { kind: Kind::User, body: &Document::new(), manager: None, attempt: 0 }, text)
}

/// It has that value; `null` stands for none.
#[track_caller]
fn check(text: &str, expected: &Value) {
    let found = of_ann(text).map(Option::unwrap_or_default);
    assert_eq!(found.as_ref(), Ok(expected), "{text}");
}

/// It is refused, with these words.
#[track_caller]
fn refused(text: &str, kind: FaultKind, words: &[&str]) {
    faulty(text, of_ann(text), kind, words);
}

#[track_caller]
fn faulty(
    text: &str,
    found: Result<Option<Value>, ExpressionFault>,
    kind: FaultKind,
    words: &[&str],
) {
    let fault = found.expect_err(text);
    assert_eq!(fault.kind, kind, "{fault}");
    for word in words {
        assert!(fault.message.contains(word), "{word} is not in: {fault}");
    }
    assert!(!fault.to_string().contains('\n'), "{fault}");
}
