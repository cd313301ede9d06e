//! `GET /waves/{id}`: one wave.

use serde_json::{Value, json};
use sutler_engine::admin::{self, WaveLine};
use sutler_model::guard::Loss;

use super::super::answer::Answer;
use super::super::endpoint::{Asked, Endpoint};
use super::schema::{array, object, text};
use crate::failure::Failure;

pub(super) fn endpoint() -> Endpoint {
    Endpoint::get(
        "/waves/{id}",
        "getWave",
        "A wave: who wanted it, how many it holds, and by how much which limit was exceeded",
        schema,
        |asked| Box::pin(run(asked)),
    )
}

async fn run(asked: Asked) -> Result<Answer, Failure> {
    let ports = &asked.shared.services.ports;
    let wave = admin::wave(ports, asked.tenant()?, asked.part("id")?).await?;
    Answer::json(&told(&wave))
}

/// A wave; its number is a text, as every id here.
pub(super) fn told(wave: &WaveLine) -> Value {
    json!({
        "id": wave.wave.to_string(),
        "target": wave.target,
        "state": wave.state,
        "source": wave.source,
        "by_sweep": wave.by_sweep,
        "since": wave.since,
        "held": wave.held,
        "excess": wave.excess,
        "names": wave.names,
    })
}

/// Its schema.
pub(super) fn schema() -> Value {
    let count = || json!({"type": "integer", "minimum": 0});
    object(json!({
        "id": text(),
        "target": text(),
        "state": {"type": "string", "enum": ["counting", "held", "releasing", "rejecting"]},
        "source": {
            "type": "string",
            "description": "Who wanted it: a service provider, or who edited the estate",
        },
        "by_sweep": {
            "type": "boolean",
            "description": "It comes from an edit of the estate, or of a large group",
        },
        "since": {"type": "string", "format": "date-time"},
        "held": {
            "type": "object",
            "description": "How many are held, by what they would lose",
            "additionalProperties": count(),
        },
        "excess": {
            "type": ["object", "null"],
            "description": "By how much which limit was exceeded; null while it is counted",
            "properties": {
                "loss": loss(),
                "came": count(),
                "gone": count(),
                "allowed": count(),
                "accounts": count(),
            },
        },
        "names": array(text()),
    }))
}

/// What is lost.
pub(super) fn loss() -> Value {
    json!({"type": "string", "enum": Loss::ALL})
}
