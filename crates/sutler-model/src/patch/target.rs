//! From an operation's path to what it works on.

use std::collections::HashSet;

use serde_json::{Map, Value};

use crate::dialect::{self, Leniency, Tolerance};
use crate::document::{NewPassword, new_password, schema_urns};
use crate::path::AttributePath;
use crate::schema::{Attribute, Definition, Invalid, Mutability, ResourceType, Schema};

use crate::InvalidKind;

use super::attribute::{Edit, edit};
use super::{Operation, PatchPath, Patched, Verb, members};

pub(super) struct Patching<'a> {
    pub(super) shape: &'a ResourceType,
    pub(super) id: &'a str,
    pub(super) patched: Patched,
    pub(super) tolerance: Tolerance,
}

impl<'a> Patching<'a> {
    pub(super) fn operation(&mut self, operation: &Operation) -> Result<(), Invalid> {
        let value = operation.value.as_ref();
        if operation.verb != Verb::Remove && value.is_none() {
            return Err(Invalid::value("`value` is missing"));
        }
        match (&operation.path, value) {
            (Some(path), _) => self.at(operation.verb, path, value),
            (None, _) if operation.verb == Verb::Remove => {
                Err(Invalid::no_target("`remove` needs a `path`"))
            }
            (None, Some(Value::Object(parts))) => self.parts(operation.verb, parts),
            (None, _) => Err(Invalid::value("without a `path`, `value` must be an object")),
        }
    }

    /// No path: each key of the value is a target of its own. Keys may be attributes, dotted
    /// or with their URN, or the URN of a schema with an object (T-P5).
    fn parts(&mut self, verb: Verb, parts: &Map<String, Value>) -> Result<(), Invalid> {
        let mut targets = Vec::new();
        for (key, value) in parts {
            let key = dialect::schema(self.shape, key, &mut self.tolerance);
            match (value, self.shape.extension(key)) {
                _ if key.eq_ignore_ascii_case(&self.shape.core().id) => {
                    targets.extend(core_parts(self.shape, value)?);
                }
                (Value::Object(parts), Some(schema)) => {
                    targets.extend(extension_parts(schema, parts));
                }
                _ => targets.push((self.key(key)?, value)),
            }
        }
        self.each(verb, targets)
    }

    fn key(&mut self, key: &str) -> Result<AttributePath, Invalid> {
        let path: AttributePath = key.parse()?;
        let flat = path.sub.is_some() || path.schema.is_some() && !path.attribute.is_empty();
        if flat && !self.tolerance.takes(Leniency::FlatKeys) {
            return Err(Invalid::path(format!("`{key}` is no key: say it in a `path`")));
        }
        Ok(path)
    }

    /// Each target once: of two values nobody could say which one counts (T-C5).
    fn each(&mut self, verb: Verb, targets: Vec<(AttributePath, &Value)>) -> Result<(), Invalid> {
        let mut seen = HashSet::with_capacity(targets.len());
        for (path, value) in targets {
            let canonical = self.shape.resolve(&path).map_or(path.clone(), |found| found.path());
            if !seen.insert(canonical) {
                return Err(Invalid::syntax(format!("`{path}` is given twice")));
            }
            self.at(verb, &path.into(), Some(value))?;
        }
        Ok(())
    }

    fn at(&mut self, verb: Verb, path: &PatchPath, value: Option<&Value>) -> Result<(), Invalid> {
        let path = &*dialect::path(self.shape, path, &mut self.tolerance);
        let found = self.shape.resolve(&path.path).ok_or_else(|| {
            Invalid::path(format!("a {} has no attribute `{}`", self.shape.kind.name(), path.path))
        })?;
        let Some(attribute) = found.attribute else {
            return self.extension(verb, found.schema, path, value);
        };
        let leaf = found.sub.unwrap_or(attribute);
        let value = value.map(|value| dialect::value(leaf, value, &mut self.tolerance));
        let value = value.as_deref();
        if verb == Verb::Remove && attribute.multi_valued {
            self.heed_removed(path, value)?;
        }
        match attribute.name.as_str() {
            "id" => self.id(verb, value),
            "schemas" => self.schemas(verb, path, value),
            _ if attribute.read_only() || found.sub.is_some_and(Attribute::read_only) => {
                Err(Invalid::mutability(format!("`{}` is read-only", found.path())))
            }
            "password" => self.password(verb, value),
            "members" => {
                let step = members::step(attribute, verb, path, value)?;
                self.patched.members.extend(step);
                Ok(())
            }
            _ => self.ordinary(verb, &found, attribute, path, value),
        }
    }

