//! What is asked of the ledger when resources are read.

use std::cmp::Ordering;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::filter::{Filter, SortKey, compare_keys};
use crate::schema::Schemas;
use crate::{Kind, Rid, TenantId};

/// A search over the live resources of a tenant.
#[derive(Clone, Debug, PartialEq)]
pub struct Search {
    /// Whose.
    pub tenant: TenantId,
    /// The types of resource of that tenant.
    pub schemas: Arc<Schemas>,
    /// Of which types; empty means all.
    pub kinds: Vec<Kind>,
    /// Which of them.
    pub filter: Option<Filter>,
    /// In which order; `None` is the order of creation.
    pub sort: Option<Sort>,
    /// Where the page begins.
    pub start: Start,
    /// How many to return at most; 0 asks for the total only.
    pub limit: usize,
}

impl Search {
    /// True if the order is reversed.
    pub fn descending(&self) -> bool {
        self.sort.as_ref().is_some_and(|sort| sort.descending)
    }
}

/// Where a page begins.
#[derive(Clone, Debug, PartialEq)]
pub enum Start {
    /// After so many matches. What is written between two pages moves the matches.
    Offset(usize),
    /// Where another page of the same search ended. Whatever is written meanwhile, what keeps
    /// its place is on one page exactly.
    After {
        /// The place of the last one on that page.
        position: Position,
        /// How many match in all, as counted for the first page; a search with a filter does
        /// not count again.
        total: usize,
    },
}

/// An order (RFC 7644 §3.4.2.3). Ties are broken by creation.
#[derive(Clone, Debug, PartialEq)]
pub struct Sort {
    /// By which attribute.
    pub by: crate::path::AttributePath,
    /// From last to first.
    pub descending: bool,
}

/// The place of a resource in an order: nothing else has the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// What the order compares; `None` without a value, or if the order is that of creation.
    pub key: Option<SortKey>,
    /// Breaks ties.
    pub rid: Rid,
}

impl Position {
    /// Which of two places comes first. Ties are broken upwards, in a reversed order too.
    pub fn compare(&self, other: &Self, descending: bool) -> Ordering {
        compare_keys(self.key.as_ref(), other.key.as_ref(), descending)
            .then_with(|| self.rid.cmp(&other.rid))
    }
}

/// A page of matches.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// How many match in all.
    pub total: usize,
    /// The page.
    pub resources: Vec<crate::resource::Resource>,
    /// The place of the last one on the page, if others follow.
    pub next: Option<Position>,
}
