//! `GET /targets/{name}/failed/causes`: the same pairs, grouped by why they wait.

use serde_json::{Value, json};
use sutler_engine::admin;
use sutler_engine::failures::FailedGroup;

use super::super::answer::Answer;
use super::super::endpoint::{Asked, Endpoint};
use super::failed;
use super::schema::{list, object};
use crate::failure::Failure;

pub(super) fn endpoint() -> Endpoint {
    Endpoint::get(
        "/targets/{name}/failed/causes",
        "listFailedCauses",
        "Why deliveries wait for a person, the most frequent cause first",
        schema,
        |asked| Box::pin(run(asked)),
    )
}

async fn run(asked: Asked) -> Result<Answer, Failure> {
    let ports = &asked.shared.services.ports;
    let (tenant, name) = (asked.tenant()?, asked.part("name")?);
    let groups = admin::failed_by_cause(ports, tenant, Some(name)).await?;
    Answer::list(&groups.iter().map(told).collect::<Vec<_>>())
}

fn told(group: &FailedGroup) -> Value {
    json!({
        "cause": group.cause,
        "words": group.words,
        "count": group.count,
        "example": failed::told(&group.example),
    })
}

fn schema() -> Value {
    list(object(json!({
        "cause": {"type": "string", "description": "As a retry takes it"},
        "words": {"type": "string", "description": "What the target said, without names and ids"},
        "count": {"type": "integer", "minimum": 1},
        "example": failed::pair(),
    })))
}
