//! `GET /status`: how the targets stand.

use serde_json::{Value, json};
use sutler_engine::admin;

use super::super::answer::Answer;
use super::super::endpoint::{Asked, Endpoint};
use super::schema::{list, object, text};
use crate::failure::Failure;

pub(super) fn endpoint() -> Endpoint {
    Endpoint::get(
        "/status",
        "getStatus",
        "How the targets stand, counted in pairs of target and resource",
        schema,
        |asked| Box::pin(run(asked)),
    )
}

async fn run(asked: Asked) -> Result<Answer, Failure> {
    Answer::list(&admin::status(&asked.shared.services.ports, asked.tenant()?).await?)
}

fn schema() -> Value {
    let count = || json!({"type": "integer", "minimum": 0});
    list(object(json!({
        "name": text(),
        "in_sync": count(),
        "pending": count(),
        "failed": count(),
        "oldest_pending_deprovision_seconds": {"type": ["integer", "null"]},
        "state": {"type": "string", "description": "`healthy`, or why nothing is sent"},
    })))
}
