//! SCIM 2.0 (RFC 7644): one file an endpoint.

pub(crate) mod answer;
mod bulk;
mod condition;
mod create;
mod delete;
mod discovery;
mod get;
mod intents;
mod list;
mod me;
mod patch;
mod replace;
pub(crate) mod roles;
mod search;
mod stream;
mod target;

pub(crate) use self::target::Id;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, get, post};
use http::{Method, StatusCode};

use crate::events;
use crate::failure::Failure;
use crate::services::Shared;

/// The paths below a SCIM root.
pub(crate) fn routes(shared: &Shared) -> Router<Shared> {
    let mut routes = Router::new()
        .route("/", root())
        .route("/.search", post(search::all_types))
        .route("/ServiceProviderConfig", get(discovery::service_provider_config))
        .route("/Schemas", get(discovery::schemas))
        .route("/Schemas/{id}", get(discovery::schema))
        .route("/ResourceTypes", get(discovery::resource_types))
        .route("/ResourceTypes/{id}", get(discovery::resource_type))
        .route("/Me", me::routes())
        .route("/Bulk", post(bulk::bulk))
        .route("/events/{id}", post(events::poll))
        .route("/Intents/{id}", get(intents::get))
        .route("/jwks.json", get(events::jwks))
        .route(&format!("{}/{{id}}", events::RESULTS), get(events::results));
    for endpoint in ["/Users", "/Groups"] {
        routes = routes
            .route(endpoint, get(list::one_type).post(create::create))
            .route(&format!("{endpoint}/.search"), post(search::one_type))
            .route(
                &format!("{endpoint}/{{id}}"),
                get(get::get).put(replace::replace).patch(patch::patch).delete(delete::delete),
            )
            .route(&format!("{endpoint}/{{id}}/.search"), post(search::one_resource));
    }
    routes
        .route_layer(from_fn_with_state(shared.clone(), events::later))
        .fallback(async || Failure::no_such_path())
        .method_not_allowed_fallback(method_not_allowed)
}

/// The root itself: a query over all types.
pub(crate) fn root() -> MethodRouter<Shared> {
    get(list::all_types)
}

/// The methods that are allowed are in the header `Allow`, which the router adds.
pub(crate) async fn method_not_allowed(method: Method) -> Failure {
    Failure::new(
        StatusCode::METHOD_NOT_ALLOWED,
        format!("this path does not know the method `{method}`"),
    )
}
