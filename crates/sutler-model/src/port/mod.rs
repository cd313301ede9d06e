//! The ports that adapters implement: small, object-safe.

mod connector;
mod events;
mod failure;
mod ledger;
mod runtime;

pub use connector::{Connector, Connectors};
pub use events::{EventReceiver, EventSigner, Events, MOST_BYTES, PushError};
pub use failure::LedgerError;
pub use ledger::{
    Announced, Claim, ClientKind, Directory, Dispatch, EdgeView, Frame, GroupRef, Ledger,
    MemberView, Next, Overview, ReferenceView, Registry, Rival, Settle, Settled, SpreadCommit,
    SpreadView, SweepCommit, SweepPage,
};
pub use runtime::{Clock, Random, Runtime, Timeout};
