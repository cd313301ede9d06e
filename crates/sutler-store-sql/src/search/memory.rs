//! What SQL cannot answer: the candidates are walked, and each is looked at.

use std::ops::ControlFlow;

use rusqlite::Connection;
use serde_json::{Map, Value};
use sutler_model::document::view;
use sutler_model::filter::{Filter, sort_key};
use sutler_model::query::{Found, Position, Search, Start};
use sutler_model::resource::Resource;

use super::sort::Order;
use super::{turn, walk};
use crate::error::Done;
use crate::row;

/// Looks at the candidates in the order of creation. All of them are looked at, unless the page
/// is known to end before.
pub(super) fn search(connection: &Connection, search: &Search) -> Done<Found> {
    let (from, enough) = match &search.start {
        Start::After { position, .. } if search.sort.is_none() => {
            (Some(position), search.limit.saturating_add(1))
        }
        _ => (None, usize::MAX),
    };
    let mut matches = Vec::new();
    let related = speaks_of_relations(search);
    walk::walk(connection, search, (Order::Creation, from), usize::MAX, &mut |place| {
        matches.extend(matched(connection, search, related, &place)?);
        Ok(if matches.len() < enough { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
    })?;
    page(connection, search, matches)
}

/// The page out of all matches, or out of those that follow the place where it begins.
fn page(connection: &Connection, search: &Search, mut matches: Vec<Position>) -> Done<Found> {
    let descending = search.descending();
    if search.sort.is_some() {
        matches.sort_unstable_by(|a, b| a.compare(b, descending));
    }
    let (total, begin) = match &search.start {
        Start::Offset(offset) => (matches.len(), *offset),
        Start::After { position, total } => {
            let before = |place: &Position| place.compare(position, descending).is_le();
            let total = if search.filter.is_some() { *total } else { matches.len() };
            (total, matches.partition_point(before))
        }
    };
    let places = matches.into_iter().skip(begin).take(search.limit.saturating_add(1)).collect();
    turn(connection, total, places, search.limit)
}

/// The place of a candidate, if it matches.
fn matched(
    connection: &Connection,
    search: &Search,
    related: bool,
    place: &Position,
) -> Done<Option<Position>> {
    let Some(resource) = row::any_resource(connection, place.rid)? else {
        return Ok(None);
    };
    let shown = shown(connection, &resource, related)?;
    let shape = search.schemas.of(resource.kind);
    let matches = search.filter.as_ref().is_none_or(|filter| filter.matches(shape, &shown));
    let key = search.sort.as_ref().and_then(|sort| sort_key(shape, &shown, sort));
    Ok(matches.then_some(Position { key, rid: resource.rid }))
}

/// Members and groups are loaded only if somebody asks about them.
fn speaks_of_relations(search: &Search) -> bool {
    let sorted = search.sort.iter().map(|sort| sort.by.clone());
    let filtered = search.filter.iter().flat_map(Filter::paths);
    filtered
        .chain(sorted)
        .any(|path| path.schema.is_none() && matches!(&*path.attribute, "members" | "groups"))
}

fn shown(connection: &Connection, resource: &Resource, related: bool) -> Done<Map<String, Value>> {
    if !related {
        return Ok(view(resource, &[], &[]));
    }
    let (members, groups) = crate::directory::relations(connection, resource)?;
    Ok(view(resource, &members, &groups))
}
