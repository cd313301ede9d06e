//! `GET /targets/{name}/failed`: the pairs that wait for a person.

use serde_json::{Value, json};
use sutler_engine::admin;
use sutler_model::delivery::FailedPair;

use super::super::answer::Answer;
use super::super::endpoint::{Asked, Endpoint};
use super::super::query::{COUNT, CURSOR};
use super::schema::{object, page, text};
use crate::failure::Failure;

pub(super) fn endpoint() -> Endpoint {
    Endpoint {
        query: &[COUNT, CURSOR],
        ..Endpoint::get(
            "/targets/{name}/failed",
            "listFailed",
            "Whose delivery waits for a person",
            || page(pair()),
            |asked| Box::pin(run(asked)),
        )
    }
}

async fn run(asked: Asked) -> Result<Answer, Failure> {
    let ports = &asked.shared.services.ports;
    let (tenant, name) = (asked.tenant()?, asked.part("name")?);
    let (place, count) = (asked.query.place(), asked.query.count());
    Answer::page(&admin::failed(ports, tenant, Some(name), place, count).await?, told)
}

/// A pair without its place in the list, which is the cursor's.
pub(super) fn told(pair: &FailedPair) -> Value {
    json!({
        "target": pair.target,
        "id": pair.id,
        "kind": pair.kind,
        "name": pair.name,
        "cause": pair.cause,
        "detail": pair.detail,
        "tries": pair.tries,
    })
}

/// Its schema.
pub(super) fn pair() -> Value {
    object(json!({
        "target": text(),
        "id": text(),
        "kind": text(),
        "name": text(),
        "cause": text(),
        "detail": text(),
        "tries": {"type": "integer"},
    }))
}
