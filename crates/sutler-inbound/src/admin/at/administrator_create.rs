//! `POST /administrators`: a new administrator's token, shown once. For the installation it is
//! one for all tenants.

use http::{Method, StatusCode};
use secrecy::ExposeSecret as _;
use serde::Deserialize;
use serde_json::{Value, json};
use sutler_engine::admin::{self, NewAdministrator};
use sutler_model::administrator::Role;

use super::super::answer::Answer;
use super::super::endpoint::{Asked, BodyKind, Endpoint};
use super::schema::made;
use super::token_create::{MOST_DAYS, lifetime};
use crate::failure::Failure;
use crate::token;

pub(super) fn endpoint() -> Endpoint {
    Endpoint {
        method: Method::POST,
        installation: true,
        role: Role::Owner,
        body: BodyKind::Json(body),
        answer: (StatusCode::CREATED, made),
        act: Some("administrator.create"),
        ..Endpoint::get(
            "/administrators",
            "createAdministrator",
            "A new administrator's token; it is shown once. For the installation, one for all tenants",
            made,
            |asked| Box::pin(run(asked)),
        )
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    name: String,
    role: Role,
    expires_in_days: Option<u32>,
}

async fn run(mut asked: Asked) -> Result<Answer, Failure> {
    let Body { name, role, expires_in_days } = asked.json()?;
    let lifetime = lifetime(expires_in_days)?;
    let ports = &asked.shared.services.ports;
    let issued = token::issue_administrator(&*ports.random);
    let new = NewAdministrator { name: &name, role, tenant: asked.scope.tenant(), lifetime };
    admin::keep_administrator(ports, &asked.acting(), new, &issued.handle, issued.hash).await?;
    Answer::json(&json!({"token": issued.token.expose_secret(), "id": issued.handle}))
}

fn body() -> Value {
    json!({"type": "object", "additionalProperties": false, "required": ["name", "role"], "properties": {
        "name": {"type": "string", "maxLength": 64},
        "role": {"type": "string", "enum": ["auditor", "operator", "owner"]},
        "expires_in_days": {
            "type": "integer",
            "minimum": 1,
            "maximum": MOST_DAYS,
            "description": "Without it the token lives until it is revoked",
        },
    }})
}
