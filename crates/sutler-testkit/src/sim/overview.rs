//! What a person looks at and orders, with the same faults and delays.

use std::path::Path;

use async_trait::async_trait;
use sutler_model::delivery::{Delivery, FailedPair, Leaver, LeaverPlace, TargetStatus};
use sutler_model::history::{HistoryQuery, Recorded, Retention};
use sutler_model::link::Link;
use sutler_model::port::{Again, LedgerError, Overview, Retried};
use sutler_model::work::Work;
use sutler_model::{Rid, TargetId, TenantId, Time, Uid};

use super::ledger::SimLedger;

#[async_trait]
impl Overview for SimLedger {
    async fn status(&self, now: Time) -> Result<Vec<TargetStatus>, LedgerError> {
        self.before().await?;
        let answer = self.inner.status(now).await;
        self.executor.dawdle().await;
        answer
    }

    async fn failed(
        &self,
        target: Option<TargetId>,
        after: Option<(TargetId, Rid)>,
        limit: usize,
    ) -> Result<Vec<FailedPair>, LedgerError> {
        self.before().await?;
        let answer = self.inner.failed(target, after, limit).await;
        self.executor.dawdle().await;
        answer
    }

    async fn leavers(
        &self,
        target: Option<TargetId>,
        after: Option<LeaverPlace>,
        limit: usize,
    ) -> Result<Vec<Leaver>, LedgerError> {
        self.before().await?;
        let answer = self.inner.leavers(target, after, limit).await;
        self.executor.dawdle().await;
        answer
    }

    async fn retry(
        &self,
        target: TargetId,
        which: &Again,
        now: Time,
    ) -> Result<Retried, LedgerError> {
        self.before().await?;
        let answer = self.inner.retry(target, which, now).await;
        self.executor.dawdle().await;
        answer
    }

    async fn deliveries(
        &self,
        target: Option<TargetId>,
        limit: usize,
    ) -> Result<Vec<Delivery>, LedgerError> {
        self.before().await?;
        let answer = self.inner.deliveries(target, limit).await;
        self.executor.dawdle().await;
        answer
    }

    async fn deliveries_of(
        &self,
        target: TargetId,
        rid: Rid,
        limit: usize,
    ) -> Result<Vec<Delivery>, LedgerError> {
        self.before().await?;
        let answer = self.inner.deliveries_of(target, rid, limit).await;
        self.executor.dawdle().await;
        answer
    }

    async fn delivery_page(
        &self,
        target: TargetId,
        rid: Option<Rid>,
        before: i64,
        limit: usize,
    ) -> Result<Vec<(i64, Delivery)>, LedgerError> {
        self.before().await?;
        let answer = self.inner.delivery_page(target, rid, before, limit).await;
        self.executor.dawdle().await;
        answer
    }

    async fn history(&self, query: &HistoryQuery) -> Result<Vec<Recorded>, LedgerError> {
        self.before().await?;
        let answer = self.inner.history(query).await;
        self.executor.dawdle().await;
        answer
    }

    async fn prune_history(
        &self,
        retention: Retention,
        now: Time,
        limit: usize,
    ) -> Result<usize, LedgerError> {
        self.before().await?;
        let answer = self.inner.prune_history(retention, now, limit).await;
        self.executor.dawdle().await;
        answer
    }

    async fn work_of(&self, target: TargetId, rid: Rid) -> Result<Option<Work>, LedgerError> {
        self.before().await?;
        let answer = self.inner.work_of(target, rid).await;
        self.executor.dawdle().await;
        answer
    }

    async fn former(&self, target: TargetId, rid: Rid) -> Result<Option<Link>, LedgerError> {
        self.before().await?;
        let answer = self.inner.former(target, rid).await;
        self.executor.dawdle().await;
        answer
    }

    async fn known(&self, tenant: TenantId, uid: &Uid) -> Result<Option<Rid>, LedgerError> {
        self.before().await?;
        let answer = self.inner.known(tenant, uid).await;
        self.executor.dawdle().await;
        answer
    }

    async fn backup(&self, to: &Path) -> Result<u64, LedgerError> {
        self.before().await?;
        let answer = self.inner.backup(to).await;
        self.executor.dawdle().await;
        answer
    }

    async fn ping(&self) -> Result<(), LedgerError> {
        self.before().await?;
        let answer = self.inner.ping().await;
        self.executor.dawdle().await;
        answer
    }
}
