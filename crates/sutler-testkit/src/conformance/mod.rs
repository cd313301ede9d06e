//! Suites that every implementation of a port must pass.

pub mod ledger;
mod operation;
mod random;

pub use random::random_operations;
