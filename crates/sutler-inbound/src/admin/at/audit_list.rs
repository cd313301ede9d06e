//! `GET /audit`: what administrators have ordered, the newest first.

use serde_json::{Value, json};
use sutler_engine::admin;
use sutler_model::audit::{Chains, Place, Query};

use super::super::answer::Answer;
use super::super::endpoint::{Asked, Endpoint};
use super::super::query::{COUNT, CURSOR, Parameter, SINCE, Shape};
use super::super::scope::Scope;
use super::schema::{object, page, text};
use crate::failure::Failure;

const PARAMETERS: [Parameter; 5] = [
    COUNT,
    CURSOR,
    Parameter { name: "act", shape: Shape::Text, description: "Only this act: `estate.apply`" },
    Parameter { name: "actor", shape: Shape::Text, description: "Only what this one ordered" },
    SINCE,
];

pub(super) fn endpoint() -> Endpoint {
    Endpoint {
        installation: true,
        query: &PARAMETERS,
        ..Endpoint::get(
            "/audit",
            "listAudit",
            "What administrators have ordered, the newest first; for the installation, in all tenants",
            schema,
            |asked| Box::pin(run(asked)),
        )
    }
}

async fn run(asked: Asked) -> Result<Answer, Failure> {
    let query = query(&asked)?;
    let page = admin::trail(&asked.shared.services.ports, &query).await?;
    let next = page.next.map(|seq| seq.to_string());
    Answer::json(&json!({"items": page.items, "next_cursor": next}))
}

/// The chains that a scope sees.
pub(super) fn chains(scope: &Scope) -> Chains {
    match scope {
        Scope::Tenant(id, _) => Chains::One(Some(*id)),
        Scope::Installation => Chains::All,
    }
}

fn query(asked: &Asked) -> Result<Query, Failure> {
    let text = |name: &str| asked.query.text(name).map(str::to_owned);
    let from = asked.query.cursor()?.map_or(Place::NEWEST, Place::NewestBefore);
    let since = asked.query.since()?;
    Ok(Query {
        chains: chains(&asked.scope),
        act: text("act"),
        actor: text("actor"),
        since,
        from,
        limit: asked.query.count(),
    })
}

fn schema() -> Value {
    let row = object(json!({
        "seq": {"type": "integer"},
        "tenant": {"type": ["string", "null"], "description": "Null is the installation"},
        "at": text(),
        "actor": text(),
        "via": {"type": "string", "enum": ["cli", "api", "engine"]},
        "act": text(),
        "object": text(),
        "details": {"type": "object"},
        "outcome": {"type": "string", "enum": ["done", "begun", "refused"]},
        "hash": text(),
    }));
    page(row)
}
