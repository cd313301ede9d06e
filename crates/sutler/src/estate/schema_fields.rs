//! A stored schema as the keys and values of an estate file. What has its default is left out.

use sutler_model::estate::SchemaExtension;
use sutler_model::schema::{Attribute, Mutability, Returned, Type, Uniqueness};

use super::fields::{Fields, list, quoted};
use super::schema::{MUTABILITY, RETURNED, TYPES, UNIQUENESS};

/// A schema without its URN.
pub(super) fn of_schema(own: &SchemaExtension) -> Fields {
    let mut fields = vec![("name", quoted(&own.schema.name))];
    let description = &own.schema.description;
    fields.extend((!description.is_empty()).then(|| ("description", quoted(description))));
    fields.push(("extends", list(own.extends.iter().map(|kind| quoted(kind.name())))));
    fields.push(("required", own.required.to_string()));
    let attributes = own.schema.attributes.iter();
    let attributes: Vec<String> =
        attributes.map(|one| format!("\n  {},", attribute(one, None, &own.indexed))).collect();
    fields.push(("attributes", format!("[{}\n]", attributes.concat())));
    fields
}

fn attribute(attribute: &Attribute, whole: Option<&str>, indexed: &[String]) -> String {
    let name = &attribute.name;
    let path = whole.map_or(name.clone(), |whole| format!("{whole}.{name}"));
    let mut parts = vec![format!("name = {}", quoted(name))];
    parts.extend(word("type", &TYPES, attribute.r#type, Type::String));
    parts.extend(flag("multi_valued", attribute.multi_valued));
    parts.extend(flag("required", attribute.required));
    parts.extend(flag("case_exact", attribute.case_exact));
    parts.extend(word("mutability", &MUTABILITY, attribute.mutability, Mutability::ReadWrite));
    parts.extend(word("returned", &RETURNED, attribute.returned, Returned::Default));
    parts.extend(word("uniqueness", &UNIQUENESS, attribute.uniqueness, Uniqueness::None));
    parts.extend(flag("indexed", indexed.contains(&path)));
    let text = &attribute.description;
    parts.extend((!text.is_empty()).then(|| format!("description = {}", quoted(text))));
    parts.extend(texts("canonical_values", &attribute.canonical_values));
    parts.extend(texts("reference_types", &attribute.reference_types));
    let subs = attribute.sub_attributes.iter();
    let subs: Vec<String> = subs.map(|sub| self::attribute(sub, Some(&path), indexed)).collect();
    parts
        .extend((!subs.is_empty()).then(|| format!("sub_attributes = {}", list(subs.into_iter()))));
    format!("{{ {} }}", parts.join(", "))
}

fn flag(key: &str, value: bool) -> Option<String> {
    value.then(|| format!("{key} = true"))
}

fn word<T: Copy + PartialEq>(
    key: &str,
    known: &[(&str, T)],
    value: T,
    default: T,
) -> Option<String> {
    let (word, _) = known.iter().find(|(_, known)| *known == value)?;
    (value != default).then(|| format!("{key} = {}", quoted(word)))
}

fn texts(key: &str, values: &[String]) -> Option<String> {
    let texts = values.iter().map(|text| quoted(text));
    (!values.is_empty()).then(|| format!("{key} = {}", list(texts)))
}
