//! `reconcile`: a target is compared with what it should hold, while somebody may watch.

use sutler_engine::reconcile;

use super::context::Context;
use super::execute::{Refused, find_target};
use super::message::Reply;

/// How many findings are sent at once.
const PAGE: usize = 1_000;

pub(super) async fn begin(
    context: &Context,
    tenant: &str,
    target: &str,
    dry: bool,
) -> Result<Reply, Refused> {
    let stored = context.ports.estate.refresh(&*context.ports.ledger).await?;
    let target = find_target(&stored, tenant, target)?;
    let comparison = reconcile::begin(&context.ports, target, dry).await?;
    tracing::info!(target.name = %target.name, comparison.id = %comparison.id, "a comparison began");
    Ok(Reply::Compared { comparison, findings: Vec::new() })
}

pub(super) async fn compared(context: &Context, id: &str, after: usize) -> Result<Reply, Refused> {
    let Some(comparison) = reconcile::comparison(&context.ports, id).await? else {
        return Err(format!("there is no comparison `{id}`: they are kept for 30 days").into());
    };
    let findings = reconcile::findings(&context.ports, id, after, PAGE).await?;
    Ok(Reply::Compared { comparison, findings })
}
