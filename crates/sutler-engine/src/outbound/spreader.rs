//! Turns outbox rows into marks, in small transactions.

use std::sync::Arc;

use sutler_model::nesting::DEEPEST;
use sutler_model::port::{Ask, LedgerError, SpreadView};

use super::context::Context;
use crate::nesting;
use crate::rules::Rulebook;
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
    let mut views = context.ports.ledger.unspread(BATCH, rulebook.reads()).await?;
    if views.is_empty() {
        context.wait(committed, ended, SCAN).await;
        return Ok(());
    }
    ask(context, &mut views, &rulebook).await?;
    context.ports.ledger.spread(spread(&views, &rulebook, context.now())).await?;
    context.ports.pulse.marked();
    Ok(())
}

/// Asks for the groups above, where a target flattens them. Nothing is read for the others.
async fn ask(
    context: &Context,
    views: &mut [SpreadView],
    rulebook: &Rulebook,
) -> Result<(), LedgerError> {
    let asked = views.iter_mut().filter_map(|view| Some((nesting::ask(view, rulebook)?, view)));
    let (asks, asked): (Vec<Ask>, Vec<&mut SpreadView>) = asked.unzip();
    if asks.is_empty() {
        return Ok(());
    }
    let answers = context.ports.ledger.above(&asks).await?;
    for (view, above) in asked.into_iter().zip(answers) {
        if above.deeper {
            tracing::warn!(
                rid = %view.row.rid,
                "a group is within groups more than {DEEPEST} deep: its members are none of those further up"
            );
        }
        view.above = above;
    }
    Ok(())
}
