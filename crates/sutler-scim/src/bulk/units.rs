//! From operations that need each other to what is done whole or not at all.

use std::collections::{BTreeMap, BTreeSet};

use sutler_model::patch;

use super::circle::{Creation, creations};
use super::defer;
use super::operation::{Action, Operation, Sent};
use super::plan::{Later, Step, Unit};
use super::references::shown;
use crate::error::Problem;

/// One unit for a group of operations that need each other. If they cannot be resolved, one for
/// each operation, all refused (RFC 7644 §3.7.1).
pub(super) fn units(steps: Vec<Step>, needs: &[Vec<usize>], sent: &[Sent]) -> Vec<Unit> {
    let members: BTreeSet<usize> = steps.iter().map(|step| step.index).collect();
    let within = |index: &usize| -> BTreeSet<usize> {
        let all = needs.get(*index).into_iter().flatten().copied();
        all.filter(|need| members.contains(need)).collect()
    };
    let within: BTreeMap<usize, BTreeSet<usize>> =
        members.iter().map(|index| (*index, within(index))).collect();
    if within.values().all(BTreeSet::is_empty) {
        return each_alone(steps);
    }
    let ids = bulk_ids(&members, sent);
    let waits: BTreeSet<usize> =
        steps.iter().filter(|step| can_wait(step, &ids)).map(|step| step.index).collect();
    match creations(within, &|index| waits.contains(&index)) {
        Some(order) => vec![circle(steps, order, sent)],
        None => refused(steps, &ids),
    }
}

fn each_alone(steps: Vec<Step>) -> Vec<Unit> {
    steps.into_iter().map(|step| Unit { steps: vec![step], later: Vec::new() }).collect()
}

fn circle(steps: Vec<Step>, order: Vec<Creation>, sent: &[Sent]) -> Unit {
    let mut unit = Unit { steps: Vec::with_capacity(steps.len()), later: Vec::new() };
    let mut left: BTreeMap<usize, Step> = steps.into_iter().map(|s| (s.index, s)).collect();
    for creation in order {
        let Some(mut step) = left.remove(&creation.operation) else {
            continue;
        };
        let operations = take(&mut step, &bulk_ids(&creation.missing, sent));
        if !operations.is_empty() {
            unit.later.push(Later { index: step.index, operations });
        }
        unit.steps.push(step);
    }
    unit
}

fn refused(mut steps: Vec<Step>, circle: &BTreeSet<&str>) -> Vec<Unit> {
    for step in &mut steps {
        step.operation = Err(unresolvable(circle));
    }
    each_alone(steps)
}

fn bulk_ids<'a>(operations: &BTreeSet<usize>, sent: &'a [Sent]) -> BTreeSet<&'a str> {
    operations.iter().filter_map(|index| sent.get(*index)?.bulk_id.as_deref()).collect()
}

/// True if nothing refers to the circle once what can wait is taken out.
fn can_wait(step: &Step, circle: &BTreeSet<&str>) -> bool {
    let mut trial = step.clone();
    take(&mut trial, circle);
    match &mut trial.operation {
        Ok(operation) => operation.references().iter().all(|id| !circle.contains(id.as_str())),
        Err(_) => false,
    }
}

fn take(step: &mut Step, missing: &BTreeSet<&str>) -> Vec<patch::Operation> {
    match &mut step.operation {
        Ok(Operation { kind, action: Action::Create(data), .. }) => {
            defer::take(*kind, data, &|bulk_id| missing.contains(bulk_id))
        }
        _ => Vec::new(),
    }
}

fn unresolvable(circle: &BTreeSet<&str>) -> Problem {
    let some: Vec<String> = circle.iter().take(5).map(|id| format!("`{}`", shown(id))).collect();
    let some = some.join(", ");
    Problem::new(
        409,
        format!(
            "the operations with the `bulkId` {some} refer to each other in a circle that cannot \
             be resolved: create them without these references and add them afterwards"
        ),
    )
}
