//! What the engine is given: the ports, and the small things that its parts share.

use std::sync::{Arc, RwLock};

use crate::outbound::Gates;
use crate::reconcile::Comparing;
use crate::rules::Rulebook;
use event_listener::{Event, EventListener};
use sutler_model::port::{Clock, Connectors, Hiding, Ledger, LedgerError, Random, Runtime, Sealer};

/// All that the engine needs from outside. Cloning is cheap.
#[derive(Clone)]
pub struct Ports {
    /// The store.
    pub ledger: Arc<dyn Ledger>,
    /// The targets' connectors.
    pub connectors: Arc<dyn Connectors>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Random>,
    /// Tasks and sleeping.
    pub runtime: Arc<dyn Runtime>,
    /// Wakes the loops when something was committed.
    pub pulse: Arc<Pulse>,
    /// The estate in force, as last read.
    pub estate: Arc<EstateView>,
    /// The comparisons that are under way.
    pub comparing: Arc<Comparing>,
    /// How names are kept where they are not to be stored in the clear.
    pub hiding: Arc<dyn Hiding>,
    /// Seals what is desired and not stored.
    pub sealer: Arc<dyn Sealer>,
    /// Through which targets are read for requests.
    pub gates: Arc<Gates>,
}

/// Says that something was committed. A wake-up only: what was missed is found by the
/// periodic scan.
#[derive(Default)]
pub struct Pulse {
    committed: Event,
    marked: Event,
    ripe: Event,
    resolved: Event,
}

impl Pulse {
    /// Wakes everybody: an edit of the estate, a person's order.
    pub fn notify(&self) {
        self.committed();
        self.marked();
    }

    /// A change was committed: wakes the spreader.
    pub fn committed(&self) {
        self.committed.notify(usize::MAX);
    }

    /// Pairs were marked: wakes dispatchers and the sweeper.
    pub fn marked(&self) {
        self.marked.notify(usize::MAX);
    }

    /// A target has said something to an intent: wakes who decides about them.
    pub fn ripened(&self) {
        self.ripe.notify(usize::MAX);
    }

    /// An intent was decided, or a delivery has ended: wakes who waits for that.
    pub fn resolved(&self) {
        self.resolved.notify(usize::MAX);
    }

    /// Listens for what targets say to intents.
    pub fn on_ripe(&self) -> EventListener {
        self.ripe.listen()
    }

    /// Listens for decisions about intents, and for ends of deliveries.
    pub fn on_resolved(&self) -> EventListener {
        self.resolved.listen()
    }

    /// Listens for changes. Take it before looking for them, await it after finding none.
    pub fn on_commit(&self) -> EventListener {
        self.committed.listen()
    }

    /// Listens for work. Take it before looking for it, await it after finding none.
    pub fn on_mark(&self) -> EventListener {
        self.marked.listen()
    }
}

/// The estate in force with its rules, shared by inbound and outbound; read anew after each
/// edit.
#[derive(Default)]
pub struct EstateView {
    current: RwLock<Arc<Rulebook>>,
}

impl EstateView {
    /// The estate as last read.
    pub fn current(&self) -> Arc<Rulebook> {
        match self.current.read() {
            Ok(current) => Arc::clone(&current),
            Err(poisoned) => Arc::clone(&poisoned.into_inner()),
        }
    }

    /// Reads it from the ledger.
    pub async fn refresh(&self, ledger: &dyn Ledger) -> Result<Arc<Rulebook>, LedgerError> {
        let fresh = Arc::new(Rulebook::new(ledger.estate().await?));
        match self.current.write() {
            Ok(mut current) => *current = Arc::clone(&fresh),
            Err(poisoned) => *poisoned.into_inner() = Arc::clone(&fresh),
        }
        Ok(fresh)
    }
}
