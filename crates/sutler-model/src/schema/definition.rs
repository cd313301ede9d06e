//! Schemas and attributes as data (RFC 7643 §7), read from the JSON files beside this module
//! and from estates.
//!
//! A characteristic that a file leaves out has the default of RFC 7643 §2.2.

use serde::{Deserialize, Serialize};

/// A schema: a named collection of attributes.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Schema {
    /// The URN.
    pub id: String,
    /// For people.
    pub name: String,
    /// For people.
    #[serde(default)]
    pub description: String,
    /// The attributes, in the order of the RFC.
    pub attributes: Vec<Attribute>,
}

impl Schema {
    /// The attribute of that name, in any spelling.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        find(&self.attributes, name)
    }
}

/// An attribute and its characteristics.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Attribute {
    /// Canonical spelling.
    pub name: String,
    /// The data type.
    #[serde(default)]
    pub r#type: Type,
    /// True for a list of values.
    #[serde(default)]
    pub multi_valued: bool,
    /// For people.
    #[serde(default)]
    pub description: String,
    /// True if a resource must have it.
    #[serde(default)]
    pub required: bool,
    /// True if comparisons heed case.
    #[serde(default)]
    pub case_exact: bool,
    /// Who may write it, and when.
    #[serde(default)]
    pub mutability: Mutability,
    /// When it is in an answer.
    #[serde(default)]
    pub returned: Returned,
    /// How far its values are unique.
    #[serde(default)]
    pub uniqueness: Uniqueness,
    /// Suggested values; not enforced.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub canonical_values: Vec<String>,
    /// For references: the resource types, `external` or `uri`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reference_types: Vec<String>,
    /// For complex attributes: the parts, never complex themselves.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sub_attributes: Vec<Attribute>,
}

impl Attribute {
    /// The sub-attribute of that name, in any spelling.
    pub fn sub(&self, name: &str) -> Option<&Attribute> {
        find(&self.sub_attributes, name)
    }

    /// True if values of this type compare as text with case.
    ///
    /// References, binary data and dates are case-exact whatever the schema says (RFC 7643
    /// §2.3.5 to §2.3.7).
    pub fn heeds_case(&self) -> bool {
        self.case_exact || matches!(self.r#type, Type::Reference | Type::Binary | Type::DateTime)
    }

    /// True if clients cannot write it.
    pub fn read_only(&self) -> bool {
        self.mutability == Mutability::ReadOnly
    }

    /// True for a `$ref` to a user or a group: derived from `value`, never stored.
    pub fn derived_reference(&self) -> bool {
        self.name == "$ref" && self.reference_types.iter().any(|t| t == "User" || t == "Group")
    }
}

fn find<'a>(attributes: &'a [Attribute], name: &str) -> Option<&'a Attribute> {
    attributes.iter().find(|a| a.name.eq_ignore_ascii_case(name))
}

/// The data types of RFC 7643 §2.3.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Type {
    /// Text.
    #[default]
    String,
    /// `true` or `false`.
    Boolean,
    /// A number.
    Decimal,
    /// A whole number.
    Integer,
    /// An `xsd:dateTime`.
    DateTime,
    /// A URI.
    Reference,
    /// Base64.
    Binary,
    /// An object of sub-attributes.
    Complex,
}

impl Type {
    /// What a value of it is called in a sentence.
    pub fn noun(self) -> &'static str {
        match self {
            Self::String => "a string",
            Self::Boolean => "a boolean",
            Self::Decimal => "a number",
            Self::Integer => "a whole number",
            Self::DateTime => "a dateTime with time and zone, as in `2026-01-31T08:00:00Z`",
            Self::Reference => "a URI as a string",
            Self::Binary => "base64 as a string",
            Self::Complex => "an object",
        }
    }
}

/// Who may write an attribute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Mutability {
    /// Only the server.
    ReadOnly,
    /// Clients.
    #[default]
    ReadWrite,
    /// Clients, once.
    Immutable,
    /// Clients, and nobody reads it.
    WriteOnly,
}

/// When an attribute is in an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Returned {
    /// Always.
    Always,
    /// Never.
    Never,
    /// Unless others are asked for.
    #[default]
    Default,
    /// When asked for.
    Request,
}

/// How far values are unique.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Uniqueness {
    /// Not.
    #[default]
    None,
    /// In this server.
    Server,
    /// Everywhere.
    Global,
}
