//! The estate as a file: read with its places, compared with what is stored, written back.
//!
//! Pure but for the secrets that it is handed. What commits is `control::apply`.

mod access;
mod compare;
mod document;
mod entry;
mod event_stream;
mod fault;
mod fields;
mod guard;
mod identity_provider;
mod notification;
mod passing;
mod plan;
mod profile;
mod provider;
mod record;
mod report;
mod resolve;
mod rules;
mod schema;
mod schema_fields;
mod section;
mod target;
mod wall;

pub(crate) use document::{Unusable, read};
pub(crate) use entry::{EntryFault, delete as delete_entry, document, put as put_entry};
pub(crate) use fault::Fault;
pub(crate) use fields::export;
pub(crate) use plan::{Context as PlanContext, Plan, plan, rule_faults};
pub(crate) use record::record;
pub(crate) use report::{Options, Report};
pub(crate) use resolve::Secrets;
pub(crate) use wall::{faults as beyond_the_wall, relative_files};

/// The tenant that needs no prefix.
pub(crate) const DEFAULT_TENANT: &str = "default";
