//! The nouns of Sutler: resources, changes, links, work items; schema, path,
//! filter and patch as values with their semantics; and the ports that
//! adapters implement.
//!
//! Knows no runtime, no HTTP, no SQL and no log. Nothing here waits, and
//! nothing here can fail on I/O.

pub mod access;
pub mod administrator;
pub mod audit;
pub mod change;
pub mod comparison;
pub mod delivery;
pub mod dialect;
pub mod document;
pub mod estate;
pub mod event;
pub mod explanation;
pub mod filter;
pub mod fold;
pub mod guard;
pub mod history;
pub mod id;
pub mod identity_provider;
pub mod intent;
pub mod json;
pub mod link;
pub mod maintenance;
pub mod nesting;
pub mod notification;
pub mod outcome;
pub mod patch;
pub mod path;
pub mod pause;
pub mod plan;
pub mod port;
pub mod query;
pub mod report;
pub mod resource;
pub mod schema;
pub mod store;
pub mod time;
pub mod work;

pub use dialect::{Dialect, Leniencies, Leniency};
pub use id::{
    EventStreamId, Fence, IdentityProviderId, IntentId, LinkId, Mark, NodeId, NotificationId, Rid,
    Seq, ServiceProviderId, SetId, Stamp, SweepId, TargetId, TenantId, Uid, WaveId,
};
pub use resource::{Document, Kind, Version};
pub use schema::{Invalid, InvalidKind};
pub use store::Store;
pub use time::Time;
