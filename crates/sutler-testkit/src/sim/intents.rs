//! Intents, with the same faults and delays.

use async_trait::async_trait;
use sutler_model::change::{Change, CommitError, Committed};
use sutler_model::intent::{Intent, IntentDraft, Opened};
use sutler_model::port::{Intents, LedgerError, Reads, Standing};
use sutler_model::resource::Resource;
use sutler_model::work::Fault;
use sutler_model::{IntentId, Kind, Rid, TenantId, Time, Uid};

use super::ledger::SimLedger;

#[async_trait]
impl Intents for SimLedger {
    async fn open_intent(&self, draft: IntentDraft) -> Result<Opened, CommitError> {
        self.before().await?;
        let answer = self.inner.open_intent(draft).await;
        self.executor.dawdle().await;
        answer
    }

    async fn intent(&self, id: IntentId) -> Result<Option<Intent>, LedgerError> {
        self.before().await?;
        let answer = self.inner.intent(id).await;
        self.executor.dawdle().await;
        answer
    }

    async fn intent_of(&self, rid: Rid) -> Result<Option<Intent>, LedgerError> {
        self.before().await?;
        let answer = self.inner.intent_of(rid).await;
        self.executor.dawdle().await;
        answer
    }

    async fn intents(
        &self,
        tenant: Option<TenantId>,
        after: Option<IntentId>,
        limit: usize,
    ) -> Result<Vec<Intent>, LedgerError> {
        self.before().await?;
        let answer = self.inner.intents(tenant, after, limit).await;
        self.executor.dawdle().await;
        answer
    }

    async fn ripe_intents(&self, limit: usize) -> Result<Vec<Intent>, LedgerError> {
        // A test without intents runs as if there were none.
        if self.inner.intents(None, None, 1).await?.is_empty() {
            return Ok(Vec::new());
        }
        self.before().await?;
        let answer = self.inner.ripe_intents(limit).await;
        self.executor.dawdle().await;
        answer
    }

    async fn is_unsure(&self, id: IntentId) -> Result<bool, LedgerError> {
        self.before().await?;
        let answer = self.inner.is_unsure(id).await;
        self.executor.dawdle().await;
        answer
    }

    async fn settle_intent(
        &self,
        id: IntentId,
        change: Option<Change>,
        at: Time,
    ) -> Result<Option<Committed>, CommitError> {
        self.before().await?;
        let answer = self.inner.settle_intent(id, change, at).await;
        self.executor.dawdle().await;
        answer
    }

    async fn void_intent(&self, id: IntentId, fault: Fault, at: Time) -> Result<bool, LedgerError> {
        self.before().await?;
        let answer = self.inner.void_intent(id, fault, at).await;
        self.executor.dawdle().await;
        answer
    }

    async fn prune_intents(&self, before: Time) -> Result<usize, LedgerError> {
        self.inner.prune_intents(before).await
    }

    async fn standing(&self, rid: Rid, reads: Reads) -> Result<Option<Standing>, LedgerError> {
        self.before().await?;
        let answer = self.inner.standing(rid, reads).await;
        self.executor.dawdle().await;
        answer
    }

    async fn passed(
        &self,
        tenant: TenantId,
        uids: &[Uid],
    ) -> Result<Vec<Option<Resource>>, LedgerError> {
        self.before().await?;
        let answer = self.inner.passed(tenant, uids).await;
        self.executor.dawdle().await;
        answer
    }

    async fn passed_by_name(
        &self,
        tenant: TenantId,
        kind: Kind,
        attribute: &str,
        key: &str,
    ) -> Result<Option<Resource>, LedgerError> {
        self.before().await?;
        let answer = self.inner.passed_by_name(tenant, kind, attribute, key).await;
        self.executor.dawdle().await;
        answer
    }
}
