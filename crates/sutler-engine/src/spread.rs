//! What a change touches: outbox rows become marks on pairs and edges. Pure.
//!
//! Leavers are born here. Whatever touches more than the ledger shows in one page becomes a sweep.

use sutler_model::change::Flags;
use sutler_model::estate::{Estate, Target};
use sutler_model::port::{SpreadCommit, SpreadView};
use sutler_model::work::{EdgeMarking, Lane, Marking, Over, Owes, Part, Sweep};
use sutler_model::{Rid, SetId, SweepId, TargetId, Time};

/// Everything that these outbox rows touch, under this estate.
pub fn spread(views: &[SpreadView], estate: &Estate, now: Time) -> SpreadCommit {
    let mut commit = SpreadCommit { estate: estate.version, ..SpreadCommit::default() };
    for view in views {
        commit.rows.push((view.row.seq, view.row.n));
        match view.row.part {
            Part::Whole => whole(view, estate, now, &mut commit),
            Part::Member { member, cut } => membership(view, estate, now, member, cut, &mut commit),
            Part::OldSet(set) => {
                old_set(view, set, &mut commit);
            }
            Part::Live(target) => live(view, now, target, &mut commit),
        }
    }
    commit
}

/// The targets that the resource is routed to, or has an account at.
fn concerned<'a>(
    view: &'a SpreadView,
    estate: &'a Estate,
) -> impl Iterator<Item = (&'a Target, bool, bool)> {
    estate.targets.iter().filter(|target| target.tenant == view.row.tenant).filter_map(|target| {
        let routed = estate.routes(&view.origins, target);
        let linked = view.linked.contains(&target.id);
        (routed || linked).then_some((target, routed, linked))
    })
}

fn whole(view: &SpreadView, estate: &Estate, now: Time, commit: &mut SpreadCommit) {
    let disabled = view.row.flags.has(Flags::DISABLED);
    for (target, routed, _) in concerned(view, estate) {
        let leaver = disabled || !view.active || !routed;
        commit.markings.push(Marking {
            target: target.id,
            rid: view.row.rid,
            lane: if leaver { Lane::Leave } else { Lane::Live },
            owes: if disabled { Owes::DISABLE } else { Owes::NONE },
            due: now,
            leaving_since: leaver.then_some(view.row.at),
        });
    }
}

fn membership(
    view: &SpreadView,
    estate: &Estate,
    now: Time,
    member: Rid,
    cut: bool,
    commit: &mut SpreadCommit,
) {
    for (target, _, linked) in concerned(view, estate) {
        // Without a link the group's first load will meet the membership as it is then.
        if linked {
            commit.edges.push(EdgeMarking { target: target.id, group: view.row.rid, member, cut });
        }
        let leaver = cut && linked;
        commit.markings.push(Marking {
            target: target.id,
            rid: view.row.rid,
            lane: if leaver { Lane::Leave } else { Lane::Live },
            owes: Owes::NONE,
            due: now,
            leaving_since: leaver.then_some(view.row.at),
        });
    }
}

/// A group was emptied: its old set is walked once for each target that has the group, for
/// removals. If none has, or the group itself is gone, one walk erases the rows.
fn old_set(view: &SpreadView, set: SetId, commit: &mut SpreadCommit) {
    let group = view.row.rid;
    if !view.active || view.linked.is_empty() {
        let erase = Over::Set { set, group: Rid(0) };
        commit.sweeps.push(sweep(TargetId(0), erase));
        return;
    }
    let walks = view.linked.iter().map(|target| sweep(*target, Over::Set { set, group }));
    commit.sweeps.extend(walks);
}

/// An account has appeared: its groups' edges and its dependents are compared.
fn live(view: &SpreadView, now: Time, target: TargetId, commit: &mut SpreadCommit) {
    let rid = view.row.rid;
    match &view.groups {
        Some(groups) => {
            for group in groups {
                commit.edges.push(EdgeMarking { target, group: *group, member: rid, cut: false });
                commit.markings.push(dirty(target, *group, now, Lane::Live));
            }
        }
        None => commit.sweeps.push(sweep(target, Over::Memberships(rid))),
    }
    match &view.dependents {
        Some(dependents) => {
            commit
                .markings
                .extend(dependents.iter().map(|other| dirty(target, *other, now, Lane::Live)));
        }
        None => commit.sweeps.push(sweep(target, Over::Dependents(rid))),
    }
}

/// A plain marking.
pub fn dirty(target: TargetId, rid: Rid, due: Time, lane: Lane) -> Marking {
    Marking { target, rid, lane, owes: Owes::NONE, due, leaving_since: None }
}

fn sweep(target: TargetId, over: Over) -> Sweep {
    Sweep { id: SweepId(0), target, over, cursor: Rid(0) }
}
