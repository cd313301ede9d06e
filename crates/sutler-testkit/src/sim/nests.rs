//! Groups within groups, with the same faults and delays.

use async_trait::async_trait;
use sutler_model::port::{Above, Ask, Flattened, LedgerError, Nests};
use sutler_model::{Rid, TargetId};

use super::ledger::SimLedger;

#[async_trait]
impl Nests for SimLedger {
    async fn above(&self, asks: &[Ask]) -> Result<Vec<Above>, LedgerError> {
        self.before().await?;
        let answer = self.inner.above(asks).await;
        self.executor.dawdle().await;
        answer
    }

    async fn flattened(
        &self,
        target: TargetId,
        group: Rid,
        after: Rid,
        limit: usize,
    ) -> Result<Flattened, LedgerError> {
        self.before().await?;
        let answer = self.inner.flattened(target, group, after, limit).await;
        self.executor.dawdle().await;
        answer
    }
}
