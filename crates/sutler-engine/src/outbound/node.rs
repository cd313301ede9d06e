//! The node's beat: it holds the lease for everything that the node has taken.

use std::collections::BTreeMap;
use std::sync::Arc;

use sutler_model::NodeId;
use sutler_model::port::LedgerError;

use super::context::Context;
use crate::Ports;

/// The distance of beats.
const BEAT: i64 = 5_000;
/// An unchanged beat, watched this long on our own boot-time clock, means that a node is dead.
const DEAD: i64 = 60_000;

/// Declares every other node dead, and frees what it had taken.
pub(super) async fn bury_others(ports: &Ports, node: NodeId) -> Result<(), LedgerError> {
    for (other, _) in ports.ledger.others(node).await? {
        let freed = ports.ledger.bury(other, ports.clock.now()).await?;
        if freed > 0 {
            tracing::info!(node = %other, freed, "took over what an ended node had taken");
        }
    }
    Ok(())
}

pub(super) fn start(context: &Arc<Context>) {
    let context = Arc::clone(context);
    let runtime = Arc::clone(&context.ports.runtime);
    runtime.spawn(Box::pin(async move {
        let mut watched = BTreeMap::new();
        while !context.is_stopping() {
            if let Err(error) = turn(&context, &mut watched).await {
                tracing::warn!(%error, "the node's beat was not taken");
                if error == LedgerError::Fenced {
                    context.declared_dead();
                    break;
                }
            }
            context.rest(BEAT).await;
        }
    }));
}

async fn turn(
    context: &Context,
    watched: &mut BTreeMap<NodeId, (i64, i64)>,
) -> Result<(), LedgerError> {
    let ledger = &context.ports.ledger;
    let before = context.ports.clock.boottime();
    ledger.beat(context.node).await?;
    context.has_beaten(before);
    let others = ledger.others(context.node).await?;
    watched.retain(|node, _| others.iter().any(|(other, _)| other == node));
    for (other, beat) in others {
        let now = context.ports.clock.boottime();
        let seen = watched.entry(other).or_insert((beat, now));
        if seen.0 != beat {
            *seen = (beat, now);
        } else if now - seen.1 >= DEAD {
            let freed = ledger.bury(other, context.now()).await?;
            tracing::warn!(node = %other, freed, "a node stopped beating: took over what it had taken");
            context.ports.pulse.notify();
        }
    }
    Ok(())
}
