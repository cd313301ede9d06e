//! The port to what administrators order, and to the audit trail of it.

use async_trait::async_trait;

use super::LedgerError;
use crate::administrator::AdminToken;
use crate::audit::{Act, Entry, Head, Query};
use crate::estate::{EstateEdit, Token};
use crate::guard::Verdict;
use crate::pause::Pause;
use crate::{Rid, TargetId, Time, Uid};

/// What is ordered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Order {
    /// Nothing that the store does: it is done elsewhere, or was refused.
    Note,
    /// An edit of the estate, as [`Registry::edit_estate`](super::Registry::edit_estate).
    EditEstate(Box<EstateEdit>),
    /// A new token of a service provider.
    AddToken(Token),
    /// The end of a service provider's token, by handle.
    RevokeToken(String),
    /// A new token of an administrator.
    AddAdministrator(AdminToken),
    /// The end of an administrator's token, by handle.
    RevokeAdministrator(String),
    /// Parked pairs are tried again, as [`Overview::retry`](super::Overview::retry).
    Retry(TargetId, Option<Uid>),
    /// The target is paused, or its pause ends, as
    /// [`Dispatch::set_pause`](super::Dispatch::set_pause).
    Pause(TargetId, Option<Pause>),
    /// One pair is marked in the live lane: it is decided and delivered now.
    Provision(TargetId, Rid),
    /// A wave of the guard is released or rejected. Pairs that are named go at once; a whole wave
    /// goes by [`Guarding::wave_step`](super::Guarding::wave_step).
    Verdict(Verdict),
}

impl Order {
    /// True if it finds nothing to do where it concerns nothing: then it leaves no row.
    pub fn may_miss(&self) -> bool {
        matches!(self, Self::RevokeToken(_) | Self::RevokeAdministrator(_) | Self::Verdict(_))
    }
}

/// What administrators order, and the trail of it.
#[async_trait]
pub trait Administration: Send + Sync {
    /// Does what is ordered and writes down who ordered it, in one transaction: neither is there
    /// without the other. Each act goes into the chain of its tenant as it is named after the
    /// order was done; where there is none of that name, into the installation's.
    ///
    /// Returns how many things it concerned: the tokens that were revoked, the pairs that are
    /// tried again or that a verdict is about, else 1. Where a token to be revoked is not there,
    /// or a wave is not, is still being counted or holds none of the pairs, the answer is 0 and
    /// nothing is written. An order without an act is refused.
    async fn order(&self, order: Order, acts: Vec<Act>, now: Time) -> Result<usize, LedgerError>;
    /// Rows of the trail.
    async fn trail(&self, query: &Query) -> Result<Vec<Entry>, LedgerError>;
    /// The ends of all chains that have rows, the installation's first.
    async fn trail_heads(&self) -> Result<Vec<Head>, LedgerError>;
    /// The administrator's token with this hash.
    async fn administrator(&self, hash: &[u8]) -> Result<Option<AdminToken>, LedgerError>;
    /// All administrators' tokens, the oldest first.
    async fn administrators(&self) -> Result<Vec<AdminToken>, LedgerError>;
    /// Notes that a token was used. May be lost with the power.
    async fn administrator_used(&self, id: &str, now: Time) -> Result<(), LedgerError>;
}
