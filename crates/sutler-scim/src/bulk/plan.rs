//! From a request to stages: what can be done at once, and what must come before what.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sutler_model::{Invalid, patch};

use super::groups::groups;
use super::operation::{Operation, Sent};
use super::references::shown;
use super::request::{Entry, Request};
use super::stages::Stages;
use super::touch::{Key, Touch, subject};
use super::units::units;
use crate::error::Problem;

/// How a request is done.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// What the results repeat, in the client's order.
    pub sent: Vec<Sent>,
    /// After how many errors to stop.
    pub fail_on_errors: Option<usize>,
    /// One after the other; the units of one may be done at once. With `fail_on_errors` each
    /// unit is a stage of its own.
    pub stages: Vec<Vec<Unit>>,
}

/// What is done whole or not at all: one operation, or a circle of creations.
#[derive(Clone, Debug, PartialEq)]
pub struct Unit {
    /// In this order.
    pub steps: Vec<Step>,
    /// After the last step: the references that had to wait.
    pub later: Vec<Later>,
}

/// One operation in a plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Its place in the request.
    pub index: usize,
    /// How others refer to what it creates.
    pub bulk_id: Option<String>,
    /// What to do, or why it cannot be done.
    pub operation: Result<Operation, Problem>,
}

/// References that are added to what was created.
#[derive(Clone, Debug, PartialEq)]
pub struct Later {
    /// The place in the request of the operation that created it.
    pub index: usize,
    /// What adds them.
    pub operations: Vec<patch::Operation>,
}

/// Plans a request: as if done in the client's order, but for references to what is created
/// further on (T-B3).
pub fn plan(request: Request) -> Plan {
    let Request { fail_on_errors, mut entries } = request;
    let needs = needs(&mut entries);
    let subjects: BTreeSet<Key> =
        entries.iter().filter_map(|entry| subject(entry.operation.as_ref().ok()?)).collect();
    let mut sent = Vec::with_capacity(entries.len());
    let mut steps = BTreeMap::new();
    for (index, entry) in entries.into_iter().enumerate() {
        let bulk_id = entry.sent.bulk_id.clone().filter(|_| entry.sent.creates());
        sent.push(entry.sent);
        steps.insert(index, Step { index, bulk_id, operation: entry.operation });
    }
    let mut placed = Placed { strict: fail_on_errors.is_some(), ..Placed::default() };
    for group in groups(&needs) {
        let steps: Vec<Step> = group.iter().filter_map(|index| steps.remove(index)).collect();
        for unit in units(steps, &needs, &sent) {
            placed.add(unit, &needs, &subjects);
        }
    }
    Plan { sent, fail_on_errors, stages: placed.stages }
}

/// Which operations must come before each; one that refers to nothing in the request is refused.
fn needs(entries: &mut [Entry]) -> Vec<Vec<usize>> {
    let creations = entries.iter().enumerate().filter(|(_, entry)| entry.sent.creates());
    let made_by: HashMap<String, usize> =
        creations.filter_map(|(index, entry)| Some((entry.sent.bulk_id.clone()?, index))).collect();
    let of = |entry: &mut Entry| -> Result<Vec<usize>, Problem> {
        let Ok(operation) = &mut entry.operation else {
            return Ok(Vec::new());
        };
        let references = operation.references();
        let found = references.iter().map(|id| made_by.get(id).copied().ok_or_else(|| unknown(id)));
        let mut needs = found.collect::<Result<Vec<usize>, Problem>>()?;
        needs.sort_unstable();
        Ok(needs)
    };
    let each = entries.iter_mut().map(|entry| {
        of(entry).unwrap_or_else(|refused| {
            entry.operation = Err(refused);
            Vec::new()
        })
    });
    each.collect()
}

fn unknown(bulk_id: &str) -> Problem {
    let shown = shown(bulk_id);
    Invalid::value(format!(
        "`bulkId:{shown}` refers to nothing: no POST of this request has the `bulkId` `{shown}`"
    ))
    .into()
}

#[derive(Default)]
struct Placed {
    strict: bool,
    given: Stages,
    /// The first stage after an operation.
    after: HashMap<usize, usize>,
    stages: Vec<Vec<Unit>>,
}

impl Placed {
    fn add(&mut self, unit: Unit, needs: &[Vec<usize>], subjects: &BTreeSet<Key>) {
        let stage =
            if self.strict { self.stages.len() } else { self.stage(&unit, needs, subjects) };
        for step in &unit.steps {
            self.after.insert(step.index, stage + 1);
        }
        while self.stages.len() <= stage {
            self.stages.push(Vec::new());
        }
        if let Some(units) = self.stages.get_mut(stage) {
            units.push(unit);
        }
    }

    fn stage(&mut self, unit: &Unit, needs: &[Vec<usize>], subjects: &BTreeSet<Key>) -> usize {
        let mut touch = Touch::default();
        let mut earliest = 0;
        for step in &unit.steps {
            if let Ok(operation) = &step.operation {
                touch.add(operation, subjects);
            }
            let needed = needs.get(step.index).into_iter().flatten();
            let after = needed.filter_map(|need| self.after.get(need).copied()).max();
            earliest = earliest.max(after.unwrap_or_default());
        }
        self.given.place(&touch, earliest)
    }
}
