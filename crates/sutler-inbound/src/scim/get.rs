//! `GET /Users/{id}`, `GET /Groups/{id}` (RFC 7644 §3.4.1).

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use sutler_scim::selection::Selection;

use super::answer::{Members, Rendering, not_modified};
use super::condition::is_known;
use super::target::{Endpoint, Id, Parameters};
use crate::authenticate::Authenticated;
use crate::failure::Failure;
use crate::place::Place;
use crate::services::Shared;

pub(crate) async fn get(
    Authenticated(caller): Authenticated,
    State(shared): State<Shared>,
    place: Place,
    Endpoint(kind): Endpoint,
    Id(id): Id,
    Parameters(parameters): Parameters,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let selection = Selection::from_parameters(&parameters)?;
    let resource = shared.services.provisioner.get(&caller, kind, &id).await?;
    if is_known(&headers, resource.version) {
        return Ok(not_modified(&resource));
    }
    let rendering = Rendering {
        shared: &shared,
        caller: &caller,
        place: &place,
        selection: &selection,
        members: Members::All,
    };
    rendering.answer(StatusCode::OK, &resource).await
}
