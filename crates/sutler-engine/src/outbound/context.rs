//! What the loops of one node share.

use std::future::Future;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};

use event_listener::{Event, EventListener};
use futures::future::select;
use sutler_model::port::LedgerError;
use sutler_model::{NodeId, Time};

use crate::Ports;

/// A node stops sending when its last beat is this old (boot-time clock).
const LEASE: i64 = 30_000;
/// How long a stop waits for calls in flight.
const GRACE: i64 = 30_000;

pub(crate) struct Context {
    pub(crate) ports: Ports,
    pub(crate) node: NodeId,
    stopping: AtomicBool,
    /// Others have declared this node dead.
    fenced: AtomicBool,
    /// Boot time of the last beat that the ledger took.
    beat: AtomicI64,
    in_flight: AtomicUsize,
    /// Something ended, or the stop began.
    changed: Event,
}

impl Context {
    pub(crate) fn new(ports: Ports, node: NodeId) -> Self {
        let beat = AtomicI64::new(ports.clock.boottime());
        Self {
            ports,
            node,
            stopping: AtomicBool::new(false),
            fenced: AtomicBool::new(false),
            beat,
            in_flight: AtomicUsize::new(0),
            changed: Event::new(),
        }
    }

    pub(crate) fn now(&self) -> Time {
        self.ports.clock.now()
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }

    /// True while this node may send: others may not yet have declared it dead.
    pub(crate) fn may_send(&self) -> bool {
        self.ports.clock.boottime() - self.beat.load(Ordering::SeqCst) < LEASE
    }

    pub(crate) fn has_beaten(&self, boottime: i64) {
        self.beat.store(boottime, Ordering::SeqCst);
    }

    /// Wakes when something was committed, a call ended, the stop began, or after `millis`.
    pub(crate) async fn wait(&self, committed: EventListener, ended: EventListener, millis: i64) {
        let sleep = self.ports.runtime.sleep(millis.max(1));
        select(select(committed, ended), sleep).await;
    }

    /// Sleeps, but not past the beginning of the stop.
    pub(crate) async fn rest(&self, millis: i64) {
        let began = self.changed.listen();
        if !self.is_stopping() {
            select(began, self.ports.runtime.sleep(millis)).await;
        }
    }

    pub(crate) fn declared_dead(&self) {
        self.fenced.store(true, Ordering::SeqCst);
        self.changed.notify(usize::MAX);
    }

    /// Until others have declared this node dead, or it stops.
    pub(crate) async fn until_fenced(&self) {
        loop {
            let changed = self.changed.listen();
            if self.fenced.load(Ordering::SeqCst) || self.is_stopping() {
                return;
            }
            changed.await;
        }
    }

    pub(crate) fn ended(&self) -> EventListener {
        self.changed.listen()
    }

    pub(crate) fn begin_call(&self) {
        self.in_flight.fetch_add(1, Ordering::SeqCst);
    }

    pub(crate) fn end_call(&self) {
        self.in_flight.fetch_sub(1, Ordering::SeqCst);
        self.changed.notify(usize::MAX);
    }

    pub(crate) async fn stop(&self) {
        self.stopping.store(true, Ordering::SeqCst);
        self.changed.notify(usize::MAX);
        self.ports.pulse.notify();
        let until = self.ports.clock.boottime() + GRACE;
        while self.in_flight.load(Ordering::SeqCst) > 0 && self.ports.clock.boottime() < until {
            let ended = self.changed.listen();
            if self.in_flight.load(Ordering::SeqCst) > 0 {
                select(ended, self.ports.runtime.sleep(200)).await;
            }
        }
        if let Err(error) = self.ports.ledger.bury(self.node, self.now()).await {
            tracing::warn!(%error, "the node's row could not be closed; the next start does it");
        }
    }

    /// Runs a step again and again until the stop. A failure is logged and waited out.
    pub(crate) async fn forever<F>(&self, what: &str, mut step: impl FnMut() -> F)
    where
        F: Future<Output = Result<(), LedgerError>>,
    {
        while !self.is_stopping() {
            match step().await {
                Ok(()) => {}
                Err(LedgerError::EstateMoved) => {
                    if let Err(error) = self.ports.estate.refresh(self.ports.ledger.as_ref()).await
                    {
                        tracing::warn!(%error, "the estate could not be read");
                        self.rest(200).await;
                    }
                }
                Err(LedgerError::Busy) => self.rest(20).await,
                Err(error) => {
                    tracing::warn!(%error, "{what} failed, and goes on in a second");
                    self.rest(1_000).await;
                }
            }
        }
    }
}
