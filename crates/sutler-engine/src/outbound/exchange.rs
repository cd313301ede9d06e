//! One call to a target: lease, budget, and what its answer means for the claim.

use std::sync::{MutexGuard, PoisonError};

use sutler_model::Kind;
use sutler_model::outcome::{Applied, Operation, Outcome, Refusal, RefusalKind, Trouble};
use sutler_model::work::Lane;

use super::course::{action, changes};
use super::dispatcher::Lines;
use super::ending::{Ending, EndingKind, fault};
use crate::budget::Budget;
use crate::knowledge::Knowledge;

/// The cause of a failure at an address where there is nothing.
pub(super) const BASE: &str = "base";

/// What a call led to.
pub(super) enum Answer<T> {
    /// It was done.
    Done(T),
    /// The decision is asked again, with what is known now.
    Again,
    /// The claim ends.
    End(Ending),
}

impl Lines {
    /// Waits for the rate budget. False if this node may no longer send.
    pub(super) async fn admitted(&self, knowledge: &Knowledge<'_>) -> bool {
        let lane = if knowledge.leaves() { Lane::Leave } else { knowledge.work.lane };
        let mut waits = false;
        loop {
            let taken = self.budget().take(lane, self.context.now());
            let Err(millis) = taken else { break };
            if !waits {
                self.budget().waits(lane);
                waits = true;
            }
            self.context.ports.runtime.sleep(millis).await;
        }
        if waits {
            self.budget().waited(lane);
        }
        self.context.may_send()
    }

    pub(super) fn budget(&self) -> MutexGuard<'_, Budget> {
        self.budget.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Applies an operation on the account of a pair.
    pub(super) async fn apply(
        &self,
        knowledge: &mut Knowledge<'_>,
        operation: Operation,
    ) -> Answer<Applied> {
        if !self.admitted(knowledge).await {
            return Answer::End(EndingKind::Abandoned.into());
        }
        let call = self.call();
        let outcome = call.connector.apply(&operation).await;
        let changes = changes(&operation, knowledge.account());
        knowledge.steps.push(self.step(&call, action(&operation), &outcome, changes));
        match outcome {
            Outcome::Done(applied) => Answer::Done(applied),
            Outcome::Refused(refusal) => refused(knowledge, refusal),
            Outcome::Retry { after, trouble, detail, status } => {
                let fault = fault(cause(trouble), detail, status);
                Answer::End(
                    EndingKind::Failed { fault, trouble: Some(trouble), retry_after: after }.into(),
                )
            }
            Outcome::Unknown { detail, status, after } => {
                knowledge.doubted(&operation, self.context.now());
                Answer::End(unknown(detail, status, after))
            }
        }
    }
}

/// A refusal that calls for a look leads back to the decision; any other waits for a person.
fn refused<T>(knowledge: &mut Knowledge<'_>, refusal: Refusal) -> Answer<T> {
    if is_no_base(knowledge.kind(), &refusal) {
        return Answer::End(no_base(refusal));
    }
    let cause = match refusal.kind {
        RefusalKind::Exists | RefusalKind::NotFound | RefusalKind::Differs => {
            knowledge.refused(refusal.kind);
            return Answer::Again;
        }
        RefusalKind::Rejected => "rejected",
        RefusalKind::Unsupported => "unsupported",
    };
    Answer::End(EndingKind::Parked(fault(cause, refusal.detail, refusal.status)).into())
}

/// True if there is nothing at the target's address: a 404 that speaks of no account, where users
/// should be. A target without groups is one that has none, and serves its users all the same.
pub(super) fn is_no_base(kind: Option<Kind>, refusal: &Refusal) -> bool {
    kind == Some(Kind::User)
        && refusal.kind == RefusalKind::Unsupported
        && matches!(refusal.status, Some(404 | 410))
}

/// That says something of the target, and nothing of the pair.
pub(super) fn no_base(refusal: Refusal) -> Ending {
    let fault = fault(BASE, refusal.detail, refusal.status);
    EndingKind::Failed { fault, trouble: None, retry_after: None }.into()
}

pub(super) fn unknown(
    detail: String,
    status: Option<u16>,
    retry_after: Option<sutler_model::Time>,
) -> Ending {
    EndingKind::Failed { fault: fault("unknown", detail, status), trouble: None, retry_after }
        .into()
}

pub(super) fn cause(trouble: Trouble) -> &'static str {
    match trouble {
        Trouble::Throttled => "throttled",
        Trouble::Unreachable => "unreachable",
        Trouble::Auth => "auth",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r15_nothing_at_the_address_is_told_from_an_account_that_is_not_there() {
        use RefusalKind::{NotFound, Unsupported};
        for (kind, refused, status, expected) in [
            (Kind::User, Unsupported, Some(404), true),
            (Kind::User, Unsupported, Some(410), true),
            (Kind::User, NotFound, Some(404), false),
            (Kind::User, Unsupported, Some(405), false),
            (Kind::User, Unsupported, None, false),
            (Kind::Group, Unsupported, Some(404), false),
        ] {
            let refusal = Refusal { kind: refused, detail: String::new(), status };
            assert_eq!(is_no_base(Some(kind), &refusal), expected, "{kind:?} {refusal:?}");
        }
    }
}
