//! Targets that are left alone: a person's orders, and how that is told.

use sutler_engine::admin::{self, Acting};
use sutler_model::pause::Pause;
use sutler_model::port::Order;

use super::context::Context;
use super::execute::{Done, Refused};
use super::message::{Reply, Until};

/// The longest reason, in characters.
const LONGEST_REASON: usize = 500;

/// How a target is to be paused.
pub(super) struct How {
    pub(super) until: Option<Until>,
    pub(super) reason: Option<String>,
    pub(super) leavers_go_on: bool,
}

/// Pauses a target, or changes its pause.
pub(super) async fn pause(
    context: &Context,
    acting: &Acting,
    tenant: &str,
    target: &str,
    how: How,
) -> Done {
    let stored = context.ports.ledger.estate().await?;
    let act = acting.act(Some(tenant), "target.pause", target);
    let found = admin::target(&stored, tenant, target);
    let target = admin::refused(&context.ports, &act, found).await?.id;
    let now = context.ports.clock.now();
    let until = how.until.map(|until| match until {
        Until::In(span) => now.plus(span),
        Until::At(at) => at,
    });
    if let Some(past) = until.filter(|until| *until <= now) {
        let message = format!("`--until` is {}, which is over: nothing was paused", past.rfc3339());
        return Err(Refused::from(message));
    }
    let reason = how.reason.map(|reason| {
        let line: String = reason.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        line.chars().take(LONGEST_REASON).collect()
    });
    let earlier = context.ports.ledger.pause(target).await?.filter(|pause| pause.holds(now));
    let since = earlier.map_or(now, |pause| pause.since);
    let pause = Pause { since, until, reason, leavers_go_on: how.leavers_go_on };
    let act = Acting::with(act, "until", until.map(sutler_model::Time::rfc3339));
    let act = Acting::with(act, "reason", pause.reason.clone());
    let act = Acting::with(act, "leavers_go_on", Some(pause.leavers_go_on));
    let order = Order::Pause(target, Some(pause.clone()));
    context.ports.ledger.order(order, vec![act], now).await?;
    context.ports.pulse.notify();
    Ok(Reply::Paused { pause })
}

/// Ends the pause of a target; counts 0 if it was not paused.
pub(super) async fn resume(context: &Context, acting: &Acting, tenant: &str, target: &str) -> Done {
    let stored = context.ports.ledger.estate().await?;
    let act = acting.act(Some(tenant), "target.resume", target);
    let found = admin::target(&stored, tenant, target);
    let target = admin::refused(&context.ports, &act, found).await?.id;
    let now = context.ports.clock.now();
    let pause = context.ports.ledger.pause(target).await?;
    context.ports.ledger.order(Order::Pause(target, None), vec![act], now).await?;
    context.ports.pulse.notify();
    Ok(Reply::Count { count: u64::from(pause.is_some_and(|pause| pause.holds(now))) })
}
