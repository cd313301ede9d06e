//! `POST /Roles`.

use axum::response::Response;
use http::StatusCode;
use sutler_model::{Kind, document};
use sutler_scim::roles;
use sutler_scim::selection::Selection;

use super::super::answer::Members;
use super::answer::Rendering;
use super::asked::Asked;
use crate::body::ScimBody;
use crate::failure::Failure;
use crate::tolerated::tolerating;

pub(super) async fn create(asked: Asked, ScimBody(body): ScimBody) -> Result<Response, Failure> {
    let caller = &asked.caller;
    caller.may_create(Kind::Group)?;
    let selection = Selection::from_parameters(&asked.parameters.0)?;
    let group = roles::group(asked.shape, &body, Some(&asked.organisation()?))?;
    let types = caller.schemas.of(Kind::Group);
    let draft = document::create(types, caller.dialect.leniencies(), &group)?;
    let provisioner = &asked.shared.services.provisioner;
    let written = provisioner.create(caller, Kind::Group, draft).await?;
    let rendering = Rendering { asked: &asked, seen: asked.shape.alone(), selection: &selection };
    let response = rendering.answer(StatusCode::CREATED, &written.resource, Members::All).await?;
    Ok(tolerating(response, written.tolerated))
}
