//! `POST /waves/{id}/reject`: what is held is forgotten.

use http::Method;
use serde_json::json;
use sutler_model::administrator::Role;

use super::super::answer::Answer;
use super::super::endpoint::{Asked, BodyKind, Endpoint};
use super::schema::object;
use super::wave_release::{body, say};
use crate::failure::Failure;

pub(super) fn endpoint() -> Endpoint {
    Endpoint {
        method: Method::POST,
        role: Role::Operator,
        body: BodyKind::Json(body),
        act: Some("guard.reject"),
        ..Endpoint::get(
            "/waves/{id}/reject",
            "rejectWave",
            "Forget what is held, and leave the target what it has: a whole wave, or those who are named",
            || object(json!({"rejected": {"type": "integer", "minimum": 1}})),
            |asked| Box::pin(run(asked)),
        )
    }
}

async fn run(asked: Asked) -> Result<Answer, Failure> {
    let rejected = say(asked, false).await?;
    Answer::json(&json!({ "rejected": rejected }))
}
