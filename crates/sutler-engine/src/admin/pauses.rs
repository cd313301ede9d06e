//! Targets that are left alone: a person's orders, and what is in force.

use sutler_model::Time;
use sutler_model::pause::Pause;
use sutler_model::port::Order;

use super::{Acting, Refused, find, refused};
use crate::Ports;

/// The longest reason, in characters.
const LONGEST_REASON: usize = 500;

/// How a target is to be paused.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PauseWanted {
    /// Until when; `None` is until somebody resumes it.
    pub until: Option<Time>,
    /// Why.
    pub reason: Option<String>,
    /// What takes access away is sent all the same.
    pub leavers_go_on: bool,
}

/// The pause of a target that is in force.
pub async fn paused(ports: &Ports, tenant: &str, target: &str) -> Result<Option<Pause>, Refused> {
    let estate = ports.ledger.estate().await?;
    let target = find::target(&estate, tenant, target)?.id;
    let now = ports.clock.now();
    Ok(ports.ledger.pause(target).await?.filter(|pause| pause.holds(now)))
}

/// Pauses a target, or changes its pause.
pub async fn pause(
    ports: &Ports,
    acting: &Acting,
    tenant: &str,
    target: &str,
    wanted: PauseWanted,
) -> Result<Pause, Refused> {
    let act = acting.act(Some(tenant), "target.pause", target);
    let now = ports.clock.now();
    let found = async {
        let estate = ports.ledger.estate().await?;
        let found = find::target(&estate, tenant, target)?.id;
        match wanted.until.filter(|until| *until <= now) {
            None => Ok(found),
            Some(past) => Err(Refused::Impossible(format!(
                "`until` is {}, which is over: nothing was paused",
                past.rfc3339()
            ))),
        }
    };
    let target = refused(ports, &act, found.await).await?;
    let earlier = ports.ledger.pause(target).await?.filter(|pause| pause.holds(now));
    let pause = Pause {
        since: earlier.map_or(now, |pause| pause.since),
        until: wanted.until,
        reason: wanted.reason.as_deref().map(plain),
        leavers_go_on: wanted.leavers_go_on,
    };
    let act = Acting::with(act, "until", pause.until.map(Time::rfc3339));
    let act = Acting::with(act, "reason", pause.reason.clone());
    let act = Acting::with(act, "leavers_go_on", Some(pause.leavers_go_on));
    let order = Order::Pause(target, Some(pause.clone()));
    ports.ledger.order(order, vec![act], now).await?;
    ports.pulse.notify();
    Ok(pause)
}

/// Ends the pause of a target. False if it was not paused.
pub async fn resume(
    ports: &Ports,
    acting: &Acting,
    tenant: &str,
    target: &str,
) -> Result<bool, Refused> {
    let act = acting.act(Some(tenant), "target.resume", target);
    let estate = ports.ledger.estate().await?;
    let target = refused(ports, &act, find::target(&estate, tenant, target)).await?.id;
    let now = ports.clock.now();
    let pause = ports.ledger.pause(target).await?;
    ports.ledger.order(Order::Pause(target, None), vec![act], now).await?;
    ports.pulse.notify();
    Ok(pause.is_some_and(|pause| pause.holds(now)))
}

/// One line, of bounded length.
fn plain(reason: &str) -> String {
    reason.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST_REASON).collect()
}
