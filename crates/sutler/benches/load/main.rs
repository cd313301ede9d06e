//! Rates and times, each beside a ceiling that is measured in the same run.

fn main() {}
