//! The standard schemas, parsed once, and the way from a path to its definition.

use std::sync::LazyLock;

use crate::Kind;
use crate::path::AttributePath;

use super::{Attribute, ResourceType, Schema};

/// The URN of the core user schema.
pub const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
/// The URN of the enterprise extension.
pub const ENTERPRISE_USER: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
/// The URN of the core group schema.
pub const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";

/// The types of resource that are served.
pub const RESOURCE_TYPES: [ResourceType; 2] = [
    ResourceType { kind: Kind::User, endpoint: "/Users", description: "User accounts" },
    ResourceType {
        kind: Kind::Group,
        endpoint: "/Groups",
        description: "Groups of users and groups",
    },
];

struct Standard {
    user: Schema,
    group: Schema,
    extensions: [Schema; 1],
    meta: [Schema; 3],
    common: Schema,
}

static STANDARD: LazyLock<Standard> = LazyLock::new(|| Standard {
    user: read(include_str!("data/user.json")),
    group: read(include_str!("data/group.json")),
    extensions: [read(include_str!("data/enterprise_user.json"))],
    meta: [
        read(include_str!("data/service_provider_config.json")),
        read(include_str!("data/resource_type.json")),
        read(include_str!("data/schema.json")),
    ],
    common: read(include_str!("data/common.json")),
});

#[expect(clippy::expect_used, reason = "the files are part of the program; a test parses them")]
fn read(text: &str) -> Schema {
    serde_json::from_str(text).expect("the schema files that are compiled in are well-formed")
}

/// The core schema of a kind, without the common attributes.
pub fn core(kind: Kind) -> &'static Schema {
    match kind {
        Kind::User => &STANDARD.user,
        Kind::Group => &STANDARD.group,
    }
}

/// The extensions that a kind can carry.
pub fn extensions(kind: Kind) -> &'static [Schema] {
    match kind {
        Kind::User => &STANDARD.extensions,
        Kind::Group => &[],
    }
}

/// `id`, `externalId`, `schemas` and `meta` (RFC 7643 §3.1), which every resource has.
pub fn common() -> &'static Schema {
    &STANDARD.common
}

/// All schemas that discovery shows, those of discovery itself included.
pub fn all() -> Vec<&'static Schema> {
    let mut all = vec![&STANDARD.user, &STANDARD.group];
    all.extend(&STANDARD.extensions);
    all.extend(&STANDARD.meta);
    all
}

/// The schema of that URN, in any spelling.
pub fn by_id(urn: &str) -> Option<&'static Schema> {
    all().into_iter().find(|s| s.id.eq_ignore_ascii_case(urn))
}

/// The extension of that URN, in any spelling, if the kind can carry it.
pub fn extension(kind: Kind, urn: &str) -> Option<&'static Schema> {
    extensions(kind).iter().find(|s| s.id.eq_ignore_ascii_case(urn))
}

/// True if `urn` is the URN of a schema that is known, in any spelling.
pub fn is_schema(urn: &str) -> bool {
    by_id(urn).is_some()
}

/// What a path names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Definition {
    /// The schema that defines it; [`common`] for the common attributes.
    pub schema: &'static Schema,
    /// True if it lives under the URN of an extension.
    pub extension: bool,
    /// The attribute; `None` if the path is a bare extension URN.
    pub attribute: Option<&'static Attribute>,
    /// The sub-attribute, if the path names one.
    pub sub: Option<&'static Attribute>,
}

impl Definition {
    /// The sub-attribute if one is named, else the attribute.
    pub fn leaf(&self) -> Option<&'static Attribute> {
        self.sub.or(self.attribute)
    }

    /// The path in canonical spelling: core attributes without a URN, extension attributes
    /// with theirs.
    pub fn path(&self) -> AttributePath {
        AttributePath {
            schema: self.extension.then(|| self.schema.id.clone()),
            attribute: self.attribute.map(|a| a.name.clone()).unwrap_or_default(),
            sub: self.sub.map(|a| a.name.clone()),
        }
    }
}

/// What `path` names in a resource of that kind, in any spelling. A path without a URN can
/// name core and common attributes only (RFC 7644 §3.10).
pub fn resolve(kind: Kind, path: &AttributePath) -> Option<Definition> {
    let (schema, extension) = match path.schema.as_deref() {
        Some(urn) if !urn.eq_ignore_ascii_case(&core(kind).id) => (extension(kind, urn)?, true),
        _ => (core(kind), false),
    };
    if path.attribute.is_empty() {
        return (extension && path.sub.is_none()).then_some(Definition {
            schema,
            extension,
            attribute: None,
            sub: None,
        });
    }
    let (schema, attribute) = match schema.attribute(&path.attribute) {
        Some(attribute) => (schema, attribute),
        None if extension => return None,
        None => (common(), common().attribute(&path.attribute)?),
    };
    let sub = match path.sub.as_deref() {
        Some(name) => Some(attribute.sub(name)?),
        None => None,
    };
    Some(Definition { schema, extension, attribute: Some(attribute), sub })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(schema: Option<&str>, attribute: &str, sub: Option<&str>) -> AttributePath {
        AttributePath {
            schema: schema.map(str::to_owned),
            attribute: attribute.to_owned(),
            sub: sub.map(str::to_owned),
        }
    }

    fn canonical(kind: Kind, schema: Option<&str>, attribute: &str, sub: Option<&str>) -> String {
        resolve(kind, &path(schema, attribute, sub))
            .map_or("none".to_owned(), |d| d.path().to_string())
    }

    #[test]
    fn names_resolve_in_any_spelling_t_f2_t_f7() {
        let upper = ENTERPRISE_USER.to_uppercase();
        assert_eq!(canonical(Kind::User, None, "USERNAME", None), "userName");
        assert_eq!(canonical(Kind::User, Some(USER), "Name", Some("GIVENNAME")), "name.givenName");
        assert_eq!(
            canonical(Kind::User, Some(&upper), "MANAGER", Some("$REF")),
            format!("{ENTERPRISE_USER}:manager.$ref")
        );
        assert_eq!(canonical(Kind::User, Some(&upper), "", None), ENTERPRISE_USER);
        assert_eq!(canonical(Kind::Group, None, "meta", Some("created")), "meta.created");
        assert_eq!(canonical(Kind::User, None, "department", None), "none");
        assert_eq!(canonical(Kind::Group, None, "userName", None), "none");
        assert_eq!(canonical(Kind::User, None, "emails", Some("nothing")), "none");
        assert_eq!(canonical(Kind::Group, Some(ENTERPRISE_USER), "manager", None), "none");
        assert_eq!(canonical(Kind::User, Some(ENTERPRISE_USER), "userName", None), "none");
    }

    #[test]
    fn schemas_have_two_levels_and_the_errata_t_g17() {
        for schema in all() {
            for attribute in &schema.attributes {
                let complex = attribute.r#type == super::super::Type::Complex;
                assert_eq!(complex, !attribute.sub_attributes.is_empty(), "{}", attribute.name);
            }
        }
        assert!(core(Kind::Group).attribute("displayName").unwrap().required);
        let manager = extensions(Kind::User)[0].attribute("manager").unwrap();
        assert!(manager.sub("value").unwrap().case_exact);
    }

    #[test]
    fn every_attribute_is_described() {
        for schema in all() {
            for attribute in &schema.attributes {
                assert!(!attribute.description.is_empty(), "{}:{}", schema.id, attribute.name);
            }
        }
    }
}
