//! SCIM 2.0 on the wire: text and JSON into the model's values and back, discovery documents.
//!
//! Pure: knows no HTTP, no runtime and no database. What the words mean is `sutler-model`'s.

pub mod bulk;
pub mod client;
pub mod discovery;
pub mod error;
pub mod etag;
pub mod events;
pub mod filter;
pub mod fuzz;
pub mod json;
pub mod openapi;
pub mod patch;
pub mod path;
pub mod query;
pub mod render;
pub mod roles;
pub mod selection;

pub use error::MEDIA_TYPE;
