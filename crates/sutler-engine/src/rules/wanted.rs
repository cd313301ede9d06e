//! What an account should hold: every attribute as it is, or as it is mapped. Pure.

use serde_json::Value;
use sutler_model::estate::{Mapping, MappingMode};
use sutler_model::fold::fold;
use sutler_model::link::Once;
use sutler_model::outcome::Query;
use sutler_model::port::{GroupFact, ReferenceView};
use sutler_model::resource::Resource;
use sutler_model::schema::ENTERPRISE_USER;
use sutler_model::{Document, Kind, Store};

use super::TargetRules;
use super::compiled::Mapped;
use crate::desired::{self, Attributes, name_attribute};
use crate::mapping;

/// What mappings read of a pair, besides the resource itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Facts<'a> {
    /// Who it refers to, with their accounts.
    pub references: &'a [ReferenceView],
    /// The groups that have it as a direct member.
    pub groups: &'a [GroupFact],
    /// What was computed once and is kept.
    pub once: Option<&'a Once>,
}

/// What an account should hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wanted {
    /// What is kept equal, by path.
    pub attributes: Attributes,
    /// What is given when the account is made, and not looked at again.
    pub on_create: Attributes,
    /// What was computed once, now or before.
    pub once: Document,
}

impl Wanted {
    /// The name of the account, as it is written.
    pub fn name(&self, kind: Kind) -> Option<&str> {
        self.attributes.get(name_attribute(kind)).and_then(Value::as_str)
    }

    /// The folded name of the account.
    pub fn key(&self, kind: Kind) -> Option<String> {
        self.name(kind).map(fold)
    }

    /// All that a new account is given.
    pub fn at_creation(&self) -> Attributes {
        let mut all = self.attributes.clone();
        all.extend(self.on_create.clone());
        all
    }
}

/// A mapping that fails for one resource: the attribute, and what is wrong with the expression.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct MappingFault(pub String);

impl TargetRules {
    /// What the account of this resource should hold.
    pub fn wanted(&self, resource: &Resource, facts: Facts<'_>) -> Result<Wanted, MappingFault> {
        if let Some(broken) = &self.broken {
            return Err(MappingFault(format!("the rules of the target cannot be used: {broken}")));
        }
        let rules = self.of(resource.kind);
        let mut wanted = Wanted::default();
        if !self.target.rules(resource.kind).only_mapped {
            wanted.attributes = desired::attributes(resource, facts.references, &self.target);
        }
        let once = facts.once.cloned().unwrap_or_default();
        for mapped in &rules.mappings {
            let read = self.facts(resource, facts, &once);
            apply(mapped, &read, &once, &mut wanted)?;
        }
        Ok(wanted)
    }

    /// True if the name is a generated one: if it is taken, another can be had.
    pub fn generates_name(&self, kind: Kind) -> bool {
        let name = name_attribute(kind);
        let mut mappings = self.of(kind).mappings.iter();
        mappings.any(|mapped| {
            let from = mapped.from.as_ref();
            mapped.plain.attribute == name && from.is_some_and(|from| from.reads().attempt)
        })
    }

    /// The paths whose values are computed once, and kept.
    pub fn once(&self, kind: Kind) -> impl Iterator<Item = &str> {
        let mappings = self.of(kind).mappings.iter();
        let once = mappings.filter(|mapped| mapped.plain.mode == MappingMode::Once);
        once.map(|mapped| mapped.plain.attribute.as_str())
    }

    /// The look-ups by which an account that is there already is recognised, in order. A rule
    /// one of whose values is missing finds nobody.
    pub fn matching(
        &self,
        resource: &Resource,
        facts: Facts<'_>,
    ) -> Result<Vec<Query>, MappingFault> {
        let read = self.facts(resource, facts, &Once::default());
        let mut queries = Vec::new();
        for rule in &self.of(resource.kind).matching {
            let mut values = Vec::with_capacity(rule.len());
            for (attribute, from) in rule {
                let value = from.evaluate(&read);
                let value = value
                    .map_err(|fault| MappingFault(format!("match by `{attribute}`: {fault}")))?;
                values.extend(value.map(|value| (attribute.clone(), value)));
            }
            if values.len() == rule.len() {
                queries.push(Query::Attributes(values));
            }
        }
        Ok(queries)
    }

    fn facts<'a>(
        &'a self,
        resource: &'a Resource,
        facts: Facts<'a>,
        once: &Once,
    ) -> mapping::Facts<'a> {
        let manager = format!("{ENTERPRISE_USER}:manager");
        let reference = facts.references.iter().find(|reference| reference.attribute == manager);
        mapping::Facts {
            kind: resource.kind,
            uid: &resource.uid,
            body: &resource.body,
            groups: facts.groups,
            manager: reference.and_then(|reference| reference.body.as_ref()),
            target: &self.target.name,
            tenant: &self.tenant,
            domain: Store::Primary.name(),
            attempt: once.attempt,
        }
    }
}

fn apply(
    mapped: &Mapped,
    facts: &mapping::Facts<'_>,
    once: &Once,
    wanted: &mut Wanted,
) -> Result<(), MappingFault> {
    let Mapping { attribute, mode, default, .. } = &mapped.plain;
    remove(&mut wanted.attributes, attribute);
    let kept = once.values.get(attribute).filter(|_| *mode == MappingMode::Once);
    let value = match (kept, &mapped.from) {
        (Some(kept), _) => Some(kept.clone()),
        (None, None) => default.clone(),
        (None, Some(from)) => {
            let value = from.evaluate(facts);
            let value = value.map_err(|fault| MappingFault(format!("`{attribute}`: {fault}")))?;
            value.filter(|value| !is_empty(value)).or_else(|| default.clone())
        }
    };
    let Some(value) = value else {
        return Ok(());
    };
    match mode {
        MappingMode::Always => insert(&mut wanted.attributes, attribute, value),
        MappingMode::OnCreate => insert(&mut wanted.on_create, attribute, value),
        MappingMode::Once => {
            wanted.once.insert(attribute.clone(), value.clone());
            insert(&mut wanted.attributes, attribute, value);
        }
    }
    Ok(())
}

/// What has no value is not sent: an empty text or list says no more than none.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// A complex core value is kept by its parts, as it is compared.
fn insert(attributes: &mut Attributes, attribute: &str, value: Value) {
    match value {
        Value::Object(parts) if !attribute.contains(['.', ':']) => {
            let parts = parts.into_iter().filter(|(_, part)| !is_empty(part));
            attributes.extend(parts.map(|(part, value)| (format!("{attribute}.{part}"), value)));
        }
        value => drop(attributes.insert(attribute.to_owned(), value)),
    }
}

/// Takes an attribute out, with its parts.
fn remove(attributes: &mut Attributes, attribute: &str) {
    attributes.retain(|path, _| {
        path != attribute && !path.strip_prefix(attribute).is_some_and(|rest| rest.starts_with('.'))
    });
}
