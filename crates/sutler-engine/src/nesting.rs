//! Groups within groups at targets that take none: a membership is compared in every group
//! above, and a group that comes or goes is a sweep over the users below it. Pure.
//!
//! An edge says no more than "compare this one". One is written only where the answer may have
//! changed: who is still in a group by another way loses nothing.

use sutler_model::guard::Leave;
use sutler_model::nesting::Nesting;
use sutler_model::port::{
    Above, Ask, GroupAbove, SpreadCommit, SpreadView, SweepCommit, SweepPage,
};
use sutler_model::work::{EdgeMarking, Lane, Marking, Over, Owes, Part, Sweep};
use sutler_model::{Kind, Rid, TargetId, Time};

use crate::guard;
use crate::rules::{Rulebook, TargetRules};

/// More groups above than this are left to a sweep.
const MANY: usize = 1_000;

/// One membership to be compared, and what came of it.
struct Compared {
    edge: EdgeMarking,
    marking: Marking,
    leave: Option<Leave>,
}

/// What the spreader must ask about an outbox row: nothing, unless a target flattens.
pub(crate) fn ask(view: &SpreadView, rulebook: &Rulebook) -> Option<Ask> {
    let flattens = |rules: &&TargetRules| rules.target.nesting == Nesting::Flatten;
    match view.row.part {
        Part::Member { member, .. } => {
            let ours = rulebook.all().map(AsRef::as_ref);
            let any = ours.filter(flattens).any(|rules| rules.target.tenant == view.row.tenant);
            any.then_some(Ask { group: Some(view.row.rid), member })
        }
        Part::Live(target) if view.row.kind == Kind::User => {
            let rules = rulebook.rules(target).map(AsRef::as_ref).filter(flattens);
            rules.map(|_| Ask { group: None, member: view.row.rid })
        }
        _ => None,
    }
}

/// A membership that came or went, at a target that flattens.
pub(crate) fn membership(
    view: &SpreadView,
    rules: &TargetRules,
    now: Time,
    (member, cut): (Rid, bool),
    commit: &mut SpreadCommit,
) {
    let (target, group) = (rules.target.id, view.row.rid);
    if view.nested {
        let any = linked(&view.above, target).next().is_some();
        let over = Over::Nested { member, group, cut };
        commit.sweeps.extend(any.then(|| Sweep::begin(target, over, &view.source)));
        return;
    }
    for above in linked(&view.above, target).filter(|above| above.holds != cut) {
        let times = (now, view.row.at);
        let one = compared(rules, (above.rid, member, cut), &view.source, times, Lane::Live);
        commit.edges.push(one.edge);
        commit.markings.push(one.marking);
        commit.watch.leaves.extend(one.leave);
    }
}

/// The account of a user has appeared at a target that flattens.
pub(crate) fn live(view: &SpreadView, rules: &TargetRules, now: Time, commit: &mut SpreadCommit) {
    let (target, member) = (rules.target.id, view.row.rid);
    let groups: Vec<&GroupAbove> = linked(&view.above, target).collect();
    if groups.len() > MANY {
        commit.sweeps.push(Sweep::begin(target, Over::Above(member), &view.source));
        return;
    }
    for above in groups {
        let one = compared(rules, (above.rid, member, false), "", (now, now), Lane::Live);
        commit.edges.push(one.edge);
        commit.markings.push(one.marking);
    }
}

/// What must be asked about a page of a sweep, a question for each of its items.
pub(crate) fn asks(page: &SweepPage, rules: &TargetRules) -> Vec<Ask> {
    let group = match page.sweep.over {
        Over::Nested { group, .. } | Over::Below { group, .. } => group,
        Over::Set { group, .. } if flattens(rules) && group != Rid(0) => group,
        _ => return Vec::new(),
    };
    let ask = |rid| Ask { group: Some(group), member: rid };
    page.items.iter().map(|item| ask(item.subject.rid)).collect()
}

/// What a page of a sweep over groups within groups comes to, `above` being the answers.
pub(crate) fn swept(
    page: &SweepPage,
    above: &[Above],
    rules: &TargetRules,
    now: Time,
    commit: &mut SweepCommit,
) {
    let sweep = &page.sweep;
    if let Over::Nests(was) = sweep.over {
        let groups = page.items.iter().map(|item| item.subject.rid);
        let over = groups.map(|group| Over::Below { group, was });
        commit.sweeps.extend(over.map(|over| Sweep::begin(sweep.target, over, &sweep.by)));
    }
    for (item, above) in page.items.iter().zip(above) {
        let (member, kind) = (item.subject.rid, item.subject.kind);
        if let (Over::Set { group, .. }, Kind::Group) = (sweep.over, kind) {
            let over = Over::Nested { member, group, cut: true };
            commit.sweeps.push(Sweep::begin(sweep.target, over, &sweep.by));
            continue;
        }
        for above in linked(above, sweep.target) {
            let Some(cut) = differs(sweep.over, above, kind, rules.target.nesting) else {
                continue;
            };
            let edge = (above.rid, member, cut);
            let one = compared(rules, edge, &sweep.by, (now, now), Lane::Bulk);
            commit.edges.push(one.edge);
            commit.markings.push(one.marking);
            commit.watch.leaves.extend(one.leave);
        }
    }
}

/// Whether a membership of the swept member is to be compared, and if so, whether it ended.
fn differs(over: Over, above: &GroupAbove, kind: Kind, nesting: Nesting) -> Option<bool> {
    match over {
        Over::Set { .. } => (!above.holds).then_some(true),
        Over::Nested { cut: true, .. } => (!stands(above, kind, nesting)).then_some(true),
        Over::Nested { .. } => (nesting == Nesting::Flatten && above.holds).then_some(false),
        Over::Below { group, was } if above.rid == group => match kind {
            Kind::Group if !above.direct => None,
            Kind::Group if was.is_native() == nesting.is_native() => None,
            Kind::Group => Some(!nesting.is_native()),
            Kind::User if above.direct => None,
            Kind::User if was == nesting => None,
            Kind::User if nesting == Nesting::Flatten => above.holds.then_some(false),
            Kind::User => (was == Nesting::Flatten).then_some(true),
        },
        _ => None,
    }
}

/// True if the target should show the member in that group.
fn stands(above: &GroupAbove, kind: Kind, nesting: Nesting) -> bool {
    match nesting {
        Nesting::Native => above.direct,
        Nesting::Skip => above.direct && kind == Kind::User,
        Nesting::Flatten => above.holds && kind == Kind::User,
    }
}

pub(crate) fn flattens(rules: &TargetRules) -> bool {
    rules.target.nesting == Nesting::Flatten
}

fn linked(above: &Above, target: TargetId) -> impl Iterator<Item = &GroupAbove> {
    above.groups.iter().filter(move |group| group.linked.contains(&target))
}

fn compared(
    rules: &TargetRules,
    (group, member, cut): (Rid, Rid, bool),
    source: &str,
    (now, since): (Time, Time),
    lane: Lane,
) -> Compared {
    let target = rules.target.id;
    Compared {
        edge: EdgeMarking { target, group, member, cut, op: None },
        marking: Marking {
            target,
            rid: group,
            lane: if cut { Lane::Leave } else { lane },
            owes: Owes::NONE,
            due: now,
            leaving_since: cut.then_some(since),
        },
        leave: cut.then(|| guard::removal(rules, group, source)),
    }
}
