//! What SQL cannot answer: the candidates are walked, and each is looked at.

use rusqlite::{Connection, params_from_iter};
use serde_json::{Map, Value};
use sutler_model::document::view;
use sutler_model::filter::{Filter, compare};
use sutler_model::path::AttributePath;
use sutler_model::query::{Found, Search};
use sutler_model::resource::Resource;
use sutler_model::{Kind, Rid};

use super::sql::Clause;
use crate::error::Done;
use crate::row::{self, resource_columns};

/// Walks the candidates in the order of creation. Only the page is kept, unless it is sorted.
pub(super) fn search(connection: &Connection, search: &Search, clause: &Clause) -> Done<Found> {
    let related = speaks_of_relations(search);
    let mut statement = connection.prepare_cached(&format!(
        concat!("SELECT ", resource_columns!(), " FROM resource r WHERE {} ORDER BY r.rid"),
        clause.sql
    ))?;
    let mut found = Matches::new(search);
    for resource in statement.query_map(params_from_iter(&clause.values), row::resource)? {
        let resource = resource?;
        let shown = shown(connection, &resource, related)?;
        let matches =
            search.filter.as_ref().is_none_or(|filter| filter.matches(resource.kind, &shown));
        if matches {
            found.add(resource, &shown);
        }
    }
    found.page(connection)
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

struct Matches<'a> {
    search: &'a Search,
    total: usize,
    page: Vec<Resource>,
    sorted: Vec<(Kind, Map<String, Value>, Rid)>,
}

impl<'a> Matches<'a> {
    fn new(search: &'a Search) -> Self {
        Self { search, total: 0, page: Vec::new(), sorted: Vec::new() }
    }

    fn add(&mut self, resource: Resource, shown: &Map<String, Value>) {
        if let Some(sort) = &self.search.sort {
            let key = only(shown, &sort.by);
            self.sorted.push((resource.kind, key, resource.rid));
        } else if self.total >= self.search.offset && self.page.len() < self.search.limit {
            self.page.push(resource);
        }
        self.total += 1;
    }

    fn page(mut self, connection: &Connection) -> Done<Found> {
        if let Some(sort) = &self.search.sort {
            self.sorted.sort_by(|a, b| {
                compare((a.0, &a.1), (b.0, &b.1), sort).then_with(|| a.2.cmp(&b.2))
            });
            let page = self.sorted.iter().skip(self.search.offset);
            for (_, _, rid) in page.take(self.search.limit) {
                self.page.extend(row::any_resource(connection, *rid)?);
            }
        }
        Ok(Found { total: self.total, resources: self.page })
    }
}

/// What of a resource an order looks at.
fn only(shown: &Map<String, Value>, by: &AttributePath) -> Map<String, Value> {
    let name = by.schema.as_deref().unwrap_or(&by.attribute);
    shown
        .iter()
        .filter(|(attribute, _)| attribute.eq_ignore_ascii_case(name))
        .map(|(attribute, value)| (attribute.clone(), value.clone()))
        .collect()
}
