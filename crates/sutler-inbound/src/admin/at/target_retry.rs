//! `POST /targets/{name}/retry`: has failed deliveries tried again.

use http::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use sutler_engine::admin;
use sutler_model::Uid;
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
        act: Some("target.retry"),
        ..Endpoint::get(
            "/targets/{name}/retry",
            "retryTarget",
            "Have failed deliveries tried again: all of a target, those of one resource, or those of one cause",
            schema,
            |asked| Box::pin(run(asked)),
        )
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    resource: Option<String>,
    cause: Option<String>,
}

async fn run(mut asked: Asked) -> Result<Answer, Failure> {
    let Body { resource, cause } = asked.json()?;
    let uid = resource.map(Uid);
    let ports = &asked.shared.services.ports;
    let (tenant, name) = (asked.tenant()?, asked.part("name")?);
    let (target, uid, cause) = (Some(name), uid.as_ref(), cause.as_deref());
    let count = admin::retry(ports, &asked.acting(), tenant, target, uid, cause).await?;
    Answer::json(&json!({ "retried": count }))
}

fn body() -> Value {
    json!({"type": "object", "additionalProperties": false, "properties": {
        "resource": {"type": "string", "description": "Only this resource, by its id"},
        "cause": {"type": "string", "description": "Only what failed for this cause: `taken`"},
    }})
}

fn schema() -> Value {
    object(json!({"retried": {"type": "integer", "minimum": 0}}))
}
