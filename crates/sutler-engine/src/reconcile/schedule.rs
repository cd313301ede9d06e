//! Begins the comparisons that are due, and goes on with those that were cut off.

use std::sync::Arc;

use sutler_model::Time;
use sutler_model::port::LedgerError;
use sutler_model::report::ReportKind;

use super::place::{Place, cut_off};
use super::turn::UnderWay;
use super::{begin, go, keep, take_turn};
use crate::outbound::Context;

/// How often it is looked whether one is due.
const SCAN: i64 = 30_000;

/// `alone`: no other node can be at a comparison that was begun before.
pub(crate) fn start(context: &Arc<Context>, alone: bool) {
    let context = Arc::clone(context);
    let runtime = Arc::clone(&context.ports.runtime);
    let alone_since = alone.then(|| context.now());
    runtime.spawn(Box::pin(async move {
        context.forever("comparing", || turn(&context, alone_since)).await;
    }));
}

async fn turn(context: &Context, alone_since: Option<Time>) -> Result<(), LedgerError> {
    let (rulebook, ports) = (context.ports.estate.current(), &context.ports);
    for rules in rulebook.all() {
        let target = &rules.target;
        let latest = ports.ledger.latest_report(ReportKind::Comparison, target.id).await?;
        let now = context.now();
        let left = latest.as_ref().and_then(|latest| cut_off(latest, now, alone_since));
        if let Some((comparison, place)) = left {
            let again = UnderWay { id: comparison.id.clone(), since: comparison.began };
            let Ok(turn) = ports.comparing.take(target.id, again) else { continue };
            tracing::info!(target.name = %target.name, id = %comparison.id, "a comparison that was cut off goes on");
            let place = Place { at: now, ..place };
            keep(ports, target, &comparison, Some(&place)).await?;
            go(ports, target, turn, &comparison, place);
            continue;
        }
        let Some(every) = target.reconcile_every else { continue };
        if latest.is_none_or(|latest| latest.made.plus(every) <= now) {
            let Ok(turn) = take_turn(ports, target) else { continue };
            begin(ports, target, turn, false).await?;
        }
    }
    context.rest(SCAN).await;
    Ok(())
}
