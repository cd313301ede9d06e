//! `GET /notifications`: how the receivers of messages stand.

use serde_json::{Value, json};
use sutler_engine::admin;

use super::super::answer::Answer;
use super::super::endpoint::{Asked, Endpoint};
use super::schema::{array, list, moment, object, text};
use crate::failure::Failure;

pub(super) fn endpoint() -> Endpoint {
    Endpoint::get(
        "/notifications",
        "listNotifications",
        "How the receivers of notifications stand",
        schema,
        |asked| Box::pin(run(asked)),
    )
}

async fn run(asked: Asked) -> Result<Answer, Failure> {
    Answer::list(&admin::notifications(&asked.shared.services.ports, asked.tenant()?).await?)
}

fn schema() -> Value {
    let count = || json!({"type": "integer", "minimum": 0});
    list(object(json!({
        "name": text(),
        "events": array(text()),
        "waiting": count(),
        "lost": count(),
        "fault": {"type": ["string", "null"], "description": "Why the last attempt failed"},
        "fault_at": moment(),
    })))
}
