//! The ports that adapters implement: small, object-safe.

mod administration;
mod connector;
mod events;
mod facts;
mod failure;
mod ledger;
mod notices;
mod overview;
mod reports;
mod runtime;

pub use administration::{Administration, Order};
pub use connector::{Connector, Connectors};
pub use events::{EventReceiver, EventSigner, Events, MOST_BYTES, PushError};
pub use facts::{GroupFact, Reads, SubjectView};
pub use failure::LedgerError;
pub use ledger::{
    Announced, Claim, ClientKind, Directory, Dispatch, EdgeView, Frame, GroupRef, Ledger,
    MemberView, Next, Quarantine, Quarantined, ReferenceView, Registry, Rival, Settle, Settled,
    SpreadCommit, SpreadView, SweepCommit, SweepItem, SweepPage,
};
pub use notices::{NoticeSender, Notices, Told};
pub use overview::{Again, Overview, Retried};
pub use reports::Reports;
pub use runtime::{Clock, Random, Runtime, Timeout};
