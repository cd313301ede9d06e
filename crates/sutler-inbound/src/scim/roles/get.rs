//! `GET /Roles/{id}`.

use axum::response::Response;
use http::{HeaderMap, StatusCode};
use sutler_scim::selection::Selection;

use super::super::answer::{Members, not_modified};
use super::super::condition::is_known;
use super::super::target::Id;
use super::answer::Rendering;
use super::asked::Asked;
use crate::failure::Failure;

pub(super) async fn get(asked: Asked, Id(id): Id, headers: HeaderMap) -> Result<Response, Failure> {
    let selection = Selection::from_parameters(&asked.parameters.0)?;
    let role = asked.role(&id).await?;
    if is_known(&headers, role.version) {
        return Ok(not_modified(&role));
    }
    let rendering = Rendering { asked: &asked, seen: asked.shape.alone(), selection: &selection };
    rendering.answer(StatusCode::OK, &role, Members::All).await
}
