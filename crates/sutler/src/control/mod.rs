//! Commands against a data directory: over the socket of the server that has it, else with
//! the store opened here. Both ways end in the same `execute`.

mod administrators;
mod apply;
mod context;
mod estate_file;
mod execute;
mod guard;
mod message;
mod pause;
mod people;
mod person;
mod plan;
mod probe;
mod reconcile;
mod session;
mod socket;

pub(crate) use context::{Context, Opened, store_error};
pub(crate) use estate_file::Editor;
pub(crate) use execute::execute;
pub(crate) use message::{
    ImportRow, Imported, LeftObject, ProbeRequest, Reply, Request, RowFault, Until,
};
pub(crate) use session::Session;
pub(crate) use socket::{is_served, listen};
