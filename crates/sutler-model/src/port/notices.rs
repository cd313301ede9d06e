//! The port to messages for receivers, and to who sends them.

use async_trait::async_trait;

use super::{LedgerError, PushError};
use crate::notification::{Alert, Notice, Notification, NotificationState};
use crate::{TargetId, Time};

/// Messages that wait. Those about parked pairs and quarantines are written in the transaction
/// that parks, or that begins, changes or ends a quarantine; those about what the guard holds,
/// once a wave, in the one that holds it. As long as that was not sent, it counts on what the
/// wave takes up.
#[async_trait]
pub trait Notices: Send + Sync {
    /// Writes a message for each receiver of the target's tenant that wants it, or counts it
    /// into one that waits.
    async fn alert(
        &self,
        target: TargetId,
        alert: Alert,
        detail: &str,
        now: Time,
    ) -> Result<(), LedgerError>;
    /// The messages whose time has come, the longest due first.
    async fn due_notices(&self, now: Time, limit: usize) -> Result<Vec<Notice>, LedgerError>;
    /// A message was taken, or is given up and counted as lost.
    async fn end_notice(&self, id: i64, lost: bool) -> Result<(), LedgerError>;
    /// A message was not taken: it is sent again at this time.
    async fn delay_notice(
        &self,
        id: i64,
        due: Time,
        fault: &str,
        now: Time,
    ) -> Result<(), LedgerError>;
    /// How the receivers stand.
    async fn notification_states(&self) -> Result<Vec<NotificationState>, LedgerError>;
}

/// A message as it is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The message.
    pub notice: Notice,
    /// The tenant's name.
    pub tenant: String,
    /// The target's name.
    pub target: String,
    /// When it is sent.
    pub at: Time,
}

/// Sends messages.
#[async_trait]
pub trait NoticeSender: Send + Sync {
    /// Signs and sends one; returns when the receiver says that it has it.
    async fn send(&self, to: &Notification, told: &Told) -> Result<(), PushError>;
}
