//! Schemas as data (RFC 7643 §7): the standard ones, and from a path to its definition.
//!
//! Says nothing about values: [`crate::document`] checks those.

mod definition;
mod invalid;
mod standard;

pub use definition::{Attribute, Mutability, ResourceType, Returned, Schema, Type, Uniqueness};
pub use invalid::{Invalid, InvalidKind};
pub use standard::{
    Definition, ENTERPRISE_USER, GROUP, RESOURCE_TYPES, USER, all, by_id, common, core, extension,
    extensions, is_schema, resolve,
};
