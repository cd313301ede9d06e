//! The ports of events: what waits in streams, results of asynchronous requests, signing keys;
//! and the way to a receiver.

use async_trait::async_trait;

use super::LedgerError;
use crate::estate::Estate;
use crate::event::{Completion, Event, EventEnd, EventStream, SigningKey, StreamState};
use crate::{EventStreamId, ServiceProviderId, TenantId, Time};

/// No more events are read at once when those read hold this many bytes as they are stored.
pub const MOST_BYTES: usize = 4 * 1024 * 1024;

/// What is stored of events. They come in by [`super::Directory::commit`].
#[async_trait]
pub trait Events: Send + Sync {
    /// The oldest events of a stream, in the order of their commits: `limit` at most, and none
    /// after [`MOST_BYTES`].
    async fn waiting_events(
        &self,
        stream: EventStreamId,
        limit: usize,
    ) -> Result<Vec<Event>, LedgerError>;
    /// Takes events out of a stream; what is not there is passed over. The last refusal becomes
    /// the stream's fault. Returns how many went.
    async fn end_events(
        &self,
        stream: EventStreamId,
        ends: Vec<EventEnd>,
        now: Time,
    ) -> Result<usize, LedgerError>;
    /// Notes why nothing comes through, or that it does again.
    async fn event_fault(
        &self,
        stream: EventStreamId,
        fault: Option<String>,
        now: Time,
    ) -> Result<(), LedgerError>;
    /// Every stream, counted.
    async fn event_streams(&self) -> Result<Vec<StreamState>, LedgerError>;
    /// Keeps the results of an asynchronous request and tells the streams, in one transaction.
    async fn complete(
        &self,
        results: Vec<Completion>,
        told: Vec<(EventStreamId, Event)>,
    ) -> Result<(), LedgerError>;
    /// The results of a request, in the order of its operations; none of somebody else's, and
    /// none that has expired at `now`.
    async fn completions(
        &self,
        tenant: TenantId,
        service_provider: ServiceProviderId,
        request: &str,
        now: Time,
    ) -> Result<Vec<(i64, Event)>, LedgerError>;
    /// Drops the results that have expired.
    async fn expire_completions(&self, now: Time) -> Result<usize, LedgerError>;
    /// The key of a tenant, if it has one.
    async fn signing_key(&self, tenant: TenantId) -> Result<Option<SigningKey>, LedgerError>;
    /// Stores a key of a tenant if it has none, or the one with the `kid` that is `replaced`; and
    /// gives the one that is stored: another may have been faster.
    async fn keep_signing_key(
        &self,
        tenant: TenantId,
        key: SigningKey,
        replaced: Option<String>,
    ) -> Result<SigningKey, LedgerError>;
}

/// Turns an event into a signed token.
#[async_trait]
pub trait EventSigner: Send + Sync {
    /// The token of an event for an audience, or why there is none.
    async fn sign(
        &self,
        estate: &Estate,
        tenant: TenantId,
        audience: &str,
        event: &Event,
    ) -> Result<String, String>;
}

/// Sends a signed token to the receiver of a stream, once (RFC 8935 §2).
#[async_trait]
pub trait EventReceiver: Send + Sync {
    /// Returns when the receiver has taken it.
    async fn push(&self, stream: &EventStream, token: &str) -> Result<(), PushError>;
}

/// Why a receiver has not taken a token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PushError {
    /// It never will: 400 with its reason (RFC 8935 §2.3).
    #[error("{0}")]
    Refused(String),
    /// It may, later; not before the moment that it named.
    #[error("{0}")]
    Again(String, Option<Time>),
}
