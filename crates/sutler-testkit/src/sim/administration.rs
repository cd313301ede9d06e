//! What administrators order, with the same faults and delays.

use async_trait::async_trait;
use sutler_model::Time;
use sutler_model::administrator::AdminToken;
use sutler_model::audit::{Act, Entry, Head, Query};
use sutler_model::port::{Administration, LedgerError, Order};

use super::ledger::SimLedger;

#[async_trait]
impl Administration for SimLedger {
    async fn order(&self, order: Order, acts: Vec<Act>, now: Time) -> Result<usize, LedgerError> {
        self.before().await?;
        let answer = self.inner.order(order, acts, now).await;
        self.executor.dawdle().await;
        answer
    }

    async fn trail(&self, query: &Query) -> Result<Vec<Entry>, LedgerError> {
        self.before().await?;
        let answer = self.inner.trail(query).await;
        self.executor.dawdle().await;
        answer
    }

    async fn trail_heads(&self) -> Result<Vec<Head>, LedgerError> {
        self.before().await?;
        let answer = self.inner.trail_heads().await;
        self.executor.dawdle().await;
        answer
    }

    async fn administrator(&self, hash: &[u8]) -> Result<Option<AdminToken>, LedgerError> {
        self.before().await?;
        let answer = self.inner.administrator(hash).await;
        self.executor.dawdle().await;
        answer
    }

    async fn administrators(&self) -> Result<Vec<AdminToken>, LedgerError> {
        self.before().await?;
        let answer = self.inner.administrators().await;
        self.executor.dawdle().await;
        answer
    }

    async fn administrator_used(&self, id: &str, now: Time) -> Result<(), LedgerError> {
        self.before().await?;
        let answer = self.inner.administrator_used(id, now).await;
        self.executor.dawdle().await;
        answer
    }
}
