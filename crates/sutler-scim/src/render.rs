//! Resources and lists as JSON (RFC 7643 §3, RFC 7644 §3.4.2).
//!
//! Addresses are made here, for the base URL under which the client came; none is stored.

use serde_json::{Map, Value, json};
use sutler_model::document::{etag, schemas};
use sutler_model::resource::{Membership, Related, Resource};
use sutler_model::schema::{Attribute, ResourceType, standard};
use sutler_model::{Kind, Uid};

use crate::selection::Selection;

/// The URN of the message.
pub const LIST_RESPONSE: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

/// What is related to a resource, where it was loaded.
#[derive(Clone, Copy, Debug, Default)]
pub struct Relations<'a> {
    /// The members of a group.
    pub members: Option<&'a [Related]>,
    /// The groups of a user.
    pub groups: Option<&'a [Membership]>,
}

/// A resource as a client sees it. `base` is the absolute URL of the SCIM root, without a
/// slash at its end.
pub fn resource(
    shape: &ResourceType,
    resource: &Resource,
    relations: Relations<'_>,
    base: &str,
    selection: &Selection,
) -> Value {
    let kind = resource.kind;
    let mut map = resource.body.clone();
    add_references(shape, base, &mut map);
    map.insert("id".to_owned(), Value::from(resource.uid.0.as_str()));
    map.insert("schemas".to_owned(), json!(schemas(kind, &resource.body)));
    map.insert(
        "meta".to_owned(),
        json!({
            "resourceType": kind.name(),
            "created": resource.created.rfc3339(),
            "lastModified": resource.changed.rfc3339(),
            "location": location(base, kind, &resource.uid),
            "version": etag(resource.version),
        }),
    );
    let (name, elements) = related(kind, relations, base);
    // Absent when empty (T-G11).
    if !elements.is_empty() {
        map.insert(name.to_owned(), Value::Array(elements));
    }
    selection.apply(shape, &mut map);
    Value::Object(map)
}

/// The address of a resource: `Location`, `meta.location`, `$ref`.
pub fn location(base: &str, kind: Kind, uid: &Uid) -> String {
    format!("{base}{}/{uid}", standard(kind).endpoint)
}

/// A page of resources (T-G2). `total` counts the matches of all pages.
pub fn list(resources: Vec<Value>, total: usize, start_index: usize) -> Value {
    let mut page = json!({
        "schemas": [LIST_RESPONSE],
        "totalResults": total,
        "startIndex": start_index,
        "itemsPerPage": resources.len(),
    });
    if let Some(map) = page.as_object_mut() {
        map.insert("Resources".to_owned(), Value::Array(resources));
    }
    page
}

/// A page of a walk by cursor (RFC 9865 §2), which has no index; `next` is absent on the last
/// page only (T-K2).
pub fn walked(resources: Vec<Value>, total: usize, next: Option<&str>) -> Value {
    let mut page = list(resources, total, 1);
    if let Some(map) = page.as_object_mut() {
        map.remove("startIndex");
        map.extend(next.map(|cursor| ("nextCursor".to_owned(), Value::from(cursor))));
    }
    page
}

/// What is shown of other resources, and under which name.
fn related(kind: Kind, relations: Relations<'_>, base: &str) -> (&'static str, Vec<Value>) {
    match kind {
        Kind::User => {
            let groups = relations.groups.unwrap_or_default().iter();
            ("groups", groups.map(|one| element(base, &one.group, one.name())).collect())
        }
        Kind::Group => {
            let members = relations.members.unwrap_or_default().iter();
            ("members", members.map(|one| element(base, one, one.kind.name())).collect())
        }
    }
}

fn element(base: &str, other: &Related, r#type: &str) -> Value {
    let mut element = json!({
        "value": other.uid.0,
        "$ref": location(base, other.kind, &other.uid),
        "type": r#type,
    });
    if let (Some(display), Some(map)) = (&other.display, element.as_object_mut()) {
        map.insert("display".to_owned(), Value::from(display.as_str()));
    }
    element
}

/// Gives references to one type of resource (`manager`) their `$ref`.
fn add_references(shape: &ResourceType, base: &str, map: &mut Map<String, Value>) {
    add_to(&shape.core().attributes, base, map);
    for schema in shape.extension_schemas() {
        if let Some(Value::Object(data)) = map.get_mut(&schema.id) {
            add_to(&schema.attributes, base, data);
        }
    }
}

fn add_to(attributes: &[Attribute], base: &str, map: &mut Map<String, Value>) {
    for attribute in attributes.iter().filter(|a| !a.multi_valued) {
        let Some(other) = attribute.sub("$ref").and_then(referred_kind) else {
            continue;
        };
        if let Some(Value::Object(reference)) = map.get_mut(&attribute.name)
            && let Some(id) = reference.get("value").and_then(Value::as_str)
        {
            let address = location(base, other, &Uid(id.to_owned()));
            reference.insert("$ref".to_owned(), Value::from(address));
        }
    }
}

fn referred_kind(reference: &Attribute) -> Option<Kind> {
    match reference.reference_types.as_slice() {
        [one] => [Kind::User, Kind::Group].into_iter().find(|kind| kind.name() == one),
        _ => None,
    }
}
