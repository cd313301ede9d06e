//! `/ServiceProviderConfig`, `/Schemas`, `/ResourceTypes` (RFC 7644 §4), without a credential.
//!
//! Parameters are ignored, except a filter, which is forbidden.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde_json::Value;
use sutler_model::schema::Schemas;
use sutler_scim::discovery::{self, Pagination};

use super::answer::json;
use super::target::{Id, Parameters};
use crate::failure::Failure;
use crate::place::Place;
use crate::services::Shared;

pub(crate) async fn service_provider_config(
    State(shared): State<Shared>,
    place: Place,
    parameters: Parameters,
) -> Result<Response, Failure> {
    let settings = &shared.services.settings;
    let pagination = Pagination {
        default_size: settings.page_default,
        max_size: settings.page_max,
        cursor_timeout: settings.cursor_timeout.as_secs(),
    };
    let estate = shared.services.ports.estate.current();
    let events = estate.event_streams.iter().any(|stream| Some(stream.tenant) == place.tenant);
    shown(&place, &parameters, || {
        let bulk = &settings.bulk;
        Some(discovery::service_provider_config(&place.base, pagination, bulk, events))
    })
}

pub(crate) async fn schemas(
    State(shared): State<Shared>,
    place: Place,
    parameters: Parameters,
) -> Result<Response, Failure> {
    let own = own(&shared, &place);
    shown(&place, &parameters, || Some(discovery::schemas(&own, &place.base)))
}

pub(crate) async fn schema(
    State(shared): State<Shared>,
    place: Place,
    Id(id): Id,
    parameters: Parameters,
) -> Result<Response, Failure> {
    let own = own(&shared, &place);
    shown(&place, &parameters, || discovery::schema(&own, &place.base, &id.0))
}

pub(crate) async fn resource_types(
    State(shared): State<Shared>,
    place: Place,
    parameters: Parameters,
) -> Result<Response, Failure> {
    let own = own(&shared, &place);
    shown(&place, &parameters, || Some(discovery::resource_types(&own, &place.base)))
}

pub(crate) async fn resource_type(
    State(shared): State<Shared>,
    place: Place,
    Id(id): Id,
    parameters: Parameters,
) -> Result<Response, Failure> {
    let own = own(&shared, &place);
    shown(&place, &parameters, || discovery::resource_type(&own, &place.base, &id.0))
}

/// The types of resource of the tenant; of none, the standard ones, which nobody is shown.
fn own(shared: &Shared, place: &Place) -> Arc<Schemas> {
    let estate = shared.services.ports.estate.current();
    place.tenant.map_or_else(Schemas::standard, |tenant| estate.schemas(tenant))
}

fn shown(
    place: &Place,
    parameters: &Parameters,
    document: impl FnOnce() -> Option<Value>,
) -> Result<Response, Failure> {
    if place.tenant.is_none() {
        return Err(Failure::no_such_path());
    }
    if parameters.has("filter") {
        // RFC 7644 §4: a filter on these endpoints is answered with 403.
        return Err(Failure::new(StatusCode::FORBIDDEN, "discovery cannot be filtered"));
    }
    let document = document().ok_or_else(Failure::no_such_path)?;
    Ok(json(StatusCode::OK, &document))
}
