//! The one path by which everything comes in: SCIM, imports and the demo.
//!
//! A validated draft becomes one [`sutler_model::change::Change`]: names folded, references
//! resolved, index rows made, the password hashed. Knows no protocol: what a client sent has
//! been read before, and a refusal is worded for the wire by who answers. A group's members
//! are never loaded to change them.

mod blocking;
mod caller;
mod content;
mod create;
mod domain;
mod events;
mod identifier;
mod membership;
mod myself;
mod passing;
mod provisioner;
mod read;
mod refusal;
mod sight;
mod told;
mod turns;
mod update;
mod wanted;
mod write;

pub use caller::Caller;
pub use content::LONGEST_NAME;
pub use events::name;
pub use myself::{Myself, NoSubject, NotAllowed};
pub use provisioner::{HashFailed, Options, PasswordHasher, Provisioner, Written};
pub use refusal::{Precondition, Refusal};
