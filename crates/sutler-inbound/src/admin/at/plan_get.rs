//! `GET /plans/{id}`: a plan that was made.

use serde_json::{Map, Value, json};
use sutler_engine::admin;
use sutler_model::plan::{Plan, TargetPlan};

use super::super::answer::Answer;
use super::super::endpoint::{Asked, Endpoint};
use super::schema::{array, object, report, text};
use crate::failure::Failure;

pub(super) fn endpoint() -> Endpoint {
    Endpoint {
        installation: true,
        ..Endpoint::get(
            "/plans/{id}",
            "getPlan",
            "A plan that was made in the last day: what would be done, counted",
            || object(Value::Object(properties())),
            |asked| Box::pin(run(asked)),
        )
    }
}

async fn run(asked: Asked) -> Result<Answer, Failure> {
    let ports = &asked.shared.services.ports;
    let plan = admin::plan(ports, asked.sight(), asked.part("id")?).await?;
    Answer::json(&Value::Object(told(&plan)))
}

/// A plan without the text of its file.
fn told(plan: &Plan) -> Map<String, Value> {
    let target = |target: &TargetPlan| json!({"target": target.target, "counts": target.counts, "hash": target.hash});
    let fields = [
        ("id", json!(plan.id)),
        ("tenant", json!(plan.tenant)),
        ("of_file", json!(plan.file.is_some())),
        ("made", json!(plan.made.rfc3339())),
        ("actor", json!(plan.actor)),
        ("targets", plan.targets.iter().map(target).collect()),
    ];
    fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

/// A plan, and what would change in the estate.
pub(super) fn told_with(plan: &Plan, report: Value) -> Value {
    let mut told = told(plan);
    told.insert("estate".to_owned(), report);
    Value::Object(told)
}

/// The schema of that.
pub(super) fn changing() -> Value {
    let mut properties = properties();
    properties.insert("estate".to_owned(), json!({"oneOf": [report(), {"type": "null"}]}));
    object(Value::Object(properties))
}

fn properties() -> Map<String, Value> {
    let target = object(json!({
        "target": text(),
        "counts": {
            "type": "object",
            "description": "How many resources each action would be taken for",
            "additionalProperties": {"type": "integer", "minimum": 0},
        },
        "hash": {"type": "string", "description": "Over what would be done about each resource"},
    }));
    let fields = [
        ("id", text()),
        ("tenant", text()),
        ("of_file", json!({"type": "boolean", "description": "It would change the estate too"})),
        ("made", json!({"type": "string", "format": "date-time"})),
        ("actor", text()),
        ("targets", array(target)),
    ];
    fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}
