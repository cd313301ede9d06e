//! Sends messages to receivers, again and again until each is taken, or is too old to help.
//!
//! What waits is stored: after a crash it is sent once more, under the same name.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use event_listener::Event as Wake;
use futures::future::{join_all, select};
use sutler_model::estate::Estate;
use sutler_model::notification::{Notice, Notification};
use sutler_model::port::{LedgerError, NoticeSender, PushError, Told};
use sutler_model::{NotificationId, Time};

use crate::Ports;
use crate::backoff::next_attempt;

/// The periodic scan.
const SCAN: i64 = 1_000;
/// Messages that are read at once; the first of each receiver is sent.
const BATCH: usize = 256;
/// A message that was not taken for so long is given up, and counted as lost.
const LONGEST: i64 = 3 * 86_400_000;

/// The running sender. Dropping it does not end it.
pub struct Notifying(Arc<Inner>);

struct Inner {
    ports: Ports,
    sender: Arc<dyn NoticeSender>,
    stopping: AtomicBool,
    stop: Wake,
}

/// Starts the sender.
pub fn start(ports: Ports, sender: Arc<dyn NoticeSender>) -> Notifying {
    let stopping = AtomicBool::new(false);
    let inner = Arc::new(Inner { ports, sender, stopping, stop: Wake::new() });
    let running = Arc::clone(&inner);
    inner.ports.runtime.spawn(Box::pin(async move { running.run().await }));
    Notifying(inner)
}

impl Notifying {
    /// Begins nothing more. What is under way is sent again after the next start, unless it
    /// comes to its end.
    pub fn stop(&self) {
        self.0.stopping.store(true, Ordering::SeqCst);
        self.0.stop.notify(usize::MAX);
    }
}

impl Inner {
    async fn run(&self) {
        while !self.stopping.load(Ordering::SeqCst) {
            match self.turn().await {
                Ok(true) => {}
                Ok(false) => self.rest(SCAN).await,
                Err(error) => {
                    tracing::warn!(%error, "messages could not be sent, and are tried again");
                    self.rest(SCAN).await;
                }
            }
        }
    }

    /// Sends the first due message of each receiver. False if none was due.
    async fn turn(&self) -> Result<bool, LedgerError> {
        let now = self.ports.clock.now();
        let due = self.ports.ledger.due_notices(now, BATCH).await?;
        let estate = self.ports.estate.current();
        let firsts = firsts(due);
        let any = !firsts.is_empty();
        let sent = firsts.into_iter().map(|notice| self.deliver(&estate, notice, now));
        for ended in join_all(sent).await {
            ended?;
        }
        Ok(any)
    }

    async fn deliver(&self, estate: &Estate, notice: Notice, now: Time) -> Result<(), LedgerError> {
        let ledger = &self.ports.ledger;
        let Some((to, told)) = told(estate, &notice, now) else {
            // Its receiver or its target is gone.
            return ledger.end_notice(notice.id, false).await;
        };
        let outcome = self.sender.send(to, &told).await;
        let (reason, after) = match outcome {
            Ok(()) => return ledger.end_notice(notice.id, false).await,
            Err(PushError::Refused(reason)) => (reason, None),
            Err(PushError::Again(reason, after)) => (reason, after),
        };
        let now = self.ports.clock.now();
        if now.since(notice.first) > LONGEST {
            tracing::error!(notification.name = %to.name, %reason, "a message was not taken for three days: it is lost");
            return ledger.end_notice(notice.id, true).await;
        }
        let tries = notice.tries.saturating_add(1);
        let due = next_attempt(now, tries, self.ports.random.number(), after);
        tracing::warn!(notification.name = %to.name, tries, %reason, "a message was not taken, and is sent again");
        ledger.delay_notice(notice.id, due, &reason, now).await
    }

    async fn rest(&self, millis: i64) {
        let stop = self.stop.listen();
        if !self.stopping.load(Ordering::SeqCst) {
            select(stop, self.ports.runtime.sleep(millis)).await;
        }
    }
}

/// The longest due message of each receiver: one that does not answer keeps nobody else waiting.
fn firsts(due: Vec<Notice>) -> Vec<Notice> {
    let mut firsts: BTreeMap<NotificationId, Notice> = BTreeMap::new();
    for notice in due {
        firsts.entry(notice.notification).or_insert(notice);
    }
    firsts.into_values().collect()
}

/// A message with the names of what it is about.
fn told<'a>(estate: &'a Estate, notice: &Notice, at: Time) -> Option<(&'a Notification, Told)> {
    let to = estate.notifications.iter().find(|one| one.id == notice.notification)?;
    let target = estate.target(notice.target)?;
    let tenant = estate.tenants.iter().find(|(id, _)| *id == target.tenant);
    let told = Told {
        notice: notice.clone(),
        tenant: tenant.map(|(_, name)| name.clone()).unwrap_or_default(),
        target: target.name.clone(),
        at,
    };
    Some((to, told))
}

#[cfg(test)]
mod tests {
    use super::*;
    use sutler_model::TargetId;
    use sutler_model::notification::Alert;

    fn notice(id: i64, to: i64) -> Notice {
        Notice {
            id,
            notification: NotificationId(to),
            target: TargetId(1),
            alert: Alert::Parked,
            count: 1,
            first: Time(0),
            last: Time(0),
            detail: String::new(),
            due: Time(id),
            tries: 0,
        }
    }

    #[test]
    fn each_receiver_gets_its_longest_due_message() {
        let due = vec![notice(1, 7), notice(2, 7), notice(3, 8)];
        let ids: Vec<i64> = firsts(due).iter().map(|one| one.id).collect();
        assert_eq!(ids, [1, 3]);
    }
}
