//! The binary: command line, settings, wiring.

fn main() {}
