//! `GET /Users`, `GET /Groups` and `GET` of the root: queries (RFC 7644 §3.4.2), paged by index
//! or by cursor (RFC 9865).

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use sutler_engine::provision::Caller;
use sutler_model::query::{Position, Start};
use sutler_model::{Invalid, Kind};
use sutler_scim::query::Query;
use sutler_scim::render;

use super::answer::{Members, Rendering, json};
use super::target::{Endpoint, Parameters};
use crate::authenticate::Authenticated;
use crate::cursor::Mark;
use crate::failure::Failure;
use crate::place::Place;
use crate::services::Shared;
use crate::tolerated::tolerating;

pub(crate) async fn one_type(
    Authenticated(caller): Authenticated,
    State(shared): State<Shared>,
    place: Place,
    Endpoint(kind): Endpoint,
    Parameters(parameters): Parameters,
) -> Result<Response, Failure> {
    caller.may_read(kind)?;
    let query = Query::from_parameters(
        &parameters,
        &[caller.schemas.of(kind)],
        caller.dialect.leniencies(),
    )?;
    found(&shared, &caller, &place, &[kind], query).await
}

pub(crate) async fn all_types(
    Authenticated(caller): Authenticated,
    State(shared): State<Shared>,
    place: Place,
    Parameters(parameters): Parameters,
) -> Result<Response, Failure> {
    let kinds = [Kind::User, Kind::Group];
    let query =
        Query::from_parameters(&parameters, &caller.schemas.types(), caller.dialect.leniencies())?;
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
    for kind in kinds {
        caller.may_read(*kind)?;
    }
    if let Some(store) = query.store {
        caller.may_use(store)?;
    }
    let settings = &shared.services.settings;
    let limit = query.limit(settings.page_default, settings.page_max);
    let binding = binding(caller, kinds, &query);
    let start = start(shared, &query, &binding)?;
    let provisioner = &shared.services.provisioner;
    let found = provisioner.search(caller, kinds, query.filter, query.sort, start, limit).await?;
    let rendering =
        Rendering { shared, caller, place, selection: &query.selection, members: Members::All };
    let mut resources = Vec::with_capacity(found.resources.len());
    for resource in &found.resources {
        resources.push(rendering.json(resource).await?);
    }
    if query.cursor.is_none() {
        let list = render::list(resources, found.total, query.start_index);
        return Ok(tolerating(json(StatusCode::OK, &list), query.tolerated));
    }
    let next = found
        .next
        .map(|position| seal(shared, position, (query.count, found.total), &binding))
        .transpose()?;
    let page = render::walked(resources, found.total, next.as_deref());
    Ok(tolerating(json(StatusCode::OK, &page), query.tolerated))
}

/// What a cursor is good for: this caller and this query, with all its parameters but the
/// cursor itself. The count is told apart, because it has an error of its own.
pub(super) fn binding(caller: &Caller, kinds: &[Kind], query: &Query) -> String {
    let whose = (caller.tenant, caller.service_provider);
    format!("{:?}", (whose, kinds, query.store, &query.filter, &query.sort, &query.selection))
}

pub(super) fn start(shared: &Shared, query: &Query, binding: &str) -> Result<Start, Invalid> {
    let cursor = match query.cursor.as_deref() {
        None => return Ok(Start::Offset(query.offset())),
        Some("") => return Ok(Start::Offset(0)),
        Some(cursor) => cursor,
    };
    let services = &shared.services;
    let mark = services.cursors.open(cursor, binding)?;
    mark.check(query.count, services.ports.clock.now(), services.settings.cursor_timeout)?;
    Ok(Start::After { position: mark.position, total: mark.total })
}

pub(super) fn seal(
    shared: &Shared,
    position: Position,
    (count, total): (Option<usize>, usize),
    binding: &str,
) -> Result<String, Failure> {
    let ports = &shared.services.ports;
    let mark = Mark { at: ports.clock.now(), count, total, position };
    let sealed = shared.services.cursors.seal(&mark, binding, &*ports.random);
    sealed.ok_or_else(Failure::internal)
}
