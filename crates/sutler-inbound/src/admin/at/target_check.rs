//! `POST /targets/{name}/check`: tests a target; nothing is changed there.

use http::Method;
use serde_json::{Value, json};
use sutler_engine::admin;
use sutler_model::administrator::Role;

use super::super::answer::Answer;
use super::super::endpoint::{Asked, Endpoint};
use super::schema::{object, text};
use crate::failure::Failure;

pub(super) fn endpoint() -> Endpoint {
    Endpoint {
        method: Method::POST,
        role: Role::Operator,
        act: Some("target.check"),
        ..Endpoint::get(
            "/targets/{name}/check",
            "checkTarget",
            "Test a target's address, credentials and profile; nothing is changed there",
            schema,
            |asked| Box::pin(run(asked)),
        )
    }
}

async fn run(asked: Asked) -> Result<Answer, Failure> {
    let ports = &asked.shared.services.ports;
    let name = asked.part("name")?;
    let findings = admin::check(ports, &asked.acting(), asked.tenant()?, name).await?;
    let well = findings.iter().all(|finding| finding.ok);
    Answer::json(&json!({"ok": well, "findings": findings}))
}

fn schema() -> Value {
    let finding = object(json!({"ok": {"type": "boolean"}, "subject": text(), "detail": text()}));
    object(json!({
        "ok": {"type": "boolean"},
        "findings": {"type": "array", "items": finding},
    }))
}
