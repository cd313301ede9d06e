//! Suites that every implementation of a port must pass.

mod filters;
pub mod ledger;
mod nests;
mod operation;
mod people;
mod random;
mod walks;

pub use filters::random_filters;
pub use random::random_operations;
pub use walks::random_walks;
