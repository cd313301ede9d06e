//! `attributes` and `excludedAttributes` (RFC 7644 §3.9): which parts of a resource are returned.
//!
//! Unknown names are passed over (T-A3). `returned: always` stays, `never` goes.

use serde_json::{Map, Value};
use sutler_model::Invalid;
use sutler_model::path::AttributePath;
use sutler_model::schema::{Attribute, ResourceType, Returned, Schema, common};

/// How many names `attributes` or `excludedAttributes` may list: more than there are attributes.
/// Each is looked at for each attribute of each resource on a page.
pub const MAXIMUM_NAMES: usize = 256;

/// What a client wants to see.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    mode: Mode,
    paths: Vec<AttributePath>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Mode {
    #[default]
    Usual,
    Only,
    Without,
}

impl Selection {
    /// All that is returned by default.
    pub fn all() -> Self {
        Self::default()
    }

    /// From the two lists of names; not both may be given (T-A1).
    pub fn new(attributes: Option<&[&str]>, excluded: Option<&[&str]>) -> Result<Self, Invalid> {
        let (mode, names) = match (attributes, excluded) {
            (Some(_), Some(_)) => {
                return Err(Invalid::value(
                    "`attributes` and `excludedAttributes` exclude each other",
                ));
            }
            (Some(names), None) => (Mode::Only, names),
            (None, Some(names)) => (Mode::Without, names),
            (None, None) => (Mode::Usual, &[] as &[&str]),
        };
        if names.len() > MAXIMUM_NAMES {
            return Err(Invalid::value(format!(
                "`attributes` or `excludedAttributes` lists more than {MAXIMUM_NAMES} names"
            )));
        }
        let paths: Vec<_> = names.iter().filter_map(|name| name.trim().parse().ok()).collect();
        // `attributes=` without a name asks for nothing in particular.
        let mode = if names.iter().all(|n| n.trim().is_empty()) { Mode::Usual } else { mode };
        Ok(Self { mode, paths })
    }

    /// From query parameters: names separated by commas.
    pub fn from_parameters(parameters: &[(String, String)]) -> Result<Self, Invalid> {
        let list = |name: &str| -> Result<Option<Vec<&str>>, Invalid> {
            Ok(crate::query::parameter(parameters, name)?
                .map(|text| text.split(',').take(MAXIMUM_NAMES + 1).collect()))
        };
        let (attributes, excluded) = (list("attributes")?, list("excludedAttributes")?);
        Self::new(attributes.as_deref(), excluded.as_deref())
    }

    /// True if anything was asked for: then a PATCH must answer with a body (T-P3).
    pub fn is_given(&self) -> bool {
        self.mode != Mode::Usual
    }

    /// True if this attribute of the core schema will be returned, so must be loaded.
    pub fn names(&self, shape: &ResourceType, attribute: &str) -> bool {
        let core = shape.core();
        core.attribute(attribute)
            .is_some_and(|attribute| self.verdict(shape, core, attribute) != Verdict::Gone)
    }

    /// True if this part of an attribute of the core schema will be returned.
    pub fn names_part(&self, shape: &ResourceType, attribute: &str, part: &str) -> bool {
        let schema = shape.core();
        schema.attribute(attribute).is_some_and(|attribute| {
            match self.verdict(shape, schema, attribute) {
                Verdict::Gone => false,
                Verdict::Whole => by_default(attribute, part),
                Verdict::Only(subs) => subs.iter().any(|sub| sub == part),
                Verdict::Without(subs) => {
                    by_default(attribute, part) && !subs.iter().any(|sub| sub == part)
                }
            }
        })
    }

