//! The server: the surfaces and the loops over one open data directory, until it is told to stop.

mod door;
mod metrics;
mod running;
mod signals;

pub(crate) use door::Door;
pub(crate) use running::start;
pub(crate) use signals::Stop;
