//! What a filter means for one resource.
//!
//! An attribute without a value makes every comparison false, except `ne` with anything but
//! `null`: what is absent is not equal (T-F11). Of several values any may match (T-F5).
//! `eq null` is the same as not `pr` (T-F4).

use serde_json::{Map, Value};

use crate::fold::fold;
use crate::path::AttributePath;
use crate::schema::{Attribute, ResourceType, Type};

use super::{Filter, Literal, Operator};

impl Filter {
    /// True if the resource matches. The map is canonical, as [`crate::document::view`] makes it.
    pub fn matches(&self, shape: &ResourceType, resource: &Map<String, Value>) -> bool {
        match self {
            Self::And(parts) => parts.iter().all(|part| part.matches(shape, resource)),
            Self::Or(parts) => parts.iter().any(|part| part.matches(shape, resource)),
            Self::Not(inner) => !inner.matches(shape, resource),
            Self::Present(path) => {
                let (_, values) = values(shape, path, resource);
                values.iter().any(|value| is_present(value))
            }
            Self::Compare(path, operator, literal) => {
                let (attribute, values) = values(shape, path, resource);
                compare_any(attribute, &values, *operator, literal)
            }
            Self::Element(path, inner) => {
                let Some(attribute) = shape.resolve(path).and_then(|d| d.attribute) else {
                    return false;
                };
                let (_, values) = values(shape, path, resource);
                values.iter().any(|value| match value {
                    Value::Object(element) => matches_element(inner, attribute, element),
                    _ => false,
                })
            }
        }
    }
}

/// True if one element of a complex attribute matches a filter that stood in brackets.
pub(crate) fn matches_element(
    filter: &Filter,
    attribute: &Attribute,
    element: &Map<String, Value>,
) -> bool {
    let here = |part: &Filter| matches_element(part, attribute, element);
    match filter {
        Filter::And(parts) => parts.iter().all(here),
        Filter::Or(parts) => parts.iter().any(here),
        Filter::Not(inner) => !here(inner),
        Filter::Present(path) => attribute
            .sub(&path.attribute)
            .and_then(|sub| element.get(&sub.name))
            .is_some_and(is_present),
        Filter::Compare(path, operator, literal) => {
            let sub = attribute.sub(&path.attribute);
            let values: Vec<&Value> = sub.and_then(|s| element.get(&s.name)).into_iter().collect();
            compare_any(sub, &values, *operator, literal)
        }
        Filter::Element(..) => false,
    }
}

/// The values that a path names, lists taken apart, with the attribute that they belong to.
pub(super) fn values<'a>(
    shape: &'a ResourceType,
    path: &AttributePath,
    resource: &'a Map<String, Value>,
) -> (Option<&'a Attribute>, Vec<&'a Value>) {
    let Some(found) = shape.resolve(path) else {
        return (None, Vec::new());
    };
    let container = if found.extension {
        resource.get(&found.schema.id).and_then(Value::as_object)
    } else {
        Some(resource)
    };
    let whole = match found.attribute {
        Some(attribute) => container.and_then(|c| c.get(&attribute.name)),
        None => resource.get(&found.schema.id),
    };
    let values = whole.into_iter().flat_map(each);
    let values = match found.sub {
        Some(sub) => values.filter_map(|value| value.get(&sub.name)).flat_map(each).collect(),
        None => values.collect(),
    };
    (found.leaf(), values)
}

/// The elements of a list, or the one value.
pub(super) fn each(value: &Value) -> std::slice::Iter<'_, Value> {
    match value {
        Value::Array(elements) => elements.iter(),
        one => std::slice::from_ref(one).iter(),
    }
}

fn is_present(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(elements) => elements.iter().any(is_present),
        Value::Object(subs) => subs.values().any(is_present),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

fn compare_any(
    attribute: Option<&Attribute>,
    values: &[&Value],
    operator: Operator,
    literal: &Literal,
) -> bool {
    let present = values.iter().any(|value| is_present(value));
    if *literal == Literal::Null {
        return match operator {
            Operator::Equal => !present,
            Operator::NotEqual => present,
            _ => false,
        };
    }
    let Some(attribute) = attribute.filter(|_| !values.is_empty()) else {
        return operator == Operator::NotEqual;
    };
    values.iter().any(|value| holds(attribute, value, operator, literal))
}

fn holds(attribute: &Attribute, value: &Value, operator: Operator, literal: &Literal) -> bool {
    match (value, literal) {
        (Value::Bool(value), Literal::Boolean(literal)) => match operator {
            Operator::Equal => value == literal,
            Operator::NotEqual => value != literal,
            _ => false,
        },
        (Value::Number(value), Literal::Number(literal)) => value
            .as_f64()
            .zip(literal.as_f64())
            .is_some_and(|(a, b)| a.partial_cmp(&b).is_some_and(|order| ordered(operator, order))),
        (Value::String(value), Literal::Text(literal)) if attribute.r#type == Type::DateTime => {
            let moments = value.parse::<jiff::Timestamp>().ok().zip(literal.parse().ok());
            moments.is_some_and(|(a, b)| ordered(operator, a.cmp(&b)))
        }
        (Value::String(value), Literal::Text(literal)) if attribute.heeds_case() => {
            text(value, operator, literal)
        }
        (Value::String(value), Literal::Text(literal)) => {
            text(&fold(value), operator, &fold(literal))
        }
        _ => operator == Operator::NotEqual,
    }
}

fn text(value: &str, operator: Operator, literal: &str) -> bool {
    match operator {
        Operator::Contains => value.contains(literal),
        Operator::StartsWith => value.starts_with(literal),
        Operator::EndsWith => value.ends_with(literal),
        _ => ordered(operator, value.cmp(literal)),
    }
}

fn ordered(operator: Operator, order: std::cmp::Ordering) -> bool {
    match operator {
        Operator::Equal => order.is_eq(),
        Operator::NotEqual => order.is_ne(),
        Operator::Greater => order.is_gt(),
        Operator::GreaterOrEqual => order.is_ge(),
        Operator::Less => order.is_lt(),
        Operator::LessOrEqual => order.is_le(),
        Operator::Contains | Operator::StartsWith | Operator::EndsWith => false,
    }
}
