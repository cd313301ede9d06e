//! What was delivered, step by step, as a person asks for it.

use sutler_model::Time;
use sutler_model::history::{HistoryQuery, Recorded};

use super::page::Page;
use super::{Refused, find, targets, unknown_resource};
use crate::hidden::readable;
use crate::{Ports, explain};

/// Deliveries of one page at most: each comes with its steps.
pub const MOST_RECORDED: usize = 50;

/// Which deliveries are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HistoryWanted {
    /// Only at this target.
    pub target: Option<String>,
    /// Only of this resource, by its id or name.
    pub resource: Option<String>,
    /// Only with this outcome.
    pub outcome: Option<String>,
    /// Only those that ended at this time or later.
    pub since: Option<Time>,
    /// Only those before this one.
    pub before: Option<i64>,
    /// How many, [`MOST_RECORDED`] at most.
    pub limit: usize,
}

/// A page of the deliveries of a tenant, the newest first. What was secret was taken out before
/// it was stored.
pub async fn history(
    ports: &Ports,
    tenant: &str,
    wanted: HistoryWanted,
) -> Result<Page<Recorded>, Refused> {
    let targets = targets(ports, tenant, wanted.target.as_deref()).await?;
    let rid = match &wanted.resource {
        Some(resource) => {
            let estate = ports.ledger.estate().await?;
            let found = explain::find(ports, find::tenant(&estate, tenant)?, resource).await?;
            Some(found.ok_or_else(|| unknown_resource(tenant, resource))?)
        }
        None => None,
    };
    let limit = wanted.limit.min(MOST_RECORDED);
    let query = HistoryQuery {
        targets: targets.iter().map(|target| target.id).collect(),
        rid,
        outcome: wanted.outcome,
        since: wanted.since,
        before: wanted.before,
        limit: limit.saturating_add(1),
    };
    let mut found = ports.ledger.history(&query).await?;
    for one in &mut found {
        readable(&mut one.name, &*ports.hiding);
    }
    Ok(Page::cut(found, limit, |one| one.id.to_string()))
}
