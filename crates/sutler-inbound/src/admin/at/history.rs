//! `GET /history`: what was delivered, step by step, the newest first.

use http::StatusCode;
use serde_json::{Value, json};
use sutler_engine::admin::{self, HistoryWanted, MOST_RECORDED};
use sutler_model::history::Recorded;

use super::super::answer::Answer;
use super::super::endpoint::{Asked, Endpoint};
use super::super::query::{COUNT, CURSOR, Parameter, SINCE, Shape};
use super::schema::{array, object, page, text};
use crate::failure::Failure;

/// How a delivery can end.
const OUTCOMES: [&str; 4] = ["done", "refused", "retry", "unknown"];

const PARAMETERS: [Parameter; 6] = [
    Parameter { shape: Shape::Count(MOST_RECORDED), ..COUNT },
    CURSOR,
    SINCE,
    Parameter { name: "target", shape: Shape::Text, description: "Only at this target" },
    Parameter {
        name: "resource",
        shape: Shape::Text,
        description: "Only of this resource, by its id or name",
    },
    Parameter {
        name: "outcome",
        shape: Shape::Text,
        description: "Only with this outcome: `done`, `refused`, `retry` or `unknown`",
    },
];

pub(super) fn endpoint() -> Endpoint {
    Endpoint {
        query: &PARAMETERS,
        ..Endpoint::get(
            "/history",
            "listHistory",
            "What was delivered, with the steps of each delivery and without secrets",
            schema,
            |asked| Box::pin(run(asked)),
        )
    }
}

async fn run(asked: Asked) -> Result<Answer, Failure> {
    let text = |name: &str| asked.query.text(name).map(str::to_owned);
    let outcome = text("outcome");
    if outcome.as_deref().is_some_and(|outcome| !OUTCOMES.contains(&outcome)) {
        let detail = format!("`outcome` must be one of {}", OUTCOMES.join(", "));
        return Err(Failure::new(StatusCode::BAD_REQUEST, detail));
    }
    let wanted = HistoryWanted {
        target: text("target"),
        resource: text("resource"),
        outcome,
        since: asked.query.since()?,
        before: asked.query.cursor()?,
        limit: asked.query.count(),
    };
    let ports = &asked.shared.services.ports;
    Answer::page(&admin::history(ports, asked.tenant()?, wanted).await?, told)
}

fn told(one: &Recorded) -> Value {
    let delivery = &one.delivery;
    json!({
        "number": one.id,
        "at": delivery.at.rfc3339(),
        "target": one.target,
        "id": one.uid,
        "name": one.name,
        "action": delivery.action,
        "outcome": delivery.outcome,
        "status": delivery.status,
        "took_ms": delivery.took,
        "note": delivery.note,
        "steps": delivery.steps,
    })
}

fn schema() -> Value {
    page(object(json!({
        "number": {"type": "integer"},
        "at": text(),
        "target": text(),
        "id": text(),
        "name": text(),
        "action": text(),
        "outcome": {"type": "string", "enum": OUTCOMES},
        "status": {"type": ["integer", "null"], "description": "Of HTTP"},
        "took_ms": {"type": "integer"},
        "note": {"type": ["string", "null"]},
        "steps": {
            "type": "array",
            "description": "What each call was to change, and its requests and answers, as long as they are kept",
            "items": step(),
        },
    })))
}

fn step() -> Value {
    let changed = json!({
        "type": "object",
        "required": ["path", "seen"],
        "properties": {
            "path": text(),
            "seen": {"type": "boolean", "description": "Whether `before` was seen there"},
            "before": {},
            "after": {},
        },
    });
    let exchange = json!({
        "type": "object",
        "required": ["method", "path", "took"],
        "properties": {
            "method": text(),
            "path": text(),
            "status": {"type": "integer"},
            "took": {"type": "integer", "description": "Milliseconds"},
            "request": text(),
            "answer": text(),
        },
    });
    json!({
        "type": "object",
        "required": ["action", "outcome", "took"],
        "properties": {
            "action": text(),
            "outcome": text(),
            "took": {"type": "integer", "description": "Milliseconds"},
            "changes": array(changed),
            "exchanges": array(exchange),
        },
    })
}
