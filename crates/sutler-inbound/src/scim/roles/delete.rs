//! `DELETE /Roles/{id}`.

use http::{HeaderMap, StatusCode};
use sutler_model::Kind;

use super::super::condition::if_match;
use super::super::target::Id;
use super::asked::Asked;
use crate::failure::Failure;

pub(super) async fn delete(
    asked: Asked,
    Id(id): Id,
    headers: HeaderMap,
) -> Result<StatusCode, Failure> {
    asked.caller.may_delete(Kind::Group)?;
    asked.role_to_write(&id).await?;
    let demanded = if_match(&headers);
    let provisioner = &asked.shared.services.provisioner;
    provisioner.delete(&asked.caller, Kind::Group, &id, demanded.as_ref()).await?;
    Ok(StatusCode::NO_CONTENT)
}
