//! Functions that choose between values.

use serde_json::Value;

use super::super::evaluate::{Met, there};
use super::super::fault::Problem;
use super::super::operators::{as_text, truth};
use super::{Function, Given};

pub(super) static ALL: &[Function] = &[
    Function::new("default", "`default(value, otherwise)`", (2, 3), default),
    Function::new("first_of", "`first_of(a, b, …)`", (1, 32), first_of),
    Function::new("switch", "`switch(key, {'a': 'b'}, otherwise)`", (2, 3), switch),
];

/// The value if there is one; with `true` as third argument, only if it is not empty or false.
fn default<'e>(given: &Given<'_, 'e>) -> Result<Met<'e>, Problem> {
    let first = given.arguments.first().cloned().flatten();
    let strict = match given.value(2) {
        None => false,
        Some(value) => value.as_bool().ok_or_else(|| given.takes(2, "true or false", value))?,
    };
    let stays = there(&first) && (!strict || truth(&first));
    Ok(if stays { first } else { given.value(1).cloned() })
}

/// The first that has a value and is no empty text.
fn first_of<'e>(given: &Given<'_, 'e>) -> Result<Met<'e>, Problem> {
    for met in &given.arguments {
        given.meter.spend(1)?;
        if there(met) && met.as_deref().and_then(Value::as_str) != Some("") {
            return Ok(met.clone());
        }
    }
    Ok(None)
}

/// What the table has for the key, else the third argument.
fn switch<'e>(given: &Given<'_, 'e>) -> Result<Met<'e>, Problem> {
    let Some(table) = given.value(1) else {
        return Ok(given.value(2).cloned());
    };
    let table = table.as_object().ok_or_else(|| given.takes(1, "a table `{…}`", table))?;
    let key = match given.value(0) {
        None => None,
        Some(value) => {
            Some(as_text(value).ok_or_else(|| given.takes(0, "a text or a number", value))?)
        }
    };
    match key.and_then(|key| table.get(&*key)) {
        Some(found) => given.copied(found),
        None => Ok(given.value(2).cloned()),
    }
}
