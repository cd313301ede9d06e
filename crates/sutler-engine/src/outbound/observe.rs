//! What deliveries say of their target: to the budget, to the breaker, and to people.

use std::sync::atomic::Ordering;

use sutler_model::Time;
use sutler_model::notification::Alert;
use sutler_model::outcome::Trouble;
use sutler_model::port::{LedgerError, Quarantined};
use sutler_model::work::{Fault, Lane};

use super::dispatcher::{Lines, quarantine};
use super::ending::{Ending, EndingKind};
use super::exchange::BASE;
use crate::health::{Cause, Failure};
use crate::reconcile;

/// Causes that say nothing of the target.
const OURS: [&str; 4] = ["unconfirmed", "store", "undecided", "look"];

/// Who was away for longer is compared whole: 28 days.
const LONG: i64 = 28 * 24 * 3_600_000;

impl Lines {
    /// What a delivery's end says of the target.
    pub(super) async fn observe(&self, ending: &Ending, called: bool) {
        match &ending.kind {
            EndingKind::Failed { fault, .. } if OURS.contains(&fault.cause.as_str()) => {}
            EndingKind::Failed { trouble, fault, retry_after } => {
                self.failed(failure(*trouble, fault), fault, *retry_after).await;
            }
            EndingKind::Abandoned | EndingKind::Lost => {}
            _ if called => self.served().await,
            _ => {}
        }
    }

    pub(super) async fn failed(&self, failure: Failure, fault: &Fault, retry_after: Option<Time>) {
        let now = self.context.now();
        if failure == Failure::Throttled {
            self.throttled(now);
        }
        let random = self.context.ports.random.number();
        let (before, begun, after) = {
            let mut health = self.health();
            let before = health.shut();
            let begun = health.failed(failure, retry_after, now, random);
            (before, begun, health.shut())
        };
        let Some((cause, probe)) = after.filter(|_| before != after) else {
            return;
        };
        let fault = told(cause, fault);
        if begun.is_some() {
            self.complain(cause, &fault);
        }
        quarantine(
            &self.context,
            self.rules.target.id,
            Some(Quarantined { fault, probe: Some(probe) }),
        )
        .await;
    }

    fn throttled(&self, now: Time) {
        let mut budget = self.budget();
        let before = budget.learned();
        budget.throttled(now);
        if let Some(rate) = budget.learned().filter(|rate| before != Some(*rate)) {
            let rate = format!("{}.{:03}", rate / 1_000, rate % 1_000);
            tracing::info!(target.name = %self.rules.target.name, rate, "the target throttles us: fewer calls a second from now on");
        }
    }

    fn complain(&self, cause: Cause, fault: &Fault) {
        let (name, reason) = (&self.rules.target.name, &fault.detail);
        if cause.is_quarantine() {
            tracing::error!(target.name = %name, cause = cause.name(), %reason,
                "the target is in quarantine: one probe at a time, until one succeeds");
        } else {
            tracing::warn!(target.name = %name, %reason, "the target cannot be reached");
        }
    }

    pub(super) async fn served(&self) {
        let ended = self.health().succeeded(self.context.now());
        let held = self.held.swap(false, Ordering::SeqCst);
        if ended.is_some() || held {
            tracing::info!(target.name = %self.rules.target.name, "the target serves us again");
            let compare = self.was_long_away().await;
            quarantine(&self.context, self.rules.target.id, None).await;
            if compare {
                self.compare().await;
            }
        }
    }

    async fn was_long_away(&self) -> bool {
        let held = self.context.ports.ledger.quarantined().await.unwrap_or_default();
        let held = held.into_iter().find(|held| held.target == self.rules.target.id);
        held.is_some_and(|held| self.context.now().since(held.since) > LONG)
    }

    /// What has happened there in the meantime, nobody knows (R15).
    async fn compare(&self) {
        let (ports, target) = (&self.context.ports, &self.rules.target);
        let Ok(turn) = reconcile::take_turn(ports, target) else {
            return; // it is being compared
        };
        match reconcile::begin(ports, target, turn, false).await {
            Ok(_) => {
                tracing::info!(target.name = %target.name, "the target was away for more than 28 days: it is compared whole");
            }
            Err(error) => {
                tracing::warn!(target.name = %target.name, %error, "the target was away for more than 28 days and should be compared: use `sutler reconcile`");
            }
        }
    }

    /// Repeats the alarm daily while deprovisions wait for a target in quarantine (R15).
    pub(super) async fn alarm(&self) -> Result<(), LedgerError> {
        let now = self.context.now();
        if !self.health().alarm_is_due(now) {
            return Ok(());
        }
        let leavers = self.context.ports.ledger.next_due(self.rules.target.id, Lane::Leave).await?;
        if self.health().alarms(leavers.is_some(), now) {
            let detail = "the target is still in quarantine, and deprovisions wait for it";
            tracing::error!(target.name = %self.rules.target.name, "{detail}");
            self.context
                .ports
                .ledger
                .alert(self.rules.target.id, Alert::Quarantined, detail, now)
                .await?;
        }
        Ok(())
    }
}

pub(super) fn failure(trouble: Option<Trouble>, fault: &Fault) -> Failure {
    match trouble {
        Some(Trouble::Throttled) => Failure::Throttled,
        Some(Trouble::Auth) => Failure::Auth,
        _ if fault.cause == BASE => Failure::Base,
        Some(Trouble::Unreachable) | None => Failure::Missed,
    }
}

/// The fault of the call as the reason of the quarantine.
fn told(cause: Cause, fault: &Fault) -> Fault {
    let detail = match cause {
        Cause::Failing => {
            format!("two in five calls fail, or more; the last one: {}", fault.detail)
        }
        Cause::Unreachable | Cause::Auth | Cause::Base => fault.detail.clone(),
    };
    Fault { cause: cause.name().to_owned(), detail, status: fault.status }
}
