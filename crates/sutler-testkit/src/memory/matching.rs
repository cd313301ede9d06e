//! Searching: every live resource is looked at, with the model's own semantics.

use serde_json::{Map, Value};
use sutler_model::Kind;
use sutler_model::document::view;
use sutler_model::filter::{Filter, sort_key};
use sutler_model::query::{Found, Position, Search, Start};
use sutler_model::resource::Resource;

use super::directory::{memberships, related};
use super::state::State;

pub(super) fn search(state: &State, search: &Search) -> Found {
    let descending = search.descending();
    let mut matches = matches(state, search);
    matches.sort_by(|(a, _), (b, _)| a.compare(b, descending));
    let total = match &search.start {
        Start::After { total, .. } if search.filter.is_some() => *total,
        _ => matches.len(),
    };
    let begin = match &search.start {
        Start::Offset(offset) => *offset,
        Start::After { position, .. } => {
            matches.partition_point(|(place, _)| place.compare(position, descending).is_le())
        }
    };
    let page: Vec<_> = matches.iter().skip(begin).take(search.limit).collect();
    let more = matches.len() > begin.saturating_add(page.len());
    Found {
        total,
        next: page.last().filter(|_| more).map(|(place, _)| place.clone()),
        resources: page.into_iter().map(|(_, resource)| (*resource).clone()).collect(),
    }
}

fn matches<'a>(state: &'a State, search: &Search) -> Vec<(Position, &'a Resource)> {
    let relations = asks_for_relations(search);
    let looks = search.filter.is_some() || search.sort.is_some();
    let held = state.resources.values().filter(|stored| !stored.passed);
    let live = held.map(|stored| &stored.resource);
    live.filter(|r| !r.gone && r.tenant == search.tenant)
        .filter(|r| search.kinds.is_empty() || search.kinds.contains(&r.kind))
        .filter_map(|r| {
            let seen = if looks { seen(state, r, relations) } else { Map::new() };
            let shape = search.schemas.of(r.kind);
            let matches = search.filter.as_ref().is_none_or(|f| f.matches(shape, &seen));
            let key = search.sort.as_ref().and_then(|sort| sort_key(shape, &seen, sort));
            matches.then_some((Position { key, rid: r.rid }, r))
        })
        .collect()
}

fn asks_for_relations(search: &Search) -> bool {
    let filtered = search.filter.iter().flat_map(Filter::paths);
    let sorted = search.sort.iter().map(|sort| sort.by.clone());
    filtered.chain(sorted).any(|path| matches!(path.attribute.as_str(), "members" | "groups"))
}

fn seen(state: &State, resource: &Resource, relations: bool) -> Map<String, Value> {
    if !relations {
        return view(resource, &[], &[]);
    }
    let set = resource.set.and_then(|set| state.members.get(&set));
    let members: Vec<_> = set.into_iter().flatten().filter_map(|m| related(state, *m)).collect();
    let groups = match resource.kind {
        Kind::User => memberships(state, resource.rid),
        Kind::Group => Vec::new(),
    };
    view(resource, &members, &groups)
}
