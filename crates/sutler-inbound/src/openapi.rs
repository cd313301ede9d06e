//! `/api/openapi.json`: the interface described for machines, without a credential.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header;
use sutler_model::TenantId;

use crate::admin;
use crate::services::Shared;

pub(crate) async fn document(State(shared): State<Shared>) -> Response {
    let schemas = shared.services.ports.estate.current().schemas(TenantId::DEFAULT);
    let mut document = sutler_scim::openapi::document(env!("CARGO_PKG_VERSION"), &schemas);
    admin::describe(&mut document);
    let body = document.to_string();
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}
