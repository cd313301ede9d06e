//! Walks the candidates of a search in an order that an index gives, from any place on.
//!
//! An order falls into stretches, in each of which one comparison says what follows: those
//! with the same value as the place, those beyond it, those without a value. Each type of
//! resource is walked by its own index, and the walks are merged. Nothing is passed over by
//! counting, so that a page costs the same wherever it lies.

use std::ops::ControlFlow;

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use sutler_model::query::{Position, Search};
use sutler_model::{Kind, Rid};

use super::sort::{self, Held, Order};
use super::sql::{self, Clause, Reach};
use crate::error::Done;
use crate::row;

/// A part of an order.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Stretch {
    /// What has a value.
    Present,
    /// What has this value, after a rid.
    Same(Value, Rid),
    /// What has a value beyond this one.
    Beyond(Value),
    /// What has none, after a rid.
    Missing(Option<Rid>),
}

/// The stretches after a place, in the order in which they are walked.
pub(super) fn stretches(order: Order, from: Option<&Position>, descending: bool) -> Vec<Stretch> {
    let Some(from) = from else {
        return whole(descending);
    };
    match from.key.as_ref().and_then(|key| order.value(key)) {
        None if descending => vec![Stretch::Missing(Some(from.rid)), Stretch::Present],
        None => vec![Stretch::Missing(Some(from.rid))],
        Some(value) => {
            let mut after = vec![Stretch::Same(value.clone(), from.rid), Stretch::Beyond(value)];
            if !descending {
                after.push(Stretch::Missing(None));
            }
            after
        }
    }
}

/// What is missing goes last, reversed it goes first (RFC 7644 §3.4.2.3).
fn whole(descending: bool) -> Vec<Stretch> {
    let mut whole = vec![Stretch::Present, Stretch::Missing(None)];
    if descending {
        whole.reverse();
    }
    whole
}

/// Shows the places of the candidates to `visit`, `most` of a stretch at most, until it breaks.
pub(super) fn walk(
    connection: &Connection,
    search: &Search,
    (order, from): (Order, Option<&Position>),
    most: usize,
    visit: &mut dyn FnMut(Position) -> Done<ControlFlow<()>>,
) -> Done<()> {
    for stretch in stretches(order, from, search.descending()) {
        let Some(mut statement) = statement(search, order, &stretch) else {
            continue;
        };
        statement.values.push(Value::Integer(row::number(most)));
        let mut prepared = connection.prepare_cached(&statement.sql)?;
        let mut rows = prepared.query(params_from_iter(&statement.values))?;
        while let Some(found) = rows.next()? {
            let place = Position { key: sort::key(found.get(0)?), rid: Rid(found.get(1)?) };
            if visit(place)?.is_break() {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// The statement for a stretch, which lacks the value of its limit; `None` if no type of
/// resource has such a stretch.
pub(super) fn statement(search: &Search, order: Order, stretch: &Stretch) -> Option<Clause> {
    let kinds = super::kinds(search);
    let branches: Vec<Clause> =
        kinds.iter().filter_map(|kind| branch(search, order, *kind, stretch)).collect();
    let terms = match stretch {
        Stretch::Same(..) | Stretch::Missing(_) => "2",
        Stretch::Present | Stretch::Beyond(_) if search.descending() => "1 DESC, 2",
        Stretch::Present | Stretch::Beyond(_) => "1, 2",
    };
    let texts: Vec<&str> = branches.iter().map(|branch| branch.sql.as_str()).collect();
    (!texts.is_empty()).then(|| Clause {
        sql: format!("{} ORDER BY {terms} LIMIT ?", texts.join(" UNION ALL ")),
        exact: branches.iter().all(|branch| branch.exact),
        values: branches.iter().flat_map(|branch| branch.values.clone()).collect(),
        reach: Reach::Unknown,
    })
}

/// The walk over one type of resource. Without a filter nothing but the order's own index
/// serves; with one SQLite may know a better way.
fn branch(search: &Search, order: Order, kind: Kind, stretch: &Stretch) -> Option<Clause> {
    let held = order.held(kind);
    let values = !matches!(stretch, Stretch::Missing(_));
    if (values && held == Held::None) || (!values && held == Held::All) {
        return None;
    }
    let mut parts = vec![sql::candidates(search, &[kind])];
    let mut column = if values { order.column() } else { "NULL" };
    let table = match search.filter {
        Some(_) => "resource r".to_owned(),
        None if values && order == Order::UserName => {
            parts.push(sort::names(search.tenant));
            column = "n.key";
            "name n CROSS JOIN resource r".to_owned()
        }
        None => format!("resource r INDEXED BY {}", order.index()),
    };
    parts.extend(condition(stretch, column, search.descending()));
    if !values && held == Held::Some {
        parts.push(Clause::exact(&format!("{} IS NULL", order.column()), Vec::new()));
    }
    let all = Clause::join(parts, " AND ");
    Some(Clause { sql: format!("SELECT {column}, r.rid FROM {table} WHERE {}", all.sql), ..all })
}

fn condition(stretch: &Stretch, column: &str, descending: bool) -> Option<Clause> {
    let sign = if descending { '<' } else { '>' };
    match stretch {
        Stretch::Present => Some(Clause::exact(&format!("{column} IS NOT NULL"), Vec::new())),
        Stretch::Same(value, rid) => Some(Clause::exact(
            &format!("{column} = ? AND r.rid > ?"),
            vec![value.clone(), Value::Integer(rid.0)],
        )),
        Stretch::Beyond(value) => {
            Some(Clause::exact(&format!("{column} {sign} ?"), vec![value.clone()]))
        }
        Stretch::Missing(after) => {
            after.map(|rid| Clause::exact("r.rid > ?", vec![Value::Integer(rid.0)]))
        }
    }
}

#[cfg(test)]
mod tests;
