//! `provision`: one pair is decided and delivered now, while somebody watches.

use sutler_engine::admin::{self, Acting};
use sutler_engine::explain;
use sutler_model::port::Order;

use super::context::Context;
use super::execute::Refused;
use super::message::Reply;

/// How long it is waited for, and how often it is looked at, in milliseconds.
const PATIENCE: i64 = 60_000;
const LOOK: i64 = 50;

/// Marks the pair, waits until its item is settled (or was tried once more), and tells how it
/// stands.
pub(super) async fn provision(
    context: &Context,
    acting: &Acting,
    tenant: &str,
    target: &str,
    resource: &str,
) -> Result<Reply, Refused> {
    let ports = &context.ports;
    let stored = ports.estate.refresh(&*ports.ledger).await?;
    let target = admin::target(&stored, tenant, target)?;
    let rid = explain::find(ports, target.tenant, resource).await?;
    let rid =
        rid.ok_or_else(|| format!("there is no user or group with the id or name `{resource}`"))?;
    let object = format!("{resource} at target {}", target.name);
    let act = acting.act(Some(tenant), "pair.provision", &object);
    let order = Order::Provision(target.id, rid);
    ports.ledger.order(order, vec![act], ports.clock.now()).await?;
    ports.pulse.marked();
    let until = ports.clock.boottime().saturating_add(PATIENCE);
    while ports.clock.boottime() < until {
        ports.runtime.sleep(LOOK).await;
        match ports.ledger.work_of(target.id, rid).await? {
            None => break,
            // It was tried, and waits for a time, for another account or for a person.
            Some(work) if work.fence.is_none() && work.why.is_some() => break,
            Some(work) if work.fence.is_none() && work.due > Some(ports.clock.now()) => break,
            Some(_) => {}
        }
    }
    let explanation = explain::explain(ports, target, rid).await?;
    let explanation = explanation.ok_or_else(|| format!("`{resource}` is gone"))?;
    Ok(Reply::Explained { explanation: Box::new(explanation) })
}
