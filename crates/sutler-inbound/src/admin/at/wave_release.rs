//! `POST /waves/{id}/release`: what is held may happen.

use http::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use sutler_engine::admin;
use sutler_model::administrator::Role;

use super::super::answer::Answer;
use super::super::endpoint::{Asked, BodyKind, Endpoint};
use super::schema::object;
use crate::failure::Failure;

pub(super) fn endpoint() -> Endpoint {
    Endpoint {
        method: Method::POST,
        role: Role::Operator,
        body: BodyKind::Json(body),
        act: Some("guard.release"),
        ..Endpoint::get(
            "/waves/{id}/release",
            "releaseWave",
            "Let happen what is held: to a whole wave, or to those who are named",
            || object(json!({"released": {"type": "integer", "minimum": 1}})),
            |asked| Box::pin(run(asked)),
        )
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    only: Option<Vec<String>>,
}

async fn run(asked: Asked) -> Result<Answer, Failure> {
    let released = say(asked, true).await?;
    Answer::json(&json!({ "released": released }))
}

/// What a person says about a wave; how many pairs it is about.
pub(super) async fn say(mut asked: Asked, release: bool) -> Result<usize, Failure> {
    let Body { only } = asked.json()?;
    let ports = &asked.shared.services.ports;
    let (tenant, id) = (asked.tenant()?, asked.part("id")?);
    Ok(admin::give_verdict(ports, &asked.acting(), tenant, id, only, release).await?)
}

/// The schema of what is sent.
pub(super) fn body() -> Value {
    json!({"type": "object", "additionalProperties": false, "properties": {
        "only": {
            "type": "array",
            "items": {"type": "string"},
            "description": "Only these of it, by their ids; the others stay held",
        },
    }})
}
