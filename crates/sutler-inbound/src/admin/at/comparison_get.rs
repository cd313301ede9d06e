//! `GET /comparisons/{id}`: how far a comparison has come.

use serde_json::{Value, json};
use sutler_engine::admin;
use sutler_model::Time;
use sutler_model::comparison::Comparison;

use super::super::answer::Answer;
use super::super::endpoint::{Asked, Endpoint};
use super::schema::{moment, object, text};
use crate::failure::Failure;

pub(super) fn endpoint() -> Endpoint {
    Endpoint::get(
        "/comparisons/{id}",
        "getComparison",
        "A comparison as it stands: how much was seen, and what was found",
        schema,
        |asked| Box::pin(run(asked)),
    )
}

async fn run(asked: Asked) -> Result<Answer, Failure> {
    let ports = &asked.shared.services.ports;
    let found = admin::comparison(ports, Some(asked.tenant()?), asked.part("id")?).await?;
    Answer::json(&told(&found))
}

/// A comparison, with its times as text.
pub(super) fn told(comparison: &Comparison) -> Value {
    json!({
        "id": comparison.id,
        "target": comparison.target,
        "dry_run": comparison.dry,
        "began": comparison.began.rfc3339(),
        "ended": comparison.ended.map(Time::rfc3339),
        "complete": comparison.complete,
        "fault": comparison.fault,
        "seen": comparison.seen,
        "total": comparison.total,
        "equal": comparison.equal,
        "found": comparison.found,
    })
}

/// Its schema.
pub(super) fn schema() -> Value {
    let count = || json!({"type": "integer", "minimum": 0});
    object(json!({
        "id": text(),
        "target": text(),
        "dry_run": {"type": "boolean"},
        "began": {"type": "string", "format": "date-time"},
        "ended": moment(),
        "complete": {
            "type": "boolean",
            "description": "Every account was seen: who is missing is told only then",
        },
        "fault": {"type": ["string", "null"], "description": "Why it could not be completed"},
        "seen": count(),
        "total": {"type": ["integer", "null"], "description": "As far as the target says"},
        "equal": count(),
        "found": {
            "type": "object",
            "description": "How much of each kind was found",
            "additionalProperties": count(),
        },
    }))
}
