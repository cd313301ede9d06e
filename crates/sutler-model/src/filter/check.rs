//! Whether a filter makes sense for the attributes it names; and their canonical spelling.
//!
//! What is refused: attributes that no asked-for type has (T-F11), comparisons that a type
//! does not know (T-F9, T-F10), attributes that are never returned (T-F12), and addresses,
//! which depend on where the client stands.

use crate::path::AttributePath;
use crate::schema::{Attribute, Definition, Invalid, ResourceType, Returned, Type};

use super::{Filter, Literal, Operator};

impl Filter {
    /// The filter in canonical spelling, or why it makes no sense for these types. A comparison of a complex attribute that has a `value` means that value.
    ///
    /// Among several types an attribute that none of them has stays as it is, and has no value
    /// (RFC 7644 §3.4.2.1).
    pub fn check(self, types: &[&ResourceType]) -> Result<Self, Invalid> {
        Ok(match self {
            Self::And(parts) => Self::And(check_all(parts, types)?),
            Self::Or(parts) => Self::Or(check_all(parts, types)?),
            Self::Not(inner) => Self::Not(Box::new(inner.check(types)?)),
            Self::Present(path) => match definition(&path, types)? {
                Some(found) => Self::Present(found.path()),
                None => Self::Present(path),
            },
            Self::Compare(path, operator, literal) => match definition(&path, types)? {
                Some(found) => {
                    let found = comparable(found)?;
                    check_compare(found.leaf(), &found.path(), operator, &literal)?;
                    Self::Compare(found.path(), operator, literal)
                }
                None => Self::Compare(path, operator, literal),
            },
            Self::Element(path, inner) => match definition(&path, types)? {
                Some(Definition { attribute: Some(attribute), sub: None, .. })
                    if attribute.r#type == Type::Complex =>
                {
                    let canonical = definition(&path, types)?.map_or(path, |d| d.path());
                    Self::Element(canonical, Box::new(check_element(*inner, attribute)?))
                }
                Some(_) => {
                    return Err(Invalid::filter(format!(
                        "`{path}` has no elements that brackets could choose from"
                    )));
                }
                None => Self::Element(path, inner),
            },
        })
    }
}

impl Filter {
    /// True if it compares an attribute that is never returned with a value: such a filter
    /// holds a secret itself.
    pub fn holds_secret(&self, types: &[&ResourceType]) -> bool {
        let is_secret = |path: &AttributePath| {
            let mut found = types.iter().filter_map(|shape| shape.resolve(path)?.leaf());
            found.any(|leaf| leaf.returned == Returned::Never)
        };
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().any(|p| p.holds_secret(types)),
            Self::Not(inner) => inner.holds_secret(types),
            Self::Present(_) => false,
            Self::Compare(path, ..) | Self::Element(path, _) => is_secret(path),
        }
    }
}

fn check_all(parts: Vec<Filter>, types: &[&ResourceType]) -> Result<Vec<Filter>, Invalid> {
    parts.into_iter().map(|part| part.check(types)).collect()
}

/// `None` only if several types are asked for and none has it.
fn definition<'a>(
    path: &AttributePath,
    types: &[&'a ResourceType],
) -> Result<Option<Definition<'a>>, Invalid> {
    let Some(found) = types.iter().find_map(|shape| shape.resolve(path)) else {
        return match types {
            [shape] => Err(Invalid::filter(format!("a {} has no attribute `{path}`", shape.name))),
            _ => Ok(None),
        };
    };
    let Some(leaf) = found.leaf() else {
        return Err(Invalid::filter(format!("`{path}` is a schema, not an attribute")));
    };
    if leaf.returned == Returned::Never {
        return Err(Invalid::filter(format!("`{path}` cannot be filtered by")));
    }
    let address = leaf.derived_reference() || found.path().is_core("meta", Some("location"));
    if address {
        return Err(Invalid::filter(format!(
            "`{path}` is an address and cannot be filtered by; use the id"
        )));
    }
    Ok(Some(found))
}

