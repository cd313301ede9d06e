//! The attributes that a target should hold, as paths and values; digests of them; and the
//! difference to what was last confirmed or seen there. Pure.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use sha2::{Digest, Sha256};
use sutler_model::estate::{Correlate, Target};
use sutler_model::fold::fold;
use sutler_model::link::Sent;
use sutler_model::port::ReferenceView;
use sutler_model::resource::Resource;
use sutler_model::schema::ENTERPRISE_USER;
use sutler_model::{Document, Kind, LinkId};

/// Attribute values by path: `title`, `name.givenName`, `urn:…:User:department`.
pub type Attributes = BTreeMap<String, Value>;

/// What is to be set and cleared at the target.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Delta {
    /// Paths with their new values.
    pub set: Vec<(String, Value)>,
    /// Paths that are no longer wanted.
    pub clear: Vec<String>,
}

impl Delta {
    /// True if nothing differs.
    pub fn is_empty(&self) -> bool {
        self.set.is_empty() && self.clear.is_empty()
    }

    /// Every path that differs.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.set.iter().map(|(path, _)| path).chain(&self.clear).map(String::as_str)
    }

    /// Leaves what may be changed.
    pub fn retain(&mut self, may: impl Fn(&str) -> bool) {
        self.set.retain(|(path, _)| may(path));
        self.clear.retain(|path| may(path));
    }
}

/// The attribute that is the account's name at a target.
pub fn name_attribute(kind: Kind) -> &'static str {
    match kind {
        Kind::User => "userName",
        Kind::Group => "displayName",
    }
}

/// The name of a resource as it is written, if it has one.
pub fn name_of(resource: &Resource) -> Option<&str> {
    resource.body.get(name_attribute(resource.kind)).and_then(Value::as_str)
}

/// The folded name in a document of this kind.
pub fn key_in(document: &Document, kind: Kind) -> Option<String> {
    document.get(name_attribute(kind)).and_then(Value::as_str).map(fold)
}

/// The body of a resource as a target should hold it. `active` is not part of it: it is the
/// link's state; nor is `externalId` where it is our correlation. A reference to a resource
/// without an account there is left out until that account is live.
pub fn attributes(
    resource: &Resource,
    references: &[ReferenceView],
    target: &Target,
) -> Attributes {
    let mut found = flatten(&resource.body);
    found.retain(|path, _| takes(target, path));
    if target.correlate == Correlate::ExternalId {
        found.remove("externalId");
    }
    // An id of ours, which means nothing there; who is gone has no reference any more.
    found.remove(&format!("{ENTERPRISE_USER}:manager"));
    for reference in references {
        match &reference.remote {
            Some(remote) => {
                let value = serde_json::json!({ "value": remote });
                found.insert(reference.attribute.clone(), value);
            }
            None => drop(found.remove(&reference.attribute)),
        }
    }
    found
}

/// True if the target is to receive the attribute: of the tenant's own schemas, those that it
/// names.
pub(crate) fn takes(target: &Target, path: &str) -> bool {
    let Some((urn, _)) = path.rsplit_once(':') else {
        return true;
    };
    urn == ENTERPRISE_USER || target.schemas.iter().any(|known| known == urn)
}

/// A document as paths and values.
pub fn flatten(document: &Document) -> Attributes {
    let mut found = Attributes::new();
    for (name, value) in document {
        match value {
            _ if name == "active" => {}
            Value::Object(sub) if name.starts_with("urn:") => {
                found.extend(
                    sub.iter().map(|(key, value)| (format!("{name}:{key}"), value.clone())),
                );
            }
            Value::Object(sub) => {
                found.extend(
                    sub.iter().map(|(key, value)| (format!("{name}.{key}"), value.clone())),
                );
            }
            _ => drop(found.insert(name.clone(), value.clone())),
        }
    }
    found
}

/// The inverse of [`flatten`].
pub fn unflatten(attributes: &Attributes) -> Document {
    let mut document = Document::new();
    for (path, value) in attributes {
        let (parent, child) = split(path);
        match parent {
            None => drop(document.insert(child.to_owned(), value.clone())),
            Some(parent) => {
                let entry = document
                    .entry(parent.to_owned())
                    .or_insert_with(|| Value::Object(Document::new()));
                if let Value::Object(sub) = entry {
                    sub.insert(child.to_owned(), value.clone());
                }
            }
        }
    }
    document
}

