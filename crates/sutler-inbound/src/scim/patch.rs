//! `PATCH /Users/{id}`, `PATCH /Groups/{id}` (RFC 7644 §3.5.2).

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use sutler_model::Kind;
use sutler_scim::selection::Selection;

use super::answer::{Members, Rendering, no_content};
use super::condition::if_match;
use super::target::{Endpoint, Id, Parameters};
use crate::authenticate::Authenticated;
use crate::body::ScimBody;
use crate::failure::Failure;
use crate::place::Place;
use crate::services::Shared;
use crate::tolerated::tolerating;

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
    caller.may_change_one(kind, &id)?;
    let selection = Selection::from_parameters(&parameters.0)?;
    let most = shared.services.settings.patch_operations;
    let parsed = sutler_scim::patch::parse(caller.dialect.leniencies(), &body, most)?;
    let demanded = if_match(&headers);
    let provisioner = &shared.services.provisioner;
    let written =
        provisioner.patch(&caller, kind, &id, &parsed.operations, demanded.as_ref()).await?;
    let tolerated = parsed.tolerated.with(written.tolerated);
    let brief = kind == Kind::Group && caller.dialect.answers_group_patch_without_body();
    // RFC 7644 §3.5.2: whoever asks for attributes is answered with them.
    if brief && !selection.is_given() {
        return Ok(tolerating(no_content(&place, &written.resource), tolerated));
    }
    let members = if parameters.has("attributes") { Members::All } else { Members::IfFew };
    let rendering = Rendering {
        shared: &shared,
        caller: &caller,
        place: &place,
        selection: &selection,
        members,
    };
    Ok(tolerating(rendering.answer(StatusCode::OK, &written.resource).await?, tolerated))
}
