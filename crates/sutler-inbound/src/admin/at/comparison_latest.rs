//! `GET /targets/{name}/comparisons/latest`: the newest comparison of a target.

use sutler_engine::admin;

use super::super::answer::Answer;
use super::super::endpoint::{Asked, Endpoint};
use super::comparison_get::{schema, told};
use crate::failure::Failure;

pub(super) fn endpoint() -> Endpoint {
    Endpoint::get(
        "/targets/{name}/comparisons/latest",
        "getLatestComparison",
        "The newest comparison of a target, under way or done",
        schema,
        |asked| Box::pin(run(asked)),
    )
}

async fn run(asked: Asked) -> Result<Answer, Failure> {
    let ports = &asked.shared.services.ports;
    let (tenant, name) = (asked.tenant()?, asked.part("name")?);
    Answer::json(&told(&admin::latest_comparison(ports, tenant, name).await?))
}
