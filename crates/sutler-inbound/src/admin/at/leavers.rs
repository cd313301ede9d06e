//! `GET /targets/{name}/leavers`: who is out, or ought to be.

use serde_json::{Value, json};
use sutler_engine::admin;
use sutler_model::delivery::Leaver;

use super::super::answer::Answer;
use super::super::endpoint::{Asked, Endpoint};
use super::super::query::{COUNT, CURSOR};
use super::schema::{object, page, text};
use crate::failure::Failure;

pub(super) fn endpoint() -> Endpoint {
    Endpoint {
        query: &[COUNT, CURSOR],
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
    let (place, count) = (asked.query.place(), asked.query.count());
    Answer::page(&admin::leavers(ports, tenant, Some(name), place, count).await?, told)
}

fn told(leaver: &Leaver) -> Value {
    json!({
        "target": leaver.target,
        "id": leaver.id,
        "name": leaver.name,
        "state": leaver.state,
        "since": leaver.since,
        "proof": leaver.proof,
    })
}

fn schema() -> Value {
    page(object(json!({
        "target": text(),
        "id": text(),
        "name": text(),
        "state": {"type": "string", "enum": ["pending", "confirmed"]},
        "since": text(),
        "proof": {"type": ["string", "null"]},
    })))
}
