//! Chores in Rust: tidy, bench.
