//! The port `Events`: what waits in streams, results of asynchronous requests, signing keys.

mod completion;
mod key;
mod queue;
mod stream;

use async_trait::async_trait;
use sutler_model::event::{Completion, Event, EventEnd, SigningKey, StreamState};
use sutler_model::port::{Events, LedgerError};
use sutler_model::{EventStreamId, ServiceProviderId, TenantId, Time};

use crate::SqliteLedger;
use crate::write::Side::{Inbound, Outbound};

pub(crate) use queue::record;
pub(crate) use stream::{load, put, remove};

#[async_trait]
impl Events for SqliteLedger {
    async fn waiting_events(
        &self,
        stream: EventStreamId,
        limit: usize,
    ) -> Result<Vec<Event>, LedgerError> {
        self.read(Outbound, move |c| queue::waiting(c, stream, limit)).await
    }

    async fn end_events(
        &self,
        stream: EventStreamId,
        ends: Vec<EventEnd>,
        now: Time,
    ) -> Result<usize, LedgerError> {
        self.write(Outbound, move |c| queue::end(c, stream, &ends, now)).await
    }

    async fn event_fault(
        &self,
        stream: EventStreamId,
        fault: Option<String>,
        now: Time,
    ) -> Result<(), LedgerError> {
        self.write(Outbound, move |c| stream::fault(c, stream, fault.as_deref(), now)).await
    }

    async fn event_streams(&self) -> Result<Vec<StreamState>, LedgerError> {
        self.read(Inbound, stream::states).await
    }

    async fn complete(
        &self,
        results: Vec<Completion>,
        told: Vec<(EventStreamId, Event)>,
    ) -> Result<(), LedgerError> {
        self.write(Inbound, move |c| {
            for (stream, event) in &told {
                queue::enqueue(c, *stream, event)?;
            }
            results.iter().try_for_each(|result| completion::add(c, result))
        })
        .await
    }

    async fn completions(
        &self,
        tenant: TenantId,
        service_provider: ServiceProviderId,
        request: &str,
        now: Time,
    ) -> Result<Vec<(i64, Event)>, LedgerError> {
        let request = request.to_owned();
        self.read(Inbound, move |c| completion::of(c, (tenant, service_provider), &request, now))
            .await
    }

    async fn expire_completions(&self, now: Time) -> Result<usize, LedgerError> {
        self.write(Inbound, move |c| completion::expire(c, now)).await
    }

    async fn signing_key(&self, tenant: TenantId) -> Result<Option<SigningKey>, LedgerError> {
        self.point(|c| key::of(c, tenant))
    }

    async fn keep_signing_key(
        &self,
        tenant: TenantId,
        key: SigningKey,
        replaced: Option<String>,
    ) -> Result<SigningKey, LedgerError> {
        self.write(Inbound, move |c| key::keep(c, tenant, &key, replaced.as_deref())).await
    }
}
