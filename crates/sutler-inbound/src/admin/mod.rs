//! The admin API at `/api/v1`: what the command line can do, for administrators with tokens.
//!
//! One file an endpoint, under `at`: a new one is such a file and a line in `endpoints`. Who may
//! what is part of an endpoint, and checked before it. The work is the engine's; the estate is
//! read and written by the binary, through [`EstateFile`].

mod answer;
mod at;
mod authenticate;
mod describe;
mod endpoint;
mod estate_file;
mod query;
mod scope;
mod serve;

pub use estate_file::{
    EntryKind, EstateDone, EstateDraft, EstateEdition, EstateFault, EstateFile, EstateRefused,
    EstateWanted, Exported, estate_tag,
};

pub(crate) use describe::describe;
pub(crate) use scope::is_ours;
pub(crate) use serve::added;

use at::endpoints;
