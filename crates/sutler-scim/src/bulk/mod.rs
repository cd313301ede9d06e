//! `/Bulk` (RFC 7644 §3.7): what a request asks for, in which order it can be done, and how
//! what became of it is written.
//!
//! Does nothing itself: whoever executes a [`Plan`] takes its stages one after the other and
//! fills in the ids of what was created. What is wrong with one operation refuses that one; the
//! request as a whole is refused only where its meaning is in doubt or a limit is exceeded.
//!
//! `bulkId:x` is understood wherever a whole text is that, and as a value in the path of a PATCH
//! operation, so that it is never stored. A password is never looked into.

mod circle;
mod defer;
mod groups;
mod operation;
mod path;
mod plan;
mod references;
mod request;
mod response;
mod stages;
mod touch;
mod units;

pub use operation::{Action, Operation, Sent, Target};
pub use plan::{Later, Plan, Step, Unit, plan};
pub use references::Made;
pub use request::{BULK_REQUEST, Entry, Limits, Request, parse};
pub use response::{BULK_RESPONSE, Outcome, response};
