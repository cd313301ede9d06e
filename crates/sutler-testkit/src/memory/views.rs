//! What the outbound side reads, put together from the rows.

use sutler_model::link::Link;
use sutler_model::port::{EdgeView, Frame, MemberView, ReferenceView, SpreadView};
use sutler_model::work::{OutboxRow, Part};
use sutler_model::{Kind, Rid, TargetId};

use super::state::State;

/// More dependents than this are a sweep's business.
const MANY: usize = 1000;

pub(super) fn frame(state: &State, target: TargetId, rid: Rid) -> Frame {
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
        };
        stored.refs.iter().map(view).collect()
    });
    Frame {
        rid,
        resource: stored.map(|stored| stored.resource.clone()),
        origins: stored.map(|s| s.origins.clone()).unwrap_or_default(),
        wanted: link.as_ref().is_some_and(|link| !state.waiters(link.id).is_empty()),
        link,
        references: references.unwrap_or_default(),
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
            is_member: members.is_some_and(|set| set.contains(&edge.member)),
            member: edge_member(state, target, edge.member),
        })
        .collect()
}

pub(super) fn spread(state: &State, row: &OutboxRow) -> SpreadView {
    let stored = state.resources.get(&row.rid);
    let (dependents, groups) = match row.part {
        Part::Live(target) => dependents(state, target, row.rid),
        _ => (Some(vec![]), Some(vec![])),
    };
    SpreadView {
        row: row.clone(),
        origins: stored.map(|s| s.origins.clone()).unwrap_or_default(),
        active: stored.is_some_and(|s| s.resource.active && !s.resource.gone),
        linked: linked(state, row.rid),
        dependents,
        groups,
    }
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
