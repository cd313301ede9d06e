//! A planned bulk request, stage after stage: within one, some operations at a time, so that
//! the store can commit them together.

use std::borrow::Cow;
use std::sync::{Mutex, PoisonError};

use futures::StreamExt as _;
use futures::stream;
use serde_json::Value;
use sutler_engine::provision::Caller;
use sutler_model::{Leniencies, Uid};
use sutler_scim::bulk::{Made, Outcome, Plan, Step, Unit, response};
use sutler_scim::error::Problem;

use crate::events::Processed;
use crate::services::Shared;

/// How many operations of one request are under way at once.
const AT_ONCE: usize = 32;

/// What a bulk request runs with.
pub(super) struct Run {
    pub(super) shared: Shared,
    pub(super) caller: Caller,
    /// The absolute URL of the SCIM root.
    pub(super) base: String,
    /// When the last operation may begin, on the clock since boot.
    pub(super) deadline: i64,
    /// The deviations of the operations that were done.
    pub(super) tolerated: Mutex<Leniencies>,
}

/// How one operation ended.
pub(super) struct End {
    /// Its place in the request.
    pub(super) index: usize,
    /// The id of what it created.
    pub(super) created: Option<Uid>,
    pub(super) outcome: Outcome,
}

impl End {
    /// One that was not done.
    pub(super) fn failed(index: usize, problem: Problem) -> Self {
        Self { index, created: None, outcome: Outcome::Failed { problem, location: None } }
    }

    fn is_failure(&self) -> bool {
        matches!(self.outcome, Outcome::Failed { .. })
    }
}

impl Run {
    /// The answer to the whole request, which operations it tells of, and what was tolerated in
    /// them.
    pub(super) async fn all(self, plan: Plan) -> (Value, Processed, Leniencies) {
        let mut made = Made::default();
        let mut failures = 0;
        let mut outcomes: Vec<Option<Outcome>> = vec![None; plan.sent.len()];
        for stage in plan.stages {
            for end in self.stage(stage, &made).await {
                failures += usize::from(end.is_failure());
                if let Some(sent) = plan.sent.get(end.index).filter(|sent| sent.creates())
                    && let Some(bulk_id) = &sent.bulk_id
                {
                    made.note(bulk_id.clone(), end.created);
                }
                if let Some(outcome) = outcomes.get_mut(end.index) {
                    *outcome = Some(end.outcome);
                }
            }
            if plan.fail_on_errors.is_some_and(|most| failures >= most) {
                break;
            }
        }
        let answer = response(&self.base, &plan.sent, &outcomes);
        let numbered = outcomes.iter().enumerate();
        let processed = numbered.filter(|(_, outcome)| outcome.is_some()).map(|(index, _)| index);
        let tolerated = self.tolerated.into_inner().unwrap_or_else(PoisonError::into_inner);
        (answer, Processed(processed.collect()), tolerated)
    }

    /// On whose behalf an operation is done; the events of one that is answered later belong to
    /// its place in the request.
    pub(super) fn caller_of(&self, index: usize) -> Cow<'_, Caller> {
        match &self.caller.txn {
            None => Cow::Borrowed(&self.caller),
            Some(txn) => {
                Cow::Owned(Caller { txn: Some(format!("{txn}:{index}")), ..self.caller.clone() })
            }
        }
    }

    /// Remembers what was tolerated in one operation.
    pub(super) fn tolerate(&self, some: Leniencies) {
        let mut all = self.tolerated.lock().unwrap_or_else(PoisonError::into_inner);
        *all = all.with(some);
    }

    async fn stage(&self, units: Vec<Unit>, made: &Made<'_>) -> Vec<End> {
        let ends = stream::iter(units).map(|unit| self.unit(unit, made));
        ends.buffer_unordered(AT_ONCE).concat().await
    }

    async fn unit(&self, unit: Unit, made: &Made<'_>) -> Vec<End> {
        if self.is_late() {
            let ends = unit.steps.iter().map(|step| End::failed(step.index, not_begun()));
            return ends.collect();
        }
        if unit.steps.len() > 1 || !unit.later.is_empty() {
            return self.circle(unit, made).await;
        }
        let mut ends = Vec::new();
        for step in unit.steps {
            ends.push(self.step(step, made).await);
        }
        ends
    }

    /// One operation.
    pub(super) async fn step(&self, step: Step, made: &Made<'_>) -> End {
        let index = step.index;
        let mut operation = match step.operation {
            Ok(operation) => operation,
            Err(problem) => return End::failed(index, problem),
        };
        if let Err(problem) = operation.resolve(made) {
            return End::failed(index, problem);
        }
        let location = self.target_location(&operation);
        match self.perform(index, operation).await {
            Ok(done) => self.end(index, done),
            Err(failure) => {
                let outcome = Outcome::Failed { problem: failure.into(), location };
                End { index, created: None, outcome }
            }
        }
    }

    /// True if nothing may begin any more.
    pub(super) fn is_late(&self) -> bool {
        self.shared.services.ports.clock.boottime() >= self.deadline
    }
}

fn not_begun() -> Problem {
    Problem::new(
        503,
        "the time for one request was over before this operation began; it was not done: send it \
         again",
    )
}
