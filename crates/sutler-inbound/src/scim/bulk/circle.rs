//! Resources that refer to each other: all are created and every reference is added, or none
//! stays.
//!
//! What can be known to be wrong is found before the first is created. If something fails after
//! that, what was created is deleted again.

use std::collections::BTreeMap;

use sutler_engine::provision::Refusal;
use sutler_model::{Uid, document};
use sutler_scim::bulk::{Action, Later, Made, Outcome, Step, Unit};
use sutler_scim::error::Problem;
use sutler_scim::render::location;

use super::perform::Done;
use super::run::{End, Run};
use crate::failure::Failure;

/// What was done of a circle so far, by the places of its operations in the request.
#[derive(Default)]
struct Progress {
    done: BTreeMap<usize, Done>,
    failed: BTreeMap<usize, Problem>,
}

impl Run {
    /// Creates a circle.
    pub(super) async fn circle(&self, unit: Unit, outer: &Made<'_>) -> Vec<End> {
        let indices: Vec<usize> = unit.steps.iter().map(|step| step.index).collect();
        let mut progress = Progress { failed: self.refused(&unit.steps), ..Progress::default() };
        if progress.failed.is_empty() {
            let made = self.create_each(unit.steps, outer, &mut progress).await;
            if progress.failed.is_empty() {
                self.add_references(unit.later, &made, &mut progress).await;
            }
        }
        if progress.failed.is_empty() {
            let done = progress.done.into_iter();
            return done.map(|(index, done)| self.end(index, done)).collect();
        }
        self.take_back(indices, progress).await
    }

    /// What is wrong with each as it stands.
    fn refused(&self, steps: &[Step]) -> BTreeMap<usize, Problem> {
        let check = |step: &Step| -> Result<(), Failure> {
            if let Ok(operation) = &step.operation
                && let Action::Create(data) = &operation.action
            {
                self.caller.may_create(operation.kind)?;
                document::create(
                    self.caller.schemas.of(operation.kind),
                    self.caller.dialect.leniencies(),
                    data,
                )?;
            }
            Ok(())
        };
        let refused = |step: &Step| Some((step.index, check(step).err()?.into()));
        steps.iter().filter_map(refused).collect()
    }

    /// Creates one after the other, until one fails.
    async fn create_each<'a>(
        &self,
        steps: Vec<Step>,
        outer: &'a Made<'a>,
        progress: &mut Progress,
    ) -> Made<'a> {
        let mut made = Made::within(outer);
        for Step { index, bulk_id, operation } in steps {
            let created = match operation {
                Ok(mut operation) => match operation.resolve(&made) {
                    Ok(()) => self.perform(index, operation).await.map_err(Problem::from),
                    Err(problem) => Err(problem),
                },
                Err(problem) => Err(problem),
            };
            match created {
                Ok(done) => {
                    if let Some(bulk_id) = bulk_id {
                        made.note(bulk_id, Some(done.uid.clone()));
                    }
                    progress.done.insert(index, done);
                }
                Err(problem) => {
                    progress.failed.insert(index, problem);
                    break;
                }
            }
        }
        made
    }

    /// Adds the references that had to wait, until one fails.
    async fn add_references(&self, later: Vec<Later>, made: &Made<'_>, progress: &mut Progress) {
        for mut later in later {
            let Some(done) = progress.done.get_mut(&later.index) else {
                continue;
            };
            let added = match later.resolve(made) {
                Ok(()) => self.add(&later, done).await.map_err(Problem::from),
                Err(problem) => Err(problem),
            };
            if let Err(problem) = added {
                progress.failed.insert(later.index, problem);
                return;
            }
        }
    }

    async fn add(&self, later: &Later, done: &mut Done) -> Result<(), Failure> {
        let provisioner = &self.shared.services.provisioner;
        let caller = &*self.caller_of(later.index);
        let (kind, uid) = (done.kind, &done.uid);
        let patched =
            provisioner.patch(&caller.creating(), kind, uid, &later.operations, None).await?;
        done.version = Some(patched.resource.version);
        Ok(())
    }

    /// Deletes what was created; every operation of the circle has failed then.
    async fn take_back(&self, indices: Vec<usize>, progress: Progress) -> Vec<End> {
        let Progress { done, mut failed } = progress;
        let mut kept = BTreeMap::new();
        for (index, done) in done {
            let provisioner = &self.shared.services.provisioner;
            let caller = self.caller_of(index).creating();
            let deleted = provisioner.delete(&caller, done.kind, &done.uid, None).await;
            if let Err(refusal) = deleted.or_else(gone) {
                tracing::error!(resource.id = %done.uid, error = %refusal, "could not take back a resource of a bulk request");
                failed.entry(index).or_insert_with(|| half_done(&done.uid));
                kept.insert(index, location(&self.base, done.kind, &done.uid));
            }
        }
        let end = |index: usize| {
            let problem = failed.remove(&index).unwrap_or_else(failed_beside);
            let outcome = Outcome::Failed { problem, location: kept.remove(&index) };
            End { index, created: None, outcome }
        };
        indices.into_iter().map(end).collect()
    }
}

/// Somebody else may have deleted it meanwhile.
fn gone(refusal: Refusal) -> Result<(), Refusal> {
    match refusal {
        Refusal::NotFound { .. } => Ok(()),
        other => Err(other),
    }
}

fn failed_beside() -> Problem {
    Problem::new(
        409,
        "another operation of those that refer to each other in a circle failed; none of them was \
         kept",
    )
}

fn half_done(uid: &Uid) -> Problem {
    Problem::new(
        500,
        format!(
            "another operation of those that refer to each other in a circle failed, and `{uid}` \
             could not be taken back: delete it"
        ),
    )
}
