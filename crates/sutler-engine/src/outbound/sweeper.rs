//! Walks the open sweeps, a page a turn each, and rests while a target has enough to do.

use std::sync::Arc;

use sutler_model::guard::{Loss, Watch};
use sutler_model::port::{Above, LedgerError, Reads, SweepCommit, SweepPage};
use sutler_model::work::{EdgeMarking, Lane, Marking, Over, Owes};
use sutler_model::{Rid, TargetId, Time};

use super::context::Context;
use crate::guard;
use crate::nesting;
use crate::rules::{Judgement, Rulebook, judge};
use crate::spread::{dirty, judged};

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
    let went = context.ports.ledger.wave_step(PAGE, context.now()).await?;
    let sweeps = context.ports.ledger.sweeps().await?;
    if went > 0 {
        context.ports.pulse.marked();
    } else if sweeps.is_empty() {
        context.wait(committed, ended, SCAN).await;
        return Ok(());
    }
    let mut walked = false;
    for sweep in sweeps {
        let ready = context.ports.ledger.ready(sweep.target, context.now(), ENOUGH).await?;
        if ready >= ENOUGH {
            continue;
        }
        let rulebook = context.ports.estate.current();
        let reads = rulebook.rules(sweep.target).map_or(Reads::default(), |rules| rules.reads);
        if let Some(page) = context.ports.ledger.sweep_page(sweep.id, PAGE, reads).await? {
            let above = above(context, &page, &rulebook).await?;
            let step = step(&page, &above, &rulebook, context.now());
            context.ports.ledger.sweep_step(step).await?;
            walked = true;
        }
    }
    if walked || went > 0 {
        context.ports.pulse.marked();
    } else {
        context.rest(REST).await;
    }
    Ok(())
}

/// The groups above those on the page, where that is asked.
async fn above(
    context: &Context,
    page: &SweepPage,
    rulebook: &Rulebook,
) -> Result<Vec<Above>, LedgerError> {
    let rules = rulebook.rules(page.sweep.target);
    let asks = rules.map(|rules| nesting::asks(page, rules)).unwrap_or_default();
    if asks.is_empty() {
        return Ok(Vec::new());
    }
    context.ports.ledger.above(&asks).await
}

/// What a page of a sweep marks. Pure.
fn step(page: &SweepPage, above: &[Above], rulebook: &Rulebook, now: Time) -> SweepCommit {
    let sweep = &page.sweep;
    let mut commit = SweepCommit {
        sweep: sweep.id,
        estate: rulebook.version,
        over: sweep.over,
        from: sweep.cursor,
        cursor: page.items.last().map_or(sweep.cursor, |item| item.subject.rid),
        markings: Vec::new(),
        edges: Vec::new(),
        sweeps: Vec::new(),
        then: page.last.then(|| (sweep.over == Over::Links).then_some(Over::Resources)),
        watch: watched(page, rulebook, now),
    };
    let rules = rulebook.rules(sweep.target);
    match sweep.over {
        Over::Links => commit
            .markings
            .extend(judgements(page, rulebook, now, |judgement| !judgement.scope.is_in())),
        Over::Resources => {
            // Who is out of scope was met by the leave pass, and may have been rejected.
            let marked = judgements(page, rulebook, now, |judgement| judgement.scope.is_in());
            commit.markings.extend(marked.map(|one| dirty(one.target, one.rid, now, Lane::Bulk)));
        }
        Over::Members(_) => commit.markings.extend(judgements(page, rulebook, now, |_| true)),
        Over::Set { group, .. } => {
            if !rules.is_some_and(|rules| nesting::flattens(rules)) {
                old_set(page, group, now, &mut commit);
            }
            if rules.is_some_and(|rules| rules.reads.groups) {
                commit.markings.extend(judgements(page, rulebook, now, |_| true));
            }
        }
        Over::Dependents(_) => {
            let subjects = page.items.iter().map(|item| item.subject.rid);
            let dirty = subjects.map(|rid| dirty(sweep.target, rid, now, Lane::Bulk));
            commit.markings.extend(dirty);
        }
        Over::Memberships(member) | Over::Above(member) => {
            for item in page.items.iter().filter(|item| item.linked) {
                let (target, group) = (sweep.target, item.subject.rid);
                commit.edges.push(EdgeMarking { target, group, member, cut: false, op: None });
                commit.markings.push(dirty(target, group, now, Lane::Bulk));
            }
        }
        Over::Nested { .. } | Over::Nests(_) | Over::Below { .. } => {}
    }
    if let Some(rules) = rules {
        nesting::swept(page, above, rules, now, &mut commit);
    }
    commit
}

/// Whom the guard is told of: who loses an account or memberships by this page, and who stays.
fn watched(page: &SweepPage, rulebook: &Rulebook, now: Time) -> Watch {
    let sweep = &page.sweep;
    let mut watch = Watch { at: now, ..Watch::default() };
    let Some(rules) = rulebook.rules(sweep.target) else {
        return watch;
    };
    match sweep.over {
        Over::Set { .. } if nesting::flattens(rules) => {}
        Over::Set { group, .. } if group != Rid(0) && !page.items.is_empty() => {
            watch.leaves.push(guard::removal(rules, group, &sweep.by));
        }
        Over::Links | Over::Resources | Over::Members(_) | Over::Set { .. } => {}
        Over::Dependents(_)
        | Over::Memberships(_)
        | Over::Above(_)
        | Over::Nested { .. }
        | Over::Nests(_)
        | Over::Below { .. } => return watch,
    }
    let judges = !matches!(sweep.over, Over::Set { .. }) || rules.reads.groups;
    for item in page.items.iter().filter(|_| judges) {
        let judgement = judge(rules, rulebook, &item.subject, item.linked);
        let out = judgement.linked && !judgement.scope.is_in();
        if out && sweep.over != Over::Resources {
            watch.leaves.push(guard::leave(rules, item.subject.rid, Loss::Scope, &sweep.by));
        }
        guard::stays(rules, &item.subject, judgement, &mut watch);
    }
    watch
}

/// The markings of those on a page whom the target concerns.
fn judgements<'a>(
    page: &'a SweepPage,
    rulebook: &'a Rulebook,
    now: Time,
    wanted: impl Fn(Judgement) -> bool + 'a,
) -> impl Iterator<Item = Marking> + 'a {
    let rules = rulebook.rules(page.sweep.target);
    page.items.iter().filter_map(move |item| {
        let rules = rules?;
        let judgement = judge(rules, rulebook, &item.subject, item.linked);
        // Of who is passed through nothing is held that could differ.
        if judgement.scope.is_in() && rulebook.passes(&item.subject.origins) {
            return None;
        }
        let marking = judged(rules, &item.subject, judgement, now, now, Lane::Bulk)?;
        wanted(judgement).then_some(marking)
    })
}

/// The memberships of an emptied group end; if the group is gone, its rows are only erased.
fn old_set(page: &SweepPage, group: Rid, now: Time, commit: &mut SweepCommit) {
    if group == Rid(0) || page.items.is_empty() {
        return;
    }
    let target = page.sweep.target;
    for item in &page.items {
        commit.edges.push(EdgeMarking {
            target,
            group,
            member: item.subject.rid,
            cut: true,
            op: None,
        });
    }
    commit.markings.push(leaving(target, group, now));
}

fn leaving(target: TargetId, rid: Rid, now: Time) -> Marking {
    Marking { target, rid, lane: Lane::Leave, owes: Owes::NONE, due: now, leaving_since: Some(now) }
}
