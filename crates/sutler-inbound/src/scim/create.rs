//! `POST /Users`, `POST /Groups` (RFC 7644 §3.3).

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use sutler_model::{Store, document};
use sutler_scim::query::parameter;
use sutler_scim::selection::Selection;

use super::answer::{Members, Rendering};
use super::target::{Endpoint, Parameters};
use crate::authenticate::Authenticated;
use crate::body::ScimBody;
use crate::failure::Failure;
use crate::place::Place;
use crate::services::Shared;
use crate::tolerated::tolerating;

pub(crate) async fn create(
    Authenticated(caller): Authenticated,
    State(shared): State<Shared>,
    place: Place,
    Endpoint(kind): Endpoint,
    Parameters(parameters): Parameters,
    ScimBody(body): ScimBody,
) -> Result<Response, Failure> {
    caller.may_create(kind)?;
    if let Some(domain) = parameter(&parameters, "domain")?
        && let Some(store) = Store::chosen(domain)?
    {
        caller.may_use(store)?;
    }
    let selection = Selection::from_parameters(&parameters)?;
    let draft = document::create(caller.schemas.of(kind), caller.dialect.leniencies(), &body)?;
    let written = shared.services.provisioner.create(&caller, kind, draft).await?;
    let rendering = Rendering {
        shared: &shared,
        caller: &caller,
        place: &place,
        selection: &selection,
        members: Members::All,
    };
    let response = rendering.answer(StatusCode::CREATED, &written.resource).await?;
    Ok(tolerating(response, written.tolerated))
}
