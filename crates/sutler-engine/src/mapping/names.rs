//! From the name of an attribute to its definition, and from a misspelt name to the nearest.

use sutler_model::Kind;
use sutler_model::schema::{
    Attribute as Definition, Mutability, ResourceType, Schema, Type, common,
};

use super::fault::Problem;

/// The key under which the attributes of the enterprise extension are read.
pub(super) const ENTERPRISE: &str = "enterprise";

/// An attribute of the core schema, or `externalId` or `id`.
pub(super) fn core<'s>(
    shape: &'s ResourceType,
    variable: &str,
    name: &str,
) -> Result<&'s Definition, Problem> {
    let own = shape.core().attribute(name);
    match own.or_else(|| common().attribute(name)) {
        Some(found) => readable(found, variable, name),
        None => Err(unknown(variable, name, core_names(shape))),
    }
}

fn core_names(shape: &ResourceType) -> Vec<&str> {
    let own = shape.core().attributes.iter().filter(|one| stored(one)).map(|one| one.name.as_str());
    let enterprise = (shape.kind == Kind::User).then_some(ENTERPRISE);
    own.chain(["id", "externalId"]).chain(enterprise).collect()
}

/// An attribute of an extension.
pub(super) fn of_extension<'s>(
    schema: &'s Schema,
    variable: &str,
    name: &str,
) -> Result<&'s Definition, Problem> {
    match schema.attribute(name) {
        Some(found) => readable(found, variable, name),
        None => Err(unknown(variable, name, listed(&schema.attributes))),
    }
}

/// A part of a complex attribute.
pub(super) fn part<'s>(
    whole: &'s Definition,
    spelt: &str,
    name: &str,
) -> Result<&'s Definition, Problem> {
    if whole.r#type != Type::Complex {
        return Err(Problem::name(format!(
            "`{spelt}` is {} and has no parts, so that there is no `.{name}`",
            whole.r#type.noun()
        )));
    }
    match whole.sub(name) {
        Some(found) => readable(found, spelt, name),
        None => Err(unknown(spelt, name, listed(&whole.sub_attributes))),
    }
}

/// The extension of that URN.
pub(super) fn extension<'s>(
    shape: &'s ResourceType,
    variable: &str,
    urn: &str,
) -> Result<&'s Schema, Problem> {
    match shape.extension(urn) {
        Some(schema) if schema.id == urn => Ok(schema),
        Some(schema) => Err(spelling(variable, urn, &schema.id)),
        None => {
            let known = shape.extension_schemas().map(|schema| schema.id.as_str()).collect();
            Err(unknown(variable, urn, known))
        }
    }
}

fn listed(attributes: &[Definition]) -> Vec<&str> {
    attributes.iter().filter(|one| stored(one)).map(|one| one.name.as_str()).collect()
}

/// True if resources hold it. What the server derives, secrets and members are elsewhere.
fn stored(definition: &Definition) -> bool {
    let elsewhere = ["schemas", "members"].contains(&definition.name.as_str());
    let never = matches!(definition.mutability, Mutability::ReadOnly | Mutability::WriteOnly);
    definition.name == "id" || !(elsewhere || never || definition.derived_reference())
}

fn readable<'s>(found: &'s Definition, base: &str, name: &str) -> Result<&'s Definition, Problem> {
    if found.name != name {
        return Err(spelling(base, name, &found.name));
    }
    if stored(found) {
        return Ok(found);
    }
    let why = match name {
        "groups" => "is not part of the resource; use `groups`, the names of its groups".to_owned(),
        "displayName" => "is not stored; use `manager.displayName`".to_owned(),
        "members" => "cannot be read; members are provisioned by themselves".to_owned(),
        _ if found.mutability == Mutability::WriteOnly => {
            "is a secret, which no expression can read; leave it out".to_owned()
        }
        _ => "is made by the server when it answers, and cannot be read here; leave it out"
            .to_owned(),
    };
    Err(Problem::name(format!("`{base}.{name}` {why}")))
}

fn spelling(base: &str, name: &str, right: &str) -> Problem {
    Problem::name(format!("there is no `{name}` in `{base}`; names heed case: write `{right}`"))
}

fn unknown(base: &str, name: &str, known: Vec<&str>) -> Problem {
    let hint =
        nearest(name, known).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    Problem::name(format!("there is no attribute `{name}` in `{base}`{hint}"))
}

/// The known name that looks most like it, if any looks like it at all.
pub(super) fn nearest<'n>(name: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let name = name.to_lowercase();
    let most = (name.chars().count() / 2).max(2);
    known
        .into_iter()
        .map(|one| (distance(&name, &one.to_lowercase()), one))
        .filter(|(distance, _)| *distance <= most)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, one)| one)
}

/// How many characters must be added, removed or changed.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (line, one) in left.chars().enumerate() {
        let mut next = vec![line + 1];
        for ((other, above), pair) in right.iter().zip(row.iter().skip(1)).zip(&row) {
            let before = next.last().copied().unwrap_or_default();
            let changed = pair + usize::from(one != *other);
            next.push(changed.min(above + 1).min(before + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}
