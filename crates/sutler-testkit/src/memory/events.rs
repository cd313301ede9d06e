//! Events: what waits in streams, results of asynchronous requests, signing keys.

use std::collections::BTreeMap;

use async_trait::async_trait;
use sutler_model::change::Change;
use sutler_model::event::{
    Completion, Event, EventEnd, EventKind, EventStream, SigningKey, StreamState,
};
use sutler_model::port::{Events, LedgerError, MOST_BYTES};
use sutler_model::{EventStreamId, ServiceProviderId, TenantId, Time, Version};

use super::MemoryLedger;
use super::state::State;

/// The rows of events.
#[derive(Default)]
pub(crate) struct EventRows {
    streams: BTreeMap<EventStreamId, Queue>,
    pub(crate) completions: Vec<Completion>,
    keys: BTreeMap<TenantId, SigningKey>,
}

/// What waits in a stream, and how it stands.
#[derive(Default)]
struct Queue {
    limit: usize,
    events: Vec<Event>,
    lost: i64,
    lost_at: Option<Time>,
    fault: Option<(String, Time)>,
}

impl EventRows {
    /// Puts the events of a change into their streams.
    pub(super) fn record(&mut self, change: &Change, version: Version) {
        for (stream, event) in &change.events {
            let version = (event.kind != EventKind::Delete).then_some(version);
            self.enqueue(*stream, Event { version, ..event.clone() });
        }
    }

    fn enqueue(&mut self, stream: EventStreamId, event: Event) {
        let Some(queue) = self.streams.get_mut(&stream) else {
            return;
        };
        if queue.events.len() < queue.limit {
            queue.events.push(event);
        } else {
            queue.lost += 1;
            queue.lost_at = queue.lost_at.max(Some(event.at));
        }
    }
}

/// Writes the settings of a stream; what waits in it stays.
pub(super) fn put_stream(state: &mut State, tenant: TenantId, stream: EventStream) {
    let fresh = EventStreamId(state.next());
    let streams = &mut state.estate.event_streams;
    let known = streams.iter_mut().find(|s| s.tenant == tenant && s.name == stream.name);
    let id = known.as_ref().map_or(fresh, |known| known.id);
    state.events.streams.entry(id).or_default().limit = stream.limit as usize;
    let stream = EventStream { id, tenant, ..stream };
    match known {
        Some(known) => *known = stream,
        None => streams.push(stream),
    }
}

/// Takes a stream away, with what waits in it.
pub(super) fn remove_stream(state: &mut State, tenant: TenantId, name: &str) {
    let named = |s: &EventStream| s.tenant == tenant && s.name == name;
    for gone in state.estate.event_streams.extract_if(.., |stream| named(stream)) {
        state.events.streams.remove(&gone.id);
    }
}

#[async_trait]
impl Events for MemoryLedger {
    async fn waiting_events(
        &self,
        stream: EventStreamId,
        limit: usize,
    ) -> Result<Vec<Event>, LedgerError> {
        let state = self.state();
        let mut bytes = 0;
        let mut found = Vec::new();
        let waiting = state.events.streams.get(&stream).map(|queue| queue.events.as_slice());
        for event in waiting.unwrap_or_default().iter().take(limit) {
            found.push(event.clone());
            bytes += serde_json::to_string(event).map_or(0, |text| text.len());
            if bytes >= MOST_BYTES {
                break;
            }
        }
        Ok(found)
    }

    async fn end_events(
        &self,
        stream: EventStreamId,
        ends: Vec<EventEnd>,
        now: Time,
    ) -> Result<usize, LedgerError> {
        let mut state = self.state();
        let Some(queue) = state.events.streams.get_mut(&stream) else {
            return Ok(0);
        };
        let before = queue.events.len();
        for end in ends {
            let there = queue.events.iter().position(|event| event.jti == end.jti);
            if let Some(at) = there {
                queue.events.remove(at);
                if let Some(reason) = end.refused {
                    queue.fault = Some((reason, now));
                }
            }
        }
        Ok(before - queue.events.len())
    }

    async fn event_fault(
        &self,
        stream: EventStreamId,
        fault: Option<String>,
        now: Time,
    ) -> Result<(), LedgerError> {
        if let Some(queue) = self.state().events.streams.get_mut(&stream) {
            queue.fault = fault.map(|fault| (fault, now));
        }
        Ok(())
    }

    async fn event_streams(&self) -> Result<Vec<StreamState>, LedgerError> {
        let state = self.state();
        let one = |(stream, queue): (&EventStreamId, &Queue)| StreamState {
            stream: *stream,
            waiting: i64::try_from(queue.events.len()).unwrap_or(i64::MAX),
            lost: queue.lost,
            lost_at: queue.lost_at,
            fault: queue.fault.clone(),
        };
        Ok(state.events.streams.iter().map(one).collect())
    }

    async fn complete(
        &self,
        results: Vec<Completion>,
        told: Vec<(EventStreamId, Event)>,
    ) -> Result<(), LedgerError> {
        let mut state = self.state();
        for (stream, event) in told {
            state.events.enqueue(stream, event);
        }
        state.events.completions.extend(results);
        Ok(())
    }

    async fn completions(
        &self,
        tenant: TenantId,
        service_provider: ServiceProviderId,
        request: &str,
        now: Time,
    ) -> Result<Vec<(i64, Event)>, LedgerError> {
        let state = self.state();
        let theirs = state.events.completions.iter().filter(|result| {
            result.tenant == tenant
                && result.service_provider == service_provider
                && result.request == request
                && result.expires > now
        });
        let mut found: Vec<(i64, Event)> =
            theirs.map(|result| (result.index, result.event.clone())).collect();
        found.sort_by_key(|(index, _)| *index);
        Ok(found)
    }

    async fn expire_completions(&self, now: Time) -> Result<usize, LedgerError> {
        let completions = &mut self.state().events.completions;
        let before = completions.len();
        completions.retain(|result| result.expires > now);
        Ok(before - completions.len())
    }

    async fn signing_key(&self, tenant: TenantId) -> Result<Option<SigningKey>, LedgerError> {
        Ok(self.state().events.keys.get(&tenant).cloned())
    }

    async fn keep_signing_key(
        &self,
        tenant: TenantId,
        key: SigningKey,
        replaced: Option<String>,
    ) -> Result<SigningKey, LedgerError> {
        let keys = &mut self.state().events.keys;
        keys.retain(|of, stored| *of != tenant || Some(&stored.kid) != replaced.as_ref());
        Ok(keys.entry(tenant).or_insert(key).clone())
    }
}
