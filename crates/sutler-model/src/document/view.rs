//! A stored resource as filters and sorts see it, and its entity tag.
//!
//! Addresses (`meta.location`, `$ref`) are not in it: they depend on where the client stands.

use serde_json::{Map, Value, json};

use crate::resource::{Membership, Related, Resource};
use crate::schema::standard;
use crate::{Document, Kind, Version};

/// The body with `id`, `schemas`, `meta` and what is related. What is not asked about need
/// not be passed in.
pub fn view(resource: &Resource, members: &[Related], groups: &[Membership]) -> Map<String, Value> {
    let mut view = resource.body.clone();
    if resource.kind == Kind::User {
        view.entry("active").or_insert(Value::Bool(resource.active));
    }
    view.insert("id".to_owned(), Value::from(resource.uid.0.as_str()));
    view.insert("schemas".to_owned(), json!(schemas(resource.kind, &resource.body)));
    view.insert(
        "meta".to_owned(),
        json!({
            "resourceType": resource.kind.name(),
            "created": resource.created.rfc3339(),
            "lastModified": resource.changed.rfc3339(),
            "version": etag(resource.version),
        }),
    );
    let members = members.iter().map(|member| element(member, member.kind.name())).collect();
    let groups = groups.iter().map(|one| element(&one.group, one.name())).collect();
    for (name, elements) in [("members", members), ("groups", groups)] {
        if elements != Value::Array(Vec::new()) {
            view.insert(name.to_owned(), elements);
        }
    }
    view
}

fn element(other: &Related, r#type: &str) -> Value {
    let mut element = json!({"value": other.uid.0, "type": r#type});
    if let (Some(display), Some(map)) = (&other.display, element.as_object_mut()) {
        map.insert("display".to_owned(), Value::from(display.as_str()));
    }
    element
}

/// The URNs for `schemas`: the core one, and those of the extensions that hold data.
pub fn schemas(kind: Kind, document: &Document) -> Vec<&str> {
    // Of a stored document's keys, the URNs are those with a colon: no attribute has one.
    let held = document.keys().map(String::as_str).filter(|key| key.contains(':'));
    std::iter::once(standard(kind).core().id.as_str()).chain(held).collect()
}

/// The entity tag of a version: `W/"5"`, or `W/"5-17"` once a membership has changed.
pub fn etag(version: Version) -> String {
    match version {
        Version { body, members: 0 } => format!("W/\"{body}\""),
        Version { body, members } => format!("W/\"{body}-{members}\""),
    }
}

/// The inverse of [`etag`]; the `W/` may be missing (T-E2). `None` if it is none of ours.
pub fn parse_etag(text: &str) -> Option<Version> {
    let text = text.trim();
    let opaque = text.strip_prefix("W/").unwrap_or(text).strip_prefix('"')?.strip_suffix('"')?;
    let (body, members) = opaque.split_once('-').unwrap_or((opaque, "0"));
    let version = Version { body: body.parse().ok()?, members: members.parse().ok()? };
    let canonical = etag(version);
    (canonical.strip_prefix("W/\"")?.strip_suffix('"')? == opaque).then_some(version)
}
