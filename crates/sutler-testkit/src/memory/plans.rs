//! Plans: what they are made from, and where they are kept.

use std::ops::Bound;

use async_trait::async_trait;
use sutler_engine::transition;
use sutler_model::plan::{PairPlan, Plan};
use sutler_model::port::{LedgerError, Plans};
use sutler_model::work::{Lane, Marking, Owes};
use sutler_model::{Rid, TargetId, TenantId, Time};

use super::MemoryLedger;

#[async_trait]
impl Plans for MemoryLedger {
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

    async fn put_plan(&self, plan: Plan, expired: Time) -> Result<(), LedgerError> {
        let mut state = self.state();
        state.plans.retain(|_, (plan, _)| plan.made >= expired);
        let pairs = state.plans.remove(&plan.id).map(|(_, pairs)| pairs);
        state.plans.insert(plan.id.clone(), (plan, pairs.unwrap_or_default()));
        Ok(())
    }

    async fn add_to_plan(&self, id: &str, pairs: Vec<PairPlan>) -> Result<(), LedgerError> {
        if let Some((_, kept)) = self.state().plans.get_mut(id) {
            kept.extend(pairs);
        }
        Ok(())
    }

    async fn plan(&self, id: &str) -> Result<Option<Plan>, LedgerError> {
        Ok(self.state().plans.get(id).map(|(plan, _)| plan.clone()))
    }

    async fn planned(
        &self,
        id: &str,
        after: usize,
        limit: usize,
    ) -> Result<Vec<PairPlan>, LedgerError> {
        let state = self.state();
        let kept = state.plans.get(id).map(|(_, pairs)| pairs.as_slice()).unwrap_or_default();
        Ok(kept.iter().skip(after).take(limit).cloned().collect())
    }

    async fn order(&self, target: TargetId, rid: Rid, now: Time) -> Result<(), LedgerError> {
        let mut state = self.state();
        state.mark(&Marking {
            target,
            rid,
            lane: Lane::Live,
            owes: Owes::NONE,
            due: now,
            leaving_since: None,
        });
        if let Some(row) = state.work(target, rid).cloned() {
            state.put_work(transition::let_go(row, now));
        }
        Ok(())
    }
}
