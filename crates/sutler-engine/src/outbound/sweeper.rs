//! Walks the open sweeps, a page a turn each, and rests while a target has enough to do.

use std::sync::Arc;

use sutler_model::estate::Estate;
use sutler_model::port::{LedgerError, SweepCommit, SweepPage};
use sutler_model::work::{EdgeMarking, Lane, Marking, Over, Owes};
use sutler_model::{Rid, TargetId, Time};

use super::context::Context;
use crate::spread::dirty;

/// Pairs a page.
const PAGE: usize = 500;
/// Ready rows of a target at which a sweep rests.
const ENOUGH: usize = 2_000;
/// How long it rests then, and the periodic scan.
const REST: i64 = 250;
const SCAN: i64 = 1_000;

pub(super) fn start(context: &Arc<Context>) {
    let context = Arc::clone(context);
    let runtime = Arc::clone(&context.ports.runtime);
    runtime.spawn(Box::pin(async move {
        context.forever("sweeping", || turn(&context)).await;
    }));
}

async fn turn(context: &Context) -> Result<(), LedgerError> {
    let (committed, ended) = (context.ports.pulse.on_mark(), context.ended());
    let sweeps = context.ports.ledger.sweeps().await?;
    if sweeps.is_empty() {
        context.wait(committed, ended, SCAN).await;
        return Ok(());
    }
    let mut walked = false;
    for sweep in sweeps {
        let ready = context.ports.ledger.ready(sweep.target, context.now(), ENOUGH).await?;
        if ready >= ENOUGH {
            continue;
        }
        if let Some(page) = context.ports.ledger.sweep_page(sweep.id, PAGE).await? {
            let estate = context.ports.estate.current();
            context.ports.ledger.sweep_step(step(&page, &estate, context.now())).await?;
            walked = true;
        }
    }
    if walked {
        context.ports.pulse.marked();
    } else {
        context.rest(REST).await;
    }
    Ok(())
}

/// What a page of a sweep marks. Pure.
fn step(page: &SweepPage, estate: &Estate, now: Time) -> SweepCommit {
    let sweep = &page.sweep;
    let mut commit = SweepCommit {
        sweep: sweep.id,
        estate: estate.version,
        over: sweep.over,
        from: sweep.cursor,
        cursor: page.items.last().map_or(sweep.cursor, |(rid, _, _)| *rid),
        markings: Vec::new(),
        edges: Vec::new(),
        then: page.last.then(|| (sweep.over == Over::Links).then_some(Over::Resources)),
    };
    match sweep.over {
        Over::Links => leave_pass(page, estate, now, &mut commit.markings),
        Over::Resources => load_pass(page, estate, now, &mut commit.markings),
        Over::Set { group, .. } => old_set(page, group, now, &mut commit),
        Over::Dependents(_) => {
            commit.markings.extend(
                page.items.iter().map(|(rid, _, _)| dirty(sweep.target, *rid, now, Lane::Bulk)),
            );
        }
        Over::Memberships(member) => {
            for (group, _, _) in page.items.iter().filter(|(_, _, linked)| *linked) {
                commit.edges.push(EdgeMarking {
                    target: sweep.target,
                    group: *group,
                    member,
                    cut: false,
                });
                commit.markings.push(dirty(sweep.target, *group, now, Lane::Bulk));
            }
        }
    }
    commit
}

fn leave_pass(page: &SweepPage, estate: &Estate, now: Time, markings: &mut Vec<Marking>) {
    let Some(target) = estate.target(page.sweep.target) else {
        return;
    };
    for (rid, _, _) in page.items.iter().filter(|(_, origins, _)| !estate.routes(origins, target)) {
        markings.push(leaving(target.id, *rid, now));
    }
}

fn load_pass(page: &SweepPage, estate: &Estate, now: Time, markings: &mut Vec<Marking>) {
    let Some(target) = estate.target(page.sweep.target) else {
        return;
    };
    for (rid, origins, linked) in &page.items {
        if *linked || estate.routes(origins, target) {
            markings.push(dirty(target.id, *rid, now, Lane::Bulk));
        }
    }
}

/// The memberships of an emptied group end; if the group is gone, its rows are only erased.
fn old_set(page: &SweepPage, group: Rid, now: Time, commit: &mut SweepCommit) {
    if group == Rid(0) || page.items.is_empty() {
        return;
    }
    let target = page.sweep.target;
    for (member, _, _) in &page.items {
        commit.edges.push(EdgeMarking { target, group, member: *member, cut: true });
    }
    commit.markings.push(leaving(target, group, now));
}

fn leaving(target: TargetId, rid: Rid, now: Time) -> Marking {
    Marking { target, rid, lane: Lane::Leave, owes: Owes::NONE, due: now, leaving_since: Some(now) }
}