    /// Takes out of a rendered resource what is not wanted, and from `schemas` the extensions
    /// of which nothing is left (T-A4).
    pub(crate) fn apply(&self, shape: &ResourceType, resource: &mut Map<String, Value>) {
        let whole = std::mem::take(resource);
        for (key, mut value) in whole {
            if let (Some(schema), Value::Object(data)) = (shape.extension(&key), &mut value) {
                let all = std::mem::take(data);
                data.extend(all.into_iter().filter_map(|(name, value)| {
                    let attribute = schema.attribute(&name)?;
                    Some((name, self.kept(shape, schema, attribute, value)?))
                }));
                if !data.is_empty() {
                    resource.insert(key, value);
                }
                continue;
            }
            let found = shape.core().attribute(&key).map(|a| (shape.core(), a));
            let found = found.or_else(|| Some((common(), common().attribute(&key)?)));
            if let Some((schema, attribute)) = found
                && let Some(value) = self.kept(shape, schema, attribute, value)
            {
                resource.insert(key, value);
            }
        }
        let held: Vec<String> = resource.keys().cloned().collect();
        if let Some(Value::Array(urns)) = resource.get_mut("schemas") {
            urns.retain(|urn| {
                let urn = urn.as_str().unwrap_or_default();
                shape.extension(urn).is_none() || held.iter().any(|key| key == urn)
            });
        }
    }

    fn kept(
        &self,
        shape: &ResourceType,
        schema: &Schema,
        attribute: &Attribute,
        value: Value,
    ) -> Option<Value> {
        match self.verdict(shape, schema, attribute) {
            Verdict::Gone => None,
            Verdict::Whole if attribute.sub_attributes.is_empty() => Some(value),
            Verdict::Whole => parts(value, &|name| by_default(attribute, name)),
            Verdict::Only(subs) => parts(value, &|name| subs.iter().any(|s| s == name)),
            Verdict::Without(subs) => {
                parts(value, &|name| by_default(attribute, name) && !subs.iter().any(|s| s == name))
            }
        }
    }

    fn verdict(&self, shape: &ResourceType, schema: &Schema, attribute: &Attribute) -> Verdict {
        let mut whole = false;
        let mut subs = Vec::new();
        for found in self.paths.iter().filter_map(|path| shape.resolve(path)) {
            if found.schema.id != schema.id {
                continue;
            }
            match (found.attribute, found.sub) {
                (None, _) => whole = true,
                (Some(named), sub) if named.name == attribute.name => match sub {
                    Some(sub) => subs.push(sub.name.clone()),
                    None => whole = true,
                },
                _ => {}
            }
        }
        match (attribute.returned, self.mode) {
            (Returned::Never, _) | (Returned::Request, Mode::Usual | Mode::Without) => {
                Verdict::Gone
            }
            (Returned::Always, _) | (_, Mode::Usual) => Verdict::Whole,
            (_, Mode::Only) if whole => Verdict::Whole,
            (_, Mode::Only) if subs.is_empty() => Verdict::Gone,
            (_, Mode::Only) => Verdict::Only(subs),
            (_, Mode::Without) if whole => Verdict::Gone,
            (_, Mode::Without) => Verdict::Without(subs),
        }
    }
}

#[derive(PartialEq)]
enum Verdict {
    Gone,
    Whole,
    Only(Vec<String>),
    Without(Vec<String>),
}

/// True unless a sub-attribute is returned on request only (`members.display`): it costs a look
/// at another resource, and whoever compares what he wrote does not expect it.
fn by_default(attribute: &Attribute, name: &str) -> bool {
    attribute.sub(name).is_none_or(|sub| sub.returned != Returned::Request)
}

/// The sub-attributes that are wanted; `None` if nothing is left.
fn parts(value: Value, wanted: &dyn Fn(&str) -> bool) -> Option<Value> {
    match value {
        Value::Object(subs) => {
            let left: Map<_, _> = subs.into_iter().filter(|(name, _)| wanted(name)).collect();
            (!left.is_empty()).then_some(Value::Object(left))
        }
        Value::Array(elements) => {
            let left: Vec<_> = elements.into_iter().filter_map(|e| parts(e, wanted)).collect();
            (!left.is_empty()).then_some(Value::Array(left))
        }
        simple => Some(simple),
    }
}
