//! `[[schema]]` as it was written: a schema of the tenant's own, which extends users, groups or
//! both (RFC 7643 §3.3). The keys are those of RFC 7643 §7, written as TOML is.

use sutler_model::Kind;
use sutler_model::path::is_attribute_name;
use sutler_model::schema::{
    Attribute, Extension, Mutability, Returned, Schema, Schemas, Type, Uniqueness, is_standard,
};

use super::document::tenant;
use super::section::{Placed, Section};

/// The most attributes of a schema, and the most parts of an attribute.
const MOST_ATTRIBUTES: usize = 200;
/// The longest URN, in bytes.
const LONGEST_URN: usize = 200;

/// A schema of a file.
#[derive(Debug)]
pub(crate) struct DeclaredSchema {
    pub(crate) tenant: Placed<String>,
    pub(crate) urn: Placed<String>,
    pub(crate) schema: Schema,
    pub(crate) extends: Vec<Kind>,
    pub(crate) required: bool,
    pub(crate) indexed: Vec<String>,
}

/// The types of resource of a tenant, with the schemas that the file declares for it.
pub(super) fn types(declared: &[DeclaredSchema], tenant: &str) -> Schemas {
    let of_tenant = declared.iter().filter(|own| own.tenant.value == tenant);
    let own = of_tenant.flat_map(|own| {
        let extension = Extension {
            schema: own.schema.clone(),
            required: own.required,
            indexed: own.indexed.clone(),
        };
        own.extends.iter().map(move |kind| (*kind, extension.clone()))
    });
    Schemas::with(&own.collect::<Vec<_>>())
}

pub(super) fn read(mut section: Section<'_>) -> Option<DeclaredSchema> {
    let tenant = tenant(&mut section);
    let urn = urn(&mut section);
    let name = section.required("name", "\"AcmeUser\"");
    let description = section.text("description").map(|text| text.value).unwrap_or_default();
    let extends = extends(&mut section);
    let required = section.flag("required", false);
    let mut indexed = Vec::new();
    let attributes = attributes(&mut section, None, &mut indexed);
    if attributes.is_empty() {
        section.fault(&section.at(), "a schema needs at least one `[[schema.attributes]]`");
    }
    section.finish();
    let urn = urn?;
    let schema = Schema { id: urn.value.clone(), name: name?.value, description, attributes };
    Some(DeclaredSchema { tenant, urn, schema, extends, required, indexed })
}

/// The last part must be a name, so that `URN:attribute` and the URN itself are never mixed up.
fn urn(section: &mut Section<'_>) -> Option<Placed<String>> {
    let urn = section.required("id", "\"urn:ietf:params:scim:schemas:extension:acme:2.0:User\"")?;
    let text = urn.value.as_str();
    let parts: Vec<&str> = text.split(':').collect();
    let well_formed = text.len() <= LONGEST_URN
        && parts.first().is_some_and(|first| *first == "urn")
        && parts.len() >= 3
        && parts.iter().all(|part| !part.is_empty() && part.chars().all(is_urn_character))
        && parts.last().is_some_and(|last| is_attribute_name(last));
    if !well_formed {
        let message = format!(
            "`id = \"{text}\"` is not a URN that a schema can have: write it as `urn:acme:scim:User`, with `urn:` first and a name of letters and digits last"
        );
        section.fault(&urn.at, message);
    }
    if is_standard(text) {
        section.fault(&urn.at, format!("`{text}` is a standard schema: choose a URN of your own"));
    }
    Some(urn)
}

fn is_urn_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_')
}

fn extends(section: &mut Section<'_>) -> Vec<Kind> {
    let Some(written) = section.list("extends") else {
        return vec![Kind::User];
    };
    let mut kinds = Vec::new();
    for text in &written {
        match [Kind::User, Kind::Group].into_iter().find(|kind| kind.name() == text.value) {
            Some(kind) if !kinds.contains(&kind) => kinds.push(kind),
            Some(_) => section.fault(&text.at, format!("`{}` is named twice", text.value)),
            None => section.fault(
                &text.at,
                format!("a schema can extend \"User\" or \"Group\", not \"{}\"", text.value),
            ),
        }
    }
    if written.is_empty() {
        section.fault(&section.at(), "`extends` must name \"User\", \"Group\" or both");
    }
    kinds
}

/// The attributes, or the parts of one. The paths of those with an index are noted.
fn attributes(
    section: &mut Section<'_>,
    whole: Option<&str>,
    indexed: &mut Vec<String>,
) -> Vec<Attribute> {
    let (key, heading) = match whole {
        None => ("attributes", "[[schema.attributes]]"),
        Some(_) => ("sub_attributes", "[[schema.attributes.sub_attributes]]"),
    };
    let mut all: Vec<Attribute> = Vec::new();
    for inside in section.sections(key, heading) {
        let at = inside.at();
        if let Some(attribute) = attribute(inside, whole, indexed) {
            if all.iter().any(|known| known.name.eq_ignore_ascii_case(&attribute.name)) {
                section.fault(&at, format!("`{}` is declared twice", attribute.name));
            }
            all.push(attribute);
        }
    }
    if all.len() > MOST_ATTRIBUTES {
        let message = format!("there are more than {MOST_ATTRIBUTES} {heading} in one place");
        section.fault(&section.at(), message);
    }
    all
}

