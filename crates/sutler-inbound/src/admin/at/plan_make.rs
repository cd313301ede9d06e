//! `POST /plans`: what would be done at the targets, kept under an id.

use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};
use sutler_engine::admin::{self, Drafted};
use sutler_model::TenantId;
use sutler_model::administrator::Role;
use sutler_model::plan::PlannedFile;

use super::super::answer::Answer;
use super::super::endpoint::{Asked, BodyKind, Endpoint};
use super::super::serve::needs;
use super::plan_get::{changing, told_with};
use super::schema::{array, text};
use crate::failure::Failure;

pub(super) fn endpoint() -> Endpoint {
    Endpoint {
        method: Method::POST,
        installation: true,
        role: Role::Operator,
        body: BodyKind::Json(body),
        answer: (StatusCode::CREATED, changing),
        ..Endpoint::get(
            "/plans",
            "makePlan",
            "Foresee what would be done at the targets: as the estate is, or (for owners) as a file would have it",
            changing,
            |asked| Box::pin(run(asked)),
        )
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    estate: Option<String>,
    target: Option<String>,
    #[serde(default)]
    moved: Vec<String>,
    #[serde(default)]
    unroute: Vec<String>,
    #[serde(default)]
    abandon: Vec<String>,
}

async fn run(mut asked: Asked) -> Result<Answer, Failure> {
    let body: Body = asked.json()?;
    let target = body.target.clone();
    let (file, report) = match file(&asked, body).await? {
        None => (None, Value::Null),
        Some((file, drafted, report)) => (Some((file, drafted)), report),
    };
    let ports = &asked.shared.services.ports;
    let estate = ports.estate.current();
    let tenant = match asked.sight() {
        Some(tenant) => tenant,
        None if file.is_some() => admin::tenant_name(&estate, TenantId::DEFAULT),
        None => {
            let detail =
                "without an `estate`, a plan is of one tenant: make it at that tenant's path";
            return Err(Failure::new(StatusCode::UNPROCESSABLE_ENTITY, detail));
        }
    };
    let made = admin::make_plan(ports, &asked.acting(), tenant, target.as_deref(), file).await?;
    Answer::json(&told_with(&made, report))
}

/// The estate file that was sent, with what it would change. What a file may refer to is told by
/// that: whose environment it is.
async fn file(asked: &Asked, body: Body) -> Result<Option<(PlannedFile, Drafted, Value)>, Failure> {
    let Some(text) = body.estate else {
        if body.moved.is_empty() && body.unroute.is_empty() && body.abandon.is_empty() {
            return Ok(None);
        }
        let detail = "`moved`, `unroute` and `abandon` are about an `estate`: send it with them";
        return Err(Failure::new(StatusCode::BAD_REQUEST, detail));
    };
    if asked.by.role < Role::Owner {
        return Err(needs(Role::Owner, &asked.shared, &asked.by, None).await);
    }
    let file = PlannedFile {
        name: "estate".to_owned(),
        text,
        base: String::new(),
        options: json!({
            "moved": body.moved, "unroute": body.unroute, "abandon": body.abandon,
        }),
        tenant: asked.sight().map(str::to_owned),
    };
    let walled = asked.by.tenant.is_some();
    let draft = asked.shared.services.estate.draft(&file, walled, &asked.acting()).await?;
    Ok(Some((file, draft.drafted, draft.report)))
}

fn body() -> Value {
    json!({"type": "object", "additionalProperties": false, "properties": {
        "estate": {
            "type": "string",
            "description": "An estate file (TOML); without it, the estate as it is",
        },
        "target": {"type": "string", "description": "Only this target"},
        "moved": array(text()),
        "unroute": array(text()),
        "abandon": array(text()),
    }})
}
