//! What the guard holds, with the same faults and delays.

use async_trait::async_trait;
use sutler_model::guard::{HeldPair, Wave};
use sutler_model::port::{Guarding, LedgerError};
use sutler_model::{Rid, TargetId, Time, WaveId};

use super::Plant;
use super::ledger::SimLedger;

#[async_trait]
impl Guarding for SimLedger {
    async fn waves(&self, target: Option<TargetId>) -> Result<Vec<Wave>, LedgerError> {
        self.before().await?;
        let answer = self.inner.waves(target).await;
        self.executor.dawdle().await;
        answer
    }

    async fn held(
        &self,
        wave: WaveId,
        after: Rid,
        limit: usize,
    ) -> Result<Vec<HeldPair>, LedgerError> {
        self.before().await?;
        let answer = self.inner.held(wave, after, limit).await;
        self.executor.dawdle().await;
        answer
    }

    async fn wave_step(&self, limit: usize, now: Time) -> Result<usize, LedgerError> {
        let any = !self.inner.waves(None).await?.is_empty();
        if !any {
            return Ok(0);
        }
        self.before().await?;
        if self.plant == Plant::WaveGoesOn {
            self.release_waves(now).await?;
        }
        let answer = self.inner.wave_step(limit, now).await;
        self.executor.dawdle().await;
        answer
    }
}
