//! Reading bodies: a limit, a media type, and JSON that is an object.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use http::{HeaderMap, StatusCode, header};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde_json::{Map, Value};

use crate::failure::Failure;
use crate::services::Shared;

/// A SCIM body: `application/scim+json` or `application/json`, an object.
pub(crate) struct ScimBody(pub(crate) Map<String, Value>);

impl FromRequest<Shared> for ScimBody {
    type Rejection = Failure;

    async fn from_request(request: Request, shared: &Shared) -> Result<Self, Failure> {
        let limit = shared.services.settings.body_limit;
        scim_object(request, shared, limit, || too_large(limit)).await.map(Self)
    }
}

/// The same, with a limit of its own.
pub(crate) async fn scim_object(
    request: Request,
    shared: &Shared,
    limit: usize,
    too_large: impl Fn() -> Failure,
) -> Result<Map<String, Value>, Failure> {
    let media = media_type(request.headers());
    if !matches!(media.as_str(), sutler_scim::MEDIA_TYPE | "application/json") {
        return Err(Failure::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "the body must be `application/scim+json` or `application/json`",
        ));
    }
    let patience = shared.services.settings.body_timeout;
    let bytes = read_within(request, limit, patience, too_large).await?;
    Ok(sutler_scim::json::object(&bytes)?)
}

/// The media type without its parameters, in lower case.
pub(crate) fn media_type(headers: &HeaderMap) -> String {
    let value = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok());
    let essence = value.unwrap_or_default().split(';').next().unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}

/// The whole body, up to a limit that is checked before anything is read.
pub(crate) async fn read(
    request: Request,
    limit: usize,
    patience: Duration,
) -> Result<Bytes, Failure> {
    read_within(request, limit, patience, || too_large(limit)).await
}

async fn read_within(
    request: Request,
    limit: usize,
    patience: Duration,
    too_large: impl Fn() -> Failure,
) -> Result<Bytes, Failure> {
    let announced = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|v| v.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > limit) {
        return Err(too_large());
    }
    let body = Limited::new(request.into_body(), limit).collect();
    let Ok(arrived) = tokio::time::timeout(patience, body).await else {
        return Err(Failure::new(StatusCode::REQUEST_TIMEOUT, "the body took too long to arrive"));
    };
    match arrived {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(too_large()),
        Err(_) => {
            Err(Failure::new(StatusCode::BAD_REQUEST, "the body ended before it was complete"))
        }
    }
}

fn too_large(limit: usize) -> Failure {
    Failure::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        format!("the body exceeds the limit of {limit} bytes"),
    )
}