/// A complex attribute with a `value` is compared by it: `emails co "x"` (T-F5).
fn comparable(mut found: Definition<'_>) -> Result<Definition<'_>, Invalid> {
    let Some(leaf) = found.leaf().filter(|leaf| leaf.r#type == Type::Complex) else {
        return Ok(found);
    };
    found.sub = leaf.sub("value");
    match found.sub {
        Some(_) => Ok(found),
        None => Err(Invalid::filter(format!(
            "`{}` is complex: compare one of its sub-attributes, as in `{0}.{}`",
            leaf.name,
            leaf.sub_attributes.first().map_or("value", |a| &a.name)
        ))),
    }
}

fn check_compare(
    leaf: Option<&Attribute>,
    path: &AttributePath,
    operator: Operator,
    literal: &Literal,
) -> Result<(), Invalid> {
    let Some(leaf) = leaf else { return Ok(()) };
    if *literal == Literal::Null {
        return match operator {
            Operator::Equal | Operator::NotEqual => Ok(()),
            _ => Err(Invalid::filter(format!(
                "`{path} {}` cannot compare with `null`",
                operator.word()
            ))),
        };
    }
    if !knows(leaf.r#type, operator) {
        return Err(Invalid::filter(format!(
            "`{path}` is {}: `{}` does not apply to it",
            leaf.r#type.noun(),
            operator.word()
        )));
    }
    if !fits(leaf.r#type, literal) {
        return Err(Invalid::filter(format!(
            "`{path}` is {}, but is compared with `{literal}`",
            leaf.r#type.noun()
        )));
    }
    Ok(())
}

fn knows(r#type: Type, operator: Operator) -> bool {
    match r#type {
        Type::String | Type::Reference => true,
        Type::Boolean => !operator.is_partial() && !operator.is_ordering(),
        Type::Decimal | Type::Integer | Type::DateTime => !operator.is_partial(),
        Type::Binary => !operator.is_ordering(),
        Type::Complex => false,
    }
}

fn fits(r#type: Type, literal: &Literal) -> bool {
    match (r#type, literal) {
        (Type::String | Type::Reference | Type::Binary, Literal::Text(_))
        | (Type::Boolean, Literal::Boolean(_))
        | (Type::Decimal | Type::Integer, Literal::Number(_)) => true,
        (Type::DateTime, Literal::Text(text)) => text.parse::<jiff::Timestamp>().is_ok(),
        _ => false,
    }
}

/// A filter inside brackets: its names are sub-attributes of `attribute`.
pub(crate) fn check_element(filter: Filter, attribute: &Attribute) -> Result<Filter, Invalid> {
    let all = |parts: Vec<Filter>| -> Result<Vec<Filter>, Invalid> {
        parts.into_iter().map(|part| check_element(part, attribute)).collect()
    };
    Ok(match filter {
        Filter::And(parts) => Filter::And(all(parts)?),
        Filter::Or(parts) => Filter::Or(all(parts)?),
        Filter::Not(inner) => Filter::Not(Box::new(check_element(*inner, attribute)?)),
        Filter::Present(path) => {
            let sub = sub_attribute(&path, attribute)?;
            Filter::Present(AttributePath::core(&sub.name, None))
        }
        Filter::Compare(path, operator, literal) => {
            let sub = sub_attribute(&path, attribute)?;
            let path = AttributePath::core(&sub.name, None);
            check_compare(Some(sub), &path, operator, &literal)?;
            Filter::Compare(path, operator, literal)
        }
        Filter::Element(path, _) => {
            return Err(Invalid::filter(format!(
                "`{path}[…]`: brackets cannot stand inside brackets"
            )));
        }
    })
}

fn sub_attribute<'a>(
    path: &AttributePath,
    attribute: &'a Attribute,
) -> Result<&'a Attribute, Invalid> {
    let found = match path {
        AttributePath { schema: None, attribute: name, sub: None } => attribute.sub(name),
        _ => None,
    };
    let found = found.ok_or_else(|| {
        Invalid::filter(format!("`{}` has no sub-attribute `{path}`", attribute.name))
    })?;
    if found.derived_reference() {
        return Err(Invalid::filter(format!(
            "`{}.{path}` is an address and cannot be filtered by; use `value`",
            attribute.name
        )));
    }
    Ok(found)
}

/// The canonical path to sort by, or why these types cannot be sorted by it (T-S1).
pub fn check_sort(path: &AttributePath, types: &[&ResourceType]) -> Result<AttributePath, Invalid> {
    let unsortable = || Invalid::path(format!("`sortBy`: cannot sort by `{path}`"));
    let found = types.iter().find_map(|shape| shape.resolve(path)).ok_or_else(unsortable)?;
    let found = comparable(found).map_err(|_| unsortable())?;
    let leaf = found.leaf().ok_or_else(unsortable)?;
    if leaf.returned == Returned::Never || leaf.r#type == Type::Binary {
        return Err(unsortable());
    }
    Ok(found.path())
}
