//! The demo: Sutler with a sample estate, to be judged in a minute.
//!
//! Everything is real but the targets, which are emulated in this process; what is sent to
//! them goes over HTTP like to any other.

mod compare;
mod invitation;
mod load;
mod names;
mod sample;
mod scene;
mod watch;

pub(crate) use compare::equal_everywhere;
pub(crate) use invitation::invite;
pub(crate) use load::load;
pub(crate) use scene::Scene;
pub(crate) use watch::watch;
