//! `GET /jwks.json`: the public keys of a tenant, for whoever checks its tokens.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};

use crate::failure::Failure;
use crate::place::Place;
use crate::services::Shared;

pub(crate) async fn jwks(State(shared): State<Shared>, place: Place) -> Result<Response, Failure> {
    let tenant = place.tenant.ok_or_else(Failure::no_such_path)?;
    let keys = shared.services.events.jwks(tenant).await.map_err(|error| {
        tracing::error!(%error, "the public keys could not be read");
        Failure::unavailable("the keys cannot be read just now; try again")
    })?;
    let mut response = (StatusCode::OK, keys.to_string()).into_response();
    let media = HeaderValue::from_static("application/jwk-set+json");
    response.headers_mut().insert(header::CONTENT_TYPE, media);
    Ok(response)
}
