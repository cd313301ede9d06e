//! Groups within groups, by plain walks.

use std::collections::BTreeSet;
use std::convert::Infallible;

use async_trait::async_trait;
use sutler_model::nesting::{Nesting, Reach, walk};
use sutler_model::port::{Above, Ask, Flattened, GroupAbove, LedgerError, Nests};
use sutler_model::work::{Over, Part, Sweep};
use sutler_model::{Kind, Rid, SetId, TargetId};

use super::state::State;
use super::{MemoryLedger, views};

#[async_trait]
impl Nests for MemoryLedger {
    async fn above(&self, asks: &[Ask]) -> Result<Vec<Above>, LedgerError> {
        let state = self.state();
        Ok(asks.iter().map(|ask| above(&state, ask)).collect())
    }

    async fn flattened(
        &self,
        target: TargetId,
        group: Rid,
        after: Rid,
        limit: usize,
    ) -> Result<Flattened, LedgerError> {
        let state = self.state();
        let reach = down(&state, group, false);
        let users = users(&state, &reach.groups, false).into_iter().filter(|rid| *rid > after);
        let members = users.take(limit).map(|rid| views::member(&state, target, rid)).collect();
        Ok(Flattened { members, deeper: reach.deeper })
    }
}

fn above(state: &State, ask: &Ask) -> Above {
    let direct = parents(state, ask.member);
    let holders = up(state, direct.clone());
    let reach = match ask.group {
        None => holders.clone(),
        Some(group) => walked(vec![group], |group| parents_ever(state, group)),
    };
    let live = |rid: &Rid| state.resources.get(rid).is_some_and(|stored| !stored.resource.gone);
    let told = |rid: Rid| GroupAbove {
        rid,
        linked: views::linked(state, rid),
        holds: holders.groups.contains(&rid),
        direct: direct.contains(&rid),
    };
    Above {
        groups: reach.groups.into_iter().filter(live).map(told).collect(),
        deeper: reach.deeper,
    }
}

fn walked(start: Vec<Rid>, next: impl Fn(Rid) -> Vec<Rid>) -> Reach {
    let Ok(reach) = walk(start, |group| Ok::<_, Infallible>(next(group)));
    reach
}

fn up(state: &State, start: Vec<Rid>) -> Reach {
    walked(start, |group| parents(state, group))
}

fn down(state: &State, group: Rid, ever: bool) -> Reach {
    walked(vec![group], |group| children(state, group, ever))
}

fn kind(state: &State, rid: Rid) -> Option<Kind> {
    state.resources.get(&rid).map(|stored| stored.resource.kind)
}

fn parents(state: &State, member: Rid) -> Vec<Rid> {
    state.groups_of(member)
}

/// With those that it was in until just now.
fn parents_ever(state: &State, member: Rid) -> Vec<Rid> {
    let mut groups: BTreeSet<Rid> = state.groups_of(member).into_iter().collect();
    let given_up = state.sets_of.get(&member).into_iter().flatten();
    groups.extend(given_up.filter_map(|set| owner(state, *set)));
    groups.extend(ended(state).filter(|(_, ended)| *ended == member).map(|(group, _)| group));
    groups.extend(cut(state).filter(|(_, cut)| *cut == member).map(|(group, _)| group));
    groups.into_iter().collect()
}

/// The group that gave up a set which is still spoken of.
fn owner(state: &State, set: SetId) -> Option<Rid> {
    let mut rows = state.outbox.values();
    let row = rows.find(|row| row.part == Part::OldSet(set)).map(|row| row.rid);
    let of_sweep = |sweep: &Sweep| match sweep.over {
        Over::Set { set: walked, group } if walked == set && group != Rid(0) => Some(group),
        _ => None,
    };
    row.or_else(|| state.sweeps.values().find_map(of_sweep))
}

/// Memberships that have ended and are not spread: group and member.
fn ended(state: &State) -> impl Iterator<Item = (Rid, Rid)> {
    state.outbox.values().filter_map(|row| match row.part {
        Part::Member { member, cut: true } => Some((row.rid, member)),
        _ => None,
    })
}

/// The same of groups whose users are being walked.
fn cut(state: &State) -> impl Iterator<Item = (Rid, Rid)> {
    state.sweeps.values().filter_map(|sweep| match sweep.over {
        Over::Nested { member, group, cut: true } => Some((group, member)),
        _ => None,
    })
}

/// Who is in a group, or was until just now.
fn members(state: &State, group: Rid, ever: bool) -> BTreeSet<Rid> {
    let set = state.resources.get(&group).and_then(|stored| stored.resource.set);
    let mut members: BTreeSet<Rid> =
        set.and_then(|set| state.members.get(&set)).cloned().unwrap_or_default();
    if ever {
        let given_up = state.members.iter().filter(|(set, _)| owner(state, **set) == Some(group));
        members.extend(given_up.flat_map(|(_, members)| members));
        members.extend(ended(state).filter(|(of, _)| *of == group).map(|(_, member)| member));
        members.extend(cut(state).filter(|(of, _)| *of == group).map(|(_, member)| member));
    }
    members
}

fn children(state: &State, group: Rid, ever: bool) -> Vec<Rid> {
    let members = members(state, group, ever).into_iter();
    members.filter(|rid| kind(state, *rid) == Some(Kind::Group)).collect()
}

fn users(state: &State, groups: &[Rid], ever: bool) -> BTreeSet<Rid> {
    let all = groups.iter().flat_map(|group| members(state, *group, ever));
    all.filter(|rid| kind(state, *rid) == Some(Kind::User)).collect()
}

/// What a sweep over groups within groups walks over; `None` of another sweep.
pub(super) fn walked_over(state: &State, sweep: &Sweep) -> Option<Vec<Rid>> {
    Some(match sweep.over {
        Over::Nested { member, cut, .. } => {
            let groups = down(state, member, cut).groups;
            users(state, &groups, cut).into_iter().collect()
        }
        Over::Below { group, .. } => {
            let groups = down(state, group, true).groups;
            let all = groups.iter().flat_map(|group| members(state, *group, true));
            all.collect::<BTreeSet<_>>().into_iter().collect()
        }
        Over::Above(member) => {
            let groups = up(state, parents(state, member)).groups;
            groups.into_iter().collect::<BTreeSet<_>>().into_iter().collect()
        }
        Over::Nests(_) => {
            let linked = state.open_links(sweep.target).map(|link| link.rid);
            linked.filter(|rid| !children(state, *rid, true).is_empty()).collect()
        }
        _ => return None,
    })
}

/// Whom a target should show as members of a group.
pub(crate) fn wanted(state: &State, target: TargetId, group: Rid) -> BTreeSet<Rid> {
    let direct = members(state, group, false);
    match state.estate.target(target).map(|target| target.nesting).unwrap_or_default() {
        Nesting::Native => direct,
        Nesting::Skip => {
            direct.into_iter().filter(|rid| kind(state, *rid) == Some(Kind::User)).collect()
        }
        Nesting::Flatten => users(state, &down(state, group, false).groups, false),
    }
}
