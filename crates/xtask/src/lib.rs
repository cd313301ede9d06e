//! Chores in Rust: tidy, and the ledger of the long suites.
//!
//! Reads files and the output of `cargo metadata`, and runs what it is told to. Uses no crate of the product, so that it
//! runs while the product does not compile.

pub mod ledger;
pub mod tidy;

mod lexer;
