//! Attribute paths, as this target understands them: `title`, `name.givenName`,
//! `emails[type eq "work"].value`, each with or without its schema's URN before it.

use serde_json::{Map, Value};

use crate::answer::Fail;
use crate::clause::Filter;

/// The schema of users.
pub(crate) const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
/// The schema of groups.
pub(crate) const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
/// The one extension that this target knows.
pub(crate) const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// A path to an attribute, or to a part of one.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Attribute {
    /// The extension that it stands in.
    pub(crate) container: Option<String>,
    /// Its name. Empty for an extension as a whole.
    pub(crate) name: String,
    /// Which elements are meant.
    pub(crate) filter: Option<Filter>,
    /// The sub-attribute.
    pub(crate) sub: Option<String>,
}

impl Attribute {
    /// Reads a path; a value filter may stand in brackets.
    pub(crate) fn parse(text: &str) -> Result<Self, Fail> {
        let invalid = || Fail::bad("invalidPath", "the path cannot be read");
        let (head, filter, tail) = match text.split_once('[') {
            None => (text, None, ""),
            Some((head, rest)) => {
                let (inner, tail) = rest.rsplit_once(']').ok_or_else(invalid)?;
                (head, Some(Filter::parse(inner)?), tail)
            }
        };
        let (container, name) = split_schema(head);
        let (name, dotted) = match name.split_once('.') {
            Some((name, sub)) => (name, Some(sub)),
            None => (name, None),
        };
        let sub = match (dotted, tail.strip_prefix('.')) {
            (Some(sub), None) if tail.is_empty() => Some(sub),
            (None, Some(sub)) => Some(sub),
            (None, None) if tail.is_empty() => None,
            _ => return Err(invalid()),
        };
        let word = |w: &str| w.chars().all(|c| c.is_ascii_alphanumeric() || "_$-".contains(c));
        if !word(name) || (name.is_empty() && container.is_none()) || sub.is_some_and(|s| !word(s))
        {
            return Err(invalid());
        }
        Ok(Self { container, name: name.to_owned(), filter, sub: sub.map(str::to_owned) })
    }

    /// True if it is this attribute of the core schema, or a part of it.
    pub(crate) fn is(&self, name: &str) -> bool {
        self.container.is_none() && self.name.eq_ignore_ascii_case(name)
    }

    /// Every value that a comparison with this path looks at.
    pub(crate) fn values<'a>(&self, body: &'a Map<String, Value>) -> Vec<&'a Value> {
        let map = match &self.container {
            None => Some(body),
            Some(urn) => find(body, urn).and_then(Value::as_object),
        };
        let Some(value) = map.and_then(|map| find(map, &self.name)) else {
            return Vec::new();
        };
        let elements: Vec<&Value> = match value {
            Value::Array(elements) => elements.iter().collect(),
            single => vec![single],
        };
        let sub = self.sub.as_deref().unwrap_or("value");
        elements
            .into_iter()
            .filter_map(|element| match element {
                Value::Object(inner) => find(inner, sub),
                plain if self.sub.is_none() => Some(plain),
                _ => None,
            })
            .collect()
    }
}

/// Splits the schema's URN off; the core schemas' are dropped.
fn split_schema(head: &str) -> (Option<String>, &str) {
    if !head.get(..4).is_some_and(|urn| urn.eq_ignore_ascii_case("urn:")) {
        return (None, head);
    }
    if head.eq_ignore_ascii_case(ENTERPRISE) {
        return (Some(ENTERPRISE.to_owned()), "");
    }
    match head.rsplit_once(':') {
        Some((urn, name)) if urn.eq_ignore_ascii_case(USER) || urn.eq_ignore_ascii_case(GROUP) => {
            (None, name)
        }
        Some((urn, name)) => (Some(urn.to_owned()), name),
        None => (None, head),
    }
}

/// The value under a name, whatever its case.
pub(crate) fn find<'a>(map: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    map.get(name).or_else(|| {
        map.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    })
}

/// The spelling under which a name stands in the map, or the given one.
pub(crate) fn spelling(map: &Map<String, Value>, name: &str) -> String {
    map.keys()
        .find(|key| key.eq_ignore_ascii_case(name))
        .map_or_else(|| name.to_owned(), Clone::clone)
}
