//! A type of resource: its core schema, the extensions that it can carry, and from a path to
//! what that path names in it.

use std::collections::BTreeSet;

use crate::Kind;
use crate::path::AttributePath;

use super::standard::{ENTERPRISE_USER, common};
use super::{Attribute, Schema, Type};

/// A type of resource and where it is found (RFC 7643 §6), as one tenant has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceType {
    /// Its kind here.
    pub kind: Kind,
    /// What it is called in a sentence: as its kind is, unless it is another view of that.
    pub name: &'static str,
    /// Relative to the base: `/Users`.
    pub endpoint: &'static str,
    /// For people.
    pub description: &'static str,
    core: Schema,
    extensions: Vec<Extension>,
    indexed: Vec<Indexed>,
    paths: BTreeSet<String>,
}

/// An attribute for which every resource that has a value has index rows: one for each
/// distinct value, folded unless the attribute heeds case. A store may answer filters over
/// these from the rows alone, and over all others only from the bodies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Indexed {
    /// The path in canonical spelling.
    pub path: AttributePath,
    /// Its text form, under which the rows are kept.
    pub name: String,
    /// Its type: text, or a whole number.
    pub r#type: Type,
    /// True if its values compare with case.
    pub heeds_case: bool,
}

/// A schema that adds attributes to a type of resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension {
    /// The attributes, under the URN.
    pub schema: Schema,
    /// True if every resource of the type must have it.
    pub required: bool,
    /// The paths below the URN (`level`, `badge.number`) whose values have index rows.
    pub indexed: Vec<String>,
}

impl ResourceType {
    /// `indexed` are the paths of the core schema that have index rows.
    pub(super) fn new(
        kind: Kind,
        (endpoint, description): (&'static str, &'static str),
        core: Schema,
        indexed: &[&str],
        extensions: Vec<Extension>,
    ) -> Self {
        let paths = paths(&core, &extensions);
        let mut new = Self {
            kind,
            name: kind.name(),
            endpoint,
            description,
            core,
            extensions,
            indexed: Vec::new(),
            paths,
        };
        let mut all: Vec<Indexed> =
            indexed.iter().filter_map(|path| new.indexed_at(None, path)).collect();
        for extension in &new.extensions {
            let urn = Some(&*extension.schema.id);
            all.extend(extension.indexed.iter().filter_map(|path| new.indexed_at(urn, path)));
        }
        new.indexed = all;
        new
    }

    /// A type that is another view of the resources of `kind`, under words of its own: without
    /// extensions, and never stored as such.
    pub fn view_of(
        kind: Kind,
        name: &'static str,
        (endpoint, description): (&'static str, &'static str),
        core: Schema,
    ) -> Self {
        Self { name, ..Self::new(kind, (endpoint, description), core, &[], Vec::new()) }
    }

