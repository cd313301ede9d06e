//! `POST /targets/{name}/comparisons`: compares a target with what it should hold.

use http::{Method, StatusCode};
use sutler_engine::admin;
use sutler_model::administrator::Role;

use super::super::answer::Answer;
use super::super::endpoint::{Asked, Endpoint};
use super::super::query::{Parameter, Shape};
use super::comparison_get::{schema, told};
use crate::failure::Failure;

pub(super) fn endpoint() -> Endpoint {
    Endpoint {
        method: Method::POST,
        role: Role::Operator,
        query: &[Parameter {
            name: "dry_run",
            shape: Shape::Flag,
            description: "Only tell what differs; put nothing right",
        }],
        answer: (StatusCode::ACCEPTED, schema),
        act: Some("target.reconcile"),
        ..Endpoint::get(
            "/targets/{name}/comparisons",
            "beginComparison",
            "Begin to compare every account at a target with what it should be, and put it right",
            schema,
            |asked| Box::pin(run(asked)),
        )
    }
}

async fn run(asked: Asked) -> Result<Answer, Failure> {
    let ports = &asked.shared.services.ports;
    let (tenant, name) = (asked.tenant()?, asked.part("name")?);
    let dry = asked.query.flag("dry_run");
    Answer::json(&told(&admin::compare(ports, &asked.acting(), tenant, name, dry).await?))
}
