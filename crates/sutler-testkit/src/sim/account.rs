//! An account at a fake target.

use std::collections::BTreeSet;

use serde_json::Value;
use sutler_model::fold::fold;
use sutler_model::outcome::Account;
use sutler_model::{Document, Kind};

/// An account there.
#[derive(Clone, Debug)]
pub struct SimAccount {
    /// User or group.
    pub kind: Kind,
    /// The correlation that it was created with.
    pub correlation: String,
    /// Enabled.
    pub active: bool,
    /// Everything else.
    pub attributes: Document,
    /// Remote ids of the members.
    pub members: BTreeSet<String>,
    pub(super) version: u64,
    pub(super) visible: i64,
}

impl SimAccount {
    /// `userName` or `displayName`.
    pub fn name(&self) -> &str {
        let attribute = name_attribute(self.kind);
        self.attributes.get(attribute).and_then(Value::as_str).unwrap_or_default()
    }

    pub(super) fn shown(&self, remote: &str) -> Account {
        Account {
            remote: remote.to_owned(),
            etag: Some(self.version.to_string()),
            correlation: Some(self.correlation.clone()),
            active: (self.kind == Kind::User).then_some(self.active),
            attributes: self.attributes.clone(),
        }
    }

    /// True if the value at a path equals; of many values one is enough. An update leaves the
    /// whole path as a key.
    pub(super) fn has(&self, path: &str, wanted: &Value) -> bool {
        if path == "active" {
            return *wanted == Value::Bool(self.active);
        }
        let equal = |value: &Value| match (value, wanted) {
            (Value::String(have), Value::String(want)) => fold(have) == fold(want),
            (have, want) => have == want,
        };
        if let Some(value) = self.attributes.get(path) {
            return equal(value);
        }
        let (attribute, sub) = path.split_once('.').unwrap_or((path, "value"));
        match self.attributes.get(attribute) {
            Some(Value::Array(elements)) => {
                elements.iter().any(|one| one.get(sub).is_some_and(equal))
            }
            Some(single) => single.get(sub).is_some_and(equal),
            None => false,
        }
    }
}

pub(super) fn name_attribute(kind: Kind) -> &'static str {
    match kind {
        Kind::User => "userName",
        Kind::Group => "displayName",
    }
}
