//! Searches: as much of the filter as rows can answer goes into SQL; the rest is evaluated
//! over the candidates that SQL gives.

mod columns;
mod memory;
mod sort;
mod sql;

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use sutler_model::query::{Found, Search};
use sutler_model::resource::Resource;

use crate::error::Done;
use crate::row::{self, resource_columns};
use sql::Clause;

/// A page of matches and their number, in the order of creation or as sorted.
pub(crate) fn search(connection: &Connection, search: &Search) -> Done<Found> {
    let clause = sql::candidates(search);
    let order = match &search.sort {
        None => Some("r.rid".to_owned()),
        Some(sort) => sort::order(sort, &search.kinds),
    };
    match order {
        Some(order) if clause.exact => page(connection, search, &clause, &order),
        _ => memory::search(connection, search, &clause),
    }
}

/// SQL answers alone.
fn page(connection: &Connection, search: &Search, clause: &Clause, order: &str) -> Done<Found> {
    let total: i64 = connection
        .prepare_cached(&format!("SELECT count(*) FROM resource r WHERE {}", clause.sql))?
        .query_row(params_from_iter(&clause.values), |found| found.get(0))?;
    let total = row::count(total);
    if search.limit == 0 || search.offset >= total {
        return Ok(Found { total, resources: Vec::new() });
    }
    let bounds = [search.limit, search.offset].map(|n| Value::Integer(row::number(n)));
    let resources = connection
        .prepare_cached(&format!(
            concat!(
                "SELECT ",
                resource_columns!(),
                " FROM resource r WHERE {} ORDER BY {} LIMIT ? OFFSET ?"
            ),
            clause.sql, order
        ))?
        .query_map(params_from_iter(clause.values.iter().chain(&bounds)), row::resource)?
        .collect::<Result<Vec<Resource>, _>>()?;
    Ok(Found { total, resources })
}
