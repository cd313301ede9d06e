//! Commands against a data directory: over the socket of the server that has it, else with
//! the store opened here. Both ways end in the same `execute`.

mod apply;
mod context;
mod execute;
mod guard;
mod message;
mod plan;
mod probe;
mod provision;
mod reconcile;
mod session;
mod socket;

pub(crate) use context::{Context, Opened, store_error};
pub(crate) use execute::execute;
pub(crate) use guard::WaveLine;
pub(crate) use message::{
    ImportRow, Imported, LeftObject, ProbeRequest, Reply, Request, RowFault, StreamLine,
};
pub(crate) use session::Session;
pub(crate) use socket::{is_served, listen};
