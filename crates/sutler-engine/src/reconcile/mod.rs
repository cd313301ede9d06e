//! Compares a target with what it should hold: every account is listed, what differs is told,
//! and what is to be put right is put in doubt, so that `decide` looks and makes it so.
//!
//! A list that does not come to its end never makes anybody missing; and who is missing from a
//! whole list is asked for by id before it is believed. Takes a fifth of the target's time
//! and rate. One that is cut off goes on from the page that it had come to.

mod judge;
mod place;
mod run;
mod schedule;
mod turn;

use std::collections::BTreeMap;
use std::sync::Arc;

use sutler_model::comparison::{Comparison, Finding};
use sutler_model::estate::Target;
use sutler_model::id::hexadecimal;
use sutler_model::port::LedgerError;
use sutler_model::report::{Report, ReportKind};

use crate::Ports;
use place::Place;
use run::Run;

pub(crate) use schedule::start;
pub use turn::{Comparing, Turn, UnderWay};

/// How long comparisons are kept, in milliseconds.
const KEPT: i64 = 30 * 24 * 3_600_000;
/// Findings that are told of one comparison; all are counted.
const MOST_TOLD: usize = 100_000;

/// The turn of a new comparison at a target, or the one that is under way there.
pub fn take_turn(ports: &Ports, target: &Target) -> Result<Turn, UnderWay> {
    let bytes = ports.random.bytes16();
    let id = format!("compare-{}", hexadecimal(bytes.get(..6).unwrap_or_default()));
    ports.comparing.take(target.id, UnderWay { id, since: ports.clock.now() })
}

/// Begins the comparison whose turn it is, which goes on by itself; its id is that of its report.
/// `dry` tells and puts nothing right.
pub async fn begin(
    ports: &Ports,
    target: &Target,
    turn: Turn,
    dry: bool,
) -> Result<Comparison, LedgerError> {
    let comparison = Comparison {
        id: turn.comparison.id.clone(),
        target: target.name.clone(),
        began: turn.comparison.since,
        ended: None,
        complete: false,
        fault: None,
        seen: 0,
        total: None,
        equal: 0,
        found: BTreeMap::new(),
        dry,
    };
    let place = Place::beginning(comparison.began);
    keep(ports, target, &comparison, Some(&place)).await?;
    go(ports, target, turn, &comparison, place);
    Ok(comparison)
}

/// Lets a comparison run, from its beginning or from where it was cut off.
fn go(ports: &Ports, target: &Target, turn: Turn, comparison: &Comparison, place: Place) {
    let (ports, target) = (ports.clone(), target.clone());
    let (runtime, begun) = (Arc::clone(&ports.runtime), comparison.clone());
    runtime.spawn(Box::pin(async move {
        Run::new(&ports, &target, begun, place).go(turn).await;
    }));
}

/// A comparison as it stands.
pub async fn comparison(ports: &Ports, id: &str) -> Result<Option<Comparison>, LedgerError> {
    let report = ports.ledger.report(id).await?;
    let report = report.filter(|report| report.kind == ReportKind::Comparison);
    Ok(report.and_then(|report| serde_json::from_value(report.head).ok()))
}

/// What a comparison has found, after so many of it.
pub async fn findings(
    ports: &Ports,
    id: &str,
    after: usize,
    limit: usize,
) -> Result<Vec<Finding>, LedgerError> {
    let lines = ports.ledger.lines(id, after, limit).await?;
    Ok(lines.into_iter().filter_map(|line| serde_json::from_value(line).ok()).collect())
}

async fn keep(
    ports: &Ports,
    target: &Target,
    comparison: &Comparison,
    place: Option<&Place>,
) -> Result<(), LedgerError> {
    let report = Report {
        id: comparison.id.clone(),
        kind: ReportKind::Comparison,
        target: Some(target.id),
        made: comparison.began,
        head: place::head(comparison, place),
    };
    ports.ledger.put_report(report, comparison.began.plus(-KEPT)).await
}