fn attribute(
    mut section: Section<'_>,
    whole: Option<&str>,
    indexed: &mut Vec<String>,
) -> Option<Attribute> {
    let name = section.required("name", "\"badge\"")?;
    if !is_attribute_name(&name.value) || name.value.starts_with('$') {
        let message = format!(
            "`{}` cannot be the name of an attribute: a letter, then letters, digits, `-` and `_`",
            name.value
        );
        section.fault(&name.at, message);
    }
    let path = whole.map_or(name.value.clone(), |whole| format!("{whole}.{}", name.value));
    let mut attribute = characteristics(&mut section, name.value);
    if whole.is_none() {
        attribute.sub_attributes = attributes(&mut section, Some(&path), indexed);
    }
    let is_indexed = section.flag("indexed", false);
    check(&section, &attribute, whole.is_some(), is_indexed);
    if is_indexed {
        indexed.push(path);
    }
    section.finish();
    Some(attribute)
}

fn characteristics(section: &mut Section<'_>, name: String) -> Attribute {
    let texts = |list: Option<Vec<Placed<String>>>| {
        list.unwrap_or_default().into_iter().map(|text| text.value).collect::<Vec<_>>()
    };
    Attribute {
        name,
        r#type: section.word("type", &TYPES, &[], Type::String),
        multi_valued: section.flag("multi_valued", false),
        description: section.text("description").map(|text| text.value).unwrap_or_default(),
        required: section.flag("required", false),
        case_exact: section.flag("case_exact", false),
        mutability: section.word("mutability", &MUTABILITY, &[], Mutability::ReadWrite),
        returned: section.word("returned", &RETURNED, &[], Returned::Default),
        uniqueness: section.word("uniqueness", &UNIQUENESS, &[], Uniqueness::None),
        canonical_values: texts(section.list("canonical_values")),
        reference_types: texts(section.list("reference_types")),
        sub_attributes: Vec::new(),
    }
}

/// What goes together, and what does not.
fn check(section: &Section<'_>, attribute: &Attribute, is_part: bool, indexed: bool) {
    let at = section.at();
    let name = &attribute.name;
    let parts = attribute.sub_attributes.len();
    let text = matches!(attribute.r#type, Type::String | Type::Reference);
    let faults = [
        (
            attribute.r#type == Type::Complex && is_part,
            "a part of a complex attribute cannot be complex itself (RFC 7643 §2.3.8)",
        ),
        (
            attribute.r#type == Type::Complex && !is_part && parts == 0,
            "a complex attribute needs its parts: add `sub_attributes`",
        ),
        (
            attribute.r#type != Type::Complex && parts > 0,
            "only a complex attribute has `sub_attributes`: write `type = \"complex\"`",
        ),
        (
            indexed && !(text || attribute.r#type == Type::Integer),
            "only strings, references and integers can be `indexed`",
        ),
        (
            attribute.uniqueness != Uniqueness::None
                && (is_part || attribute.multi_valued || !text),
            "only a single string or reference outside a complex attribute can be unique",
        ),
    ];
    for (_, message) in faults.into_iter().filter(|(is_fault, _)| *is_fault) {
        section.fault(&at, format!("`{name}`: {message}"));
    }
    for of in &attribute.reference_types {
        if !matches!(of.as_str(), "external" | "uri") {
            let message = format!(
                "`{name}`: references to resources cannot be followed in a schema of your own: `reference_types` may hold \"external\" and \"uri\", not \"{of}\""
            );
            section.fault(&at, message);
        }
    }
}

pub(super) const TYPES: [(&str, Type); 8] = [
    ("string", Type::String),
    ("boolean", Type::Boolean),
    ("decimal", Type::Decimal),
    ("integer", Type::Integer),
    ("dateTime", Type::DateTime),
    ("reference", Type::Reference),
    ("binary", Type::Binary),
    ("complex", Type::Complex),
];

/// An attribute that only the server writes would never have a value here.
pub(super) const MUTABILITY: [(&str, Mutability); 3] = [
    ("readWrite", Mutability::ReadWrite),
    ("immutable", Mutability::Immutable),
    ("writeOnly", Mutability::WriteOnly),
];

pub(super) const RETURNED: [(&str, Returned); 4] = [
    ("always", Returned::Always),
    ("never", Returned::Never),
    ("default", Returned::Default),
    ("request", Returned::Request),
];

pub(super) const UNIQUENESS: [(&str, Uniqueness); 3] =
    [("none", Uniqueness::None), ("server", Uniqueness::Server), ("global", Uniqueness::Global)];
