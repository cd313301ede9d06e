//! How the receivers of messages stand.

use sutler_engine::admin;
use sutler_model::Time;
use sutler_model::notification::Notification;

use super::context::Context;
use super::execute::Done;
use super::message::{NotificationLine, Reply};

/// Those of a tenant, with what waits for each.
pub(super) async fn notifications(context: &Context, tenant: &str) -> Done {
    let stored = context.ports.ledger.estate().await?;
    let id = admin::tenant(&stored, tenant)?;
    let states = context.ports.ledger.notification_states().await?;
    let line = |one: &Notification| {
        let state = states.iter().find(|state| state.notification == one.id)?;
        let (fault, fault_at) = state.fault.clone().unzip();
        Some(NotificationLine {
            name: one.name.clone(),
            events: one.events.iter().map(|alert| alert.name().to_owned()).collect(),
            waiting: state.waiting,
            lost: state.lost,
            fault,
            fault_at: fault_at.map(Time::rfc3339),
        })
    };
    let ours = stored.notifications.iter().filter(|one| one.tenant == id);
    Ok(Reply::Notifications { notifications: ours.filter_map(line).collect() })
}
