//! Decides intents of which all is known: commits what was confirmed, voids what was refused.
//!
//! It takes nothing back by a step of its own: what a void intent leaves behind are marked pairs,
//! which come to what is stored as any others do.

use std::sync::Arc;

use futures::future::select;
use sutler_model::change::CommitError;
use sutler_model::intent::{Intent, Reason};
use sutler_model::port::LedgerError;
use sutler_model::work::Fault;

use super::sealed::open_change;
use crate::Ports;
use crate::outbound::Context;

/// Decided in one turn.
const PAGE: usize = 64;
/// The periodic scan.
const SCAN: i64 = 2_000;
/// How long what was to be confirmed, and for which nobody waits any more, may stay undecided
/// without anything being sent for it: then nothing comes of it.
const ABANDONED: i64 = 120_000;
/// How long ended intents are kept: seven days.
const KEPT: i64 = 7 * 24 * 3_600_000;

pub(crate) fn start(context: &Arc<Context>) {
    let context = Arc::clone(context);
    let runtime = Arc::clone(&context.ports.runtime);
    runtime.spawn(Box::pin(async move {
        context.forever("deciding about intents", || turn(&context)).await;
    }));
}

async fn turn(context: &Context) -> Result<(), LedgerError> {
    let ports = &context.ports;
    let (ripened, ended) = (ports.pulse.on_ripe(), context.ended());
    let ripe = ports.ledger.ripe_intents(PAGE).await?;
    for intent in &ripe {
        decide(ports, intent).await?;
        ports.pulse.resolved();
        ports.pulse.notify();
    }
    if ripe.is_empty() {
        tidy(ports).await?;
        select(select(ripened, ended), ports.runtime.sleep(SCAN)).await;
    }
    Ok(())
}

async fn decide(ports: &Ports, intent: &Intent) -> Result<(), LedgerError> {
    let now = ports.clock.now();
    if let Some((_, fault, _)) = intent.refused() {
        return void(ports, intent, fault.clone()).await;
    }
    let change = match intent.reason {
        Reason::Pass => None,
        Reason::Confirm => {
            match open_change(&*ports.sealer, &intent.sealed, intent.tenant, &intent.uid) {
                Ok(change) => Some(sutler_model::change::Change { at: now, ..change }),
                Err(error) => return void(ports, intent, conflict(&error.to_string())).await,
            }
        }
    };
    match ports.ledger.settle_intent(intent.id, change, now).await {
        Ok(_) => Ok(()),
        // A newer desire has taken its place, or another node was faster.
        Err(CommitError::NotFound) if intent.reason == Reason::Pass => Ok(()),
        Err(CommitError::Store(error)) => Err(error),
        Err(error) => void(ports, intent, conflict(&error.to_string())).await,
    }
}

async fn void(ports: &Ports, intent: &Intent, fault: Fault) -> Result<(), LedgerError> {
    ports.ledger.void_intent(intent.id, fault, ports.clock.now()).await.map(drop)
}

fn conflict(detail: &str) -> Fault {
    Fault { cause: "conflict".to_owned(), detail: detail.to_owned(), status: None }
}

/// Drops old ones, and voids those to be confirmed for which nobody waits and nothing is sent.
async fn tidy(ports: &Ports) -> Result<(), LedgerError> {
    let now = ports.clock.now();
    for intent in ports.ledger.intents(None, None, PAGE).await? {
        let forgotten = intent.reason == Reason::Confirm && now.since(intent.opened) > ABANDONED;
        if forgotten && !ports.ledger.is_unsure(intent.id).await? {
            let detail = "its targets did not confirm it in time".to_owned();
            let fault = Fault { cause: "timeout".to_owned(), detail, status: None };
            void(ports, &intent, fault).await?;
            ports.pulse.resolved();
            ports.pulse.notify();
        }
    }
    ports.ledger.prune_intents(now.plus(-KEPT)).await.map(drop)
}
