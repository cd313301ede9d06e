//! One call to a target: lease, budget, and what its answer means for the claim.

use sutler_model::outcome::{Applied, Operation, Outcome, Refusal, RefusalKind, Trouble};

use super::course::{action, changes};
use super::dispatcher::Lines;
use super::ending::{Ending, EndingKind, fault};
use crate::knowledge::Knowledge;

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
    pub(super) async fn admitted(&self) -> bool {
        loop {
            let wait = match self.budget.lock() {
                Ok(mut budget) => budget.take(self.context.now()),
                Err(poisoned) => poisoned.into_inner().take(self.context.now()),
            };
            match wait {
                Ok(()) => return self.context.may_send(),
                Err(millis) => self.context.ports.runtime.sleep(millis).await,
            }
        }
    }

    /// Applies an operation on the account of a pair.
    pub(super) async fn apply(
        &self,
        knowledge: &mut Knowledge<'_>,
        operation: Operation,
    ) -> Answer<Applied> {
        if !self.admitted().await {
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
