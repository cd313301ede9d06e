//! Who waits for a person, who is out, and what is tried again.

use sutler_model::delivery::{FailedPair, Leaver, LeaverPlace};
use sutler_model::port::{Again, Order};
use sutler_model::{Rid, TargetId, Time, Uid};

use super::page::{Page, no_place, numbers};
use super::{Acting, Refused, begin, refused, targets};
use crate::Ports;
use crate::failures::{FailedGroup, FailedGroups};
use crate::hidden::readable;

/// How many failed pairs are read at once to be grouped, and tried again in one transaction.
const STEP: usize = 1_000;

/// A page of the pairs that wait for a person: of one target, or of all of the tenant.
pub async fn failed(
    ports: &Ports,
    tenant: &str,
    target: Option<&str>,
    after: Option<&str>,
    limit: usize,
) -> Result<Page<FailedPair>, Refused> {
    let place = after.map(failed_place).transpose()?;
    let one_more = limit.saturating_add(1);
    let mut pairs: Vec<FailedPair> = Vec::new();
    for target in targets(ports, tenant, target).await? {
        let room = one_more.saturating_sub(pairs.len());
        pairs.extend(ports.ledger.failed(Some(target.id), place, room).await?);
    }
    for pair in &mut pairs {
        readable(&mut pair.name, &*ports.hiding);
    }
    Ok(Page::cut(pairs, limit, |pair| {
        let (target, rid) = pair.place;
        format!("{target}.{rid}")
    }))
}

/// All pairs that wait for a person, by cause, the most frequent first.
pub async fn failed_by_cause(
    ports: &Ports,
    tenant: &str,
    target: Option<&str>,
) -> Result<Vec<FailedGroup>, Refused> {
    let mut groups = FailedGroups::default();
    for target in targets(ports, tenant, target).await? {
        let mut after = None;
        loop {
            let pairs = ports.ledger.failed(Some(target.id), after, STEP).await?;
            for pair in &pairs {
                groups.add(pair);
            }
            after = pairs.last().map(|last| last.place);
            if pairs.len() < STEP {
                break;
            }
        }
    }
    Ok(groups.finish())
}

/// A page of who is out, or ought to be, target by target.
pub async fn leavers(
    ports: &Ports,
    tenant: &str,
    target: Option<&str>,
    after: Option<&str>,
    limit: usize,
) -> Result<Page<Leaver>, Refused> {
    let place = after.map(leaver_place).transpose()?;
    let begun = place.map(|(target, _)| target);
    let one_more = limit.saturating_add(1);
    let mut found: Vec<(TargetId, Leaver)> = Vec::new();
    for target in targets(ports, tenant, target).await? {
        if begun.is_some_and(|begun| target.id < begun) {
            continue;
        }
        let room = one_more.saturating_sub(found.len());
        let from = place.filter(|(begun, _)| *begun == target.id).map(|(_, place)| place);
        let leavers = ports.ledger.leavers(Some(target.id), from, room).await?;
        found.extend(leavers.into_iter().map(|leaver| (target.id, leaver)));
    }
    for (_, leaver) in &mut found {
        readable(&mut leaver.name, &*ports.hiding);
    }
    let page = Page::cut(found, limit, |(target, leaver)| {
        let LeaverPlace { confirmed, at, rid } = leaver.place;
        format!("{target}.{}.{}.{rid}", u8::from(confirmed), at.0)
    });
    Ok(Page { items: page.items.into_iter().map(|(_, leaver)| leaver).collect(), next: page.next })
}

/// Has failed pairs tried again: at one target or at all, of one resource, of one cause, or all
/// of them. Returns how many. One resource at one target is one transaction; more are tried in
/// steps that leave room for others, and are written down before they begin.
pub async fn retry(
    ports: &Ports,
    acting: &Acting,
    tenant: &str,
    target: Option<&str>,
    resource: Option<&Uid>,
    cause: Option<&str>,
) -> Result<usize, Refused> {
    let act = acting.act(Some(tenant), "target.retry", target.unwrap_or("all targets"));
    let act = Acting::with(act, "resource", resource.map(|uid| uid.0.clone()));
    let act = Acting::with(act, "cause", cause);
    let found = targets(ports, tenant, target).await;
    let targets = refused(ports, &act, found).await?;
    if let ([only], Some(uid), None) = (targets.as_slice(), resource, cause) {
        let order = Order::Retry(only.id, Some(uid.clone()));
        let count = ports.ledger.order(order, vec![act], ports.clock.now()).await?;
        ports.pulse.notify();
        return Ok(count);
    }
    begin(ports, act).await?;
    let mut count = 0;
    for target in targets {
        let cause = cause.map(str::to_owned);
        let mut which = Again { uid: resource.cloned(), cause, after: None, limit: STEP };
        loop {
            let retried = ports.ledger.retry(target.id, &which, ports.clock.now()).await?;
            count += retried.count;
            which.after = retried.last;
            ports.pulse.notify();
            if retried.count < STEP {
                break;
            }
        }
    }
    Ok(count)
}

fn failed_place(text: &str) -> Result<(TargetId, Rid), Refused> {
    match numbers(text).as_deref() {
        Some([target, rid]) => Ok((TargetId(*target), Rid(*rid))),
        _ => Err(no_place(text)),
    }
}

fn leaver_place(text: &str) -> Result<(TargetId, LeaverPlace), Refused> {
    match numbers(text).as_deref() {
        Some([target, confirmed @ (0 | 1), at, rid]) => {
            let (at, rid) = (Time(*at), Rid(*rid));
            Ok((TargetId(*target), LeaverPlace { confirmed: *confirmed == 1, at, rid }))
        }
        _ => Err(no_place(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read_as_they_are_printed() {
        assert_eq!(failed_place("3.17"), Ok((TargetId(3), Rid(17))));
        let place = leaver_place("3.1.500.17").unwrap();
        assert_eq!(place.1, LeaverPlace { confirmed: true, at: Time(500), rid: Rid(17) });
        for wrong in ["", "3", "3.x", "3.1.2", "1.2.3.4", "99999999999999999999.1"] {
            assert!(failed_place(wrong).is_err(), "{wrong}");
        }
        assert!(leaver_place("1.2.3.4").is_err());
    }
}
