//! Attribute paths (RFC 7644 §3.10): URN prefix, attribute, sub-attribute.

use std::fmt;

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

impl AttributePath {
    /// A path to a core or common attribute, or to a part of it.
    pub fn core(attribute: &str, sub: Option<&str>) -> Self {
        Self {
            schema: None,
            attribute: attribute.to_owned(),
            sub: sub.map(str::to_owned),
        }
    }

    /// A path to an attribute of an extension, or to a part of it.
    pub fn extension(urn: &str, attribute: &str, sub: Option<&str>) -> Self {
        Self {
            schema: Some(urn.to_owned()),
            ..Self::core(attribute, sub)
        }
    }

    /// True if it is exactly this core attribute (or part of it), in canonical spelling.
    pub fn is_core(&self, attribute: &str, sub: Option<&str>) -> bool {
        self.schema.is_none() && self.attribute == attribute && self.sub.as_deref() == sub
    }
}

impl fmt::Display for AttributePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(schema) = &self.schema {
            f.write_str(schema)?;
            if !self.attribute.is_empty() {
                f.write_str(":")?;
            }
        }
        f.write_str(&self.attribute)?;
        match &self.sub {
            Some(sub) => write!(f, ".{sub}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_written_as_rfc_7644_has_it() {
        let urn = crate::schema::ENTERPRISE_USER;
        let check = |path: AttributePath, expected: &str| assert_eq!(path.to_string(), expected);
        check(
            AttributePath::core("name", Some("givenName")),
            "name.givenName",
        );
        check(AttributePath::core("userName", None), "userName");
        check(
            AttributePath::extension(urn, "manager", Some("value")),
            &format!("{urn}:manager.value"),
        );
        check(AttributePath::extension(urn, "", None), urn);
    }
}
