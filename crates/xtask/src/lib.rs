//! Chores in Rust: tidy, the pages on conformance and promises, and the ledger of the long suites.
//!
//! Reads files and the output of `cargo metadata`, and runs what it is told to. Uses no crate of the product, so that it
//! runs while the product does not compile.

pub mod ledger;
pub mod pages;
pub mod tidy;

mod lexer;
