//! Schemas as data (RFC 7643 §7): the standard ones, those that a tenant adds, and from a path
//! to its definition.
//!
//! Says nothing about values: [`crate::document`] checks those.

mod definition;
mod invalid;
mod narrowing;
mod resource_type;
mod standard;

pub use definition::{Attribute, Mutability, Returned, Schema, Type, Uniqueness};
pub use invalid::{Invalid, InvalidKind};
pub use narrowing::narrowing;
pub use resource_type::{Definition, Extension, Indexed, ResourceType};
pub use standard::{ENTERPRISE_USER, GROUP, ROLE, Schemas, USER, common, is_standard, standard};
