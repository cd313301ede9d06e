//! `PATCH /Roles/{id}`.

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

pub(super) async fn patch(
    asked: Asked,
    Id(id): Id,
    headers: HeaderMap,
    ScimBody(body): ScimBody,
) -> Result<Response, Failure> {
    let caller = &asked.caller;
    caller.may_update(Kind::Group)?;
    let selection = Selection::from_parameters(&asked.parameters.0)?;
    let most = asked.shared.services.settings.patch_operations;
    let parsed = sutler_scim::patch::parse(caller.dialect.leniencies(), &body, most)?;
    let operations = roles::operations(asked.shape, &parsed.operations)?;
    asked.role_to_write(&id).await?;
    let demanded = if_match(&headers);
    let provisioner = &asked.shared.services.provisioner;
    let written =
        provisioner.patch(caller, Kind::Group, &id, &operations, demanded.as_ref()).await?;
    let members = if asked.parameters.has("attributes") { Members::All } else { Members::IfFew };
    let rendering = Rendering { asked: &asked, seen: asked.shape.alone(), selection: &selection };
    let response = rendering.answer(StatusCode::OK, &written.resource, members).await?;
    Ok(tolerating(response, parsed.tolerated.with(written.tolerated)))
}
