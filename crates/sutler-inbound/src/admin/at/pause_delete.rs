//! `DELETE /targets/{name}/pause`: a target is delivered to again.

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
        role: Role::Operator,
        answer: (StatusCode::NO_CONTENT, nothing),
        act: Some("target.resume"),
        ..Endpoint::get(
            "/targets/{name}/pause",
            "resumeTarget",
            "End the pause of a target; the same if it was not paused",
            nothing,
            |asked| Box::pin(run(asked)),
        )
    }
}

async fn run(asked: Asked) -> Result<Answer, Failure> {
    let ports = &asked.shared.services.ports;
    let (tenant, name) = (asked.tenant()?, asked.part("name")?);
    admin::resume(ports, &asked.acting(), tenant, name).await?;
    Ok(Answer::nothing())
}
