//! Plans, with the same faults and delays.

use async_trait::async_trait;
use sutler_model::plan::{PairPlan, Plan};
use sutler_model::port::{LedgerError, Plans};
use sutler_model::{Rid, TargetId, TenantId, Time};

use super::ledger::SimLedger;

#[async_trait]
impl Plans for SimLedger {
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

    async fn put_plan(&self, plan: Plan, expired: Time) -> Result<(), LedgerError> {
        self.before().await?;
        let answer = self.inner.put_plan(plan, expired).await;
        self.executor.dawdle().await;
        answer
    }

    async fn add_to_plan(&self, id: &str, pairs: Vec<PairPlan>) -> Result<(), LedgerError> {
        self.before().await?;
        let answer = self.inner.add_to_plan(id, pairs).await;
        self.executor.dawdle().await;
        answer
    }

    async fn plan(&self, id: &str) -> Result<Option<Plan>, LedgerError> {
        self.before().await?;
        let answer = self.inner.plan(id).await;
        self.executor.dawdle().await;
        answer
    }

    async fn planned(
        &self,
        id: &str,
        after: usize,
        limit: usize,
    ) -> Result<Vec<PairPlan>, LedgerError> {
        self.before().await?;
        let answer = self.inner.planned(id, after, limit).await;
        self.executor.dawdle().await;
        answer
    }

    async fn order(&self, target: TargetId, rid: Rid, now: Time) -> Result<(), LedgerError> {
        self.before().await?;
        let answer = self.inner.order(target, rid, now).await;
        self.executor.dawdle().await;
        answer
    }
}