/// Splits a path into its container, if it has one, and the name in it. A URN ends at its
/// last colon: its version contains a dot (RFC 7644 §3.10).
fn split(path: &str) -> (Option<&str>, &str) {
    let at = if path.starts_with("urn:") { path.rfind(':') } else { path.find('.') };
    match at.and_then(|at| Some((path.get(..at)?, path.get(at + 1..)?))) {
        Some((parent, child)) => (Some(parent), child),
        None => (None, path),
    }
}

/// The digests that a link remembers of these attributes.
pub fn digests(attributes: &Attributes, link: LinkId) -> Sent {
    let mut sent: Vec<(u32, u64)> = attributes
        .iter()
        .map(|(path, value)| (path_digest(path), value_digest(link, path, value)))
        .collect();
    sent.sort_unstable();
    Sent(sent)
}

/// What is remembered, without the name: the next comparison finds it different.
pub fn without_name(sent: &Sent, kind: Kind) -> Sent {
    let name = path_digest(name_attribute(kind));
    Sent(sent.0.iter().copied().filter(|(path, _)| *path != name).collect())
}

/// True if something is remembered of this path.
pub fn remembers(sent: &Sent, path: &str) -> bool {
    let path = path_digest(path);
    sent.0.iter().any(|(remembered, _)| *remembered == path)
}

/// What is remembered, with these paths as ours and equal to nothing: they may have been written.
pub fn with_unknown<'a>(sent: &Sent, paths: impl Iterator<Item = &'a String>) -> Sent {
    let mut digests: BTreeMap<u32, u64> = sent.0.iter().copied().collect();
    digests.extend(paths.map(|path| (path_digest(path), 0)));
    Sent(digests.into_iter().collect())
}

/// The paths whose values differ.
pub fn differing(one: &Attributes, other: &Attributes) -> BTreeSet<String> {
    let paths = one.keys().chain(other.keys());
    paths.filter(|path| one.get(*path) != other.get(*path)).cloned().collect()
}

/// What is remembered after these paths were brought to what is wanted, and no others were
/// touched.
pub fn with_touched(
    sent: &Sent,
    wanted: &Attributes,
    touched: &BTreeSet<String>,
    link: LinkId,
) -> Sent {
    let mut digests: BTreeMap<u32, u64> = sent.0.iter().copied().collect();
    for path in touched {
        let digest = path_digest(path);
        match wanted.get(path) {
            Some(value) => digests.insert(digest, value_digest(link, path, value)),
            None => digests.remove(&digest),
        };
    }
    Sent(digests.into_iter().collect())
}

/// What differs from what was last confirmed. A remembered path that is not among `known`
/// is left alone: nobody here speaks for it any more.
pub fn delta_to_sent(
    wanted: &Attributes,
    sent: &Sent,
    link: LinkId,
    known: &BTreeSet<String>,
) -> Delta {
    let before: BTreeMap<u32, u64> = sent.0.iter().copied().collect();
    let set = wanted
        .iter()
        .filter(|(path, value)| {
            before.get(&path_digest(path)) != Some(&value_digest(link, path, value))
        })
        .map(|(path, value)| (path.clone(), value.clone()))
        .collect();
    let clear = known
        .iter()
        .filter(|path| !wanted.contains_key(*path) && before.contains_key(&path_digest(path)))
        .cloned()
        .collect();
    Delta { set, clear }
}

/// What differs from what was seen. Only paths that we once sent are cleared: what others
/// wrote there is not ours.
pub fn delta_to_seen(wanted: &Attributes, seen: &Document, sent: &Sent) -> Delta {
    let there = flatten(seen);
    let ours: BTreeSet<u32> = sent.0.iter().map(|(path, _)| *path).collect();
    let set = wanted
        .iter()
        .filter(|(path, value)| !there.get(*path).is_some_and(|seen| covers(seen, value)))
        .map(|(path, value)| (path.clone(), value.clone()))
        .collect();
    let clear = there
        .keys()
        .filter(|path| !wanted.contains_key(*path) && ours.contains(&path_digest(path)))
        .cloned()
        .collect();
    Delta { set, clear }
}

