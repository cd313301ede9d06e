//! `DELETE /Users/{id}`, `DELETE /Groups/{id}` (RFC 7644 §3.6).

use axum::extract::State;
use http::{HeaderMap, StatusCode};

use super::condition::if_match;
use super::target::{Endpoint, Id};
use crate::authenticate::Authenticated;
use crate::failure::Failure;
use crate::services::Shared;

pub(crate) async fn delete(
    Authenticated(caller): Authenticated,
    State(shared): State<Shared>,
    Endpoint(kind): Endpoint,
    Id(id): Id,
    headers: HeaderMap,
) -> Result<StatusCode, Failure> {
    let demanded = if_match(&headers);
    let provisioner = &shared.services.provisioner;
    provisioner.delete(&caller, kind, &id, demanded.as_ref()).await?;
    Ok(StatusCode::NO_CONTENT)
}
