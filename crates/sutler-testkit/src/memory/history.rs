//! Deliveries with their steps, and the end of those that are too old.

use sutler_model::Time;
use sutler_model::history::{HistoryQuery, Recorded, Retention};

use super::overview::{name_of, target_name, uid_of};
use super::state::State;

pub(super) fn history(state: &State, query: &HistoryQuery) -> Vec<Recorded> {
    let newest = state.deliveries.iter().rev();
    newest
        .filter(|(id, _)| query.before.is_none_or(|before| **id < before))
        .filter(|(_, one)| query.targets.contains(&one.target))
        .filter(|(_, one)| query.rid.is_none_or(|rid| rid == one.rid))
        .filter(|(_, one)| query.outcome.as_ref().is_none_or(|wanted| *wanted == one.outcome))
        .filter(|(_, one)| query.since.is_none_or(|since| one.at >= since))
        .take(query.limit)
        .map(|(id, one)| Recorded {
            id: *id,
            target: target_name(state, one.target),
            uid: uid_of(state, one.rid),
            name: name_of(state, one.target, one.rid),
            delivery: one.clone(),
        })
        .collect()
}

pub(super) fn prune(state: &mut State, retention: Retention, now: Time, limit: usize) -> usize {
    let most = usize::try_from(retention.most).unwrap_or(usize::MAX);
    let first_kept = state.deliveries.keys().rev().nth(most.saturating_sub(1)).copied();
    let is_due = |id: i64, at: Time, keep: i64| {
        now.since(at) > keep || first_kept.is_some_and(|first| id < first)
    };
    let old = state.deliveries.iter().take(limit);
    let gone: Vec<i64> =
        old.filter(|(id, one)| is_due(**id, one.at, retention.keep)).map(|(id, _)| *id).collect();
    let with_steps = state.deliveries.iter_mut().filter(|(_, one)| !one.steps.is_empty());
    let mut bare = 0;
    for (id, one) in with_steps.take(limit) {
        if is_due(*id, one.at, retention.bodies) {
            one.steps.clear();
            bare += 1;
        }
    }
    for id in &gone {
        state.deliveries.remove(id);
    }
    gone.len().max(bare)
}
