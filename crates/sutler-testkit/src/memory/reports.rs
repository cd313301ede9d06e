//! Plans and comparisons: what they are made from, and where they are kept.

use std::ops::Bound;

use async_trait::async_trait;
use serde_json::Value;
use sutler_model::link::{Doubt, Link};
use sutler_model::port::{LedgerError, Reports};
use sutler_model::report::{Report, ReportKind};
use sutler_model::work::{Lane, Marking, Owes};
use sutler_model::{LinkId, Rid, TargetId, TenantId, Time};

use super::MemoryLedger;

#[async_trait]
impl Reports for MemoryLedger {
    async fn pairs_after(
        &self,
        tenant: TenantId,
        target: TargetId,
        after: Rid,
        limit: usize,
    ) -> Result<Vec<Rid>, LedgerError> {
        let state = self.state();
        let of_tenant = state
            .resources
            .range((Bound::Excluded(after), Bound::Unbounded))
            .filter(|(_, stored)| stored.resource.tenant == tenant);
        let counts = of_tenant.filter(|(rid, stored)| {
            !stored.resource.gone || state.open_link(target, **rid).is_some()
        });
        Ok(counts.map(|(rid, _)| *rid).take(limit).collect())
    }

    async fn links_after(
        &self,
        target: TargetId,
        after: Rid,
        limit: usize,
    ) -> Result<Vec<Link>, LedgerError> {
        let state = self.state();
        let links = state.open_links(target).filter(|link| link.rid > after);
        Ok(links.take(limit).cloned().collect())
    }

    async fn link(&self, id: LinkId) -> Result<Option<Link>, LedgerError> {
        let state = self.state();
        let found = state.links().find(|link| link.id == id).cloned();
        Ok(found)
    }

    async fn put_report(&self, report: Report, expired: Time) -> Result<(), LedgerError> {
        let mut state = self.state();
        let kept = |known: &Report| known.kind != report.kind || known.made >= expired;
        state.reports.retain(|_, (known, _)| kept(known));
        let lines = state.reports.remove(&report.id).map(|(_, lines)| lines);
        state.reports.insert(report.id.clone(), (report, lines.unwrap_or_default()));
        Ok(())
    }

    async fn add_lines(&self, id: &str, lines: Vec<Value>) -> Result<(), LedgerError> {
        if let Some((_, kept)) = self.state().reports.get_mut(id) {
            kept.extend(lines);
        }
        Ok(())
    }

    async fn report(&self, id: &str) -> Result<Option<Report>, LedgerError> {
        Ok(self.state().reports.get(id).map(|(report, _)| report.clone()))
    }

    async fn latest_report(
        &self,
        kind: ReportKind,
        target: TargetId,
    ) -> Result<Option<Report>, LedgerError> {
        let state = self.state();
        let reports = state.reports.values().map(|(report, _)| report);
        let of = reports.filter(|report| report.kind == kind && report.target == Some(target));
        Ok(of.max_by_key(|report| report.made).cloned())
    }

    async fn lines(&self, id: &str, after: usize, limit: usize) -> Result<Vec<Value>, LedgerError> {
        let state = self.state();
        let kept = state.reports.get(id).map(|(_, lines)| lines.as_slice()).unwrap_or_default();
        Ok(kept.iter().skip(after).take(limit).cloned().collect())
    }

    async fn suspect(&self, target: TargetId, rids: &[Rid], now: Time) -> Result<(), LedgerError> {
        let mut state = self.state();
        for rid in rids {
            let stamp = state.next();
            if let Some(link) = state.open_link(target, *rid).cloned() {
                state.put_link(Link { doubt: Some(Doubt { stamp, at: now }), ..link });
            }
            state.mark(&marking(target, *rid, Lane::Bulk, now));
        }
        Ok(())
    }

    async fn seen(&self, target: TargetId, rids: &[Rid], now: Time) -> Result<(), LedgerError> {
        let mut state = self.state();
        for rid in rids {
            let link = state.open_link(target, *rid).cloned();
            if let Some(link) = link.filter(|link| link.is_live() && link.doubt.is_none()) {
                let confirmed = link.confirmed.max(Some(now));
                state.put_link(Link { confirmed, ..link });
            }
        }
        Ok(())
    }
}

pub(super) fn marking(target: TargetId, rid: Rid, lane: Lane, due: Time) -> Marking {
    Marking { target, rid, lane, owes: Owes::NONE, due, leaving_since: None }
}
