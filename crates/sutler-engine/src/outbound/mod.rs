//! The outbound side at work: spreader, sweeper, dispatchers, node beat.
//!
//! Everything that waits is here; everything that decides is in the pure modules beside it.

mod context;
mod deliver;
mod dispatcher;
mod ending;
mod exchange;
mod membership;
mod node;
mod spreader;
mod survey;
mod sweeper;

use std::sync::Arc;

use sutler_model::NodeId;
use sutler_model::port::LedgerError;

use crate::Ports;
use context::Context;

/// How the outbound side runs.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// No other node can be alive (a lock on the data directory proves it): those that are
    /// registered are declared dead at once.
    pub single_node: bool,
}

/// The running outbound side of one node.
pub struct Outbound {
    context: Arc<Context>,
}

/// Registers this node and starts its loops.
pub async fn start(ports: Ports, options: Options) -> Result<Outbound, LedgerError> {
    ports.estate.refresh(ports.ledger.as_ref()).await?;
    let node = ports.ledger.node_start(ports.clock.now()).await?;
    if options.single_node {
        node::bury_others(&ports, node).await?;
    }
    let context = Arc::new(Context::new(ports, node));
    node::start(&context);
    spreader::start(&context);
    sweeper::start(&context);
    dispatcher::start(&context);
    Ok(Outbound { context })
}

impl Outbound {
    /// This node.
    pub fn node(&self) -> NodeId {
        self.context.node
    }

    /// Stops claiming, waits for calls in flight (30 s at most), and closes the node's row.
    /// What is still taken then is freed by the next start, in doubt.
    pub async fn stop(&self) {
        self.context.stop().await;
    }
}
