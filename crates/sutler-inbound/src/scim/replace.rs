//! `PUT /Users/{id}`, `PUT /Groups/{id}` (RFC 7644 §3.5.1).

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use sutler_scim::selection::Selection;

use super::answer::{Members, Rendering};
use super::condition::if_match;
use super::target::{Endpoint, Id, Parameters};
use crate::authenticate::Authenticated;
use crate::body::ScimBody;
use crate::failure::Failure;
use crate::place::Place;
use crate::services::Shared;
use crate::tolerated::tolerating;

#[expect(clippy::too_many_arguments, reason = "one extractor for each part of the request")]
pub(crate) async fn replace(
    Authenticated(caller): Authenticated,
    State(shared): State<Shared>,
    place: Place,
    Endpoint(kind): Endpoint,
    Id(id): Id,
    Parameters(parameters): Parameters,
    headers: HeaderMap,
    ScimBody(body): ScimBody,
) -> Result<Response, Failure> {
    let selection = Selection::from_parameters(&parameters)?;
    let demanded = if_match(&headers);
    let provisioner = &shared.services.provisioner;
    let written = provisioner.replace(&caller, kind, &id, &body, demanded.as_ref()).await?;
    let rendering = Rendering {
        shared: &shared,
        caller: &caller,
        place: &place,
        selection: &selection,
        members: Members::All,
    };
    let response = rendering.answer(StatusCode::OK, &written.resource).await?;
    Ok(tolerating(response, written.tolerated))
}
