//! One resource at one target.

use std::collections::BTreeMap;

use sutler_model::delivery::{Delivery, DeliveryLine};
use sutler_model::explanation::Explanation;
use sutler_model::port::Frame;
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
    let unknown = || unknown_resource(tenant, resource);
    let rid = explain::find(ports, target.tenant, resource).await?.ok_or_else(unknown)?;
    explain::explain(ports, target, rid).await?.ok_or_else(unknown)
}

/// What is said where a resource is not found.
pub fn unknown_resource(tenant: &str, resource: &str) -> Refused {
    let of = find::tenant_option(tenant);
    Refused::Missing(format!(
        "there is no user or group with the id or name `{resource}`: \
         `sutler status{of} --leavers` shows the ids of those who are gone"
    ))
}

/// A page of the deliveries to a target, newest first: of one resource, named as in [`explain()`],
/// or of all. With the place before which the next page begins, if there is one.
pub async fn deliveries(
    ports: &Ports,
    tenant: &str,
    target: &str,
    resource: Option<&str>,
    before: Option<i64>,
    limit: usize,
) -> Result<(Vec<DeliveryLine>, Option<i64>), Refused> {
    let estate = ports.ledger.estate().await?;
    let target = find::target(&estate, tenant, target)?;
    let rid = match resource {
        None => None,
        Some(named) => {
            let found = explain::find(ports, target.tenant, named).await?;
            let unknown = || Refused::Missing(format!("there is no user or group `{named}`"));
            Some(found.ok_or_else(unknown)?)
        }
    };
    let before = before.unwrap_or(i64::MAX);
    let one_more = limit.saturating_add(1);
    let mut page = ports.ledger.delivery_page(target.id, rid, before, one_more).await?;
    let more = page.len() > limit;
    page.truncate(limit);
    let next = page.last().filter(|_| more).map(|(place, _)| *place);
    let mut rids: Vec<Rid> = page.iter().map(|(_, delivery)| delivery.rid).collect();
    rids.sort_unstable();
    rids.dedup();
    let frames =
        ports.ledger.frames(target.id, &rids, sutler_model::port::Reads::default()).await?;
    let of = |frame: Frame| Some((frame.rid, frame.resource?.uid));
    let uids: BTreeMap<Rid, Uid> = frames.into_iter().filter_map(of).collect();
    let line = |(_, delivery): (i64, Delivery)| {
        let uid = uids.get(&delivery.rid).cloned();
        DeliveryLine::new(delivery, uid)
    };
    Ok((page.into_iter().map(line).collect(), next))
}
