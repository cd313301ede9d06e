//! `GET /targets/{name}/failed`: the pairs that wait for a person.

use serde_json::{Value, json};
use sutler_engine::admin;

use super::super::answer::Answer;
use super::super::endpoint::{Asked, Endpoint};
use super::super::query::COUNT;
use super::schema::{cut, object, text};
use crate::failure::Failure;

pub(super) fn endpoint() -> Endpoint {
    Endpoint {
        query: &[COUNT],
        ..Endpoint::get(
            "/targets/{name}/failed",
            "listFailed",
            "Whose delivery waits for a person",
            schema,
            |asked| Box::pin(run(asked)),
        )
    }
}

async fn run(asked: Asked) -> Result<Answer, Failure> {
    let ports = &asked.shared.services.ports;
    let (tenant, name) = (asked.tenant()?, asked.part("name")?);
    let found = admin::failed(ports, tenant, Some(name), asked.query.count()).await?;
    Answer::json(&json!({"items": found.items, "truncated": found.truncated}))
}

fn schema() -> Value {
    cut(object(json!({
        "target": text(),
        "id": text(),
        "kind": text(),
        "name": text(),
        "cause": text(),
        "detail": text(),
        "tries": {"type": "integer"},
    })))
}
