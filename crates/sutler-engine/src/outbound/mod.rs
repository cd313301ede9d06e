//! The outbound side at work: spreader, sweeper, dispatchers, node beat.
//!
//! Everything that waits is here; everything that decides is in the pure modules beside it.

mod context;
mod course;
mod deliver;
mod dispatcher;
mod ending;
mod exchange;
mod gate;
mod history;
mod membership;
mod nested;
mod node;
mod observe;
mod spreader;
pub(crate) mod survey;
mod sweeper;
mod uncounted;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use sutler_model::NodeId;
use sutler_model::history::Retention;
use sutler_model::port::LedgerError;

use crate::Ports;
pub(crate) use context::Context;
pub use gate::{Gates, Unread};

/// How the outbound side runs.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// No other node can be alive (a lock on the data directory proves it): those that are
    /// registered are declared dead at once.
    pub single_node: bool,
    /// How long the history is kept.
    pub history: Retention,
}

/// The running outbound side.
pub struct Outbound {
    life: Arc<Life>,
}

/// The node that runs now, and whether another may follow it.
struct Life {
    current: Mutex<Arc<Context>>,
    over: AtomicBool,
}

/// Registers this node and starts its loops. A node that others have declared dead, because it
/// was stopped for too long, begins anew under another number.
pub async fn start(ports: Ports, options: Options) -> Result<Outbound, LedgerError> {
    let first = begin(&ports, options).await?;
    let life = Arc::new(Life { current: Mutex::new(first), over: AtomicBool::new(false) });
    let (runtime, watched) = (Arc::clone(&ports.runtime), Arc::clone(&life));
    runtime.spawn(Box::pin(async move { watched.go_on(&ports, options).await }));
    Ok(Outbound { life })
}

async fn begin(ports: &Ports, options: Options) -> Result<Arc<Context>, LedgerError> {
    ports.estate.refresh(ports.ledger.as_ref()).await?;
    let node = ports.ledger.node_start(ports.clock.now()).await?;
    if options.single_node {
        node::bury_others(ports, node).await?;
    }
    let context = Arc::new(Context::new(ports.clone(), node));
    node::start(&context);
    spreader::start(&context);
    sweeper::start(&context);
    crate::reconcile::start(&context, options.single_node);
    crate::intent::start(&context);
    dispatcher::start(&context);
    history::start(&context, options.history);
    Ok(context)
}

impl Outbound {
    /// This node.
    pub fn node(&self) -> NodeId {
        self.life.current().node
    }

    /// Stops claiming, waits for calls in flight (30 s at most), and closes the node's row.
    /// What is still taken then is freed by the next start, in doubt.
    pub async fn stop(&self) {
        self.life.over.store(true, Ordering::SeqCst);
        self.life.current().stop().await;
    }
}

impl Life {
    fn current(&self) -> Arc<Context> {
        Arc::clone(&self.current.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Follows each node that was declared dead with a new one.
    async fn go_on(&self, ports: &Ports, options: Options) {
        loop {
            let context = self.current();
            context.until_fenced().await;
            context.stop().await;
            if self.over.load(Ordering::SeqCst) {
                return;
            }
            tracing::warn!(node = %context.node, "this node was declared dead, and begins anew");
            let next = loop {
                match begin(ports, options).await {
                    Ok(next) => break next,
                    Err(error) => tracing::warn!(%error, "the node could not begin anew"),
                }
                ports.runtime.sleep(1_000).await;
            };
            *self.current.lock().unwrap_or_else(PoisonError::into_inner) = next;
        }
    }
}
