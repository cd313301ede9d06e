//! Ends the intents of what is passed through: when every target has it, what was desired is
//! erased.

use std::sync::Arc;

use sutler_model::change::CommitError;
use sutler_model::intent::Reason;
use sutler_model::port::LedgerError;

use super::context::Context;

/// Intents of one turn.
const PAGE: usize = 100;
/// The periodic scan, for wake-ups that were missed.
const SCAN: i64 = 1_000;

pub(super) fn start(context: &Arc<Context>) {
    let context = Arc::clone(context);
    let runtime = Arc::clone(&context.ports.runtime);
    runtime.spawn(Box::pin(async move {
        context.forever("erasing what was passed through", || turn(&context)).await;
    }));
}

async fn turn(context: &Context) -> Result<(), LedgerError> {
    let (marked, ended) = (context.ports.pulse.on_mark(), context.ended());
    let ledger = &context.ports.ledger;
    let ripe = ledger.ripe_intents(PAGE).await?;
    let passed = ripe.iter().filter(|intent| intent.reason == Reason::Pass);
    let mut any = false;
    for intent in passed {
        match ledger.settle_intent(intent.id, None, context.now()).await {
            // Another node was faster, or a newer desire has come.
            Ok(_) | Err(CommitError::NotFound) => any = true,
            Err(CommitError::Store(error)) => return Err(error),
            Err(error) => return Err(LedgerError::Failed(error.to_string())),
        }
    }
    if any {
        context.ports.pulse.marked();
    } else {
        context.wait(marked, ended, SCAN).await;
    }
    Ok(())
}
