//! The engine, tried as a whole: interleaving models on its transitions, and the simulator.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::struct_excessive_bools,
    clippy::trivially_copy_pass_by_ref,
    reason = "test code fails by panicking, and a model's rules are switches"
)]

mod gate;
mod lives;
mod models;
mod planted_bugs;
mod scenarios;
