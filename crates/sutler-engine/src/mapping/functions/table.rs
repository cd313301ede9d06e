//! Functions that turn the groups of a person into roles of a target.

use serde_json::{Map, Value};
use std::borrow::Cow;
use std::collections::BTreeMap;

use sutler_model::fold::fold;

use super::super::evaluate::Met;
use super::super::fault::Problem;
use super::super::operators::{as_text, noun};
use super::{Function, Given};

pub(super) static ALL: &[Function] = &[
    Function::of_list(
        "translate",
        "`translate(groups, {'Sales': 'seller'}, otherwise)`",
        (2, 3),
        translate,
    ),
    Function::of_list("as_values", "`as_values(list)`", (1, 1), as_values),
];

/// What the table has for each element, each once; if that is nothing, the third argument alone.
/// Names of groups compare without case.
fn translate<'e>(given: &Given<'_, 'e>) -> Result<Met<'e>, Problem> {
    let table = folded(given)?;
    let mut found: Vec<&Value> = Vec::new();
    for element in given.list(0)?.unwrap_or_default() {
        let name = as_text(element).ok_or_else(|| {
            Problem::r#type(format!(
                "`translate` looks up texts and numbers, but met {} in the list; take a part of each, as in `pluck(list, 'value')|translate(…)`",
                noun(element)
            ))
        })?;
        if let Some(value) = table.get(&fold(&name))
            && !found.contains(value)
        {
            found.push(value);
        }
    }
    if found.is_empty() {
        return given
            .value(2)
            .map_or(Ok(None), |otherwise| given.listed([&**otherwise].into_iter()));
    }
    given.listed(found.into_iter())
}

/// The table by folded name.
fn folded<'g>(given: &'g Given<'_, '_>) -> Result<BTreeMap<String, &'g Value>, Problem> {
    let Some(table) = given.value(1) else {
        return Ok(BTreeMap::new());
    };
    let table = table.as_object().ok_or_else(|| given.takes(1, "a table `{…}`", table))?;
    given.meter.spend(table.keys().map(String::len).sum())?;
    Ok(table.iter().map(|(name, value)| (fold(name), value)).collect())
}

/// A list of texts as the values of a SCIM attribute, such as `roles`; what is an object already
/// stays as it is.
fn as_values<'e>(given: &Given<'_, 'e>) -> Result<Met<'e>, Problem> {
    let Some(list) = given.list(0)? else {
        return Ok(None);
    };
    let mut values = Vec::with_capacity(list.len());
    for element in list {
        given.meter.copy(element)?;
        values.push(match element {
            Value::Object(_) => element.clone(),
            plain => Value::Object(Map::from_iter([("value".to_owned(), plain.clone())])),
        });
    }
    Ok(Some(Cow::Owned(Value::Array(values))))
}
