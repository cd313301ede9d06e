//! How the receivers of notifications stand.

use serde::{Deserialize, Serialize};
use sutler_model::Time;
use sutler_model::notification::Notification;

use super::{Refused, find};
use crate::Ports;

/// A receiver of messages as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationLine {
    /// Its name.
    pub name: String,
    /// What it is told.
    pub events: Vec<String>,
    /// Messages that wait.
    pub waiting: u64,
    /// Messages that were lost.
    pub lost: u64,
    /// Why the last attempt failed, if it did.
    pub fault: Option<String>,
    /// When that was (RFC 3339).
    pub fault_at: Option<String>,
}

/// Those of a tenant, with what waits for each.
pub async fn notifications(ports: &Ports, tenant: &str) -> Result<Vec<NotificationLine>, Refused> {
    let estate = ports.ledger.estate().await?;
    let id = find::tenant(&estate, tenant)?;
    let states = ports.ledger.notification_states().await?;
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
    let ours = estate.notifications.iter().filter(|one| one.tenant == id);
    Ok(ours.filter_map(line).collect())
}
