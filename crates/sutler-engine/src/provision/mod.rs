//! The one path by which everything comes in: SCIM, imports and the demo.
//!
//! A validated draft becomes one [`sutler_model::change::Change`]: names folded, references
//! resolved, index rows made, the password hashed. Knows no protocol: what a client sent has
//! been read before, and a refusal is worded for the wire by who answers. A group's members
//! are never loaded to change them.

mod caller;
mod content;
mod create;
mod events;
mod identifier;
mod membership;
mod provisioner;
mod read;
mod refusal;
mod told;
mod turns;
mod update;
mod write;

pub use caller::Caller;
pub use events::name;
pub use provisioner::{HashFailed, Options, PasswordHasher, Provisioner, Written};
pub use refusal::{Precondition, Refusal};
