//! What is asked of the ledger when resources are read.

use crate::filter::Filter;
use crate::{Kind, TenantId};

/// A search over the live resources of a tenant.
#[derive(Clone, Debug, PartialEq)]
pub struct Search {
    /// Whose.
    pub tenant: TenantId,
    /// Of which types; empty means all.
    pub kinds: Vec<Kind>,
    /// Which of them.
    pub filter: Option<Filter>,
    /// In which order; `None` is the order of creation.
    pub sort: Option<Sort>,
    /// How many matches to pass over.
    pub offset: usize,
    /// How many to return at most; 0 asks for the total only.
    pub limit: usize,
}

/// An order (RFC 7644 §3.4.2.3). Ties are broken by creation.
#[derive(Clone, Debug, PartialEq)]
pub struct Sort {
    /// By which attribute.
    pub by: crate::path::AttributePath,
    /// From last to first.
    pub descending: bool,
}

/// A page of matches.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// How many match in all.
    pub total: usize,
    /// The page.
    pub resources: Vec<crate::resource::Resource>,
}
