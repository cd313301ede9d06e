//! Messages for receivers as one node of the simulation sees them.

use async_trait::async_trait;
use sutler_model::notification::{Alert, Notice, NotificationState};
use sutler_model::port::{LedgerError, Notices};
use sutler_model::{TargetId, Time};

use super::ledger::SimLedger;

#[async_trait]
impl Notices for SimLedger {
    async fn alert(
        &self,
        target: TargetId,
        alert: Alert,
        detail: &str,
        now: Time,
    ) -> Result<(), LedgerError> {
        self.before().await?;
        let answer = self.inner.alert(target, alert, detail, now).await;
        self.executor.dawdle().await;
        answer
    }

    async fn due_notices(&self, now: Time, limit: usize) -> Result<Vec<Notice>, LedgerError> {
        self.before().await?;
        let answer = self.inner.due_notices(now, limit).await;
        self.executor.dawdle().await;
        answer
    }

    async fn end_notice(&self, id: i64, lost: bool) -> Result<(), LedgerError> {
        self.before().await?;
        let answer = self.inner.end_notice(id, lost).await;
        self.executor.dawdle().await;
        answer
    }

    async fn delay_notice(
        &self,
        id: i64,
        due: Time,
        fault: &str,
        now: Time,
    ) -> Result<(), LedgerError> {
        self.before().await?;
        let answer = self.inner.delay_notice(id, due, fault, now).await;
        self.executor.dawdle().await;
        answer
    }

    async fn notification_states(&self) -> Result<Vec<NotificationState>, LedgerError> {
        self.before().await?;
        let answer = self.inner.notification_states().await;
        self.executor.dawdle().await;
        answer
    }
}
