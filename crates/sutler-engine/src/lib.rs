//! What provisioning means: validate, spread, decide, dispatch, sweep.
//!
//! Sees ports only: names no database, no protocol, no HTTP and no runtime. Decisions are
//! pure functions; what waits is at the rim, in the loops of `outbound`.

pub mod admin;
pub mod backoff;
pub mod budget;
pub mod decide;
pub mod desired;
pub mod explain;
pub mod failures;
mod guard;
pub mod health;
mod hidden;
pub mod hold;
pub mod intent;
mod knowledge;
pub mod mapping;
pub mod members;
mod nesting;
pub mod notify;
pub mod outbound;
mod passed;
pub mod plan;
mod ports;
pub mod provision;
pub mod push;
pub mod reconcile;
pub mod rules;
pub mod spread;
pub mod transition;

pub use outbound::{Gates, Unread};
pub use ports::{EstateView, Ports, Pulse};
