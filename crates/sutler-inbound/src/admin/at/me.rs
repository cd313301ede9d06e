//! `GET /me`: whose token this is, and how far it goes.

use serde_json::{Value, json};

use super::super::answer::Answer;
use super::super::endpoint::{Asked, Endpoint};
use super::schema::{moment, object, text};
use crate::failure::Failure;

pub(super) fn endpoint() -> Endpoint {
    Endpoint {
        installation: true,
        ..Endpoint::get("/me", "me", "Whose token this is, and how far it goes", schema, |asked| {
            Box::pin(async move { run(&asked) })
        })
    }
}

fn run(asked: &Asked) -> Result<Answer, Failure> {
    let by = &asked.by;
    Answer::json(&json!({
        "name": by.name,
        "id": by.id,
        "role": by.role,
        "all_tenants": by.tenant.is_none(),
        "tenant": asked.scope.tenant(),
        "expires": by.expires.map(sutler_model::Time::rfc3339),
    }))
}

fn schema() -> Value {
    object(json!({
        "name": text(),
        "id": text(),
        "role": {"type": "string", "enum": ["auditor", "operator", "owner"]},
        "all_tenants": {"type": "boolean"},
        "tenant": {"type": ["string", "null"], "description": "Where it was asked; null is the installation"},
        "expires": moment(),
    }))
}
