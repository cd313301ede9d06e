//! `DELETE /administrators/{id}`: the end of an administrator's token, at once.

use http::{Method, StatusCode};
use sutler_engine::admin;
use sutler_model::administrator::Role;

use super::super::answer::Answer;
use super::super::endpoint::{Asked, Endpoint};
use super::schema::nothing;
use crate::failure::Failure;

pub(super) fn endpoint() -> Endpoint {
    Endpoint {
        method: Method::DELETE,
        installation: true,
        role: Role::Owner,
        answer: (StatusCode::NO_CONTENT, nothing),
        act: Some("administrator.revoke"),
        ..Endpoint::get(
            "/administrators/{id}",
            "revokeAdministrator",
            "End an administrator's token at once",
            nothing,
            |asked| Box::pin(run(asked)),
        )
    }
}

async fn run(asked: Asked) -> Result<Answer, Failure> {
    let ports = &asked.shared.services.ports;
    let tenant = asked.scope.tenant();
    admin::revoke_administrator(ports, &asked.acting(), tenant, asked.part("id")?).await?;
    Ok(Answer::nothing())
}
