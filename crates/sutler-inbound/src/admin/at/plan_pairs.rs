//! `GET /plans/{id}/pairs`: what a plan says about each resource.

use serde_json::{Value, json};
use sutler_engine::admin;
use sutler_model::plan::{PairPlan, Planned};

use super::super::answer::Answer;
use super::super::endpoint::{Asked, Endpoint};
use super::super::query::{COUNT, CURSOR};
use super::schema::{array, object, page, text};
use crate::failure::Failure;

pub(super) fn endpoint() -> Endpoint {
    Endpoint {
        installation: true,
        query: &[COUNT, CURSOR],
        ..Endpoint::get(
            "/plans/{id}/pairs",
            "listPlannedPairs",
            "What a plan says about each resource for which something would be done",
            schema,
            |asked| Box::pin(run(asked)),
        )
    }
}

async fn run(asked: Asked) -> Result<Answer, Failure> {
    let ports = &asked.shared.services.ports;
    let (tenant, id) = (asked.sight(), asked.part("id")?);
    let (place, count) = (asked.query.place(), asked.query.count());
    Answer::page(&admin::planned_pairs(ports, tenant, id, place, count).await?, told)
}

fn told(pair: &PairPlan) -> Value {
    json!({
        "target": pair.target,
        "id": pair.id,
        "kind": pair.kind,
        "name": pair.name,
        "action": pair.action,
        "set": pair.set,
        "clear": pair.clear,
        "why": pair.why,
    })
}

fn schema() -> Value {
    page(object(json!({
        "target": text(),
        "id": text(),
        "kind": text(),
        "name": text(),
        "action": {"type": "string", "enum": Planned::ALL},
        "set": {"type": "object", "description": "What would be set, by path; never a password"},
        "clear": array(text()),
        "why": text(),
    })))
}
