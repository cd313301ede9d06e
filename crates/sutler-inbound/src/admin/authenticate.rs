//! Who sends a request to the admin API: an administrator's bearer token (RFC 6750).
//!
//! A token of a service provider is none, and an administrator's is none elsewhere: they are
//! told apart by how they begin, and kept apart.

use http::{HeaderMap, StatusCode};
use subtle::ConstantTimeEq as _;
use sutler_model::administrator::AdminToken;

use crate::authenticate::{Credential, credential};
use crate::failure::Failure;
use crate::services::Shared;
use crate::token;

/// How exactly the last use is known, in milliseconds.
const COARSE: i64 = 300_000;

/// The administrator whose token this is. Not cached: a revoked token is refused at once.
pub(super) async fn administrator(
    shared: &Shared,
    headers: &HeaderMap,
) -> Result<AdminToken, Failure> {
    let Some(Credential::Bearer(text)) = credential(headers) else {
        return Err(unauthorized());
    };
    if !text.starts_with(token::ADMINISTRATOR) {
        return Err(unauthorized());
    }
    let ports = &shared.services.ports;
    let hash = token::hash(&text);
    let now = ports.clock.now();
    let found = ports.ledger.administrator(&hash).await?;
    let found = found
        .filter(|found| bool::from(found.hash.as_slice().ct_eq(&hash)))
        .filter(|found| found.expires.is_none_or(|expires| now < expires))
        .ok_or_else(unauthorized)?;
    if found.used.is_none_or(|used| now.since(used) >= COARSE)
        && let Err(error) = ports.ledger.administrator_used(&found.id, now).await
    {
        tracing::warn!(%error, "the use of an administrator's token could not be noted");
    }
    Ok(found)
}

fn unauthorized() -> Failure {
    Failure::new(
        StatusCode::UNAUTHORIZED,
        "a valid token of an administrator is needed: `Authorization: Bearer sutleradm_…`, made by `sutler admin token create`",
    )
    .challenging()
}
