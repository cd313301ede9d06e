//! Chores in Rust: tidy, and the page on conformance.
//!
//! Reads files and the output of `cargo metadata`. Uses no crate of the product, so that it
//! runs while the product does not compile.

pub mod conformance;
pub mod tidy;

mod lexer;
