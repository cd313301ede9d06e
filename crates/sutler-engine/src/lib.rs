//! What provisioning means: validate, spread, decide, dispatch, sweep.
//!
//! Sees ports only: names no database, no protocol, no HTTP and no runtime. Decisions are
//! pure functions; what waits is at the rim, in the loops of `outbound`.

mod ports;

pub use ports::{EstateView, Ports, Pulse};
