//! Targets that behave like the real ones, with their limits and with faults: SCIM 2.0
//! applications on loopback, in memory, for the demo, for rehearsals and for tests.
//!
//! Written apart from Sutler's own SCIM code on purpose: filters and PATCH are read here by a
//! second pair of eyes. Knows no engine and no connector, and keeps nothing on disk.

mod answer;
mod attribute;
mod clause;
mod counters;
mod directory;
mod discovery;
mod faults;
mod habits;
mod line;
mod options;
mod patch;
mod play;
mod record;
mod request;
mod server;
mod service;
mod show;
mod target;

pub use counters::{Counters, Entry};
pub use faults::{Faults, Outage};
pub use options::{Options, StartError, TargetOptions};
pub use play::{PRODUCTS, Paging, Play};
pub use server::Emulator;
pub use target::EmulatedTarget;
