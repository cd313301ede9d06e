//! What the outbound side reads, put together from the rows.

use sutler_model::link::Link;
use sutler_model::port::{
    Above, EdgeView, Frame, GroupFact, MemberView, Reads, ReferenceView, SpreadView, SubjectView,
};
use sutler_model::work::{EdgeOp, OutboxRow, Part};
use sutler_model::{Kind, Rid, TargetId};

use super::intents;
use super::state::State;

/// More dependents than this are a sweep's business.
const MANY: usize = 1000;

pub(super) fn frame(state: &State, target: TargetId, rid: Rid, reads: Reads) -> Frame {
    let stored = state.resources.get(&rid);
    let link = state.open_link(target, rid).cloned();
    let references = stored.map(|stored| {
        let view = |reference: &sutler_model::change::Reference| ReferenceView {
            attribute: reference.attribute.clone(),
            other: reference.other,
            remote: state
                .open_link(target, reference.other)
                .filter(|link| link.is_live())
                .and_then(|link| link.remote.clone()),
            body: state
                .resources
                .get(&reference.other)
                .filter(|other| reads.references && !other.resource.gone)
                .map(|other| other.resource.body.clone()),
        };
        let refs = state.intents.refs(rid).unwrap_or(&stored.refs);
        refs.iter().map(view).collect()
    });
    Frame {
        rid,
        resource: stored.map(|stored| stored.resource.clone()),
        origins: stored.map(|s| s.origins.clone()).unwrap_or_default(),
        wanted: link.as_ref().is_some_and(|link| !state.waiters(link.id).is_empty()),
        link,
        references: references.unwrap_or_default(),
        groups: groups(state, rid, reads),
        passed: stored.is_some_and(|stored| stored.passed),
        intent: intents::view(state, rid),
    }
}

pub(super) fn member(state: &State, target: TargetId, rid: Rid) -> MemberView {
    let link = state.open_link(target, rid);
    MemberView {
        rid,
        kind: state.resources.get(&rid).map_or(Kind::User, |stored| stored.resource.kind),
        state: link.map(|link| link.state),
        remote: link.and_then(|link| link.remote.clone()),
    }
}

/// As an edge needs it: without an open link, the account that was there last.
fn edge_member(state: &State, target: TargetId, rid: Rid) -> MemberView {
    let view = member(state, target, rid);
    if view.state.is_some() {
        return view;
    }
    let former = state
        .links()
        .filter(|link| link.target == target && link.rid == rid && link.remote.is_some())
        .max_by_key(|link| link.confirmed);
    MemberView {
        state: former.map(|link| link.state),
        remote: former.and_then(|link| link.remote.clone()),
        ..view
    }
}

pub(super) fn edges(state: &State, target: TargetId, group: Rid, limit: usize) -> Vec<EdgeView> {
    if state.work(target, group).is_some_and(|work| work.held.is_some()) {
        return vec![];
    }
    let members = state
        .resources
        .get(&group)
        .and_then(|stored| stored.resource.set)
        .and_then(|set| state.members.get(&set));
    let cut = state.edges_of(target, group).filter(|edge| edge.cut);
    let rest = state.edges_of(target, group).filter(|edge| !edge.cut);
    cut.chain(rest)
        .take(limit)
        .map(|edge| EdgeView {
            edge: *edge,
            is_member: match edge.op {
                Some(op) => op == EdgeOp::Add,
                None => members.is_some_and(|set| set.contains(&edge.member)),
            },
            member: edge_member(state, target, edge.member),
        })
        .collect()
}

pub(super) fn spread(state: &State, row: &OutboxRow, reads: Reads) -> Option<SpreadView> {
    let (dependents, groups) = match row.part {
        Part::Live(target) => dependents(state, target, row.rid),
        _ => (Some(vec![]), Some(vec![])),
    };
    let member = match row.part {
        Part::Member { member, .. } if reads.groups => {
            subject(state, member, reads).map(|subject| (subject, linked(state, member)))
        }
        _ => None,
    };
    let nested = match row.part {
        Part::Member { member, .. } => {
            state.resources.get(&member).is_some_and(|m| m.resource.kind == Kind::Group)
        }
        _ => false,
    };
    Some(SpreadView {
        nested,
        above: Above::default(),
        row: row.clone(),
        subject: subject(state, row.rid, reads)?,
        linked: linked(state, row.rid),
        member,
        dependents,
        groups,
        referred: reads.references && !state.referrers(row.rid).is_empty(),
        source: state.guard.sources.get(&row.seq).cloned().unwrap_or_default(),
    })
}

/// A resource as scope needs it.
pub(super) fn subject(state: &State, rid: Rid, reads: Reads) -> Option<SubjectView> {
    let stored = state.resources.get(&rid)?;
    let resource = &stored.resource;
    Some(SubjectView {
        rid,
        kind: resource.kind,
        origins: stored.origins.clone(),
        active: resource.active && !resource.gone,
        gone: resource.gone,
        passed: stored.passed,
        body: (reads.body && !resource.gone).then(|| resource.body.clone()),
        groups: groups(state, rid, reads),
        working: working(state, rid, reads),
    })
}

fn working(state: &State, rid: Rid, reads: Reads) -> Vec<TargetId> {
    if reads == Reads::default() {
        return vec![];
    }
    let targets = state.estate.targets.iter().map(|target| target.id);
    let mut working: Vec<TargetId> =
        targets.filter(|target| state.work(*target, rid).is_some()).collect();
    working.sort();
    working
}

fn groups(state: &State, member: Rid, reads: Reads) -> Vec<GroupFact> {
    if !reads.groups {
        return vec![];
    }
    let groups = state.groups_of(member).into_iter();
    let live = groups.filter_map(|rid| state.resources.get(&rid)).filter(|g| !g.resource.gone);
    let name = |body: &sutler_model::Document| {
        body.get("displayName").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
    };
    live.map(|g| GroupFact { uid: g.resource.uid.clone(), name: name(&g.resource.body) }).collect()
}

/// The targets at which a resource has an open link.
pub(super) fn linked(state: &State, rid: Rid) -> Vec<TargetId> {
    let targets = state.estate.targets.iter().map(|target| target.id);
    let mut linked: Vec<TargetId> =
        targets.filter(|target| state.open_link(*target, rid).is_some_and(Link::is_open)).collect();
    linked.sort();
    linked
}

type Few = Option<Vec<Rid>>;

fn dependents(state: &State, target: TargetId, rid: Rid) -> (Few, Few) {
    let few = |rids: Vec<Rid>| (rids.len() <= MANY).then_some(rids);
    let groups = state.groups_of(rid).into_iter();
    let linked = groups.filter(|group| state.open_link(target, *group).is_some());
    (few(state.referrers(rid)), few(linked.collect()))
}
