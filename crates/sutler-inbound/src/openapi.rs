//! `/api/openapi.json`: the interface described for machines, without a credential.

use axum::response::{IntoResponse, Response};
use http::header;

pub(crate) async fn document() -> Response {
    let body = sutler_scim::openapi::document(env!("CARGO_PKG_VERSION")).to_string();
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}
