//! Searches: as much of the filter as rows can answer goes into SQL; the rest is evaluated
//! over the candidates that SQL gives.

mod columns;
mod memory;
mod sort;
mod sql;
mod walk;

use std::ops::ControlFlow;

use rusqlite::{Connection, params_from_iter};
use sutler_model::Kind;
use sutler_model::query::{Found, Position, Search, Start};
use sutler_model::resource::Resource;

use crate::census;
use crate::error::Done;
use crate::row;
use sort::Order;
use sql::Clause;

/// A page of matches and their number, in the order of creation or as sorted.
pub(crate) fn search(connection: &Connection, search: &Search) -> Done<Found> {
    let clause = sql::candidates(search, &search.kinds);
    match sort::order(search) {
        Some(order) if clause.exact => page(connection, search, &clause, order),
        _ => memory::search(connection, search),
    }
}

/// The types that a search goes over.
fn kinds(search: &Search) -> &[Kind] {
    match search.kinds.as_slice() {
        [] => &[Kind::User, Kind::Group],
        kinds => kinds,
    }
}

/// SQL answers alone.
fn page(connection: &Connection, search: &Search, clause: &Clause, order: Order) -> Done<Found> {
    let total = total(connection, search, clause)?;
    let past = matches!(search.start, Start::Offset(offset) if offset >= total);
    if search.limit == 0 || past {
        return Ok(Found { total, resources: Vec::new(), next: None });
    }
    let places = places(connection, search, order)?;
    turn(connection, total, places, search.limit)
}

/// Only a filter makes it necessary to count, and only on the first page of a walk.
fn total(connection: &Connection, search: &Search, clause: &Clause) -> Done<usize> {
    match search.start {
        _ if search.filter.is_none() => {
            Ok(census::total(connection, search.tenant, kinds(search))?)
        }
        Start::After { total, .. } => Ok(total),
        Start::Offset(_) => {
            let total = connection
                .prepare_cached(&format!("SELECT count(*) FROM resource r WHERE {}", clause.sql))?
                .query_row(params_from_iter(&clause.values), |found| found.get(0))?;
            Ok(row::count(total))
        }
    }
}

/// The places of a page, and of the one that follows it.
fn places(connection: &Connection, search: &Search, order: Order) -> Done<Vec<Position>> {
    let (from, mut skip) = begin(connection, search)?;
    let wanted = search.limit.saturating_add(1);
    let mut places = Vec::new();
    let most = wanted.saturating_add(skip);
    walk::walk(connection, search, (order, from.as_ref()), most, &mut |place| {
        if skip > 0 {
            skip -= 1;
            return Ok(ControlFlow::Continue(()));
        }
        places.push(place);
        Ok(if places.len() < wanted { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
    })?;
    Ok(places)
}

/// After which place, and how many more to pass over from there.
fn begin(connection: &Connection, search: &Search) -> Done<(Option<Position>, usize)> {
    match &search.start {
        Start::After { position, .. } => Ok((Some(position.clone()), 0)),
        Start::Offset(offset) if search.filter.is_none() && search.sort.is_none() => {
            let (rid, skip) = census::seek(connection, search.tenant, kinds(search), *offset)?;
            Ok((Some(Position { key: None, rid }), skip))
        }
        Start::Offset(offset) => Ok((None, *offset)),
    }
}

/// The page of these places; the last of them only shows that something follows.
fn turn(
    connection: &Connection,
    total: usize,
    mut places: Vec<Position>,
    limit: usize,
) -> Done<Found> {
    let more = places.len() > limit;
    places.truncate(limit);
    let mut resources: Vec<Resource> = Vec::with_capacity(places.len());
    for place in &places {
        resources.extend(row::any_resource(connection, place.rid)?);
    }
    Ok(Found { total, resources, next: places.pop().filter(|_| more) })
}
