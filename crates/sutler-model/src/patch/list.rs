//! One operation on a multi-valued attribute.

use serde_json::{Map, Value};

use crate::document::{is_primary, not_too_many, one_primary, without_duplicates};
use crate::filter::{Filter, Literal, Operator, check_element, matches_element};
use crate::schema::{Attribute, Invalid, Type};

use super::Verb;
use super::attribute::{
    Edit, given_elements, into_object, merged, named_subs, refuse_value_of_remove,
};

/// The list as it is to be; `None` if nothing is left of it.
pub(super) fn edited(edit: &Edit<'_>, before: Option<Value>) -> Result<Option<Value>, Invalid> {
    let before = match before {
        Some(Value::Array(elements)) => elements,
        _ => Vec::new(),
    };
    let after = match edit.filter {
        Some(filter) => chosen(edit, filter, before)?,
        None if edit.sub.is_some() => parts_of_all(edit, before)?,
        None => whole(edit, before)?,
    };
    let after = without_duplicates(edit.attribute, after);
    not_too_many(edit.name, after.len())?;
    Ok((!after.is_empty()).then_some(Value::Array(after)))
}

/// No brackets: the list itself.
fn whole(edit: &Edit<'_>, mut before: Vec<Value>) -> Result<Vec<Value>, Invalid> {
    match edit.verb {
        Verb::Remove => match edit.value {
            None | Some(Value::Null) => Ok(Vec::new()),
            Some(_) => {
                let gone = given_elements(edit)?;
                before.retain(|element| !gone.iter().any(|g| covers(g, element)));
                Ok(before)
            }
        },
        _ if edit.unassigns() => Ok(Vec::new()),
        Verb::Replace => given_elements(edit),
        Verb::Add => {
            let added = given_elements(edit)?;
            if added.iter().any(is_primary) {
                demote(&mut before);
            }
            before.extend(added);
            Ok(before)
        }
    }
}

/// True if every part of `given` is equal in `element`.
fn covers(given: &Value, element: &Value) -> bool {
    match (given, element) {
        (Value::Object(given), Value::Object(element)) => {
            given.iter().all(|(name, value)| element.get(name) == Some(value))
        }
        _ => given == element,
    }
}

/// `attr.sub` without brackets: that part of every element.
fn parts_of_all(edit: &Edit<'_>, before: Vec<Value>) -> Result<Vec<Value>, Invalid> {
    if before.is_empty() && edit.verb != Verb::Remove {
        return Err(Invalid::no_target(format!(
            "`{}` has no values whose part could be set",
            edit.name
        )));
    }
    let all = vec![true; before.len()];
    changed(edit, before, &all)
}

/// `attr[filter]` and `attr[filter].sub`.
fn chosen(edit: &Edit<'_>, filter: &Filter, before: Vec<Value>) -> Result<Vec<Value>, Invalid> {
    if edit.attribute.r#type != Type::Complex {
        return Err(Invalid::path(format!("`{}` has no parts to choose by", edit.name)));
    }
    let filter = check_element(filter.clone(), edit.attribute)?;
    let matching: Vec<bool> = before
        .iter()
        .map(|element| match element {
            Value::Object(element) => matches_element(&filter, edit.attribute, element),
            _ => false,
        })
        .collect();
    if matching.contains(&true) {
        return changed(edit, before, &matching);
    }
    match edit.verb {
        Verb::Remove => {
            refuse_value_of_remove(edit)?;
            Ok(before)
        }
        Verb::Replace => Err(nothing_matches(edit, &filter)),
        Verb::Add if edit.unassigns() => Ok(before),
        Verb::Add => created(edit, &filter, before),
    }
}

fn nothing_matches(edit: &Edit<'_>, filter: &Filter) -> Invalid {
    Invalid::no_target(format!("no value of `{}` matches `{filter}`", edit.name))
}

/// The elements with those that match changed: removed, merged into, or replaced.
fn changed(edit: &Edit<'_>, before: Vec<Value>, matching: &[bool]) -> Result<Vec<Value>, Invalid> {
    refuse_value_of_remove(edit)?;
    let drops = edit.sub.is_none() && edit.unassigns();
    let named = if drops { Map::new() } else { named_subs(edit)? };
    let mut fresh = Vec::new();
    let mut after = Vec::with_capacity(before.len());
    for (element, matches) in before.into_iter().zip(matching) {
        if !matches {
            after.push(element);
            continue;
        }
        // §3.5.2.3: a chosen element is replaced whole, unless one of its parts is named.
        let base = match edit.verb {
            Verb::Replace if edit.sub.is_none() => Map::new(),
            _ => into_object(element).unwrap_or_default(),
        };
        if let Some(element) = merged(base, named.clone()).filter(|_| !drops) {
            fresh.push(after.len());
            after.push(element);
        }
    }
    settle_primary(edit, after, &named, &fresh)
}

/// A new primary element takes the place of the old one; two new ones are refused (T-P11).
fn settle_primary(
    edit: &Edit<'_>,
    mut after: Vec<Value>,
    named: &Map<String, Value>,
    fresh: &[usize],
) -> Result<Vec<Value>, Invalid> {
    if named.get("primary") == Some(&Value::Bool(true)) && fresh.len() == 1 {
        for (n, element) in after.iter_mut().enumerate() {
            if !fresh.contains(&n) {
                demote(std::slice::from_mut(element));
            }
        }
    }
    one_primary(edit.name, &after)?;
    Ok(after)
}

fn demote(elements: &mut [Value]) {
    for element in elements.iter_mut().filter(|e| is_primary(e)) {
        if let Some(primary) = element.get_mut("primary") {
            *primary = Value::Bool(false);
        }
    }
}

/// `add` where nothing matches: the element that the filter describes, if it describes one.
fn created(
    edit: &Edit<'_>,
    filter: &Filter,
    mut before: Vec<Value>,
) -> Result<Vec<Value>, Invalid> {
    let mut described = Map::new();
    if !describe(edit.attribute, filter, &mut described) {
        return Err(nothing_matches(edit, filter));
    }
    let named = named_subs(edit)?;
    if let Some(element) = merged(described, named) {
        if is_primary(&element) {
            demote(&mut before);
        }
        before.push(element);
    }
    Ok(before)
}

/// A conjunction of `eq` describes an element; false if the filter is anything else.
fn describe(attribute: &Attribute, filter: &Filter, element: &mut Map<String, Value>) -> bool {
    match filter {
        Filter::And(parts) => parts.iter().all(|part| describe(attribute, part, element)),
        Filter::Compare(path, Operator::Equal, literal) => {
            let value = match literal {
                Literal::Null => return false,
                Literal::Boolean(value) => Value::from(*value),
                Literal::Number(value) => Value::Number(value.clone()),
                Literal::Text(value) => Value::from(value.as_str()),
            };
            let Some(sub) = attribute.sub(&path.attribute).filter(|sub| !sub.read_only()) else {
                return false;
            };
            element.insert(sub.name.clone(), value.clone()).is_none_or(|other| other == value)
        }
        _ => false,
    }
}
