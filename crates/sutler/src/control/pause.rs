//! Targets that are left alone: a person's orders, and how that is told.

use sutler_engine::hold::Hold;
use sutler_model::estate::Target;
use sutler_model::pause::Pause;
use sutler_model::port::{LedgerError, Quarantine};

use super::context::Context;
use super::execute::{Done, Refused, find_target};
use super::message::{Reply, Until};

/// The longest reason, in characters.
const LONGEST_REASON: usize = 500;

/// How a target is to be paused.
pub(super) struct Order {
    pub(super) until: Option<Until>,
    pub(super) reason: Option<String>,
    pub(super) leavers_go_on: bool,
}

/// Pauses a target, or changes its pause.
pub(super) async fn pause(context: &Context, tenant: &str, target: &str, order: Order) -> Done {
    let stored = context.ports.ledger.estate().await?;
    let target = find_target(&stored, tenant, target)?.id;
    let now = context.ports.clock.now();
    let until = order.until.map(|until| match until {
        Until::In(span) => now.plus(span),
        Until::At(at) => at,
    });
    if let Some(past) = until.filter(|until| *until <= now) {
        let message = format!("`--until` is {}, which is over: nothing was paused", past.rfc3339());
        return Err(Refused::from(message));
    }
    let reason = order.reason.map(|reason| {
        let line: String = reason.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        line.chars().take(LONGEST_REASON).collect()
    });
    let earlier = context.ports.ledger.pause(target).await?.filter(|pause| pause.holds(now));
    let since = earlier.map_or(now, |pause| pause.since);
    let pause = Pause { since, until, reason, leavers_go_on: order.leavers_go_on };
    context.ports.ledger.set_pause(target, Some(pause.clone())).await?;
    context.ports.pulse.notify();
    Ok(Reply::Paused { pause })
}

/// Ends the pause of a target; counts 0 if it was not paused.
pub(super) async fn resume(context: &Context, tenant: &str, target: &str) -> Done {
    let stored = context.ports.ledger.estate().await?;
    let target = find_target(&stored, tenant, target)?.id;
    let now = context.ports.clock.now();
    let pause = context.ports.ledger.pause(target).await?;
    context.ports.ledger.set_pause(target, None).await?;
    context.ports.pulse.notify();
    Ok(Reply::Count { count: u64::from(pause.is_some_and(|pause| pause.holds(now))) })
}

/// Why a target gets nothing, or less than everything; `None` if it gets all.
pub(super) async fn state(
    context: &Context,
    target: &Target,
    quarantined: &[Quarantine],
) -> Result<Option<String>, LedgerError> {
    let pause = context.ports.ledger.pause(target.id).await?;
    let hold = Hold::at(pause, &target.maintenance, context.ports.clock.now());
    let probed = quarantined.iter().find(|held| held.target == target.id).map(probed);
    Ok(match (hold.says(), probed) {
        (Some(hold), Some(probed)) => Some(format!("{hold}; {probed}")),
        (hold, probed) => hold.or(probed),
    })
}

fn probed(held: &Quarantine) -> String {
    let probe = held.probe.map(|at| format!(", next probe {}", at.rfc3339()));
    let since = held.since.rfc3339();
    format!("{} since {since}{}", held.fault.cause, probe.unwrap_or_default())
}
