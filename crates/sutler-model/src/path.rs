//! Attribute paths (RFC 7644 §3.10): URN prefix, attribute, sub-attribute.

/// `urn:…:User:name.familyName`: as written by the client, prefix split off.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AttributePath {
    /// The schema URN before the attribute's name, if given.
    pub schema: Option<String>,
    /// The attribute. Empty only where the path is a bare extension URN.
    pub attribute: String,
    /// The sub-attribute, if given.
    pub sub: Option<String>,
}
