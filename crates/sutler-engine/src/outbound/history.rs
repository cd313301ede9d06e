//! Drops what of the history is old, a little at a time.

use std::sync::Arc;

use sutler_model::history::Retention;

use super::context::Context;

/// How often it is looked for.
const EVERY: i64 = 60_000;
/// Deliveries of one step, which keeps the writer for some milliseconds.
const STEP: usize = 500;
/// The rest between two steps.
const REST: i64 = 50;

pub(super) fn start(context: &Arc<Context>, retention: Retention) {
    let context = Arc::clone(context);
    let runtime = Arc::clone(&context.ports.runtime);
    runtime.spawn(Box::pin(async move {
        while !context.is_stopping() {
            let ledger = &context.ports.ledger;
            let pause = match ledger.prune_history(retention, context.now(), STEP).await {
                Ok(gone) if gone >= STEP => REST,
                Ok(_) => EVERY,
                Err(error) => {
                    tracing::warn!(%error, "old deliveries could not be dropped; tried again in a minute");
                    EVERY
                }
            };
            context.rest(pause).await;
        }
    }));
}
