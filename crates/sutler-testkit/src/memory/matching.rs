//! Searching: every live resource is looked at.

use std::cmp::Ordering;

use serde_json::Value;
use sutler_model::filter::{Filter, Literal, Operator};
use sutler_model::fold::fold;
use sutler_model::path::AttributePath;
use sutler_model::query::{Found, Search};
use sutler_model::resource::Resource;

use super::state::State;

pub(super) fn search(state: &State, search: &Search) -> Found {
    let mut matches: Vec<&Resource> = state
        .resources
        .values()
        .map(|stored| &stored.resource)
        .filter(|r| !r.gone && r.tenant == search.tenant)
        .filter(|r| search.kinds.is_empty() || search.kinds.contains(&r.kind))
        .filter(|r| search.filter.as_ref().is_none_or(|f| holds(f, r)))
        .collect();
    if let Some(sort) = &search.sort {
        matches.sort_by(|a, b| {
            let order = text(a, &sort.by).cmp(&text(b, &sort.by));
            if sort.descending { order.reverse() } else { order }
        });
    }
    Found {
        total: matches.len(),
        resources: matches.into_iter().skip(search.offset).take(search.limit).cloned().collect(),
    }
}

fn holds(filter: &Filter, resource: &Resource) -> bool {
    match filter {
        Filter::And(all) => all.iter().all(|f| holds(f, resource)),
        Filter::Or(any) => any.iter().any(|f| holds(f, resource)),
        Filter::Not(inner) => !holds(inner, resource),
        Filter::Present(path) => text(resource, path).is_some(),
        Filter::Compare(path, operator, literal) => compare(resource, path, *operator, literal),
        Filter::Element(..) => false,
    }
}

fn compare(
    resource: &Resource,
    path: &AttributePath,
    operator: Operator,
    literal: &Literal,
) -> bool {
    let wanted = match literal {
        Literal::Text(text) => fold(text),
        Literal::Boolean(flag) => flag.to_string(),
        Literal::Number(number) => number.to_string(),
        Literal::Null => return false,
    };
    let Some(value) = text(resource, path) else {
        return operator == Operator::NotEqual;
    };
    match operator {
        Operator::Equal => value == wanted,
        Operator::NotEqual => value != wanted,
        Operator::Contains => value.contains(&wanted),
        Operator::StartsWith => value.starts_with(&wanted),
        Operator::EndsWith => value.ends_with(&wanted),
        Operator::Greater => value.cmp(&wanted) == Ordering::Greater,
        Operator::GreaterOrEqual => value >= wanted,
        Operator::Less => value < wanted,
        Operator::LessOrEqual => value <= wanted,
    }
}

fn text(resource: &Resource, path: &AttributePath) -> Option<String> {
    let value = resource.body.get(&path.attribute)?;
    let value = match &path.sub {
        Some(sub) => value.get(sub)?,
        None => value,
    };
    match value {
        Value::String(text) => Some(fold(text)),
        other => Some(other.to_string()),
    }
}
