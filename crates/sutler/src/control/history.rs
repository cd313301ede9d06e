//! What was delivered, as a person asks for it.

use sutler_engine::admin::{targets, unknown_resource};
use sutler_engine::explain;
use sutler_model::history::HistoryQuery;

use super::context::Context;
use super::execute::Done;
use super::message::Reply;

/// Deliveries of one answer at most: with their steps they stay below the longest line.
const PAGE: usize = 50;

/// Which deliveries.
pub(super) struct Asked {
    pub(super) target: Option<String>,
    pub(super) resource: Option<String>,
    pub(super) outcome: Option<String>,
    pub(super) since: Option<i64>,
    pub(super) before: Option<i64>,
    pub(super) limit: usize,
}

/// The newest first, [`PAGE`] at most.
pub(super) async fn history(context: &Context, tenant: &str, asked: Asked) -> Done {
    let targets = targets(&context.ports, tenant, asked.target.as_deref()).await?;
    let rid = match (&asked.resource, targets.first()) {
        (Some(resource), Some(first)) => {
            let found = explain::find(&context.ports, first.tenant, resource).await?;
            Some(found.ok_or_else(|| unknown_resource(resource))?)
        }
        _ => None,
    };
    let query = HistoryQuery {
        targets: targets.iter().map(|target| target.id).collect(),
        rid,
        outcome: asked.outcome,
        since: asked.since.map(|span| context.ports.clock.now().plus(span.saturating_neg())),
        before: asked.before,
        limit: asked.limit.min(PAGE),
    };
    let deliveries = context.ports.ledger.history(&query).await?;
    Ok(Reply::History { deliveries })
}
