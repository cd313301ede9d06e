//! For tests only: harness, fakes, the simulator, conformance suites for stores and connectors.
//!
//! Nothing here is part of the product. A failed expectation panics, as tests do.
#![expect(
    clippy::missing_panics_doc,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "this crate is test code: a failed expectation panics"
)]

pub mod build;
pub mod conformance;
mod hiding;
mod memory;
mod plain_sealer;
mod random;
pub mod sim;

pub use hiding::PlainHiding;
pub use memory::MemoryLedger;
pub use plain_sealer::PlainSealer;
pub use random::Dice;
