//! `GET /targets/{name}/pause`: whether a target is left alone.

use serde_json::{Value, json};
use sutler_engine::admin;
use sutler_model::Time;
use sutler_model::pause::Pause;

use super::super::answer::Answer;
use super::super::endpoint::{Asked, Endpoint};
use super::schema::{moment, object};
use crate::failure::Failure;

pub(super) fn endpoint() -> Endpoint {
    Endpoint::get(
        "/targets/{name}/pause",
        "getPause",
        "Whether a person has paused a target, and until when",
        schema,
        |asked| Box::pin(run(asked)),
    )
}

async fn run(asked: Asked) -> Result<Answer, Failure> {
    let ports = &asked.shared.services.ports;
    let pause = admin::paused(ports, asked.tenant()?, asked.part("name")?).await?;
    Answer::json(&told(pause.as_ref()))
}

/// A pause, or that there is none.
pub(super) fn told(pause: Option<&Pause>) -> Value {
    json!({
        "paused": pause.is_some(),
        "since": pause.map(|pause| pause.since.rfc3339()),
        "until": pause.and_then(|pause| pause.until).map(Time::rfc3339),
        "reason": pause.and_then(|pause| pause.reason.as_deref()),
        "leavers_go_on": pause.is_none_or(|pause| pause.leavers_go_on),
    })
}

/// Its schema.
pub(super) fn schema() -> Value {
    object(json!({
        "paused": {"type": "boolean"},
        "since": moment(),
        "until": moment(),
        "reason": {"type": ["string", "null"]},
        "leavers_go_on": {
            "type": "boolean",
            "description": "What takes access away is sent all the same",
        },
    }))
}
