//! `POST …/.search`: a query whose parameters do not appear in a URL (RFC 7644 §3.4.3).

use axum::extract::State;
use axum::response::Response;
use sutler_model::Kind;
use sutler_scim::query::Query;

use super::list::found;
use super::target::{Endpoint, Id};
use crate::authenticate::Authenticated;
use crate::body::ScimBody;
use crate::failure::Failure;
use crate::place::Place;
use crate::services::Shared;

pub(crate) async fn one_type(
    Authenticated(caller): Authenticated,
    State(shared): State<Shared>,
    place: Place,
    Endpoint(kind): Endpoint,
    ScimBody(body): ScimBody,
) -> Result<Response, Failure> {
    caller.may_read(kind)?;
    let query = Query::from_search(&body, &[caller.schemas.of(kind)], caller.dialect.leniencies())?;
    found(&shared, &caller, &place, &[kind], query).await
}

/// Below one resource: it, if it matches, or nothing.
pub(crate) async fn one_resource(
    Authenticated(caller): Authenticated,
    State(shared): State<Shared>,
    place: Place,
    Endpoint(kind): Endpoint,
    Id(id): Id,
    ScimBody(body): ScimBody,
) -> Result<Response, Failure> {
    shared.services.provisioner.get(&caller, kind, &id).await?;
    let query = Query::from_search(&body, &[caller.schemas.of(kind)], caller.dialect.leniencies())?
        .of_one(&id);
    found(&shared, &caller, &place, &[kind], query).await
}

pub(crate) async fn all_types(
    Authenticated(caller): Authenticated,
    State(shared): State<Shared>,
    place: Place,
    ScimBody(body): ScimBody,
) -> Result<Response, Failure> {
    let kinds = [Kind::User, Kind::Group];
    let query = Query::from_search(&body, &caller.schemas.types(), caller.dialect.leniencies())?;
    found(&shared, &caller, &place, &kinds, query).await
}
