//! Plans and comparisons, with the same faults and delays.

use async_trait::async_trait;
use serde_json::Value;
use sutler_model::link::Link;
use sutler_model::port::{LedgerError, Reports};
use sutler_model::report::{Report, ReportKind};
use sutler_model::{LinkId, Rid, TargetId, TenantId, Time};

use super::ledger::SimLedger;

#[async_trait]
impl Reports for SimLedger {
    async fn pairs_after(
        &self,
        tenant: TenantId,
        target: TargetId,
        after: Rid,
        limit: usize,
    ) -> Result<Vec<Rid>, LedgerError> {
        self.before().await?;
        let answer = self.inner.pairs_after(tenant, target, after, limit).await;
        self.executor.dawdle().await;
        answer
    }

    async fn links_after(
        &self,
        target: TargetId,
        after: Rid,
        limit: usize,
    ) -> Result<Vec<Link>, LedgerError> {
        self.before().await?;
        let answer = self.inner.links_after(target, after, limit).await;
        self.executor.dawdle().await;
        answer
    }

    async fn link(&self, id: LinkId) -> Result<Option<Link>, LedgerError> {
        self.before().await?;
        let answer = self.inner.link(id).await;
        self.executor.dawdle().await;
        answer
    }

    async fn put_report(&self, report: Report, expired: Time) -> Result<(), LedgerError> {
        self.before().await?;
        let answer = self.inner.put_report(report, expired).await;
        self.executor.dawdle().await;
        answer
    }

    async fn add_lines(&self, id: &str, lines: Vec<Value>) -> Result<(), LedgerError> {
        self.before().await?;
        let answer = self.inner.add_lines(id, lines).await;
        self.executor.dawdle().await;
        answer
    }

    async fn report(&self, id: &str) -> Result<Option<Report>, LedgerError> {
        self.before().await?;
        let answer = self.inner.report(id).await;
        self.executor.dawdle().await;
        answer
    }

    async fn latest_report(
        &self,
        kind: ReportKind,
        target: TargetId,
    ) -> Result<Option<Report>, LedgerError> {
        self.before().await?;
        let answer = self.inner.latest_report(kind, target).await;
        self.executor.dawdle().await;
        answer
    }

    async fn lines(&self, id: &str, after: usize, limit: usize) -> Result<Vec<Value>, LedgerError> {
        self.before().await?;
        let answer = self.inner.lines(id, after, limit).await;
        self.executor.dawdle().await;
        answer
    }

    async fn suspect(&self, target: TargetId, rids: &[Rid], now: Time) -> Result<(), LedgerError> {
        self.before().await?;
        let answer = self.inner.suspect(target, rids, now).await;
        self.executor.dawdle().await;
        answer
    }

    async fn seen(&self, target: TargetId, rids: &[Rid], now: Time) -> Result<(), LedgerError> {
        self.before().await?;
        let answer = self.inner.seen(target, rids, now).await;
        self.executor.dawdle().await;
        answer
    }
}
