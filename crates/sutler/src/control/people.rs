//! Who waits for a person, who is out, and what is tried again.

use sutler_engine::admin::{self, Acting, targets};
use sutler_engine::failures::FailedGroups;
use sutler_model::delivery::{FailedPair, Leaver, LeaverPlace};
use sutler_model::estate::Target;
use sutler_model::port::{Again, LedgerError};
use sutler_model::{Rid, TargetId, Time, Uid};

use super::context::Context;
use super::execute::{Done, Refused};
use super::message::Reply;

/// How many failed pairs and leavers a page shows.
const PAGE: usize = 5_000;
/// How many failed pairs are read at once to be grouped, and tried again in one transaction.
const STEP: usize = 1_000;

/// A page of failed pairs; with the first one all of them by cause.
pub(super) async fn failed(
    context: &Context,
    tenant: &str,
    target: Option<&str>,
    after: Option<&str>,
) -> Done {
    let place = after.map(failed_place).transpose()?;
    let all = targets(&context.ports, tenant, target).await?;
    let mut pairs: Vec<FailedPair> = Vec::new();
    for target in &all {
        let room = PAGE + 1 - pairs.len();
        pairs.extend(context.ports.ledger.failed(Some(target.id), place, room).await?);
    }
    let groups = match place {
        None => grouped(context, &all).await?.finish(),
        Some(_) => Vec::new(),
    };
    let more = cut(&mut pairs);
    let last = pairs.last().filter(|_| more).map(|pair| pair.place);
    let next = last.map(|(target, rid)| format!("{target}.{rid}"));
    Ok(Reply::Failed { pairs, groups, next })
}

async fn grouped(context: &Context, targets: &[Target]) -> Result<FailedGroups, LedgerError> {
    let mut groups = FailedGroups::default();
    for target in targets {
        let mut after = None;
        loop {
            let pairs = context.ports.ledger.failed(Some(target.id), after, STEP).await?;
            for pair in &pairs {
                groups.add(pair);
            }
            after = pairs.last().map(|last| last.place);
            if pairs.len() < STEP {
                break;
            }
        }
    }
    Ok(groups)
}

/// A page of leavers, target by target.
pub(super) async fn leavers(
    context: &Context,
    tenant: &str,
    target: Option<&str>,
    after: Option<&str>,
) -> Done {
    let place = after.map(leaver_place).transpose()?;
    let begun = place.map(|(target, _)| target);
    let mut found: Vec<(TargetId, Leaver)> = Vec::new();
    for target in targets(&context.ports, tenant, target).await? {
        if begun.is_some_and(|begun| target.id < begun) {
            continue;
        }
        let room = PAGE + 1 - found.len();
        let from = place.filter(|(begun, _)| *begun == target.id).map(|(_, place)| place);
        let leavers = context.ports.ledger.leavers(Some(target.id), from, room).await?;
        found.extend(leavers.into_iter().map(|leaver| (target.id, leaver)));
    }
    let more = cut(&mut found);
    let last = found.last().filter(|_| more);
    let next = last.map(|(target, leaver)| {
        let LeaverPlace { confirmed, at, rid } = leaver.place;
        format!("{target}.{}.{}.{rid}", u8::from(confirmed), at.0)
    });
    Ok(Reply::Leavers { leavers: found.into_iter().map(|(_, leaver)| leaver).collect(), next })
}

/// Tries parked pairs again, in steps that leave room for others.
pub(super) async fn retry(
    context: &Context,
    acting: &Acting,
    tenant: &str,
    target: Option<&str>,
    resource: Option<String>,
    cause: Option<String>,
) -> Done {
    let act = acting.act(Some(tenant), "target.retry", target.unwrap_or("all targets"));
    let act = Acting::with(act, "resource", resource.clone());
    let act = Acting::with(act, "cause", cause.clone());
    let found = targets(&context.ports, tenant, target).await;
    let targets = admin::refused(&context.ports, &act, found).await?;
    admin::begin(&context.ports, act).await?;
    let mut count = 0;
    for target in targets {
        let uid = resource.clone().map(Uid);
        let mut which = Again { uid, cause: cause.clone(), after: None, limit: STEP };
        loop {
            let now = context.ports.clock.now();
            let retried = context.ports.ledger.retry(target.id, &which, now).await?;
            count += retried.count;
            which.after = retried.last;
            context.ports.pulse.notify();
            if retried.count < STEP {
                break;
            }
        }
    }
    Ok(Reply::Count { count: u64::try_from(count).unwrap_or(u64::MAX) })
}

/// Leaves of a list what fits on a page; true if there was more.
fn cut<T>(list: &mut Vec<T>) -> bool {
    let more = list.len() > PAGE;
    list.truncate(PAGE);
    more
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

fn numbers(text: &str) -> Option<Vec<i64>> {
    text.split('.').map(|part| part.parse().ok()).collect()
}

fn no_place(text: &str) -> Refused {
    format!("`{text}` is no place in this list: take the one that the page before has printed")
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read_as_they_are_printed() {
        assert!(matches!(failed_place("3.17"), Ok((TargetId(3), Rid(17)))));
        let place = leaver_place("3.1.500.17").ok().unwrap();
        assert_eq!(place.1, LeaverPlace { confirmed: true, at: Time(500), rid: Rid(17) });
        for wrong in ["", "3", "3.x", "3.1.2", "1.2.3.4", "99999999999999999999.1"] {
            assert!(failed_place(wrong).is_err(), "{wrong}");
        }
        assert!(leaver_place("1.2.3.4").is_err());
    }
}
