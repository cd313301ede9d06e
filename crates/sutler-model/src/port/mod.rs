//! The ports that adapters implement: small, object-safe.

mod administration;
mod connector;
mod events;
mod facts;
mod failure;
mod guarding;
mod hiding;
mod intents;
mod ledger;
mod nests;
mod notices;
mod overview;
mod reports;
mod runtime;
mod sealer;
mod views;

pub use administration::{Administration, Order};
pub use connector::{Connector, Connectors};
pub use events::{EventReceiver, EventSigner, Events, MOST_BYTES, PushError};
pub use facts::{GroupFact, Reads, SubjectView};
pub use failure::LedgerError;
pub use guarding::Guarding;
pub use hiding::Hiding;
pub use intents::{Intents, Standing};
pub use ledger::{
    Announced, Claim, ClientKind, Directory, Dispatch, Ledger, Next, Quarantine, Quarantined,
    Registry, Settle, Settled, SpreadCommit, SpreadView, SweepCommit, SweepItem, SweepPage,
};
pub use nests::{Above, Ask, Flattened, GroupAbove, Nests};
pub use notices::{NoticeSender, Notices, Told};
pub use overview::{Again, Overview, Retried};
pub use reports::Reports;
pub use runtime::{Clock, Random, Runtime, Timeout};
pub use sealer::{Sealer, Unsealable};
pub use views::{EdgeView, Frame, GroupRef, IntentView, MemberView, ReferenceView, Rival};
