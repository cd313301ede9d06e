//! Sweeps: a page after the cursor, and the step that moves it.

use std::ops::Bound;

use sutler_model::port::{LedgerError, Reads, SweepCommit, SweepItem, SweepPage};
use sutler_model::work::{OutboxRow, Over, Part, Sweep};
use sutler_model::{Rid, SetId, SweepId, TargetId};

use super::state::State;
use super::{guard, nests, views};

pub(super) fn page(state: &State, sweep: SweepId, limit: usize, reads: Reads) -> Option<SweepPage> {
    let sweep = state.sweeps.get(&sweep)?.clone();
    let mut rids = walk(state, &sweep);
    let last = rids.len() <= limit;
    rids.truncate(limit);
    let item = |rid: Rid| {
        let linked = state.open_link(sweep.target, rid).is_some();
        Some(SweepItem { subject: views::subject(state, rid, reads)?, linked })
    };
    Some(SweepPage { items: rids.into_iter().filter_map(item).collect(), sweep, last })
}

/// What lies before the sweep, in order.
pub(super) fn walk(state: &State, sweep: &Sweep) -> Vec<Rid> {
    let all = match sweep.over {
        Over::Links => state.open_links(sweep.target).map(|l| l.rid).collect(),
        Over::Resources => resources(state, sweep.target, sweep.cursor),
        Over::Set { set, .. } => state
            .members
            .get(&set)
            .map(|members| members.iter().copied().collect())
            .unwrap_or_default(),
        Over::Dependents(rid) => state.referrers(rid),
        Over::Memberships(rid) => state.groups_of(rid),
        Over::Members(group) => state
            .resources
            .get(&group)
            .and_then(|stored| state.members.get(&stored.resource.set?))
            .map(|members| members.iter().copied().collect())
            .unwrap_or_default(),
        Over::Nested { .. } | Over::Above(_) | Over::Nests(_) | Over::Below { .. } => {
            nests::walked_over(state, sweep).unwrap_or_default()
        }
    };
    all.into_iter().filter(|rid| *rid > sweep.cursor).collect()
}

fn resources(state: &State, target: TargetId, after: Rid) -> Vec<Rid> {
    let Some(tenant) = state.estate.target(target).map(|t| t.tenant) else {
        return vec![];
    };
    state
        .resources
        .range((Bound::Excluded(after), Bound::Unbounded))
        .filter(|(_, s)| s.resource.tenant == tenant && !s.resource.gone)
        .map(|(rid, _)| *rid)
        .collect()
}

pub(super) fn step(state: &mut State, commit: &SweepCommit) -> Result<(), LedgerError> {
    if state.estate.version != commit.estate {
        return Err(LedgerError::EstateMoved);
    }
    let Some(mut sweep) = state.sweeps.get(&commit.sweep).cloned() else {
        return Err(LedgerError::Busy);
    };
    if (sweep.over, sweep.cursor) != (commit.over, commit.from) {
        return Err(LedgerError::Busy);
    }
    let holds = guard::gather(state, &sweep, &commit.watch, &commit.edges);
    for marking in &commit.markings {
        state.mark(marking);
    }
    for marking in &commit.edges {
        state.mark_edge(marking);
    }
    guard::hold(state, holds);
    guard::free(state, &commit.watch);
    if commit.then.is_some() {
        guard::end_of_count(state, &sweep, commit.watch.at);
    }
    for begun in &commit.sweeps {
        let id = SweepId(state.next());
        state.sweeps.insert(id, Sweep { id, ..begun.clone() });
    }
    let walked = sweep.over;
    match commit.then {
        None => {
            sweep.cursor = commit.cursor;
            state.sweeps.insert(sweep.id, sweep);
        }
        Some(None) => {
            state.sweeps.remove(&sweep.id);
        }
        Some(Some(over)) => {
            sweep.over = over;
            sweep.cursor = Rid(0);
            state.sweeps.insert(sweep.id, sweep);
        }
    }
    if let Over::Set { set, .. } = walked {
        erase(state, set);
    }
    Ok(())
}

/// Erases the rows of an old set that every open sweep over it has passed.
fn erase(state: &mut State, set: SetId) {
    let over_it = |sweep: &&Sweep| matches!(sweep.over, Over::Set { set: s, .. } if s == set);
    let cursors = state.sweeps.values().filter(over_it).map(|s| s.cursor);
    let upto = cursors.min().unwrap_or(Rid(i64::MAX));
    let members = state.members.get(&set);
    let passed: Vec<Rid> =
        members.map(|members| members.range(..=upto).copied().collect()).unwrap_or_default();
    for member in passed {
        state.leave(set, member);
    }
    if state.members.get(&set).is_some_and(std::collections::BTreeSet::is_empty) {
        state.members.remove(&set);
    }
}

/// An old set that no target is swept for is erased with its outbox row.
pub(super) fn erase_unswept(state: &mut State, row: &OutboxRow) {
    if let Part::OldSet(set) = row.part {
        erase(state, set);
    }
}
