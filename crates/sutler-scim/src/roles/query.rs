//! A query over roles into one over the groups that are roles.

use sutler_model::filter::{Filter, Literal, Operator};
use sutler_model::path::AttributePath;
use sutler_model::query::Sort;
use sutler_model::schema::ROLE;
use sutler_model::{Invalid, Kind};

use super::members_kind;
use super::patch::of_kind;
use crate::query::Query;

/// The query over groups. What is selected stays in the words of a role.
pub fn group_query(query: Query) -> Result<Query, Invalid> {
    let is_role = Filter::Present(AttributePath::extension(ROLE, "", None));
    let filter = match query.filter {
        Some(filter) => Filter::And(vec![is_role, of_group(filter)?]),
        None => is_role,
    };
    let sort = query.sort.map(sorted).transpose()?;
    Ok(Query { filter: Some(filter), sort, ..query })
}

fn sorted(sort: Sort) -> Result<Sort, Invalid> {
    if members_kind(&sort.by.attribute).is_some() {
        let detail = format!("`sortBy`: roles cannot be sorted by `{}`", sort.by);
        return Err(Invalid::path(detail));
    }
    let by = path(sort.by).map_err(|refused| Invalid::path(refused.detail))?;
    Ok(Sort { by: value_of(by), ..sort })
}

/// The filter is canonical, in the words of a role.
fn of_group(filter: Filter) -> Result<Filter, Invalid> {
    let all = |parts: Vec<Filter>| parts.into_iter().map(of_group).collect::<Result<_, _>>();
    Ok(match filter {
        Filter::And(parts) => Filter::And(all(parts)?),
        Filter::Or(parts) => Filter::Or(all(parts)?),
        Filter::Not(inner) => Filter::Not(Box::new(of_group(*inner)?)),
        Filter::Present(of) => match (members_kind(&of.attribute), of.sub) {
            (Some(kind), None) => some(kind, None),
            (Some(kind), Some(sub)) => some(kind, Some(Filter::Present(part(&sub)))),
            (None, sub) => Filter::Present(path(AttributePath { sub, ..of })?),
        },
        Filter::Compare(of, operator, literal) => match members_kind(&of.attribute) {
            Some(kind) => compared(kind, of.sub.as_deref(), operator, literal),
            None => Filter::Compare(value_of(path(of)?), operator, literal),
        },
        Filter::Element(of, inner) => match members_kind(&of.attribute) {
            Some(kind) => some(kind, Some(*inner)),
            None => Filter::Element(path(of)?, inner),
        },
    })
}

/// One member of this kind, which matches.
fn some(kind: Kind, filter: Option<Filter>) -> Filter {
    let inner = match filter {
        Some(filter) => Filter::And(vec![of_kind(kind), filter]),
        None => of_kind(kind),
    };
    Filter::Element(AttributePath::core("members", None), Box::new(inner))
}

/// A comparison of any of the members of this kind; who is absent is not equal (T-F11).
fn compared(kind: Kind, sub: Option<&str>, operator: Operator, literal: Literal) -> Filter {
    let sub = part(sub.unwrap_or("value"));
    match (operator, &literal) {
        (Operator::Equal, Literal::Null) => {
            Filter::Not(Box::new(some(kind, Some(Filter::Present(sub)))))
        }
        (Operator::NotEqual, Literal::Null) => some(kind, Some(Filter::Present(sub))),
        (Operator::NotEqual, _) => Filter::Or(vec![
            Filter::Not(Box::new(some(kind, None))),
            some(kind, Some(Filter::Compare(sub, operator, literal))),
        ]),
        _ => some(kind, Some(Filter::Compare(sub, operator, literal))),
    }
}

fn part(name: &str) -> AttributePath {
    AttributePath::core(name, None)
}

/// Where a group has what a role calls so.
fn path(of: AttributePath) -> Result<AttributePath, Invalid> {
    match (of.attribute.as_str(), of.sub.as_deref()) {
        ("permissions" | "audience", _) => {
            Ok(AttributePath { schema: Some(ROLE.to_owned()), ..of })
        }
        ("schemas", _) | ("meta", Some("resourceType")) => {
            Err(Invalid::filter(format!("`{of}` is the same for every role: leave it out")))
        }
        _ => Ok(of),
    }
}

/// Permissions are compared by their `value`, also where a role has them as strings.
fn value_of(of: AttributePath) -> AttributePath {
    match (of.attribute.as_str(), &of.sub) {
        ("permissions", None) => AttributePath { sub: Some("value".to_owned()), ..of },
        _ => of,
    }
}
