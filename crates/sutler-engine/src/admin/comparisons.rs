//! A target is compared with what it should hold: a person's order, and what came of it.

use sutler_model::comparison::{Comparison, Finding};
use sutler_model::report::{Report, ReportKind};

use super::page::{Page, counted};
use super::{Acting, Refused, begin, find, refused};
use crate::{Ports, reconcile};

/// Begins a comparison, which goes on by itself. `dry` tells and puts nothing right. Refused while
/// another one of this target is under way.
pub async fn compare(
    ports: &Ports,
    acting: &Acting,
    tenant: &str,
    target: &str,
    dry: bool,
) -> Result<Comparison, Refused> {
    let estate = ports.estate.refresh(&*ports.ledger).await?;
    let act = acting.act(Some(tenant), "target.reconcile", &format!("target {target}"));
    let act = Acting::with(act, "dry", Some(dry));
    let found = find::target(&estate, tenant, target).and_then(|target| {
        let turn =
            reconcile::take_turn(ports, target).map_err(|other| under_way(&target.name, &other));
        Ok((target, turn?))
    });
    let (target, turn) = refused(ports, &act, found).await?;
    begin(ports, act).await?;
    let comparison = reconcile::begin(ports, target, turn, dry).await?;
    tracing::info!(target.name = %target.name, comparison.id = %comparison.id, "a comparison began");
    Ok(comparison)
}

fn under_way(target: &str, other: &reconcile::UnderWay) -> Refused {
    let reconcile::UnderWay { id, since } = other;
    let since = since.rfc3339();
    Refused::Taken(format!(
        "`{target}` is being compared since {since} ({id}), and nothing was begun: compare it again when that has ended"
    ))
}

/// A comparison as it stands, of a tenant or, without one, of any.
pub async fn comparison(
    ports: &Ports,
    tenant: Option<&str>,
    id: &str,
) -> Result<Comparison, Refused> {
    let missing =
        || Refused::Missing(format!("there is no comparison `{id}`: they are kept for 30 days"));
    let report = ports.ledger.report(id).await?;
    let report = report.filter(|report| report.kind == ReportKind::Comparison);
    let report = report.ok_or_else(missing)?;
    if let Some(tenant) = tenant {
        let estate = ports.ledger.estate().await?;
        let tenant = find::tenant(&estate, tenant)?;
        let ours = estate.targets.iter().filter(|target| target.tenant == tenant);
        if !ours.map(|target| target.id).any(|id| report.target == Some(id)) {
            return Err(missing());
        }
    }
    read(report).ok_or_else(missing)
}

/// A page of what a comparison has found so far.
pub async fn findings(
    ports: &Ports,
    tenant: Option<&str>,
    id: &str,
    after: Option<&str>,
    limit: usize,
) -> Result<Page<Finding>, Refused> {
    comparison(ports, tenant, id).await?;
    let after = counted(after)?;
    let found = reconcile::findings(ports, id, after, limit.saturating_add(1)).await?;
    Ok(Page::cut(found, limit, |_| after.saturating_add(limit).to_string()))
}

/// The newest comparison of a target.
pub async fn latest_comparison(
    ports: &Ports,
    tenant: &str,
    target: &str,
) -> Result<Comparison, Refused> {
    let estate = ports.ledger.estate().await?;
    let target = find::target(&estate, tenant, target)?;
    let latest = ports.ledger.latest_report(ReportKind::Comparison, target.id).await?;
    latest.and_then(read).ok_or_else(|| {
        let name = &target.name;
        Refused::Missing(format!(
            "`{name}` was not compared in the last 30 days: begin a comparison"
        ))
    })
}

fn read(report: Report) -> Option<Comparison> {
    serde_json::from_value(report.head).ok()
}
