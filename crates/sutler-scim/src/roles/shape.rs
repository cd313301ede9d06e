//! The two shapes of a role on the wire, each as a type of resource of its own: filters, sorts
//! and selections are checked against it.

use std::sync::LazyLock;

use sutler_model::schema::{
    Attribute, Mutability, ROLE, ResourceType, Returned, Schema, Type, standard,
};
use sutler_model::{Document, Kind};

/// A shape of a role on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Permissions are strings, and nothing is said of an audience.
    V1,
    /// Permissions are objects, and a role has an audience.
    V2,
}

static V1: LazyLock<[ResourceType; 2]> = LazyLock::new(|| both(Shape::V1));
static V2: LazyLock<[ResourceType; 2]> = LazyLock::new(|| both(Shape::V2));

impl Shape {
    /// Both.
    pub const ALL: [Self; 2] = [Self::V1, Self::V2];

    /// Relative to the base: `/v2/Roles`.
    pub fn endpoint(self) -> &'static str {
        match self {
            Self::V1 => "/Roles",
            Self::V2 => "/v2/Roles",
        }
    }

    /// A role as it is read alone.
    pub fn alone(self) -> &'static ResourceType {
        let [alone, _] = self.types();
        alone
    }

    /// A role in a list, where users and groups are shown on request only.
    pub fn listed(self) -> &'static ResourceType {
        let [_, listed] = self.types();
        listed
    }

    fn types(self) -> &'static [ResourceType; 2] {
        match self {
            Self::V1 => &V1,
            Self::V2 => &V2,
        }
    }
}

/// True if the document of a group says that it is a role.
pub fn is_role(document: &Document) -> bool {
    document.contains_key(ROLE)
}

/// The members that an attribute of a role names.
pub(super) fn members_kind(attribute: &str) -> Option<Kind> {
    match attribute {
        "users" => Some(Kind::User),
        "groups" => Some(Kind::Group),
        _ => None,
    }
}

fn both(shape: Shape) -> [ResourceType; 2] {
    [Returned::Default, Returned::Request].map(|members| {
        let place = (shape.endpoint(), "Roles: groups that carry the role extension");
        ResourceType::view_of(Kind::Group, "Role", place, schema(shape, members))
    })
}

fn schema(shape: Shape, members: Returned) -> Schema {
    let group = standard(Kind::Group);
    let mut attributes: Vec<Attribute> =
        group.core().attribute("displayName").cloned().into_iter().collect();
    let of_role = group.extension(ROLE).map(|schema| schema.attributes.as_slice());
    for attribute in of_role.unwrap_or_default() {
        match shape {
            Shape::V1 if attribute.name == "permissions" => attributes.push(plain(attribute)),
            Shape::V1 => {}
            // What a new role leaves out it is given.
            Shape::V2 => attributes.push(Attribute { required: false, ..attribute.clone() }),
        }
    }
    if let Some(of_group) = group.core().attribute("members") {
        attributes.push(related(of_group, "users", Kind::User, members));
        attributes.push(related(of_group, "groups", Kind::Group, members));
    }
    let description = "A role".to_owned();
    Schema { id: ROLE.to_owned(), name: "Role".to_owned(), description, attributes }
}

/// Text alone where the extension has objects with a `value`.
fn plain(attribute: &Attribute) -> Attribute {
    let sub_attributes = Vec::new();
    Attribute { r#type: Type::String, case_exact: true, sub_attributes, ..attribute.clone() }
}

/// The members of one kind, without their `type`.
fn related(members: &Attribute, name: &str, kind: Kind, returned: Returned) -> Attribute {
    let mut sub_attributes = members.sub_attributes.clone();
    sub_attributes.retain(|sub| sub.name != "type");
    for sub in &mut sub_attributes {
        sub.returned = Returned::Default;
        if sub.derived_reference() {
            sub.reference_types = vec![kind.name().to_owned()];
        }
    }
    Attribute {
        name: name.to_owned(),
        description: format!("The members of the role that are of type {}.", kind.name()),
        mutability: Mutability::ReadWrite,
        returned,
        sub_attributes,
        ..members.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(shape: Shape) -> Vec<&'static str> {
        shape.alone().core().attributes.iter().map(|a| a.name.as_str()).collect()
    }

    #[test]
    fn each_shape_has_its_attributes() {
        assert_eq!(names(Shape::V1), ["displayName", "permissions", "users", "groups"]);
        assert_eq!(names(Shape::V2), ["displayName", "audience", "permissions", "users", "groups"]);
        let users = Shape::V2.alone().core().attribute("users").unwrap();
        let subs: Vec<&str> = users.sub_attributes.iter().map(|s| s.name.as_str()).collect();
        assert_eq!(subs, ["value", "$ref", "display"]);
    }
}
