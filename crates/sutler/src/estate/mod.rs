//! The estate as a file: read with its places, compared with what is stored, written back.
//!
//! Pure but for the secrets that it is handed. What commits is `control::apply`.

mod access;
mod compare;
mod document;
mod event_stream;
mod fault;
mod fields;
mod guard;
mod identity_provider;
mod plan;
mod profile;
mod provider;
mod report;
mod resolve;
mod rules;
mod schema;
mod schema_fields;
mod section;
mod target;

pub(crate) use document::{Declared, read};
pub(crate) use fault::Fault;
pub(crate) use fields::export;
pub(crate) use plan::{Context as PlanContext, Plan, plan};
pub(crate) use report::{Options, Report};
pub(crate) use resolve::Secrets;

/// The tenant that needs no prefix.
pub(crate) const DEFAULT_TENANT: &str = "default";
