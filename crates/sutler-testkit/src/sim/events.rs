//! Events as one node of the simulation sees them.

use async_trait::async_trait;
use sutler_model::event::{Completion, Event, EventEnd, SigningKey, StreamState};
use sutler_model::port::{Events, LedgerError};
use sutler_model::{EventStreamId, ServiceProviderId, TenantId, Time};

use super::ledger::SimLedger;

#[async_trait]
impl Events for SimLedger {
    async fn waiting_events(
        &self,
        stream: EventStreamId,
        limit: usize,
    ) -> Result<Vec<Event>, LedgerError> {
        self.before().await?;
        let answer = self.inner.waiting_events(stream, limit).await;
        self.executor.dawdle().await;
        answer
    }

    async fn end_events(
        &self,
        stream: EventStreamId,
        ends: Vec<EventEnd>,
        now: Time,
    ) -> Result<usize, LedgerError> {
        self.before().await?;
        let answer = self.inner.end_events(stream, ends, now).await;
        self.executor.dawdle().await;
        answer
    }

    async fn event_fault(
        &self,
        stream: EventStreamId,
        fault: Option<String>,
        now: Time,
    ) -> Result<(), LedgerError> {
        self.before().await?;
        let answer = self.inner.event_fault(stream, fault, now).await;
        self.executor.dawdle().await;
        answer
    }

    async fn event_streams(&self) -> Result<Vec<StreamState>, LedgerError> {
        self.before().await?;
        let answer = self.inner.event_streams().await;
        self.executor.dawdle().await;
        answer
    }

    async fn complete(
        &self,
        results: Vec<Completion>,
        told: Vec<(EventStreamId, Event)>,
    ) -> Result<(), LedgerError> {
        self.before().await?;
        let answer = self.inner.complete(results, told).await;
        self.executor.dawdle().await;
        answer
    }

    async fn completions(
        &self,
        tenant: TenantId,
        service_provider: ServiceProviderId,
        request: &str,
        now: Time,
    ) -> Result<Vec<(i64, Event)>, LedgerError> {
        self.before().await?;
        let answer = self.inner.completions(tenant, service_provider, request, now).await;
        self.executor.dawdle().await;
        answer
    }

    async fn expire_completions(&self, now: Time) -> Result<usize, LedgerError> {
        self.before().await?;
        let answer = self.inner.expire_completions(now).await;
        self.executor.dawdle().await;
        answer
    }

    async fn signing_key(&self, tenant: TenantId) -> Result<Option<SigningKey>, LedgerError> {
        self.before().await?;
        let answer = self.inner.signing_key(tenant).await;
        self.executor.dawdle().await;
        answer
    }

    async fn keep_signing_key(
        &self,
        tenant: TenantId,
        key: SigningKey,
        replaced: Option<String>,
    ) -> Result<SigningKey, LedgerError> {
        self.before().await?;
        let answer = self.inner.keep_signing_key(tenant, key, replaced).await;
        self.executor.dawdle().await;
        answer
    }
}
