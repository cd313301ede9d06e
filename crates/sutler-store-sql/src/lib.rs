//! The ledger on SQLite: resources, journal, outbox, work, links, settings.
//!
//! One thread writes, many requests in one transaction (group commit); readers stand beside
//! it. Implements the ports of `sutler_model::port`. Decides nothing: what becomes of a pair
//! is said by the engine, and the rules by which rows change are those of the port.

mod administration;
mod census;
mod checkpoint;
mod directory;
mod dispatch;
mod error;
mod events;
mod folder;
mod guard;
mod intents;
mod ledger;
mod migrate;
mod nests;
mod notices;
mod open;
mod overview;
mod registry;
mod reports;
mod reserve;
mod row;
mod search;
mod write;

pub use ledger::SqliteLedger;
pub use open::{OpenError, Options};
