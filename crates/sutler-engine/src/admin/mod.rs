//! What a person looks at and orders, whoever carries the order in: the command line over the
//! control socket, or the admin API.
//!
//! Knows neither of them. Who may order what was decided before; what a person is told to do
//! next is worded by who told him.

mod acting;
mod administrators;
mod find;
mod pair;
mod targets;
mod tokens;
mod trail;

pub use acting::{Acting, begin, note_refusal, refused};
pub use administrators::{
    NewAdministrator, administrators, keep_administrator, revoke_administrator,
};
pub use find::{provider, target, tenant, tenant_name};
pub use pair::{deliveries, explain, unknown_resource};
pub use targets::{check, failed, leavers, retry, status, statuses, streams, targets};
pub use tokens::{keep_token, revoke_token, tokens};
pub use trail::{Trail, trail, verify};

use sutler_model::port::LedgerError;

/// Why something was not done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// What it is about is not there.
    #[error("{0}")]
    Missing(String),
    /// It cannot be done as it stands.
    #[error("{0}")]
    Impossible(String),
    /// It is there already.
    #[error("{0}")]
    Taken(String),
    /// The store could not do it.
    #[error(transparent)]
    Store(#[from] LedgerError),
}

/// A list that was cut off at a length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut<T> {
    /// What there is room for.
    pub items: Vec<T>,
    /// True if there is more.
    pub truncated: bool,
}

impl<T> Cut<T> {
    fn new(mut items: Vec<T>, limit: usize) -> Self {
        let truncated = items.len() > limit;
        items.truncate(limit);
        Self { items, truncated }
    }
}
