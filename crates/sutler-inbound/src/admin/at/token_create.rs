//! `POST /service-providers/{name}/tokens`: a new bearer token, shown once.

use http::{Method, StatusCode};
use secrecy::ExposeSecret as _;
use serde::Deserialize;
use serde_json::{Value, json};
use sutler_engine::admin;
use sutler_model::administrator::Role;
use sutler_model::estate::TokenKind;

use super::super::answer::Answer;
use super::super::endpoint::{Asked, BodyKind, Endpoint};
use super::schema::made;
use crate::failure::Failure;
use crate::token;

/// The longest life of a token, in days.
pub(super) const MOST_DAYS: u32 = 3_650;
/// A day, in milliseconds.
const DAY: i64 = 86_400_000;

pub(super) fn endpoint() -> Endpoint {
    Endpoint {
        method: Method::POST,
        role: Role::Owner,
        body: BodyKind::Json(body),
        answer: (StatusCode::CREATED, made),
        act: Some("token.create"),
        ..Endpoint::get(
            "/service-providers/{name}/tokens",
            "createToken",
            "A new bearer token for a service provider; it is shown once",
            made,
            |asked| Box::pin(run(asked)),
        )
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    expires_in_days: Option<u32>,
}

async fn run(mut asked: Asked) -> Result<Answer, Failure> {
    let Body { expires_in_days } = asked.json()?;
    let lifetime = lifetime(expires_in_days)?;
    let ports = &asked.shared.services.ports;
    let mut secret = None;
    let make = |provider| {
        let now = ports.clock.now();
        let issued = token::issue(&*ports.random, provider, TokenKind::Bearer, now, lifetime);
        secret = Some((issued.token, issued.record.id.clone()));
        issued.record
    };
    let (tenant, name) = (asked.tenant()?, asked.part("name")?);
    admin::keep_token(ports, &asked.acting(), tenant, name, make).await?;
    let (token, id) = secret.ok_or_else(Failure::internal)?;
    Answer::json(&json!({"token": token.expose_secret(), "id": id}))
}

/// Milliseconds from days.
pub(super) fn lifetime(days: Option<u32>) -> Result<Option<i64>, Failure> {
    match days {
        None => Ok(None),
        Some(days) if (1..=MOST_DAYS).contains(&days) => Ok(Some(i64::from(days) * DAY)),
        Some(_) => Err(Failure::new(
            StatusCode::BAD_REQUEST,
            format!("`expires_in_days` must be a whole number from 1 to {MOST_DAYS}"),
        )),
    }
}

fn body() -> Value {
    json!({"type": "object", "additionalProperties": false, "properties": {
        "expires_in_days": {
            "type": "integer",
            "minimum": 1,
            "maximum": MOST_DAYS,
            "description": "Without it the token lives until it is revoked",
        },
    }})
}
