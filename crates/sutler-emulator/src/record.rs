//! One account, as it is kept.

use std::collections::HashSet;

use serde_json::{Map, Value};
use sutler_model::{Kind, Time};

use crate::answer::Fail;
use crate::attribute::{ENTERPRISE, GROUP, USER, find};
use crate::patch::is_nothing;

/// One account.
pub(crate) struct Record {
    pub(crate) id: String,
    pub(crate) kind: Kind,
    /// Its place in the order of creation.
    pub(crate) place: u64,
    /// Everything but `id`, `schemas`, `meta`, `groups`, `members` and `password`.
    pub(crate) body: Map<String, Value>,
    pub(crate) version: u64,
    pub(crate) created: Time,
    pub(crate) changed: Time,
    /// From when on searches show it.
    pub(crate) visible: Time,
    /// A group's members.
    pub(crate) members: HashSet<String>,
    /// The groups that it is a member of.
    pub(crate) within: HashSet<String>,
}

impl Record {
    /// The value of `userName` or `displayName`.
    pub(crate) fn name(&self) -> &str {
        text(&self.body, name_of(self.kind)).unwrap_or_default()
    }

    pub(crate) fn external(&self) -> Option<&str> {
        text(&self.body, "externalId")
    }

    pub(crate) fn etag(&self) -> String {
        format!("W/\"{}\"", self.version)
    }
}

/// The attribute that is required and unique.
pub(crate) fn name_of(kind: Kind) -> &'static str {
    match kind {
        Kind::User => "userName",
        Kind::Group => "displayName",
    }
}

/// The string under a name.
pub(crate) fn text<'a>(body: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    find(body, name).and_then(Value::as_str)
}

/// A request body as it is to be kept, or why it is refused.
pub(crate) fn keep(kind: Kind, body: &Value) -> Result<Map<String, Value>, Fail> {
    let body =
        body.as_object().ok_or_else(|| Fail::bad("invalidSyntax", "the body is no object"))?;
    let core = match kind {
        Kind::User => USER,
        Kind::Group => GROUP,
    };
    let listed = |urn: &str| {
        find(body, "schemas")
            .and_then(Value::as_array)
            .is_some_and(|all| all.iter().any(|one| one == urn))
    };
    if !listed(core) {
        return Err(Fail::bad("invalidValue", format!("`schemas` lacks `{core}`")));
    }
    if body.contains_key(ENTERPRISE) && !listed(ENTERPRISE) {
        return Err(Fail::bad("invalidValue", format!("`schemas` lacks `{ENTERPRISE}`")));
    }
    let dropped = ["id", "schemas", "meta", "groups", "members", "password"];
    let kept: Map<String, Value> = body
        .iter()
        .filter(|(key, value)| {
            !is_nothing(value) && !dropped.iter().any(|d| key.eq_ignore_ascii_case(d))
        })
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    check(kind, &kept)?;
    Ok(kept)
}

/// Refuses what the schema does not allow.
pub(crate) fn check(kind: Kind, body: &Map<String, Value>) -> Result<(), Fail> {
    let name = name_of(kind);
    if text(body, name).is_none_or(|n| n.trim().is_empty()) {
        return Err(Fail::bad("invalidValue", format!("`{name}` is missing")));
    }
    let wrong = |name: &str| Fail::bad("invalidValue", format!("`{name}` has the wrong type"));
    if find(body, "active").is_some_and(|v| !v.is_boolean()) {
        return Err(wrong("active"));
    }
    for name in ["externalId", "displayName", "title", "locale", "nickName"] {
        if find(body, name).is_some_and(|v| !v.is_string()) {
            return Err(wrong(name));
        }
    }
    for name in ["emails", "phoneNumbers", "addresses", "roles", "entitlements"] {
        let list = |v: &Value| v.as_array().is_some_and(|list| list.iter().all(Value::is_object));
        if find(body, name).is_some_and(|v| !list(v)) {
            return Err(wrong(name));
        }
    }
    if find(body, "name").is_some_and(|v| !v.is_object()) {
        return Err(wrong("name"));
    }
    Ok(())
}
