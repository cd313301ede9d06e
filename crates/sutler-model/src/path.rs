//! Attribute paths (RFC 7644 §3.10): URN prefix, attribute, sub-attribute.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::schema::{Invalid, is_standard};

/// `urn:…:User:name.familyName`: as written by the client, prefix split off.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
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
        Self { schema: None, attribute: attribute.to_owned(), sub: sub.map(str::to_owned) }
    }

    /// A path to an attribute of an extension, or to a part of it.
    pub fn extension(urn: &str, attribute: &str, sub: Option<&str>) -> Self {
        Self { schema: Some(urn.to_owned()), ..Self::core(attribute, sub) }
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

impl FromStr for AttributePath {
    type Err = Invalid;

    /// Reads the text form. The URN ends at the last colon, because its version holds a dot
    /// (`2.0`); a text that is the URN of a standard schema names that schema whole. Whether
    /// one is that of a schema of the tenant, its types of resource tell when they look it up.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        if is_standard(text) {
            return Ok(Self::extension(text, "", None));
        }
        let (schema, rest) = match text.rsplit_once(':') {
            Some((urn, rest)) => (Some(urn.to_owned()), rest),
            None => (None, text),
        };
        let (attribute, sub) = match rest.split_once('.') {
            Some((attribute, sub)) => (attribute, Some(sub)),
            None => (rest, None),
        };
        let well_formed = is_attribute_name(attribute)
            && sub.is_none_or(is_attribute_name)
            && schema.as_deref().is_none_or(is_urn);
        if !well_formed {
            let shown: String = text.chars().take(60).collect();
            return Err(Invalid::path(format!("`{shown}` is not an attribute path")));
        }
        Ok(Self { schema, attribute: attribute.to_owned(), sub: sub.map(str::to_owned) })
    }
}

/// True for a name that an attribute can have: RFC 7643 §2.1 `ATTRNAME`, with a leading `$` (`$ref`; erratum 8924).
pub fn is_attribute_name(text: &str) -> bool {
    let text = text.strip_prefix('$').unwrap_or(text);
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '$' | '-' | '_'))
}

fn is_urn(text: &str) -> bool {
    text.len() > 4
        && text.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("urn:"))
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, ':' | '.' | '-' | '_' | '%' | '+'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_written_as_rfc_7644_has_it() {
        let urn = crate::schema::ENTERPRISE_USER;
        let check = |path: AttributePath, expected: &str| assert_eq!(path.to_string(), expected);
        check(AttributePath::core("name", Some("givenName")), "name.givenName");
        check(AttributePath::core("userName", None), "userName");
        check(
            AttributePath::extension(urn, "manager", Some("value")),
            &format!("{urn}:manager.value"),
        );
        check(AttributePath::extension(urn, "", None), urn);
    }

    #[test]
    fn the_urn_ends_at_the_last_colon_t_f7() {
        let urn = crate::schema::ENTERPRISE_USER;
        for text in ["userName", "name.familyName", "members.$ref", urn] {
            assert_eq!(text.parse::<AttributePath>().unwrap().to_string(), text);
        }
        let path: AttributePath = format!("{urn}:manager.value").parse().unwrap();
        assert_eq!(path, AttributePath::extension(urn, "manager", Some("value")));
    }

    #[test]
    fn a_malformed_path_is_refused_t_p4() {
        for text in ["", ".", "a.", ".b", "a.b.c", "1a", "a b", "urn:", "x:y", ":a", "a:", "é"] {
            let refused = text.parse::<AttributePath>().unwrap_err();
            assert_eq!(refused.kind, crate::InvalidKind::Path, "{text}");
        }
    }
}
