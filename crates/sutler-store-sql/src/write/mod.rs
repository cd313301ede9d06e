//! The one writer: a bounded queue of jobs, committed many at a time.

mod job;
mod queue;
mod writer;

pub(crate) use job::{Job, Step, Task};
pub(crate) use queue::{Queue, Refused, Side};
pub(crate) use writer::Writer;
