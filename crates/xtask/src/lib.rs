//! Chores in Rust: tidy.
//!
//! Reads files and the output of `cargo metadata`. Uses no crate of the product, so that it
//! runs while the product does not compile.

pub mod tidy;

mod lexer;
