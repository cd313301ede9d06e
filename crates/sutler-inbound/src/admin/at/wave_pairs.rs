//! `GET /waves/{id}/pairs`: who is in a wave.

use serde_json::{Value, json};
use sutler_engine::admin;
use sutler_model::guard::HeldPair;

use super::super::answer::Answer;
use super::super::endpoint::{Asked, Endpoint};
use super::super::query::{COUNT, CURSOR};
use super::schema::{object, page, text};
use super::wave_get::loss;
use crate::failure::Failure;

pub(super) fn endpoint() -> Endpoint {
    Endpoint {
        query: &[COUNT, CURSOR],
        ..Endpoint::get(
            "/waves/{id}/pairs",
            "listHeld",
            "Who is held in a wave, and what each would lose",
            schema,
            |asked| Box::pin(run(asked)),
        )
    }
}

async fn run(asked: Asked) -> Result<Answer, Failure> {
    let ports = &asked.shared.services.ports;
    let (tenant, id) = (asked.tenant()?, asked.part("id")?);
    let (place, count) = (asked.query.place(), asked.query.count());
    Answer::page(&admin::held_pairs(ports, tenant, id, place, count).await?, told)
}

fn told(pair: &HeldPair) -> Value {
    json!({
        "id": pair.id,
        "kind": pair.kind,
        "name": pair.name,
        "loss": pair.loss,
        "since": pair.since,
    })
}

fn schema() -> Value {
    page(object(json!({
        "id": text(),
        "kind": text(),
        "name": text(),
        "loss": loss(),
        "since": {"type": "string", "format": "date-time"},
    })))
}
