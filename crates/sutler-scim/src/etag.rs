//! `If-Match` and `If-None-Match` (RFC 7644 §3.14).
//!
//! Only the opaque part counts: SCIM uses weak tags where RFC 9110 would have strong ones (T-E2).

use sutler_model::Version;
use sutler_model::document::parse_etag;

/// The tags of a conditional header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tags {
    /// `*`
    Any,
    /// These; those that were never ours are left out, and match nothing.
    These(Vec<Version>),
}

impl Tags {
    /// Reads the value of the header.
    pub fn parse(header: &str) -> Self {
        match header.trim() {
            "*" => Self::Any,
            list => Self::These(list.split(',').filter_map(parse_etag).collect()),
        }
    }

    /// True if the version in force is among them.
    pub fn matches(&self, version: Version) -> bool {
        match self {
            Self::Any => true,
            Self::These(versions) => versions.contains(&version),
        }
    }

    /// The version, if the header names exactly one: what a commit is to be guarded by.
    pub fn only(&self) -> Option<Version> {
        match self {
            Self::These(versions) => match versions.as_slice() {
                [version] => Some(*version),
                _ => None,
            },
            Self::Any => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sutler_model::document::etag;

    #[test]
    fn tags_match_by_their_opaque_part_t_e2() {
        let version = Version { body: 5, members: 17 };
        assert_eq!(etag(version), "W/\"5-17\"");
        for header in ["W/\"5-17\"", "\"5-17\"", "*", "W/\"1\", W/\"5-17\"", "x,\"5-17\""] {
            assert!(Tags::parse(header).matches(version), "{header}");
        }
        for header in ["W/\"5\"", "5-17", "", "\"5-17", "W/\"05-17\"", "W/\"5-17-1\"", "W/\"-5\""] {
            assert!(!Tags::parse(header).matches(version), "{header}");
        }
        assert_eq!(Tags::parse("W/\"5-17\"").only(), Some(version));
    }
}
