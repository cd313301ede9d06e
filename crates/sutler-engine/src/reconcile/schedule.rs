//! Begins the comparisons that are due.

use std::sync::Arc;

use sutler_model::port::LedgerError;
use sutler_model::report::ReportKind;

use super::{begin, take_turn};
use crate::outbound::Context;

/// How often it is looked whether one is due.
const SCAN: i64 = 30_000;

pub(crate) fn start(context: &Arc<Context>) {
    let context = Arc::clone(context);
    let runtime = Arc::clone(&context.ports.runtime);
    runtime.spawn(Box::pin(async move {
        context.forever("comparing", || turn(&context)).await;
    }));
}

async fn turn(context: &Context) -> Result<(), LedgerError> {
    let rulebook = context.ports.estate.current();
    for rules in rulebook.all() {
        let target = &rules.target;
        let Some(every) = target.reconcile_every else { continue };
        let latest = context.ports.ledger.latest_report(ReportKind::Comparison, target.id).await?;
        if latest.is_none_or(|latest| latest.made.plus(every) <= context.now()) {
            let Ok(turn) = take_turn(&context.ports, target) else { continue };
            begin(&context.ports, target, turn, false).await?;
        }
    }
    context.rest(SCAN).await;
    Ok(())
}
