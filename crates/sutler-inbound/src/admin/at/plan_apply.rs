//! `POST /plans/{id}/apply`: does exactly what a plan says, or nothing.

use http::Method;
use serde_json::Value;
use sutler_engine::admin::{self, Drafted};
use sutler_model::administrator::Role;
use sutler_model::plan::Plan;

use super::super::answer::Answer;
use super::super::endpoint::{Asked, Endpoint};
use super::super::serve::needs;
use super::plan_get::{changing, told_with};
use crate::failure::Failure;

/// What the trail says where the file of a plan has become unusable.
const UNUSABLE: &str = "the estate file of the plan cannot be used any more";

pub(super) fn endpoint() -> Endpoint {
    Endpoint {
        method: Method::POST,
        installation: true,
        // Of a plan that changes the estate, an owner; that is seen below.
        role: Role::Operator,
        act: Some("plan.apply"),
        ..Endpoint::get(
            "/plans/{id}/apply",
            "applyPlan",
            "Do what a plan says, if all is still as it was; for owners if it changes the estate",
            changing,
            |asked| Box::pin(run(asked)),
        )
    }
}

async fn run(asked: Asked) -> Result<Answer, Failure> {
    let ports = &asked.shared.services.ports;
    let (tenant, id, acting) = (asked.sight(), asked.part("id")?, asked.acting());
    let act = admin::applying(&acting, tenant, id);
    let found = admin::plan(ports, tenant, id).await;
    let plan = admin::refused(ports, &act, found).await?;
    let (drafted, report) = drafted(&asked, &plan).await?.unzip();
    admin::apply_plan(ports, &acting, tenant, &plan, drafted).await?;
    Answer::json(&told_with(&plan, report.unwrap_or_default()))
}

/// What the file of a plan would change, read anew with what this administrator may.
async fn drafted(asked: &Asked, plan: &Plan) -> Result<Option<(Drafted, Value)>, Failure> {
    let Some(file) = &plan.file else { return Ok(None) };
    let acting = asked.acting();
    let act = admin::applying(&acting, asked.sight(), &plan.id);
    if asked.by.role < Role::Owner {
        return Err(needs(Role::Owner, &asked.shared, &asked.by, Some(act)).await);
    }
    let walled = asked.by.tenant.is_some();
    match asked.shared.services.estate.draft(file, walled, &acting).await {
        Ok(draft) => Ok(Some((draft.drafted, draft.report))),
        Err(why) => {
            admin::note_refusal(&asked.shared.services.ports, act, UNUSABLE).await;
            Err(why.into())
        }
    }
}
