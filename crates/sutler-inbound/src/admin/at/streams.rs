//! `GET /status/event-streams`: how the event streams stand.

use serde_json::{Value, json};
use sutler_engine::admin;

use super::super::answer::Answer;
use super::super::endpoint::{Asked, Endpoint};
use super::schema::{list, moment, object, text};
use crate::failure::Failure;

pub(super) fn endpoint() -> Endpoint {
    Endpoint::get(
        "/status/event-streams",
        "getStreams",
        "How the event streams stand",
        schema,
        |asked| Box::pin(run(asked)),
    )
}

async fn run(asked: Asked) -> Result<Answer, Failure> {
    Answer::list(&admin::streams(&asked.shared.services.ports, asked.tenant()?).await?)
}

fn schema() -> Value {
    list(object(json!({
        "name": text(),
        "waiting": {"type": "integer"},
        "lost": {"type": "integer"},
        "lost_at": moment(),
        "fault": {"type": ["string", "null"]},
    })))
}
