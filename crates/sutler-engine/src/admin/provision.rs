//! One pair is decided and delivered now, while somebody waits.

use sutler_model::explanation::Explanation;
use sutler_model::port::Order;

use super::{Acting, Refused, find, refused, unknown_resource};
use crate::{Ports, explain};

/// How often it is looked at, in milliseconds.
const LOOK: i64 = 50;

/// Marks the pair, waits until its item is settled or was tried once more, `patience`
/// milliseconds at most, and tells how it stands.
pub async fn provision(
    ports: &Ports,
    acting: &Acting,
    tenant: &str,
    target: &str,
    resource: &str,
    patience: i64,
) -> Result<Explanation, Refused> {
    let estate = ports.estate.refresh(&*ports.ledger).await?;
    let object = format!("{resource} at target {target}");
    let act = acting.act(Some(tenant), "pair.provision", &object);
    let found = async {
        let target = find::target(&estate, tenant, target)?;
        let rid = explain::find(ports, target.tenant, resource).await?;
        Ok((target, rid.ok_or_else(|| unknown_resource(tenant, resource))?))
    };
    let (target, rid) = refused(ports, &act, found.await).await?;
    ports.ledger.order(Order::Provision(target.id, rid), vec![act], ports.clock.now()).await?;
    ports.pulse.marked();
    let until = ports.clock.boottime().saturating_add(patience);
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
    explanation.ok_or_else(|| Refused::Missing(format!("`{resource}` is gone")))
}
