//! `GET /targets/{name}/deliveries` and `GET /targets/{name}/resources/{id}/deliveries`: the
//! newest first.

use serde_json::{Value, json};
use sutler_engine::admin;

use super::super::answer::Answer;
use super::super::endpoint::{Asked, Endpoint};
use super::super::query::{COUNT, CURSOR};
use super::schema::{object, page, text};
use crate::failure::Failure;

pub(super) fn of_target() -> Endpoint {
    Endpoint {
        query: &[COUNT, CURSOR],
        ..Endpoint::get(
            "/targets/{name}/deliveries",
            "listDeliveries",
            "What was last done at a target",
            schema,
            |asked| Box::pin(run(asked)),
        )
    }
}

pub(super) fn of_pair() -> Endpoint {
    Endpoint {
        query: &[COUNT, CURSOR],
        ..Endpoint::get(
            "/targets/{name}/resources/{id}/deliveries",
            "listDeliveriesOfResource",
            "What was last done at a target for one resource, by its id or name",
            schema,
            |asked| Box::pin(run(asked)),
        )
    }
}

async fn run(asked: Asked) -> Result<Answer, Failure> {
    let ports = &asked.shared.services.ports;
    let (tenant, name) = (asked.tenant()?, asked.part("name")?);
    let resource = asked.part("id").ok();
    let (before, count) = (asked.query.cursor()?, asked.query.count());
    let (items, next) = admin::deliveries(ports, tenant, name, resource, before, count).await?;
    Answer::json(&json!({"items": items, "next_cursor": next.map(|place| place.to_string())}))
}

fn schema() -> Value {
    page(object(json!({
        "resource": {"type": ["string", "null"], "description": "Its id"},
        "at": text(),
        "action": text(),
        "outcome": {"type": "string", "enum": ["done", "refused", "retry", "unknown"]},
        "status": {"type": ["integer", "null"], "description": "Of HTTP"},
        "took_ms": {"type": "integer"},
        "note": {"type": ["string", "null"]},
    })))
}
