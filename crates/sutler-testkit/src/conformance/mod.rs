//! Suites that every implementation of a port must pass.

pub mod ledger;
mod operation;
mod random;
mod walks;

pub use random::random_operations;
pub use walks::random_walks;
