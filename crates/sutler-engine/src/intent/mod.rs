//! Intents: desired states that are not stored, or not yet.
//!
//! There is no second path to the targets: an intent only makes the frames of its pairs show
//! what is desired, and is told how their claims end. Then a loop commits it, or voids it.

mod frame;
mod resolve;
mod sealed;

pub(crate) use frame::intended;
pub(crate) use resolve::start;
pub(crate) use sealed::{open, seal};
pub use sealed::{open_change, seal_change};
