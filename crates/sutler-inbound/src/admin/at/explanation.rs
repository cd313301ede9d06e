//! `GET /targets/{name}/resources/{id}/explanation`: why somebody is, or is not, at a target.

use serde_json::{Value, json};
use sutler_engine::admin;

use super::super::answer::Answer;
use super::super::endpoint::{Asked, Endpoint};
use super::schema::{object, text};
use crate::failure::Failure;

pub(super) fn endpoint() -> Endpoint {
    Endpoint::get(
        "/targets/{name}/resources/{id}/explanation",
        "explain",
        "Why a resource, by its id or name, is or is not at a target, and what is next",
        schema,
        |asked| Box::pin(run(asked)),
    )
}

async fn run(asked: Asked) -> Result<Answer, Failure> {
    let ports = &asked.shared.services.ports;
    let (tenant, name) = (asked.tenant()?, asked.part("name")?);
    Answer::json(&admin::explain(ports, tenant, name, asked.part("id")?).await?)
}

/// What is told of a pair.
pub(super) fn schema() -> Value {
    let texts = || json!({"type": "array", "items": text()});
    let maybe = || json!({"type": ["object", "null"]});
    object(json!({
        "target": text(),
        "id": text(),
        "kind": text(),
        "name": text(),
        "steps": {"type": "array", "items": object(json!({"rule": text(), "says": text()}))},
        "account": maybe(),
        "values": {"type": "object", "description": "What the target should hold, by path"},
        "differs": texts(),
        "clears": texts(),
        "pending": maybe(),
        "next": text(),
        "advice": {"type": ["string", "null"]},
        "deliveries": {"type": "array", "items": {"type": "object"}},
    }))
}
