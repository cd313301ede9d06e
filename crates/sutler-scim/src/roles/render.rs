//! A group as a role.

use serde_json::{Map, Value, json};
use sutler_model::document::etag;
use sutler_model::resource::{Related, Resource};
use sutler_model::schema::{ROLE, ResourceType};
use sutler_model::{Kind, Uid};

use super::Shape;
use crate::render;
use crate::selection::Selection;

/// A role as a client sees it: `seen` is the shape's type, alone or listed. `base` is the
/// absolute URL of the SCIM root, without a slash at its end.
pub fn role(
    (shape, seen): (Shape, &ResourceType),
    resource: &Resource,
    members: &[Related],
    base: &str,
    selection: &Selection,
) -> Value {
    let mut map = Map::new();
    for name in ["displayName", "externalId"] {
        map.extend(resource.body.get(name).map(|value| (name.to_owned(), value.clone())));
    }
    if let Some(Value::Object(data)) = resource.body.get(ROLE) {
        map.extend(data.iter().map(|(name, value)| (name.clone(), attribute(shape, name, value))));
    }
    map.insert("id".to_owned(), Value::from(resource.uid.0.as_str()));
    map.insert("schemas".to_owned(), json!([ROLE]));
    map.insert(
        "meta".to_owned(),
        json!({
            "resourceType": "Role",
            "created": resource.created.rfc3339(),
            "lastModified": resource.changed.rfc3339(),
            "location": location(shape, base, &resource.uid),
            "version": etag(resource.version),
        }),
    );
    for (name, kind) in [("users", Kind::User), ("groups", Kind::Group)] {
        let of_kind = members.iter().filter(|member| member.kind == kind);
        let elements: Vec<Value> = of_kind.map(|member| element(base, member)).collect();
        if !elements.is_empty() {
            map.insert(name.to_owned(), Value::Array(elements));
        }
    }
    // What the shape does not know, such as the audience in the first one, goes here too.
    selection.apply(seen, &mut map);
    Value::Object(map)
}

/// The address of a role.
pub fn location(shape: Shape, base: &str, uid: &Uid) -> String {
    format!("{base}{}/{uid}", shape.endpoint())
}

fn element(base: &str, member: &Related) -> Value {
    let address = render::location(base, member.kind, &member.uid);
    let mut element = json!({"value": member.uid.0, "$ref": address});
    if let (Some(display), Some(map)) = (&member.display, element.as_object_mut()) {
        map.insert("display".to_owned(), Value::from(display.as_str()));
    }
    element
}

fn attribute(shape: Shape, name: &str, value: &Value) -> Value {
    match (shape, name, value) {
        (Shape::V1, "permissions", Value::Array(all)) => {
            all.iter().filter_map(|one| one.get("value").cloned()).collect()
        }
        _ => value.clone(),
    }
}
