//! `POST /targets/{name}/resources/{id}/provision`: delivers one resource now.

use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};
use sutler_engine::admin;
use sutler_model::administrator::Role;

use super::super::answer::Answer;
use super::super::endpoint::{Asked, BodyKind, Endpoint};
use super::explanation::schema;
use crate::failure::Failure;

/// How long it is waited for, in seconds: usually, and at most.
const USUAL: i64 = 10;
const MOST: i64 = 60;

pub(super) fn endpoint() -> Endpoint {
    Endpoint {
        method: Method::POST,
        role: Role::Operator,
        body: BodyKind::Json(body),
        act: Some("pair.provision"),
        ..Endpoint::get(
            "/targets/{name}/resources/{id}/provision",
            "provision",
            "Deliver one resource, by its id or name, to a target now, and tell how it stands then",
            schema,
            |asked| Box::pin(run(asked)),
        )
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    wait_seconds: Option<i64>,
}

async fn run(mut asked: Asked) -> Result<Answer, Failure> {
    let wait = asked.json::<Body>()?.wait_seconds.unwrap_or(USUAL);
    if !(0..=MOST).contains(&wait) {
        let detail = format!("`wait_seconds` must be a whole number from 0 to {MOST}");
        return Err(Failure::new(StatusCode::BAD_REQUEST, detail));
    }
    let ports = &asked.shared.services.ports;
    let (tenant, name, id) = (asked.tenant()?, asked.part("name")?, asked.part("id")?);
    let patience = wait.saturating_mul(1_000);
    let told = admin::provision(ports, &asked.acting(), tenant, name, id, patience).await?;
    Answer::json(&told)
}

fn body() -> Value {
    json!({"type": "object", "additionalProperties": false, "properties": {
        "wait_seconds": {
            "type": "integer",
            "minimum": 0,
            "maximum": MOST,
            "default": USUAL,
            "description": "How long to wait for the target; it is delivered all the same",
        },
    }})
}
