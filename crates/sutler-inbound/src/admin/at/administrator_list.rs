//! `GET /administrators`: without the values of their tokens, which nobody has.

use serde_json::{Value, json};
use sutler_engine::admin;

use super::super::answer::Answer;
use super::super::endpoint::{Asked, Endpoint};
use super::schema::{list, moment, object, text};
use crate::failure::Failure;

pub(super) fn endpoint() -> Endpoint {
    Endpoint {
        installation: true,
        ..Endpoint::get(
            "/administrators",
            "listAdministrators",
            "The administrators of a tenant; for the installation, all of them",
            schema,
            |asked| Box::pin(run(asked)),
        )
    }
}

async fn run(asked: Asked) -> Result<Answer, Failure> {
    let ports = &asked.shared.services.ports;
    Answer::list(&admin::administrators(ports, asked.scope.tenant()).await?)
}

fn schema() -> Value {
    list(object(json!({
        "id": text(),
        "name": text(),
        "role": {"type": "string", "enum": ["auditor", "operator", "owner"]},
        "tenant": {"type": ["string", "null"], "description": "Null is all of them"},
        "created": text(),
        "expires": moment(),
        "last_used": moment(),
    })))
}
