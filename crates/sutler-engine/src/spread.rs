//! What a change touches: outbox rows become marks on pairs and edges. Pure.
//!
//! Leavers are born here. Whatever touches more than the ledger shows in one page becomes a sweep.

use sutler_model::change::Flags;
use sutler_model::port::{SpreadCommit, SpreadView, SubjectView};
use sutler_model::work::{EdgeMarking, Lane, Marking, Over, Owes, Part, Sweep};
use sutler_model::{Kind, Rid, SetId, TargetId, Time};

use crate::guard;
use crate::nesting;
use crate::rules::{Judgement, Rulebook, TargetRules, judge};

/// Everything that these outbox rows touch, under this estate.
pub fn spread(views: &[SpreadView], rulebook: &Rulebook, now: Time) -> SpreadCommit {
    let mut commit = SpreadCommit { estate: rulebook.version, ..SpreadCommit::default() };
    commit.watch.at = now;
    for view in views {
        commit.rows.push((view.row.seq, view.row.n));
        match view.row.part {
            Part::Whole => whole(view, rulebook, now, &mut commit),
            Part::Member { member, cut } => {
                membership(view, rulebook, now, member, cut, &mut commit);
                read_membership(view, rulebook, now, &mut commit);
            }
            Part::OldSet(set) => old_set(view, rulebook, set, &mut commit),
            Part::Live(target) => live(view, rulebook, now, target, &mut commit),
        }
    }
    commit
}

/// The targets of the tenant that the row belongs to.
fn targets<'a>(
    view: &SpreadView,
    rulebook: &'a Rulebook,
) -> impl Iterator<Item = &'a TargetRules> + use<'a> {
    let tenant = view.row.tenant;
    rulebook.all().map(AsRef::as_ref).filter(move |rules| rules.target.tenant == tenant)
}

/// The targets at which the resource is entitled to an account, or has one.
fn concerned<'a>(
    view: &'a SpreadView,
    rulebook: &'a Rulebook,
) -> impl Iterator<Item = (&'a TargetRules, Judgement)> {
    targets(view, rulebook).filter_map(move |rules| {
        let linked = view.linked.contains(&rules.target.id);
        let judgement = judge(rules, rulebook, &view.subject, linked);
        judgement.concerns().then_some((rules, judgement))
    })
}

fn whole(view: &SpreadView, rulebook: &Rulebook, now: Time, commit: &mut SpreadCommit) {
    let disabled = view.row.flags.has(Flags::DISABLED);
    for (rules, judgement) in concerned(view, rulebook) {
        let leaver = disabled || judgement.leaves;
        // A disable that was taken back is owed, and yet they stay.
        let watched = Judgement { leaves: leaver, ..judgement };
        if !view.row.flags.has(Flags::NOW) {
            guard::watch(rules, &view.subject, watched, &view.source, &mut commit.watch);
        }
        guard::stays(rules, &view.subject, judgement, &mut commit.watch);
        commit.markings.push(Marking {
            target: rules.target.id,
            rid: view.row.rid,
            lane: if leaver { Lane::Leave } else { Lane::Live },
            owes: if disabled { Owes::DISABLE } else { Owes::NONE },
            due: now,
            leaving_since: leaver.then_some(view.row.at),
        });
    }
    // What others make of this resource: of its name if it is a group, of it if it is a manager.
    for rules in targets(view, rulebook) {
        if view.row.kind == Kind::Group && rules.reads.groups && !view.subject.gone {
            commit.sweeps.push(sweep(view, rules.target.id, Over::Members(view.row.rid)));
        }
        if view.referred && rules.reads.references {
            commit.sweeps.push(sweep(view, rules.target.id, Over::Dependents(view.row.rid)));
        }
    }
}

fn membership(
    view: &SpreadView,
    rulebook: &Rulebook,
    now: Time,
    member: Rid,
    cut: bool,
    commit: &mut SpreadCommit,
) {
    for rules in targets(view, rulebook).filter(|rules| nesting::flattens(rules)) {
        nesting::membership(view, rules, now, (member, cut), commit);
    }
    for (rules, judgement) in concerned(view, rulebook) {
        if nesting::flattens(rules) || view.nested && !rules.target.nesting.is_native() {
            continue;
        }
        let (target, linked) = (rules.target.id, judgement.linked);
        // Without a link the group's first load will meet the membership as it is then.
        if linked {
            commit.edges.push(EdgeMarking { target, group: view.row.rid, member, cut, op: None });
        }
        let leaver = cut && linked;
        if leaver {
            commit.watch.leaves.push(guard::removal(rules, view.row.rid, &view.source));
        }
        commit.markings.push(Marking {
            target,
            rid: view.row.rid,
            lane: if leaver { Lane::Leave } else { Lane::Live },
            owes: Owes::NONE,
            due: now,
            leaving_since: leaver.then_some(view.row.at),
        });
    }
}

