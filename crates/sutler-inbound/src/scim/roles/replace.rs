//! `PUT /Roles/{id}`: users and groups that are left out go, the audience stays.

use axum::response::Response;
use http::{HeaderMap, StatusCode};
use sutler_model::Kind;
use sutler_scim::roles;
use sutler_scim::selection::Selection;

use super::super::answer::Members;
use super::super::condition::if_match;
use super::super::target::Id;
use super::answer::Rendering;
use super::asked::Asked;
use crate::body::ScimBody;
use crate::failure::Failure;
use crate::tolerated::tolerating;

pub(super) async fn replace(
    asked: Asked,
    Id(id): Id,
    headers: HeaderMap,
    ScimBody(body): ScimBody,
) -> Result<Response, Failure> {
    let selection = Selection::from_parameters(&asked.parameters.0)?;
    asked.caller.may_update(Kind::Group)?;
    asked.role_to_write(&id).await?;
    let group = roles::group(asked.shape, &body, None)?;
    let demanded = if_match(&headers);
    let provisioner = &asked.shared.services.provisioner;
    let written =
        provisioner.replace(&asked.caller, Kind::Group, &id, &group, demanded.as_ref()).await?;
    let rendering = Rendering { asked: &asked, seen: asked.shape.alone(), selection: &selection };
    let response = rendering.answer(StatusCode::OK, &written.resource, Members::All).await?;
    Ok(tolerating(response, written.tolerated))
}