/// True if `seen` says all that `wanted` says; a target may add to it (`primary: false`, a
/// `$ref`), and may order values differently.
fn covers(seen: &Value, wanted: &Value) -> bool {
    match (seen, wanted) {
        (Value::Object(seen), Value::Object(wanted)) => {
            wanted.iter().all(|(key, value)| seen.get(key).is_some_and(|seen| covers(seen, value)))
        }
        (Value::Array(seen), Value::Array(wanted)) => {
            seen.len() == wanted.len()
                && wanted.iter().all(|value| seen.iter().any(|seen| covers(seen, value)))
        }
        _ => seen == wanted,
    }
}

fn path_digest(path: &str) -> u32 {
    let hash = Sha256::digest(path.as_bytes());
    hash.iter().take(4).fold(0, |number, byte| number << 8 | u32::from(*byte))
}

fn value_digest(link: LinkId, path: &str, value: &Value) -> u64 {
    let hash = Sha256::new()
        .chain_update(link.0)
        .chain_update(path.as_bytes())
        .chain_update([0])
        .chain_update(value.to_string().as_bytes())
        .finalize();
    hash.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use sutler_model::{Rid, TenantId, Time, Uid, Version};

    const LINK: LinkId = LinkId([7; 16]);

    fn document(value: &Value) -> Document {
        value.as_object().cloned().unwrap()
    }

    fn ann() -> Document {
        document(&json!({
            "userName": "ann", "active": true, "externalId": "x",
            "name": { "givenName": "Ann", "familyName": "Ito" },
            "emails": [{ "value": "ann@example.com", "type": "work" }],
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { "department": "Sales" }
        }))
    }

    #[test]
    fn a_document_flattens_to_paths_and_back_without_active() {
        let flat = flatten(&ann());
        assert_eq!(flat["name.givenName"], json!("Ann"));
        assert_eq!(
            flat["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department"],
            json!("Sales")
        );
        let mut expected = ann();
        expected.remove("active");
        assert_eq!(unflatten(&flat), expected);
    }

    #[test]
    fn a_manager_without_an_account_is_never_sent_by_our_id() {
        let manager = format!("{ENTERPRISE_USER}:manager");
        let resource = Resource {
            rid: Rid(1),
            uid: Uid("u1".to_owned()),
            tenant: TenantId::DEFAULT,
            kind: Kind::User,
            version: Version { body: 1, members: 0 },
            active: true,
            gone: false,
            body: document(&json!({ ENTERPRISE_USER: { "manager": { "value": "u2" } } })),
            set: None,
            created: Time(0),
            changed: Time(0),
        };
        let check = |references: &[ReferenceView], expected: Option<Value>| {
            let wanted = attributes(&resource, references, &sutler_testkit::build::target("app"));
            assert_eq!(wanted.get(&manager), expected.as_ref());
        };
        let to = |remote: Option<&str>| ReferenceView {
            attribute: manager.clone(),
            other: Rid(2),
            remote: remote.map(str::to_owned),
            body: None,
        };
        check(&[to(Some("r2"))], Some(json!({ "value": "r2" })));
        check(&[to(None)], None);
        check(&[], None);
    }

    #[test]
    fn w13_only_what_changed_is_sent() {
        let before = flatten(&ann());
        let sent = digests(&before, LINK);
        let mut wanted = before.clone();
        wanted.insert("name.familyName".into(), json!("Oto"));
        wanted.remove("emails");
        let known = before.keys().cloned().collect();
        let delta = delta_to_sent(&wanted, &sent, LINK, &known);
        assert_eq!(delta.set, vec![("name.familyName".to_owned(), json!("Oto"))]);
        assert_eq!(delta.clear, vec!["emails".to_owned()]);
        assert!(delta_to_sent(&before, &sent, LINK, &known).is_empty());
    }

    #[test]
    fn what_the_target_adds_is_no_difference_and_what_others_wrote_stays() {
        let wanted = flatten(&ann());
        let sent = digests(&wanted, LINK);
        let mut seen = ann();
        seen["emails"][0]["primary"] = json!(false);
        seen.insert("title".into(), json!("set by somebody else"));
        assert!(delta_to_seen(&wanted, &seen, &sent).is_empty());
        seen["emails"][0]["value"] = json!("other@example.com");
        assert_eq!(delta_to_seen(&wanted, &seen, &sent).set.len(), 1);
    }
}