/// Where rules read groups, a membership says something about the member itself.
fn read_membership(view: &SpreadView, rulebook: &Rulebook, now: Time, commit: &mut SpreadCommit) {
    let Some((member, linked)) = &view.member else {
        return;
    };
    for rules in targets(view, rulebook).filter(|rules| rules.reads.groups) {
        let linked = linked.contains(&rules.target.id);
        let judgement = judge(rules, rulebook, member, linked);
        if judgement.linked && !judgement.scope.is_in() {
            guard::watch(rules, member, judgement, &view.source, &mut commit.watch);
        }
        guard::stays(rules, member, judgement, &mut commit.watch);
        commit.markings.extend(judged(rules, member, judgement, now, view.row.at, Lane::Live));
    }
}

/// The marking of a pair as it was judged; `None` if it concerns nobody.
pub(crate) fn judged(
    rules: &TargetRules,
    subject: &SubjectView,
    judgement: Judgement,
    now: Time,
    since: Time,
    lane: Lane,
) -> Option<Marking> {
    let leaver = judgement.linked && !judgement.scope.is_in();
    judgement.concerns().then(|| Marking {
        lane: if leaver { Lane::Leave } else { lane },
        leaving_since: leaver.then_some(since),
        ..dirty(rules.target.id, subject.rid, now, lane)
    })
}

/// A group was emptied: its old set is walked once for each target that has the group, for
/// removals, and for each whose rules read groups, for its members. If there is none of these,
/// or the group itself is gone, one walk erases the rows.
fn old_set(view: &SpreadView, rulebook: &Rulebook, set: SetId, commit: &mut SpreadCommit) {
    let group = view.row.rid;
    let loses = |target: TargetId| view.subject.active && view.linked.contains(&target);
    let walks = targets(view, rulebook).filter_map(|rules| {
        let target = rules.target.id;
        let flattens = nesting::flattens(rules);
        (loses(target) || rules.reads.groups || flattens).then(|| {
            let group = if loses(target) || flattens { group } else { Rid(0) };
            sweep(view, target, Over::Set { set, group })
        })
    });
    let before = commit.sweeps.len();
    commit.sweeps.extend(walks);
    if commit.sweeps.len() == before {
        commit.sweeps.push(sweep(view, TargetId(0), Over::Set { set, group: Rid(0) }));
    }
}

/// An account has appeared: its groups' edges and its dependents are compared.
fn live(
    view: &SpreadView,
    rulebook: &Rulebook,
    now: Time,
    target: TargetId,
    commit: &mut SpreadCommit,
) {
    memberships(view, rulebook, now, target, commit);
    let rid = view.row.rid;
    match &view.dependents {
        Some(dependents) => {
            commit
                .markings
                .extend(dependents.iter().map(|other| dirty(target, *other, now, Lane::Live)));
        }
        None => commit.sweeps.push(sweep(view, target, Over::Dependents(rid))),
    }
}

/// The memberships of a new account. That of a group is a member only where groups are.
fn memberships(
    view: &SpreadView,
    rulebook: &Rulebook,
    now: Time,
    target: TargetId,
    commit: &mut SpreadCommit,
) {
    let rid = view.row.rid;
    if let Some(rules) = rulebook.rules(target).filter(|rules| !rules.target.nesting.is_native()) {
        if view.row.kind == Kind::Group {
            return;
        }
        if nesting::flattens(rules) {
            return nesting::live(view, rules, now, commit);
        }
    }
    match &view.groups {
        Some(groups) => {
            for group in groups {
                commit.edges.push(EdgeMarking {
                    target,
                    group: *group,
                    member: rid,
                    cut: false,
                    op: None,
                });
                commit.markings.push(dirty(target, *group, now, Lane::Live));
            }
        }
        None => commit.sweeps.push(sweep(view, target, Over::Memberships(rid))),
    }
}

/// A plain marking.
pub fn dirty(target: TargetId, rid: Rid, due: Time, lane: Lane) -> Marking {
    Marking { target, rid, lane, owes: Owes::NONE, due, leaving_since: None }
}

fn sweep(view: &SpreadView, target: TargetId, over: Over) -> Sweep {
    Sweep::begin(target, over, &view.source)
}
