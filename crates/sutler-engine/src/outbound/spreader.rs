//! Turns outbox rows into marks, in small transactions.

use std::sync::Arc;

use sutler_model::port::LedgerError;

use super::context::Context;
use crate::spread::spread;

/// Outbox rows a transaction.
const BATCH: usize = 256;
/// The periodic scan, for wake-ups that were missed.
const SCAN: i64 = 1_000;

pub(super) fn start(context: &Arc<Context>) {
    let context = Arc::clone(context);
    let runtime = Arc::clone(&context.ports.runtime);
    runtime.spawn(Box::pin(async move {
        context.forever("spreading", || turn(&context)).await;
    }));
}

async fn turn(context: &Context) -> Result<(), LedgerError> {
    let (committed, ended) = (context.ports.pulse.on_commit(), context.ended());
    let rulebook = context.ports.estate.current();
    let views = context.ports.ledger.unspread(BATCH, rulebook.reads()).await?;
    if views.is_empty() {
        context.wait(committed, ended, SCAN).await;
        return Ok(());
    }
    context.ports.ledger.spread(spread(&views, &rulebook, context.now())).await?;
    context.ports.pulse.marked();
    Ok(())
}
