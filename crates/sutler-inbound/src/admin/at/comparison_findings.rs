//! `GET /comparisons/{id}/findings`: what is not as it should be, account by account.

use serde_json::{Value, json};
use sutler_engine::admin;
use sutler_model::comparison::{Discrepancy, Finding};

use super::super::answer::Answer;
use super::super::endpoint::{Asked, Endpoint};
use super::super::query::{COUNT, CURSOR};
use super::schema::{array, object, page, text};
use crate::failure::Failure;

pub(super) fn endpoint() -> Endpoint {
    Endpoint {
        query: &[COUNT, CURSOR],
        ..Endpoint::get(
            "/comparisons/{id}/findings",
            "listFindings",
            "What a comparison has found so far; more may follow until it has ended",
            schema,
            |asked| Box::pin(run(asked)),
        )
    }
}

async fn run(asked: Asked) -> Result<Answer, Failure> {
    let ports = &asked.shared.services.ports;
    let (tenant, id) = (Some(asked.tenant()?), asked.part("id")?);
    let (place, count) = (asked.query.place(), asked.query.count());
    Answer::page(&admin::findings(ports, tenant, id, place, count).await?, told)
}

fn told(finding: &Finding) -> Value {
    json!({
        "what": finding.what,
        "kind": finding.kind,
        "remote": finding.remote,
        "name": finding.name,
        "id": finding.id,
        "paths": finding.paths,
        "repaired": finding.repaired,
    })
}

fn schema() -> Value {
    page(object(json!({
        "what": {"type": "string", "enum": Discrepancy::ALL},
        "kind": text(),
        "remote": {"type": "string", "description": "The target's id of the account"},
        "name": {"type": "string", "description": "What the account is called there"},
        "id": {"type": ["string", "null"], "description": "The resource, if it is known"},
        "paths": array(text()),
        "repaired": {"type": "boolean", "description": "It is being put right"},
    })))
}
