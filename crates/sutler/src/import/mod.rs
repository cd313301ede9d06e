//! People from a CSV file: created, or updated, by `userName`; never deleted.
//!
//! The header names SCIM paths, beside `groups` and `manager`. A column that is not there
//! and a cell that is empty leave what is stored as it is.

mod assignment;
mod batch;
mod groups;
mod header;
mod reader;

pub(crate) use assignment::Assignment;
pub(crate) use batch::{caller, rows};
pub(crate) use reader::{Found, Rows};
