//! What clients send that is not RFC 7643 and 7644, and what is made of it.
//!
//! A dialect is a set of leniencies, and a leniency is one deviation that has one meaning. A
//! request in a dialect is put into the words of the standard first and then read strictly, so
//! that what is not understood is refused in every dialect. What was tolerated comes out with
//! the result. Knows no client: which service provider speaks which dialect is in the estate.

mod body;
mod filter;
mod leniency;
mod name;
mod set;
mod tolerance;
mod urn;
mod value;

pub use filter::filter;
pub use leniency::Leniency;
pub use name::Dialect;
pub use set::Leniencies;
pub use tolerance::Tolerance;
pub use urn::bare;

pub(crate) use body::{Purpose, body};
pub(crate) use filter::path;
pub(crate) use urn::schema;
pub(crate) use value::value;
