//! Functions on lists: of texts, and of values such as e-mail addresses.

use serde_json::Value;
use std::borrow::Cow;

use sutler_model::fold::fold;

use super::super::evaluate::Met;
use super::super::fault::Problem;
use super::super::limits::fits;
use super::super::operators::{as_text, noun};
use super::super::reads::Reads;
use super::{Function, Given, Keeps, NOTHING};

pub(super) static ALL: &[Function] = &[
    Function::of_list("join", "`join(list, separator)`", (1, 2), join),
    Function { keeps: Keeps::Element, ..Function::new("first", "`first(list)`", (1, 1), first) },
    Function { keeps: Keeps::Element, ..Function::new("last", "`last(list)`", (1, 1), last) },
    Function::new("length", "`length(value)`", (1, 1), length),
    Function { keeps: Keeps::All, ..Function::of_list("sort", "`sort(list)`", (1, 1), sort) },
    Function {
        keeps: Keeps::All,
        ..Function::of_list("distinct", "`distinct(list)`", (1, 1), distinct)
    },
    Function {
        names_part: true,
        ..Function::of_list("pluck", "`pluck(list, 'value')`", (2, 2), pluck)
    },
    Function {
        names_part: true,
        keeps: Keeps::All,
        ..Function::of_list("where", "`where(list, 'type', 'work')`", (3, 3), r#where)
    },
    Function {
        keeps: Keeps::Element,
        ..Function::of_list("by_type", "`by_type(user.emails, 'work')`", (2, 2), by_type)
    },
    Function {
        keeps: Keeps::Element,
        ..Function::of_list("primary", "`primary(user.emails)`", (1, 1), primary)
    },
    Function {
        reads: Reads { groups: true, ..NOTHING },
        ..Function::new("in_group", "`in_group('Sales')`", (1, 1), in_group)
    },
];

fn join<'e>(given: &Given<'_, 'e>) -> Result<Met<'e>, Problem> {
    let Some(list) = given.list(0)? else {
        return Ok(None);
    };
    let separator = given.text_or(1, "")?;
    let mut joined = String::new();
    for (place, element) in list.iter().enumerate() {
        let text = as_text(element).ok_or_else(|| {
            Problem::r#type(format!(
                "`join` joins texts and numbers, but met {} in the list; take a part of each, as in `pluck(list, 'value')|join(', ')`",
                noun(element)
            ))
        })?;
        if place > 0 {
            joined.push_str(&separator);
        }
        fits(joined.len().saturating_add(text.len()))?;
        joined.push_str(&text);
    }
    given.made(joined)
}

fn end<'e>(given: &Given<'_, 'e>, last: bool) -> Result<Met<'e>, Problem> {
    if let Some(Value::String(text)) = given.value(0).map(|value| &**value) {
        let mut characters = text.chars();
        let one = if last { characters.next_back() } else { characters.next() };
        return one.map_or(Ok(None), |one| given.made(one));
    }
    let list = given.list(0)?.unwrap_or_default();
    let one = if last { list.last() } else { list.first() };
    one.map_or(Ok(None), |one| given.copied(one))
}

fn first<'e>(given: &Given<'_, 'e>) -> Result<Met<'e>, Problem> {
    end(given, false)
}

fn last<'e>(given: &Given<'_, 'e>) -> Result<Met<'e>, Problem> {
    end(given, true)
}

/// Of a text in characters, of a list in elements; of no value 0.
fn length<'e>(given: &Given<'_, 'e>) -> Result<Met<'e>, Problem> {
    let length = match given.value(0).map(|value| &**value) {
        None => 0,
        Some(Value::Array(list)) => list.len(),
        Some(Value::Object(members)) => members.len(),
        Some(_) => given.text(0)?.map_or(0, |text| text.chars().count()),
    };
    Ok(Some(Cow::Owned(Value::from(length))))
}

fn sort<'e>(given: &Given<'_, 'e>) -> Result<Met<'e>, Problem> {
    let Some(list) = given.list(0)? else {
        return Ok(None);
    };
    let mut texts: Vec<(Cow<'_, str>, &Value)> = Vec::with_capacity(list.len());
    for element in list {
        let text = as_text(element).ok_or_else(|| {
            Problem::r#type(format!(
                "`sort` sorts texts and numbers, but met {} in the list",
                noun(element)
            ))
        })?;
        texts.push((text, element));
    }
    let numbers = list.iter().all(Value::is_number);
    texts.sort_by(|(left, one), (right, other)| {
        let values = one.as_f64().zip(other.as_f64()).filter(|_| numbers);
        values.map_or_else(|| left.cmp(right), |(one, other)| one.total_cmp(&other))
    });
    given.listed(texts.into_iter().map(|(_, element)| element))
}

fn distinct<'e>(given: &Given<'_, 'e>) -> Result<Met<'e>, Problem> {
    let Some(list) = given.list(0)? else {
        return Ok(None);
    };
    let mut seen = std::collections::HashSet::new();
    given.listed(list.iter().filter(|element| seen.insert(element.to_string())))
}

/// That part of each element that has it.
fn pluck<'e>(given: &Given<'_, 'e>) -> Result<Met<'e>, Problem> {
    let Some(list) = given.list(0)? else {
        return Ok(None);
    };
    let name = given.needed(1)?;
    given.listed(list.iter().filter_map(|element| element.get(&*name)))
}

/// The elements with that part of that value; texts compare without case.
fn r#where<'e>(given: &Given<'_, 'e>) -> Result<Met<'e>, Problem> {
    let Some(list) = given.list(0)? else {
        return Ok(None);
    };
    let name = given.needed(1)?;
    let Some(wanted) = given.value(2) else {
        return given.listed(std::iter::empty());
    };
    given.listed(
        list.iter().filter(|element| element.get(&*name).is_some_and(|found| same(found, wanted))),
    )
}

fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::String(left), Value::String(right)) => fold(left) == fold(right),
        (left, right) => left == right,
    }
}

/// The first element of that type, the primary one before others.
fn by_type<'e>(given: &Given<'_, 'e>) -> Result<Met<'e>, Problem> {
    let Some(list) = given.list(0)? else {
        return Ok(None);
    };
    let wanted = Value::from(&*given.needed(1)?);
    let of_type =
        || list.iter().filter(|one| one.get("type").is_some_and(|found| same(found, &wanted)));
    let found = of_type().find(|one| is_primary(one)).or_else(|| of_type().next());
    found.map_or(Ok(None), |found| given.copied(found))
}

/// The primary element, or the first one if none is said to be.
fn primary<'e>(given: &Given<'_, 'e>) -> Result<Met<'e>, Problem> {
    let list = given.list(0)?.unwrap_or_default();
    let found = list.iter().find(|one| is_primary(one)).or_else(|| list.first());
    found.map_or(Ok(None), |found| given.copied(found))
}

fn is_primary(element: &Value) -> bool {
    element.get("primary").and_then(Value::as_bool) == Some(true)
}

/// Whether the resource is a direct member; names of groups compare without case.
fn in_group<'e>(given: &Given<'_, 'e>) -> Result<Met<'e>, Problem> {
    let wanted = fold(&given.needed(0)?);
    given.meter.spend(given.facts.groups.len())?;
    let found = given.facts.groups.iter().any(|group| fold(&group.name) == wanted);
    Ok(Some(Cow::Owned(Value::Bool(found))))
}
