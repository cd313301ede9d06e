//! Outgoing HTTP: the one place where clients are built.
//!
//! Decides nothing about what an answer means; that is each protocol's own.

mod address;
mod client;
mod exchange;
mod failure;
mod notes;
mod redact;
mod resolver;
mod retry_after;
mod url;

pub(crate) use address::Egress;
pub(crate) use exchange::{Body, Http, Reply};
pub(crate) use notes::note;
pub(crate) use redact::redact;
pub(crate) use retry_after::retry_after;
pub(crate) use url::{base, checked, extend, filtered};
