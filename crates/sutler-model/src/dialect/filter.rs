//! Paths and filters that were read, put into the words of the standard.

use std::borrow::Cow;

use crate::filter::{Filter, Literal};
use crate::patch::PatchPath;
use crate::path::AttributePath;
use crate::schema::{Attribute, ResourceType, Type};

use super::value::boolean;
use super::{Leniency, Tolerance, urn};

const OF_FILTERS: [Leniency; 5] = [
    Leniency::BooleanText,
    Leniency::UnquotedText,
    Leniency::OldCoreUrns,
    Leniency::OldEnterpriseUrn,
    Leniency::ShortNames,
];

/// A filter over resources of these types, as its check wants it.
pub fn filter(types: &[&ResourceType], filter: Filter, tolerance: &mut Tolerance) -> Filter {
    if !tolerance.allows_any(&OF_FILTERS) {
        return filter;
    }
    adapted(Scope::Resource(types), filter, tolerance)
}

/// A filter in brackets, whose names are sub-attributes.
fn element_filter(attribute: &Attribute, filter: &Filter, tolerance: &mut Tolerance) -> Filter {
    if !tolerance.allows_any(&OF_FILTERS) {
        return filter.clone();
    }
    adapted(Scope::Element(attribute), filter.clone(), tolerance)
}

/// The path of an operation, with its brackets.
pub(crate) fn path<'a>(
    shape: &ResourceType,
    given: &'a PatchPath,
    tolerance: &mut Tolerance,
) -> Cow<'a, PatchPath> {
    if !tolerance.allows_any(&OF_FILTERS) {
        return Cow::Borrowed(given);
    }
    let path = named(&[shape], given.path.clone(), tolerance);
    let attribute = shape.resolve(&path).and_then(|found| found.attribute);
    let filter = match (&given.filter, attribute) {
        (Some(filter), Some(attribute)) => Some(element_filter(attribute, filter, tolerance)),
        (filter, _) => filter.clone(),
    };
    Cow::Owned(PatchPath { path, filter })
}

/// Where the names in a filter are looked up.
#[derive(Clone, Copy)]
enum Scope<'a> {
    Resource(&'a [&'a ResourceType]),
    Element(&'a Attribute),
}

impl<'a> Scope<'a> {
    fn named(self, path: AttributePath, tolerance: &mut Tolerance) -> AttributePath {
        match self {
            Self::Resource(types) => named(types, path, tolerance),
            Self::Element(_) => path,
        }
    }

    /// What is compared: of a complex attribute its `value`.
    fn leaf(self, path: &AttributePath) -> Option<&'a Attribute> {
        let leaf = match self {
            Self::Resource(types) => types.iter().find_map(|shape| shape.resolve(path))?.leaf()?,
            Self::Element(attribute) => attribute.sub(&path.attribute)?,
        };
        Some(if leaf.r#type == Type::Complex { leaf.sub("value")? } else { leaf })
    }

    fn element(self, path: &AttributePath) -> Option<&'a Attribute> {
        match self {
            Self::Resource(types) => types.iter().find_map(|shape| shape.resolve(path))?.attribute,
            Self::Element(_) => None,
        }
    }
}

fn adapted(scope: Scope<'_>, filter: Filter, tolerance: &mut Tolerance) -> Filter {
    let mut all = |parts: Vec<Filter>| -> Vec<Filter> {
        parts.into_iter().map(|part| adapted(scope, part, tolerance)).collect()
    };
    match filter {
        Filter::And(parts) => Filter::And(all(parts)),
        Filter::Or(parts) => Filter::Or(all(parts)),
        Filter::Not(inner) => Filter::Not(Box::new(adapted(scope, *inner, tolerance))),
        Filter::Present(path) => Filter::Present(scope.named(path, tolerance)),
        Filter::Compare(path, operator, literal) => {
            let path = scope.named(path, tolerance);
            let literal = match scope.leaf(&path) {
                Some(leaf) => compared(leaf.r#type, literal, tolerance),
                None => literal,
            };
            Filter::Compare(path, operator, literal)
        }
        Filter::Element(path, inner) => {
            let path = scope.named(path, tolerance);
            let inner = match scope.element(&path) {
                Some(attribute) => adapted(Scope::Element(attribute), *inner, tolerance),
                None => *inner,
            };
            Filter::Element(path, Box::new(inner))
        }
    }
}

fn compared(r#type: Type, literal: Literal, tolerance: &mut Tolerance) -> Literal {
    match (r#type, &literal) {
        (Type::Boolean, Literal::Text(text)) => match boolean(text) {
            Some(truth) if tolerance.takes(Leniency::BooleanText) => Literal::Boolean(truth),
            _ => literal,
        },
        (Type::String | Type::Reference, Literal::Number(number))
            if tolerance.takes(Leniency::UnquotedText) =>
        {
            Literal::Text(number.to_string())
        }
        _ => literal,
    }
}

/// The path with an old URN renewed, or with the URN of the extension that it means.
fn named(
    types: &[&ResourceType],
    mut path: AttributePath,
    tolerance: &mut Tolerance,
) -> AttributePath {
    if let Some(schema) = &path.schema {
        if let Some(shape) = types.first() {
            path.schema = Some(urn::schema(shape, schema, tolerance).to_owned());
        }
        return path;
    }
    if types.iter().any(|shape| shape.resolve(&path).is_some()) {
        return path;
    }
    let meant = types.iter().flat_map(|shape| shape.extension_schemas().map(move |s| (shape, s)));
    let mut meant = meant.filter_map(|(shape, schema)| {
        let long = AttributePath { schema: Some(schema.id.clone()), ..path.clone() };
        shape.resolve(&long).map(|_| long)
    });
    match (meant.next(), meant.next()) {
        (Some(long), None) if tolerance.takes(Leniency::ShortNames) => long,
        _ => path,
    }
}
