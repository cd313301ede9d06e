//! Targets that are left alone: how a person orders it on the command line.

use sutler_engine::admin::{self, Acting, PauseWanted};

use super::context::Context;
use super::execute::Done;
use super::message::{Reply, Until};

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
    let now = context.ports.clock.now();
    let until = how.until.map(|until| match until {
        Until::In(span) => now.plus(span),
        Until::At(at) => at,
    });
    let wanted = PauseWanted { until, reason: how.reason, leavers_go_on: how.leavers_go_on };
    let pause = admin::pause(&context.ports, acting, tenant, target, wanted).await?;
    Ok(Reply::Paused { pause })
}

/// Ends the pause of a target; counts 0 if it was not paused.
pub(super) async fn resume(context: &Context, acting: &Acting, tenant: &str, target: &str) -> Done {
    let was_paused = admin::resume(&context.ports, acting, tenant, target).await?;
    Ok(Reply::Count { count: u64::from(was_paused) })
}
