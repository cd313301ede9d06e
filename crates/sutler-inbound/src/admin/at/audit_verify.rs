//! `GET /audit/verification`: whether the trail is as it was written.

use serde_json::{Value, json};
use sutler_engine::admin;

use super::super::answer::Answer;
use super::super::endpoint::{Asked, Endpoint};
use super::audit_list::chains;
use super::schema::{object, text};
use crate::failure::Failure;

pub(super) fn endpoint() -> Endpoint {
    Endpoint {
        installation: true,
        ..Endpoint::get(
            "/audit/verification",
            "verifyAudit",
            "Walk along the audit trail and name the first row that is not as it was written",
            schema,
            |asked| Box::pin(run(asked)),
        )
    }
}

async fn run(asked: Asked) -> Result<Answer, Failure> {
    let found = admin::verify(&asked.shared.services.ports, chains(&asked.scope)).await?;
    let whole = found.iter().all(|chain| chain.broken.is_none());
    Answer::json(&json!({"ok": whole, "chains": found}))
}

fn schema() -> Value {
    let broken = json!({
        "type": ["object", "null"],
        "description": "Where the chain is broken, and why",
        "properties": {"seq": {"type": "integer"}, "why": text()},
    });
    let chain = object(json!({
        "tenant": {"type": ["string", "null"], "description": "Null is the installation"},
        "rows": {"type": "integer", "description": "How many are whole"},
        "head": {"type": "string", "description": "The hash of the last of them: keep it elsewhere"},
        "broken": broken,
    }));
    object(json!({"ok": {"type": "boolean"}, "chains": {"type": "array", "items": chain}}))
}