    fn indexed_at(&self, urn: Option<&str>, path: &str) -> Option<Indexed> {
        let (attribute, sub) = match path.split_once('.') {
            Some((attribute, sub)) => (attribute, Some(sub)),
            None => (path, None),
        };
        let path =
            AttributePath { schema: urn.map(str::to_owned), ..AttributePath::core(attribute, sub) };
        let found = self.resolve(&path)?;
        let (path, leaf) = (found.path(), found.leaf()?);
        let name = path.to_string();
        Some(Indexed { path, name, r#type: leaf.r#type, heeds_case: leaf.heeds_case() })
    }

    /// The paths of all that a resource can hold, at the depth of one value each: core
    /// attributes and their parts, attributes of extensions, `externalId`.
    pub fn paths(&self) -> &BTreeSet<String> {
        &self.paths
    }

    /// The attributes that have index rows.
    pub fn indexed(&self) -> &[Indexed] {
        &self.indexed
    }

    /// The core schema, without the common attributes.
    pub fn core(&self) -> &Schema {
        &self.core
    }

    /// The extensions that it can carry.
    pub fn extensions(&self) -> &[Extension] {
        &self.extensions
    }

    /// Those whose use has an index row in every resource that has data of them: all but that
    /// of the enterprise.
    pub fn marked_extensions(&self) -> impl Iterator<Item = &Extension> {
        self.extensions.iter().filter(|extension| extension.schema.id != ENTERPRISE_USER)
    }

    /// The schemas of these extensions.
    pub fn extension_schemas(&self) -> impl Iterator<Item = &Schema> {
        self.extensions.iter().map(|extension| &extension.schema)
    }

    /// The core schema and those of the extensions.
    pub fn schemas(&self) -> impl Iterator<Item = &Schema> {
        std::iter::once(&self.core).chain(self.extension_schemas())
    }

    /// The extension of that URN, in any spelling, if the type can carry it.
    pub fn extension(&self, urn: &str) -> Option<&Schema> {
        self.extension_schemas().find(|schema| schema.id.eq_ignore_ascii_case(urn))
    }

    /// What `path` names, in any spelling. A path without a URN can name core and common
    /// attributes only (RFC 7644 §3.10).
    pub fn resolve(&self, path: &AttributePath) -> Option<Definition<'_>> {
        let (schema, extension) = match path.schema.as_deref() {
            Some(urn) if !urn.eq_ignore_ascii_case(&self.core.id) => match self.extension(urn) {
                Some(schema) => (schema, true),
                None => return self.whole(path),
            },
            _ => (&self.core, false),
        };
        if path.attribute.is_empty() {
            return self.whole(path);
        }
        let (schema, attribute) = match schema.attribute(&path.attribute) {
            Some(attribute) => (schema, attribute),
            None if extension => return None,
            None => (common(), common().attribute(&path.attribute)?),
        };
        let sub = match path.sub.as_deref() {
            Some(name) => Some(attribute.sub(name)?),
            None => None,
        };
        Some(Definition { schema, extension, attribute: Some(attribute), sub })
    }

    /// What the bare URN of an extension names. Nothing but the schemas tells whether the last
    /// part of a URN is the name of an attribute.
    fn whole(&self, path: &AttributePath) -> Option<Definition<'_>> {
        let urn = match path {
            AttributePath { schema: Some(urn), attribute, sub: None } if attribute.is_empty() => {
                self.extension(urn)
            }
            AttributePath { schema: Some(urn), attribute, sub: None } => {
                self.extension(&format!("{urn}:{attribute}"))
            }
            _ => None,
        };
        urn.map(|schema| Definition { schema, extension: true, attribute: None, sub: None })
    }
}

fn paths(core: &Schema, extensions: &[Extension]) -> BTreeSet<String> {
    let core = core.attributes.iter().flat_map(|attribute| {
        let parts =
            attribute.sub_attributes.iter().map(|sub| format!("{}.{}", attribute.name, sub.name));
        parts.chain([attribute.name.clone()])
    });
    let own = extensions.iter().flat_map(|Extension { schema, .. }| {
        schema.attributes.iter().map(|attribute| format!("{}:{}", schema.id, attribute.name))
    });
    core.chain(own).chain(["externalId".to_owned()]).collect()
}

/// What a path names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Definition<'a> {
    /// The schema that defines it; [`common`] for the common attributes.
    pub schema: &'a Schema,
    /// True if it lives under the URN of an extension.
    pub extension: bool,
    /// The attribute; `None` if the path is a bare extension URN.
    pub attribute: Option<&'a Attribute>,
    /// The sub-attribute, if the path names one.
    pub sub: Option<&'a Attribute>,
}

impl<'a> Definition<'a> {
    /// The sub-attribute if one is named, else the attribute.
    pub fn leaf(&self) -> Option<&'a Attribute> {
        self.sub.or(self.attribute)
    }

    /// The path in canonical spelling: core attributes without a URN, extension attributes
    /// with theirs.
    pub fn path(&self) -> AttributePath {
        AttributePath {
            schema: self.extension.then(|| self.schema.id.clone()),
            attribute: self.attribute.map(|a| a.name.clone()).unwrap_or_default(),
            sub: self.sub.map(|a| a.name.clone()),
        }
    }
}
