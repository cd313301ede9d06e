//! SCIM 2.0 on the wire: text and JSON into the model's values and back, discovery documents.
//!
//! Pure: knows no HTTP, no runtime and no database. What the words mean is `sutler-model`'s.

pub mod filter;
pub mod json;
pub mod patch;
pub mod path;
