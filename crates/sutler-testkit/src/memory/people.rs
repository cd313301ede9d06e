//! Leavers, and parked pairs that are tried again.

use std::cmp::Reverse;

use sutler_engine::transition;
use sutler_model::delivery::{Leaver, LeaverPlace};
use sutler_model::link::{Link, LinkState};
use sutler_model::port::{Again, Retried};
use sutler_model::work::Work;
use sutler_model::{Rid, TargetId, Time};

use super::overview::{name_of, target_name, uid_of};
use super::state::State;

pub(super) fn leavers(
    state: &State,
    target: Option<TargetId>,
    after: Option<LeaverPlace>,
    limit: usize,
) -> Vec<Leaver> {
    let mine = |of: TargetId| target.is_none_or(|target| target == of);
    let pending = state.all_work().filter(|work| mine(work.target));
    let mut leavers: Vec<Leaver> = pending
        .filter_map(|work| Some(leaver(state, work.target, work.rid, work.leaving_since?)))
        .collect();
    let out = |link: &&Link| matches!(link.state, LinkState::Off | LinkState::Closed);
    for link in state.links().filter(out).filter(|link| mine(link.target)) {
        let pending = state.work(link.target, link.rid);
        if pending.is_some_and(|work| work.leaving_since.is_some()) {
            continue;
        }
        let at = link.confirmed.unwrap_or_default();
        leavers.push(Leaver {
            state: "confirmed".to_owned(),
            proof: link.proof.clone(),
            place: LeaverPlace { confirmed: true, at, rid: link.rid },
            ..leaver(state, link.target, link.rid, at)
        });
    }
    leavers.sort_by_key(|leaver| order(leaver.place));
    leavers.retain(|leaver| after.is_none_or(|after| order(leaver.place) > order(after)));
    leavers.truncate(limit);
    leavers
}

/// Pending ones first, the oldest first; then confirmed ones, the latest first.
fn order(place: LeaverPlace) -> (bool, Option<Time>, Option<Reverse<Time>>, Rid) {
    let LeaverPlace { confirmed, at, rid } = place;
    (confirmed, (!confirmed).then_some(at), confirmed.then_some(Reverse(at)), rid)
}

fn leaver(state: &State, target: TargetId, rid: Rid, since: Time) -> Leaver {
    Leaver {
        target: target_name(state, target),
        id: uid_of(state, rid),
        name: name_of(state, target, rid),
        state: "pending".to_owned(),
        since: since.rfc3339(),
        proof: None,
        place: LeaverPlace { confirmed: false, at: since, rid },
    }
}

pub(super) fn retry(state: &mut State, target: TargetId, which: &Again, now: Time) -> Retried {
    let Again { uid, cause, after, limit } = which;
    let failed_for = |work: &Work| work.why.as_ref().map(|why| why.cause.clone());
    let wanted = |work: &&Work| {
        work.target == target
            && uid.as_ref().is_none_or(|uid| uid_of(state, work.rid) == *uid)
            && (cause.is_none() || failed_for(work) == *cause)
            && after.is_none_or(|after| work.rid > after)
    };
    let parked = state.all_work().filter(wanted);
    let due: Vec<Work> =
        parked.filter_map(|work| transition::retry(work, now)).take(*limit).collect();
    let retried = Retried { count: due.len(), last: due.last().map(|work| work.rid) };
    for work in due {
        state.put_work(work);
    }
    retried
}
