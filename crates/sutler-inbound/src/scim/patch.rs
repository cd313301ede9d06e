//! `PATCH /Users/{id}`, `PATCH /Groups/{id}` (RFC 7644 §3.5.2).

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

#[expect(clippy::too_many_arguments, reason = "one extractor for each part of the request")]
pub(crate) async fn patch(
    Authenticated(caller): Authenticated,
    State(shared): State<Shared>,
    place: Place,
    Endpoint(kind): Endpoint,
    Id(id): Id,
    parameters: Parameters,
    headers: HeaderMap,
    ScimBody(body): ScimBody,
) -> Result<Response, Failure> {
    caller.may_write(kind)?;
    let selection = Selection::from_parameters(&parameters.0)?;
    let operations = sutler_scim::patch::parse(&body)?;
    let demanded = if_match(&headers);
    let provisioner = &shared.services.provisioner;
    let written = provisioner.patch(&caller, kind, &id, &operations, demanded.as_ref()).await?;
    let members = if parameters.has("attributes") { Members::All } else { Members::IfFew };
    let rendering = Rendering {
        shared: &shared,
        caller: &caller,
        place: &place,
        selection: &selection,
        members,
    };
    rendering.answer(StatusCode::OK, &written.resource).await
}