    /// RFC 7644 §3.5.2.2 gives `remove` no value: what it names is taken out of the list, or
    /// the operation is refused, but never is more removed than was named (T-P8).
    fn heed_removed(&mut self, path: &PatchPath, value: Option<&Value>) -> Result<(), Invalid> {
        let given = path.filter.is_none() && value.is_some_and(|value| !value.is_null());
        if given && !self.tolerance.takes(Leniency::RemoveByValue) {
            return Err(Invalid::value(
                "`remove` takes no `value`: choose by a filter in the `path`",
            ));
        }
        Ok(())
    }

    fn ordinary(
        &mut self,
        verb: Verb,
        found: &Definition<'a>,
        attribute: &'a Attribute,
        path: &PatchPath,
        value: Option<&Value>,
    ) -> Result<(), Invalid> {
        let document = &mut self.patched.document;
        let name = Definition { sub: None, ..*found }.path().to_string();
        let edits = Edit {
            verb,
            attribute,
            name: &name,
            sub: found.sub,
            filter: path.filter.as_ref(),
            value,
        };
        if !found.extension {
            return created(&edits, document, &mut self.tolerance);
        }
        // An extension that loses its last attribute goes whole (T-P12).
        let urn = &found.schema.id;
        let mut data = match document.remove(urn) {
            Some(Value::Object(data)) => data,
            _ => Map::new(),
        };
        let result = created(&edits, &mut data, &mut self.tolerance);
        if !data.is_empty() {
            document.insert(urn.clone(), Value::Object(data));
        }
        result
    }

    /// The bare URN of an extension as path: `remove` drops it whole, `add` and `replace` work
    /// on the attributes that are named, as on a complex attribute.
    fn extension(
        &mut self,
        verb: Verb,
        schema: &Schema,
        path: &PatchPath,
        value: Option<&Value>,
    ) -> Result<(), Invalid> {
        if path.filter.is_some() {
            return Err(Invalid::path(format!("`{}` has no elements to choose from", schema.id)));
        }
        match value {
            None | Some(Value::Null) => {
                self.patched.document.remove(&schema.id);
                Ok(())
            }
            Some(_) if verb == Verb::Remove => {
                Err(Invalid::value("`remove` of an extension takes no `value`"))
            }
            Some(Value::Object(parts)) => self.each(verb, extension_parts(schema, parts)),
            Some(_) => Err(Invalid::value(format!("`{}` must be an object", schema.id))),
        }
    }

    /// `id` may be repeated, as clients that send a whole object do, but not changed.
    fn id(&self, verb: Verb, value: Option<&Value>) -> Result<(), Invalid> {
        match value {
            Some(Value::String(id)) if verb != Verb::Remove && id == self.id => Ok(()),
            _ => Err(Invalid::mutability("`id` is read-only")),
        }
    }

    /// `schemas` follows the data. Leaving an extension out of a new list drops its data.
    fn schemas(
        &mut self,
        verb: Verb,
        path: &PatchPath,
        value: Option<&Value>,
    ) -> Result<(), Invalid> {
        let base = &self.shape.core().id;
        if path.filter.is_some() || path.path.sub.is_some() {
            return Err(Invalid::path("`schemas` has no parts to choose from"));
        }
        let one = |value: &Value| value.is_string().then(|| Value::Array(vec![value.clone()]));
        let Some(value) = value else {
            return Err(Invalid::mutability("`schemas` is required and cannot be removed"));
        };
        let mut listed = one(value).unwrap_or_else(|| value.clone());
        let urns = match (verb, &mut listed) {
            (Verb::Add, Value::Array(urns)) => {
                let is_base = |u: &Value| u.as_str().is_some_and(|u| u.eq_ignore_ascii_case(base));
                urns.retain(|u| !is_base(u));
                urns.push(Value::from(base.as_str()));
                schema_urns(self.shape, &listed)?;
                return Ok(());
            }
            (Verb::Replace, _) => schema_urns(self.shape, &listed)?,
            (Verb::Remove, Value::Array(dropped)) => {
                return self.drop_extensions(dropped);
            }
            _ => return Err(Invalid::value("`schemas` must be a list of URNs")),
        };
        for schema in self.shape.extension_schemas() {
            if !urns.contains(&schema.id.as_str()) {
                self.patched.document.remove(&schema.id);
            }
        }
        Ok(())
    }

