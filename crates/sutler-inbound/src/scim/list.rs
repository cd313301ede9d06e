//! `GET /Users`, `GET /Groups` and `GET` of the root: queries (RFC 7644 §3.4.2).

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use sutler_engine::provision::Caller;
use sutler_model::Kind;
use sutler_model::query::Start;
use sutler_scim::query::Query;
use sutler_scim::render;

use super::answer::{Members, Rendering, json};
use super::target::{Endpoint, Parameters};
use crate::authenticate::Authenticated;
use crate::failure::Failure;
use crate::place::Place;
use crate::services::Shared;

pub(crate) async fn one_type(
    Authenticated(caller): Authenticated,
    State(shared): State<Shared>,
    place: Place,
    Endpoint(kind): Endpoint,
    Parameters(parameters): Parameters,
) -> Result<Response, Failure> {
    caller.may_read(kind)?;
    let query = Query::from_parameters(&parameters, &[kind])?;
    found(&shared, &caller, &place, &[kind], query).await
}

pub(crate) async fn all_types(
    Authenticated(caller): Authenticated,
    State(shared): State<Shared>,
    place: Place,
    Parameters(parameters): Parameters,
) -> Result<Response, Failure> {
    let kinds = [Kind::User, Kind::Group];
    let query = Query::from_parameters(&parameters, &kinds)?;
    found(&shared, &caller, &place, &kinds, query).await
}

/// The `ListResponse` for a query.
pub(crate) async fn found(
    shared: &Shared,
    caller: &Caller,
    place: &Place,
    kinds: &[Kind],
    query: Query,
) -> Result<Response, Failure> {
    let settings = &shared.services.settings;
    let limit = query.limit(settings.page_default, settings.page_max);
    let start = Start::Offset(query.offset());
    let provisioner = &shared.services.provisioner;
    let found = provisioner.search(caller, kinds, query.filter, query.sort, start, limit).await?;
    let rendering =
        Rendering { shared, caller, place, selection: &query.selection, members: Members::All };
    let mut resources = Vec::with_capacity(found.resources.len());
    for resource in &found.resources {
        resources.push(rendering.json(resource).await?);
    }
    let list = render::list(resources, found.total, query.start_index);
    Ok(json(StatusCode::OK, &list))
}
