//! Sends events to receivers (RFC 8935): in the order of their commits, one after the other,
//! again and again until each is taken or refused.
//!
//! What waits is stored: after a crash it is sent once more, under the same name.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use event_listener::Event as Wake;
use futures::future::select;
use sutler_model::event::{Event, EventDelivery, EventEnd, EventStream};
use sutler_model::port::{EventReceiver, EventSigner, LedgerError, PushError};
use sutler_model::{EventStreamId, Time};

use crate::Ports;
use crate::backoff::next_attempt;

/// The periodic scan, for wake-ups that were missed and streams that are new.
const SCAN: i64 = 1_000;
/// How many events are read at once.
const BATCH: usize = 16;

/// The running pushes. Dropping it does not end them.
pub struct Pushing {
    inner: Arc<Inner>,
}

struct Inner {
    ports: Ports,
    signer: Arc<dyn EventSigner>,
    receiver: Arc<dyn EventReceiver>,
    /// Streams that have a loop of their own.
    running: Mutex<BTreeSet<EventStreamId>>,
    stopping: AtomicBool,
    stop: Wake,
}

/// How the loop of a stream stands.
struct Lane {
    /// Attempts in a row that did not end well.
    tries: u32,
    /// A fault may be shown that is over; at first one of an earlier process.
    faulty: bool,
}

/// Starts a loop for each stream that is pushed, now and later.
pub fn start(
    ports: Ports,
    signer: Arc<dyn EventSigner>,
    receiver: Arc<dyn EventReceiver>,
) -> Pushing {
    let inner = Arc::new(Inner {
        ports,
        signer,
        receiver,
        running: Mutex::default(),
        stopping: AtomicBool::new(false),
        stop: Wake::new(),
    });
    let watched = Arc::clone(&inner);
    inner.ports.runtime.spawn(Box::pin(async move { watched.watch().await }));
    Pushing { inner }
}

impl Pushing {
    /// Begins nothing more. What is under way is sent again after the next start, unless it
    /// comes to its end.
    pub fn stop(&self) {
        self.inner.stopping.store(true, Ordering::SeqCst);
        self.inner.stop.notify(usize::MAX);
    }
}

impl Inner {
    async fn watch(self: Arc<Self>) {
        while !self.is_stopping() {
            let edited = self.ports.pulse.on_mark();
            for stream in self.ports.estate.current().event_streams.iter().filter(|s| pushed(s)) {
                if self.running().insert(stream.id) {
                    let (lane, id) = (Arc::clone(&self), stream.id);
                    let runtime = Arc::clone(&self.ports.runtime);
                    runtime.spawn(Box::pin(async move { lane.follow(id).await }));
                }
            }
            select(edited, Box::pin(self.rest(SCAN))).await;
        }
    }

    /// The loop of one stream, until that is gone or fetched by its receiver.
    async fn follow(&self, id: EventStreamId) {
        let mut lane = Lane { tries: 0, faulty: true };
        while let Some(stream) = self.stream(id) {
            let committed = self.ports.pulse.on_commit();
            match self.turn(&stream, &mut lane).await {
                Ok(true) => {}
                Ok(false) => drop(select(committed, Box::pin(self.rest(SCAN))).await),
                Err(error) => {
                    tracing::warn!(stream.name = %stream.name, %error, "events could not be read");
                    self.rest(SCAN).await;
                }
            }
        }
        self.running().remove(&id);
    }

    /// Sends what waits, until one is not taken. False if nothing waits.
    async fn turn(&self, stream: &EventStream, lane: &mut Lane) -> Result<bool, LedgerError> {
        let waiting = self.ports.ledger.waiting_events(stream.id, BATCH).await?;
        let any = !waiting.is_empty();
        for event in waiting {
            if self.stream(stream.id).as_ref() != Some(stream) {
                break;
            }
            match self.send(stream, &event).await {
                Ok(()) => {
                    self.end(stream, event, None).await?;
                    lane.tries = 0;
                    if std::mem::take(&mut lane.faulty) {
                        self.note(stream, None).await?;
                    }
                }
                Err(PushError::Refused(reason)) => {
                    lane.tries = 0;
                    lane.faulty = false;
                    tracing::warn!(
                        stream.name = %stream.name, event.jti = %event.jti, %reason,
                        "a receiver refused an event for good"
                    );
                    self.end(stream, event, Some(reason)).await?;
                }
                Err(PushError::Again(reason, after)) => {
                    self.wait(stream, lane, reason, after).await?;
                    break;
                }
            }
        }
        Ok(any)
    }

    /// Notes why an event was not taken, and waits for the next attempt.
    async fn wait(
        &self,
        stream: &EventStream,
        lane: &mut Lane,
        reason: String,
        after: Option<Time>,
    ) -> Result<(), LedgerError> {
        lane.tries = lane.tries.saturating_add(1);
        lane.faulty = true;
        let now = self.ports.clock.now();
        let next = next_attempt(now, lane.tries, self.ports.random.number(), after);
        tracing::warn!(
            stream.name = %stream.name, tries = lane.tries, %reason,
            wait_ms = next.since(now), "an event was not taken, and is sent again"
        );
        metrics::counter!("sutler_event_push_failures_total", "stream" => stream.name.clone())
            .increment(1);
        self.note(stream, Some(reason)).await?;
        self.pause(stream, next.since(now)).await;
        Ok(())
    }

    async fn send(&self, stream: &EventStream, event: &Event) -> Result<(), PushError> {
        let estate = self.ports.estate.current();
        let signed = self.signer.sign(&estate, stream.tenant, &stream.audience, event).await;
        let token = signed.map_err(|reason| PushError::Again(reason, None))?;
        self.receiver.push(stream, &token).await
    }

    async fn end(
        &self,
        stream: &EventStream,
        event: Event,
        refused: Option<String>,
    ) -> Result<(), LedgerError> {
        let ends = vec![EventEnd { jti: event.jti, refused }];
        self.ports.ledger.end_events(stream.id, ends, self.ports.clock.now()).await?;
        metrics::counter!("sutler_events_total", "stream" => stream.name.clone(), "how" => "push")
            .increment(1);
        Ok(())
    }

    async fn note(&self, stream: &EventStream, fault: Option<String>) -> Result<(), LedgerError> {
        self.ports.ledger.event_fault(stream.id, fault, self.ports.clock.now()).await
    }

    /// The stream as it is set now, if it is still pushed.
    fn stream(&self, id: EventStreamId) -> Option<EventStream> {
        if self.is_stopping() {
            return None;
        }
        let estate = self.ports.estate.current();
        estate.event_streams.iter().find(|stream| stream.id == id && pushed(stream)).cloned()
    }

    fn running(&self) -> MutexGuard<'_, BTreeSet<EventStreamId>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }

    /// Waits, but not past an edit of the stream.
    async fn pause(&self, stream: &EventStream, millis: i64) {
        let until = self.ports.clock.boottime().saturating_add(millis);
        while self.stream(stream.id).as_ref() == Some(stream) {
            let left = until.saturating_sub(self.ports.clock.boottime());
            if left <= 0 {
                break;
            }
            self.rest(left.min(SCAN)).await;
        }
    }

    /// Sleeps, but not past the stop.
    async fn rest(&self, millis: i64) {
        let stop = self.stop.listen();
        if !self.is_stopping() {
            select(stop, self.ports.runtime.sleep(millis.max(1))).await;
        }
    }
}

fn pushed(stream: &EventStream) -> bool {
    matches!(stream.delivery, EventDelivery::Push { .. })
}
