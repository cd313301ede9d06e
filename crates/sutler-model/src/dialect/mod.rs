//! What clients send that is not RFC 7643 and 7644, and what is made of it.
//!
//! A dialect is a set of leniencies, and a leniency is one deviation that has one meaning. Knows
//! no client: which service provider speaks which dialect is in the estate.

mod leniency;
mod name;
mod set;

pub use leniency::Leniency;
pub use name::Dialect;
pub use set::Leniencies;
