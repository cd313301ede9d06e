//! A list of attributes, and what of a rendered resource it leaves.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::walk::retain;

/// What every answer holds.
const ALWAYS: [&str; 3] = ["id", "meta", "schemas"];

/// Attributes by their canonical paths: `userName`, `name.givenName`, `urn:…:User:department`,
/// or the URN of an extension for all of its attributes. Cloning is cheap.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<String>", into = "Vec<String>")]
pub struct AttributeList(Arc<[String]>);

impl AttributeList {
    /// The paths, as they were given.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// True if the list names all of this attribute, or all of this part of it.
    pub fn covers(&self, schema: Option<&str>, attribute: &str, sub: Option<&str>) -> bool {
        self.below(schema).any(|path| {
            let whole = path.is_empty() || path == attribute;
            whole || sub.is_some_and(|sub| part_of(attribute, path) == Some(sub))
        })
    }

    /// True if the list names this attribute or a part of it.
    pub fn names(&self, schema: Option<&str>, attribute: &str) -> bool {
        self.below(schema)
            .any(|path| path.is_empty() || path == attribute || part_of(attribute, path).is_some())
    }

    /// As [`AttributeList::covers`], for reading.
    pub(super) fn shows(&self, schema: Option<&str>, attribute: &str, sub: Option<&str>) -> bool {
        schema.is_none() && ALWAYS.contains(&attribute) || self.covers(schema, attribute, sub)
    }

    /// Takes out of a rendered resource what is not listed, and from `schemas` the extensions of
    /// which nothing is left.
    pub fn show(&self, resource: &mut Map<String, Value>) {
        let gone = retain(resource, &|schema, attribute, sub| self.shows(schema, attribute, sub));
        if let Some(Value::Array(urns)) = resource.get_mut("schemas") {
            urns.retain(|urn| !gone.iter().any(|gone| urn == gone));
        }
    }

    /// What the list says below a schema; empty where it names the schema whole.
    fn below<'a>(&'a self, schema: Option<&'a str>) -> impl Iterator<Item = &'a str> {
        self.paths().filter_map(move |path| match schema {
            None => (!path.contains(':')).then_some(path),
            Some(urn) => match path.strip_prefix(urn)? {
                "" => Some(""),
                rest => rest.strip_prefix(':'),
            },
        })
    }
}

/// The part of `attribute` that `path` names.
fn part_of<'a>(attribute: &str, path: &'a str) -> Option<&'a str> {
    path.strip_prefix(attribute)?.strip_prefix('.')
}

impl From<Vec<String>> for AttributeList {
    fn from(paths: Vec<String>) -> Self {
        Self(paths.into())
    }
}

impl From<AttributeList> for Vec<String> {
    fn from(list: AttributeList) -> Self {
        list.0.to_vec()
    }
}
