//! Reads of a target for a request that waits, through the gate that deliveries go through: the
//! breaker, a person's pause, the budget, the slots and the lease of this node.
//!
//! Nothing is changed at a target here. A read that cannot be made soon is refused, so that a
//! client waits neither for a target that is away nor behind a backlog.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use sutler_model::estate::Target;
use sutler_model::outcome::{Account, Listing, Outcome, Query};
use sutler_model::port::Connector;
use sutler_model::work::Lane;
use sutler_model::{Kind, TargetId, Time};

use super::dispatcher::Lines;
use super::ending::fault;
use super::exchange::{BASE, cause, is_no_base};
use super::observe::failure;
use crate::health::{Failure, Gate};

/// How long a read waits for its turn.
const PATIENCE: i64 = 2_000;
/// The pause before it asks for a slot again.
const PAUSE: i64 = 20;
/// When to ask again, if nothing better is known.
const AGAIN: i64 = 5_000;

/// The gates of the targets that this node speaks to.
#[derive(Default)]
pub struct Gates {
    lines: Mutex<BTreeMap<TargetId, Weak<Lines>>>,
}

/// Why a target was not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the target `{target}` cannot be read now: {detail}")]
pub struct Unread {
    /// Which.
    pub target: String,
    /// What happened.
    pub detail: String,
    /// In how many milliseconds to ask again.
    pub after: i64,
}

impl Gates {
    pub(super) fn open(&self, lines: &Arc<Lines>) {
        self.known().insert(lines.rules.target.id, Arc::downgrade(lines));
    }

    /// Looks accounts up.
    pub async fn look(
        &self,
        target: &Target,
        kind: Kind,
        query: &Query,
    ) -> Result<Vec<Account>, Unread> {
        let call = |connector: Arc<dyn Connector>| async move { connector.look(kind, query).await };
        self.read(target, kind, call).await
    }

    /// A page of all accounts of a type.
    pub async fn list(
        &self,
        target: &Target,
        kind: Kind,
        from: Option<&str>,
    ) -> Result<Listing, Unread> {
        let call = |connector: Arc<dyn Connector>| async move { connector.list(kind, from).await };
        self.read(target, kind, call).await
    }

    async fn read<T, F>(
        &self,
        target: &Target,
        kind: Kind,
        call: impl FnOnce(Arc<dyn Connector>) -> F,
    ) -> Result<T, Unread>
    where
        F: Future<Output = Outcome<T>>,
    {
        let Some(lines) = self.known().get(&target.id).and_then(Weak::upgrade) else {
            return Err(unread(target, "nothing is sent to it from here at present", AGAIN));
        };
        let slot = admitted(&lines).await?;
        let outcome = call(lines.connector()).await;
        drop(slot);
        answered(&lines, kind, outcome).await
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<TargetId, Weak<Lines>>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn unread(target: &Target, detail: impl Into<String>, after: i64) -> Unread {
    Unread { target: target.name.clone(), detail: detail.into(), after: after.max(1) }
}

/// A call that counts among those under way, until it is dropped.
struct Slot(Arc<Lines>);

impl Drop for Slot {
    fn drop(&mut self) {
        self.0.busy.fetch_sub(1, Ordering::SeqCst);
        self.0.context.end_call();
    }
}

/// Who waits is waited for by bulk work; a client that goes away waits no longer.
struct Waiting<'a>(&'a Lines);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.budget().waited(Lane::Live);
    }
}

/// Waits for a slot and for the budget, but not for long.
async fn admitted(lines: &Arc<Lines>) -> Result<Slot, Unread> {
    let until = lines.context.now().plus(PATIENCE);
    let mut waiting = None;
    loop {
        let most = room(lines).await?;
        let pause = match slot(lines, most) {
            Some(slot) => match lines.budget().take(Lane::Live, lines.context.now()) {
                Ok(()) => return Ok(slot),
                Err(millis) => millis,
            },
            None => PAUSE,
        };
        if lines.context.now() >= until {
            let detail = "it has as many calls as it may have";
            return Err(unread(&lines.rules.target, detail, pause.max(1_000)));
        }
        if waiting.is_none() {
            lines.budget().waits(Lane::Live);
            waiting = Some(Waiting(lines));
        }
        lines.context.ports.runtime.sleep(pause.min(PATIENCE)).await;
    }
}

fn slot(lines: &Arc<Lines>, most: usize) -> Option<Slot> {
    let free = |busy: usize| (busy < most).then_some(busy + 1);
    lines.busy.fetch_update(Ordering::SeqCst, Ordering::SeqCst, free).ok()?;
    lines.context.begin_call();
    Some(Slot(Arc::clone(lines)))
}

/// How many calls at once leave room for a read; none if nothing may be asked of the target now.
/// One slot is kept for leavers, as it is among deliveries, and a probe is the only call.
async fn room(lines: &Lines) -> Result<usize, Unread> {
    let (target, now) = (&lines.rules.target, lines.context.now());
    if !lines.context.may_send() || lines.context.is_stopping() {
        return Err(unread(target, "this node may not send at present", AGAIN));
    }
    let hold = lines.hold().await.map_err(|error| unread(target, error.to_string(), AGAIN))?;
    if !hold.lets(Lane::Live) {
        return Err(unread(target, "it is paused, or in a maintenance window", 60_000));
    }
    let wait = |at: Time| unread(target, "it does not serve us", at.since(now));
    match lines.health().gate(now) {
        Gate::Open => Ok(lines.concurrency() - usize::from(lines.concurrency() > 1)),
        Gate::Probe => Ok(1),
        Gate::Closed(until) | Gate::Leavers(until) => Err(wait(until)),
    }
}

/// What the answer is, and what it says of the target.
async fn answered<T>(lines: &Lines, kind: Kind, outcome: Outcome<T>) -> Result<T, Unread> {
    let (target, now) = (&lines.rules.target, lines.context.now());
    let (failed, fault, after) = match outcome {
        Outcome::Done(answer) => {
            lines.served().await;
            return Ok(answer);
        }
        Outcome::Refused(refusal) if is_no_base(Some(kind), &refusal) => {
            (Failure::Base, fault(BASE, refusal.detail, refusal.status), None)
        }
        Outcome::Refused(refusal) => {
            lines.served().await;
            return Err(unread(target, refusal.detail, AGAIN));
        }
        Outcome::Retry { after, trouble, detail, status } => {
            let fault = fault(cause(trouble), detail, status);
            (failure(Some(trouble), &fault), fault, after)
        }
        Outcome::Unknown { detail, status, after } => {
            (Failure::Missed, fault("unknown", detail, status), after)
        }
    };
    lines.failed(failed, &fault, after).await;
    Err(unread(target, fault.detail, after.map_or(AGAIN, |after| after.since(now))))
}
