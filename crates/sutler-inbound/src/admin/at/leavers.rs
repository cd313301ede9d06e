//! `GET /targets/{name}/leavers`: who is out, or ought to be.

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
            "/targets/{name}/leavers",
            "listLeavers",
            "Who is out, or ought to be: pending ones first",
            schema,
            |asked| Box::pin(run(asked)),
        )
    }
}

async fn run(asked: Asked) -> Result<Answer, Failure> {
    let ports = &asked.shared.services.ports;
    let (tenant, name) = (asked.tenant()?, asked.part("name")?);
    let found = admin::leavers(ports, tenant, Some(name), asked.query.count()).await?;
    Answer::json(&json!({"items": found.items, "truncated": found.truncated}))
}

fn schema() -> Value {
    cut(object(json!({
        "target": text(),
        "id": text(),
        "name": text(),
        "state": {"type": "string", "enum": ["pending", "confirmed"]},
        "since": text(),
        "proof": {"type": ["string", "null"]},
    })))
}
