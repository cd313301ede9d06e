//! `PUT /targets/{name}/pause`: leaves a target alone, or changes until when.

use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};
use sutler_engine::admin::{self, PauseWanted};
use sutler_model::Time;
use sutler_model::administrator::Role;

use super::super::answer::Answer;
use super::super::endpoint::{Asked, BodyKind, Endpoint};
use super::pause_get::{schema, told};
use crate::failure::Failure;

pub(super) fn endpoint() -> Endpoint {
    Endpoint {
        method: Method::PUT,
        role: Role::Operator,
        body: BodyKind::Json(body),
        act: Some("target.pause"),
        ..Endpoint::get(
            "/targets/{name}/pause",
            "pauseTarget",
            "Leave a target alone: changes wait, and calls under way come to their end",
            schema,
            |asked| Box::pin(run(asked)),
        )
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    until: Option<String>,
    reason: Option<String>,
    #[serde(default)]
    leavers_go_on: bool,
}

async fn run(mut asked: Asked) -> Result<Answer, Failure> {
    let Body { until, reason, leavers_go_on } = asked.json()?;
    let until = until.as_deref().map(read).transpose()?;
    let ports = &asked.shared.services.ports;
    let (tenant, name) = (asked.tenant()?, asked.part("name")?);
    let wanted = PauseWanted { until, reason, leavers_go_on };
    let pause = admin::pause(ports, &asked.acting(), tenant, name, wanted).await?;
    Answer::json(&told(Some(&pause)))
}

fn read(until: &str) -> Result<Time, Failure> {
    Time::from_rfc3339(until).ok_or_else(|| {
        let detail = "`until` must be a moment such as 2026-01-31T08:00:00Z";
        Failure::new(StatusCode::BAD_REQUEST, detail)
    })
}

fn body() -> Value {
    json!({"type": "object", "additionalProperties": false, "properties": {
        "until": {
            "type": "string",
            "format": "date-time",
            "description": "Until when; without it, until somebody resumes it",
        },
        "reason": {"type": "string", "description": "Why; shown with the state of the target"},
        "leavers_go_on": {
            "type": "boolean",
            "default": false,
            "description": "Send all the same what takes access away",
        },
    }})
}