    fn drop_extensions(&mut self, dropped: &[Value]) -> Result<(), Invalid> {
        for urn in dropped {
            let found = urn.as_str().and_then(|urn| self.shape.extension(urn));
            let schema = found.ok_or_else(|| {
                Invalid::mutability("only the URNs of extensions can be removed from `schemas`")
            })?;
            self.patched.document.remove(&schema.id);
        }
        Ok(())
    }

    fn password(&mut self, verb: Verb, value: Option<&Value>) -> Result<(), Invalid> {
        self.patched.password = match (verb, value) {
            (Verb::Remove, _) | (_, None | Some(Value::Null)) => NewPassword::Clear,
            (_, Some(value)) => new_password(value)?,
        };
        Ok(())
    }
}

/// What stands under the URN of the core schema. One level only: the URN is no attribute of
/// itself.
fn core_parts<'v>(
    shape: &ResourceType,
    value: &'v Value,
) -> Result<Vec<(AttributePath, &'v Value)>, Invalid> {
    let Value::Object(parts) = value else {
        return Err(Invalid::value(format!("`{}` must be an object", shape.core().id)));
    };
    Ok(parts.iter().map(|(key, value)| (AttributePath::core(key, None), value)).collect())
}

/// What stands under the URN of an extension.
fn extension_parts<'a>(
    schema: &Schema,
    parts: &'a Map<String, Value>,
) -> Vec<(AttributePath, &'a Value)> {
    let own = parts.iter().filter(|(key, value)| !names_itself(schema, key, value));
    own.map(|(key, value)| (AttributePath::extension(&schema.id, key, None), value)).collect()
}

/// True for `schemas` inside an extension's object that says nothing but its own URN, as some
/// clients send it.
fn names_itself(schema: &Schema, key: &str, value: &Value) -> bool {
    let own = |urn: &Value| urn.as_str().is_some_and(|urn| urn.eq_ignore_ascii_case(&schema.id));
    key.eq_ignore_ascii_case("schemas") && value.as_array().is_some_and(|urns| urns.iter().all(own))
}

/// `replace` of a value that is not there is `add` where that is tolerated (T-P7).
fn created(
    edits: &Edit<'_>,
    container: &mut Map<String, Value>,
    tolerance: &mut Tolerance,
) -> Result<(), Invalid> {
    let may = edits.verb == Verb::Replace && edits.filter.is_some();
    if !may || !tolerance.allows(Leniency::ReplaceCreates) {
        return guarded(edits, container);
    }
    let before = container.get(&edits.attribute.name).cloned();
    match guarded(edits, container) {
        Err(refused) if refused.kind == InvalidKind::NoTarget => {
            container.extend(before.map(|before| (edits.attribute.name.clone(), before)));
            tolerance.takes(Leniency::ReplaceCreates);
            guarded(&Edit { verb: Verb::Add, ..*edits }, container)
        }
        result => result,
    }
}

/// An immutable attribute takes its first value, and after that only the same one (T-P10).
fn guarded(edits: &Edit<'_>, container: &mut Map<String, Value>) -> Result<(), Invalid> {
    let before = match edits.attribute.mutability {
        Mutability::Immutable => container.get(&edits.attribute.name).cloned(),
        _ => None,
    };
    edit(edits, container)?;
    match before {
        Some(before) if container.get(&edits.attribute.name) != Some(&before) => Err(
            Invalid::mutability(format!("`{}` is immutable and already has a value", edits.name)),
        ),
        _ => Ok(()),
    }
}
