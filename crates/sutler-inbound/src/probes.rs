//! `/healthz`, `/readyz`, `/metrics`: for those who watch the process.

use std::time::Duration;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};

use crate::services::Shared;

/// How long the store may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// The process runs.
pub(crate) async fn alive() -> &'static str {
    "ok\n"
}

/// The store answers.
pub(crate) async fn ready(State(shared): State<Shared>) -> Response {
    let ping = shared.services.ports.ledger.ping();
    match tokio::time::timeout(PATIENCE, ping).await {
        Ok(Ok(())) => "ready\n".into_response(),
        Ok(Err(_)) | Err(_) => {
            (StatusCode::SERVICE_UNAVAILABLE, "the store does not answer\n").into_response()
        }
    }
}

/// The figures, in the text format of Prometheus.
pub(crate) async fn metrics(State(shared): State<Shared>) -> Response {
    let mut response = (shared.services.metrics)().into_response();
    let media = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, media);
    response
}
