//! An account as it is shown, and lists of them.

use serde_json::{Map, Value, json};
use sutler_model::Kind;

use crate::attribute::{GROUP, USER};
use crate::directory::Directory;
use crate::record::Record;
use crate::request::Request;

/// Which attributes are asked for.
pub(crate) struct Wanted {
    only: Vec<String>,
    without: Vec<String>,
}

impl Wanted {
    pub(crate) fn of(request: &Request) -> Self {
        let names = |parameter| {
            request
                .parameter(parameter)
                .unwrap_or_default()
                .split(',')
                .map(|name| name.trim().to_ascii_lowercase())
                .filter(|name| !name.is_empty())
                .collect()
        };
        Self { only: names("attributes"), without: names("excludedAttributes") }
    }

    /// Everything.
    pub(crate) fn all() -> Self {
        Self { only: Vec::new(), without: Vec::new() }
    }

    fn has(&self, name: &str) -> bool {
        let name = name.to_ascii_lowercase();
        let named = |list: &[String]| {
            list.iter().any(|one| *one == name || one.starts_with(&format!("{name}.")))
        };
        (self.only.is_empty() || named(&self.only)) && !self.without.contains(&name)
    }
}

/// One account, with what belongs to it.
pub(crate) fn account(
    directory: &Directory,
    record: &Record,
    base: &str,
    wanted: &Wanted,
    etag: bool,
) -> Value {
    let core = match record.kind {
        Kind::User => USER,
        Kind::Group => GROUP,
    };
    let extensions = record.body.keys().filter(|key| key.starts_with("urn:"));
    let schemas: Vec<&str> = std::iter::once(core).chain(extensions.map(String::as_str)).collect();
    let mut shown = Map::new();
    shown.insert("schemas".to_owned(), json!(schemas));
    shown.insert("id".to_owned(), json!(record.id));
    for (key, value) in record.body.iter().filter(|(key, _)| wanted.has(key)) {
        shown.insert(key.clone(), value.clone());
    }
    if wanted.has("members") && !record.members.is_empty() {
        shown.insert("members".to_owned(), members(directory, record, base));
    }
    if wanted.has("groups") && record.kind == Kind::User && !record.within.is_empty() {
        let mut groups: Vec<&String> = record.within.iter().collect();
        groups.sort_unstable();
        let groups: Vec<Value> = groups.iter().map(|id| json!({ "value": id })).collect();
        shown.insert("groups".to_owned(), json!(groups));
    }
    if wanted.has("meta") {
        shown.insert("meta".to_owned(), meta(record, base, etag));
    }
    Value::Object(shown)
}

/// `members`, by id.
fn members(directory: &Directory, record: &Record, base: &str) -> Value {
    let mut ids: Vec<&String> = record.members.iter().collect();
    ids.sort_unstable();
    let member = |id: &&String| {
        let kind = directory.any(id).map_or(Kind::User, |m| m.kind);
        json!({ "value": id, "type": kind.name(), "$ref": format!("{base}/{}s/{id}", kind.name()) })
    };
    Value::Array(ids.iter().map(member).collect())
}

fn meta(record: &Record, base: &str, etag: bool) -> Value {
    let mut meta = json!({
        "resourceType": record.kind.name(),
        "created": record.created.rfc3339(),
        "lastModified": record.changed.rfc3339(),
        "location": location(record, base),
    });
    if let (true, Some(map)) = (etag, meta.as_object_mut()) {
        map.insert("version".to_owned(), json!(record.etag()));
    }
    meta
}

/// Where an account is.
pub(crate) fn location(record: &Record, base: &str) -> String {
    format!("{base}/{}s/{}", record.kind.name(), record.id)
}

/// A `ListResponse` (RFC 7644 §3.4.2).
pub(crate) fn list(total: usize, start: usize, resources: &[Value]) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": total,
        "startIndex": start,
        "itemsPerPage": resources.len(),
        "Resources": resources,
    })
}

/// A `ListResponse` by cursor (RFC 9865 §2).
pub(crate) fn by_cursor(total: usize, resources: &[Value], next: Option<String>) -> Value {
    let mut list = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": total,
        "itemsPerPage": resources.len(),
        "Resources": resources,
    });
    if let (Some(next), Some(map)) = (next, list.as_object_mut()) {
        map.insert("nextCursor".to_owned(), Value::from(next));
    }
    list
}
