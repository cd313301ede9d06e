//! Searching: every live resource is looked at, with the model's own semantics.

use std::cmp::Ordering;

use serde_json::{Map, Value};
use sutler_model::Kind;
use sutler_model::document::view;
use sutler_model::filter::compare;
use sutler_model::query::{Found, Search};
use sutler_model::resource::Resource;

use super::directory::{memberships, related};
use super::state::State;

pub(super) fn search(state: &State, search: &Search) -> Found {
    let relations = asks_for_relations(search);
    let mut matches: Vec<(&Resource, Map<String, Value>)> = state
        .resources
        .values()
        .map(|stored| &stored.resource)
        .filter(|r| !r.gone && r.tenant == search.tenant)
        .filter(|r| search.kinds.is_empty() || search.kinds.contains(&r.kind))
        .map(|r| (r, seen(state, r, relations)))
        .filter(|(r, seen)| search.filter.as_ref().is_none_or(|f| f.matches(r.kind, seen)))
        .collect();
    if let Some(sort) = &search.sort {
        matches.sort_by(|(a, seen_a), (b, seen_b)| {
            match compare((a.kind, seen_a), (b.kind, seen_b), sort) {
                Ordering::Equal => a.rid.cmp(&b.rid),
                order => order,
            }
        });
    }
    let page = matches.iter().skip(search.offset).take(search.limit);
    Found { total: matches.len(), resources: page.map(|(r, _)| (*r).clone()).collect() }
}

fn asks_for_relations(search: &Search) -> bool {
    let filtered = search.filter.iter().flat_map(sutler_model::filter::Filter::paths);
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
