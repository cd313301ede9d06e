//! `DELETE /service-providers/{name}/tokens/{id}`: the end of a token, at once.

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
        role: Role::Owner,
        answer: (StatusCode::NO_CONTENT, nothing),
        act: Some("token.revoke"),
        ..Endpoint::get(
            "/service-providers/{name}/tokens/{id}",
            "revokeToken",
            "End a token at once",
            nothing,
            |asked| Box::pin(run(asked)),
        )
    }
}

async fn run(asked: Asked) -> Result<Answer, Failure> {
    let ports = &asked.shared.services.ports;
    let only = (asked.tenant()?, asked.part("name")?);
    admin::revoke_token(ports, &asked.acting(), Some(only), asked.part("id")?).await?;
    Ok(Answer::nothing())
}
