//! The ports that adapters implement: small, object-safe.

mod connector;
mod events;
mod facts;
mod failure;
mod guarding;
mod ledger;
mod overview;
mod reports;
mod runtime;

pub use connector::{Connector, Connectors};
pub use events::{EventReceiver, EventSigner, Events, MOST_BYTES, PushError};
pub use facts::{GroupFact, Reads, SubjectView};
pub use failure::LedgerError;
pub use guarding::Guarding;
pub use ledger::{
    Announced, Claim, ClientKind, Directory, Dispatch, EdgeView, Frame, GroupRef, Ledger,
    MemberView, Next, ReferenceView, Registry, Rival, Settle, Settled, SpreadCommit, SpreadView,
    SweepCommit, SweepItem, SweepPage,
};
pub use overview::Overview;
pub use reports::Reports;
pub use runtime::{Clock, Random, Runtime, Timeout};
