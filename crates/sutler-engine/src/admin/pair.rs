//! One resource at one target.

use std::collections::BTreeMap;

use sutler_model::delivery::DeliveryLine;
use sutler_model::explanation::Explanation;
use sutler_model::{Rid, Uid};

use super::{Refused, find};
use crate::{Ports, explain};

/// Why a resource is, or is not, at a target. It is named by its id, or by its name in any
/// spelling.
pub async fn explain(
    ports: &Ports,
    tenant: &str,
    target: &str,
    resource: &str,
) -> Result<Explanation, Refused> {
    let estate = ports.estate.refresh(&*ports.ledger).await?;
    let target = find::target(&estate, tenant, target)?;
    let unknown = || {
        Refused::Missing(format!(
            "there is no user or group with the id or name `{resource}`: \
             `sutler status --leavers` shows the ids of those who are gone"
        ))
    };
    let rid = explain::find(ports, target.tenant, resource).await?.ok_or_else(unknown)?;
    explain::explain(ports, target, rid).await?.ok_or_else(unknown)
}

/// The last deliveries to a target, newest first: of one resource, named as in [`explain`], or
/// of all.
pub async fn deliveries(
    ports: &Ports,
    tenant: &str,
    target: &str,
    resource: Option<&str>,
    limit: usize,
) -> Result<Vec<DeliveryLine>, Refused> {
    let estate = ports.ledger.estate().await?;
    let target = find::target(&estate, tenant, target)?;
    let found = match resource {
        None => ports.ledger.deliveries(Some(target.id), limit).await?,
        Some(named) => {
            let rid = explain::find(ports, target.tenant, named).await?;
            let unknown = || Refused::Missing(format!("there is no user or group `{named}`"));
            ports.ledger.deliveries_of(target.id, rid.ok_or_else(unknown)?, limit).await?
        }
    };
    let mut rids: Vec<Rid> = found.iter().map(|delivery| delivery.rid).collect();
    rids.sort_unstable();
    rids.dedup();
    let frames = ports.ledger.frames(target.id, &rids).await?;
    let of = |frame: sutler_model::port::Frame| Some((frame.rid, frame.resource?.uid));
    let uids: BTreeMap<Rid, Uid> = frames.into_iter().filter_map(of).collect();
    let line = |delivery: sutler_model::delivery::Delivery| {
        let uid = uids.get(&delivery.rid).cloned();
        DeliveryLine::new(delivery, uid)
    };
    Ok(found.into_iter().map(line).collect())
}
