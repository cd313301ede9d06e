//! The standard schemas, and with them those that a tenant adds.

use std::sync::{Arc, LazyLock};

use crate::Kind;

use super::{Extension, ResourceType, Schema};

/// The URN of the core user schema.
pub const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
/// The URN of the enterprise extension.
pub const ENTERPRISE_USER: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
/// The URN of the core group schema.
pub const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";

/// The URN of the extension that makes a group a role.
pub const ROLE: &str = "urn:ietf:params:scim:schemas:extension:2.0:Role";

/// Where a type of resource is served, and what it is.
type Place = (&'static str, &'static str);

const USERS: Place = ("/Users", "User accounts");
const GROUPS: Place = ("/Groups", "Groups of users and groups");

const INDEXED_OF_USERS: [&str; 7] = [
    "name.familyName",
    "name.givenName",
    "nickName",
    "title",
    "userType",
    "emails.value",
    "phoneNumbers.value",
];
const INDEXED_OF_ENTERPRISE: [&str; 6] =
    ["employeeNumber", "costCenter", "organization", "division", "department", "manager.value"];

static STANDARD: LazyLock<Arc<Schemas>> = LazyLock::new(|| Arc::new(Schemas::with(&[])));

static COMMON: LazyLock<Schema> = LazyLock::new(|| read(include_str!("data/common.json")));

/// Those of discovery itself (RFC 7643 §5 to §7).
static META: LazyLock<[Schema; 3]> = LazyLock::new(|| {
    [
        read(include_str!("data/service_provider_config.json")),
        read(include_str!("data/resource_type.json")),
        read(include_str!("data/schema.json")),
    ]
});

#[expect(clippy::expect_used, reason = "the files are part of the program; a test parses them")]
fn read(text: &str) -> Schema {
    serde_json::from_str(text).expect("the schema files that are compiled in are well-formed")
}

/// `id`, `externalId`, `schemas` and `meta` (RFC 7643 §3.1), which every resource has.
pub fn common() -> &'static Schema {
    &COMMON
}

/// A type of resource as the RFC has it, without anybody's own extensions.
pub fn standard(kind: Kind) -> &'static ResourceType {
    STANDARD.of(kind)
}

/// True for the URN of a schema that every tenant has, in any spelling.
pub fn is_standard(urn: &str) -> bool {
    STANDARD.by_id(urn).is_some()
}

/// The types of resource of a tenant, with the extensions that it has added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schemas {
    user: ResourceType,
    group: ResourceType,
}

impl Schemas {
    /// What every tenant has that adds nothing.
    pub fn standard() -> Arc<Self> {
        Arc::clone(&STANDARD)
    }

    /// The types of resource as the RFC has them.
    pub fn standard_types() -> [&'static ResourceType; 2] {
        STANDARD.types()
    }

    /// The standard ones, and these extensions of the types that they name.
    pub fn with(own: &[(Kind, Extension)]) -> Self {
        let enterprise = Extension {
            schema: read(include_str!("data/enterprise_user.json")),
            required: false,
            indexed: INDEXED_OF_ENTERPRISE.map(str::to_owned).to_vec(),
        };
        let added = |wanted: Kind| {
            own.iter().filter(move |(kind, _)| *kind == wanted).map(|(_, own)| own.clone())
        };
        let user = read(include_str!("data/user.json"));
        let of_users = std::iter::once(enterprise).chain(added(Kind::User)).collect();
        let group = read(include_str!("data/group.json"));
        let role = Extension {
            schema: read(include_str!("data/role.json")),
            required: false,
            indexed: Vec::new(),
        };
        let of_groups = std::iter::once(role).chain(added(Kind::Group)).collect();
        Self {
            user: ResourceType::new(Kind::User, USERS, user, &INDEXED_OF_USERS, of_users),
            group: ResourceType::new(Kind::Group, GROUPS, group, &[], of_groups),
        }
    }

    /// The type of this kind.
    pub fn of(&self, kind: Kind) -> &ResourceType {
        match kind {
            Kind::User => &self.user,
            Kind::Group => &self.group,
        }
    }

    /// All types.
    pub fn types(&self) -> [&ResourceType; 2] {
        [&self.user, &self.group]
    }

    /// The types of these kinds; of none, all.
    pub fn of_each(&self, kinds: &[Kind]) -> Vec<&ResourceType> {
        match kinds {
            [] => self.types().to_vec(),
            kinds => kinds.iter().map(|kind| self.of(*kind)).collect(),
        }
    }

    /// All schemas that discovery shows, each once, those of discovery itself included.
    pub fn all(&self) -> Vec<&Schema> {
        let mut all: Vec<&Schema> = self.types().map(ResourceType::core).to_vec();
        for schema in self.types().into_iter().flat_map(ResourceType::extension_schemas) {
            if !all.iter().any(|known| known.id == schema.id) {
                all.push(schema);
            }
        }
        all.extend(META.iter());
        all
    }

    /// The schema of that URN, in any spelling.
    pub fn by_id(&self, urn: &str) -> Option<&Schema> {
        self.all().into_iter().find(|schema| schema.id.eq_ignore_ascii_case(urn))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::path::AttributePath;

    fn path(schema: Option<&str>, attribute: &str, sub: Option<&str>) -> AttributePath {
        AttributePath {
            schema: schema.map(str::to_owned),
            attribute: attribute.to_owned(),
            sub: sub.map(str::to_owned),
        }
    }

    fn canonical(kind: Kind, schema: Option<&str>, attribute: &str, sub: Option<&str>) -> String {
        standard(kind)
            .resolve(&path(schema, attribute, sub))
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
        for schema in STANDARD.all() {
            for attribute in &schema.attributes {
                let complex = attribute.r#type == super::super::Type::Complex;
                assert_eq!(complex, !attribute.sub_attributes.is_empty(), "{}", attribute.name);
            }
        }
        assert!(standard(Kind::Group).core().attribute("displayName").unwrap().required);
        let manager = standard(Kind::User).extensions()[0].schema.attribute("manager").unwrap();
        assert!(manager.sub("value").unwrap().case_exact);
    }

    #[test]
    fn every_attribute_is_described() {
        for schema in STANDARD.all() {
            for attribute in &schema.attributes {
                assert!(!attribute.description.is_empty(), "{}:{}", schema.id, attribute.name);
            }
        }
    }
}
