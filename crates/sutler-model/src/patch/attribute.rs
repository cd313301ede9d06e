//! One operation on one attribute, in the object that holds it.

use serde_json::{Map, Value};

use crate::document::{complex, element, not_too_many, one_primary, value as canonical};
use crate::filter::Filter;
use crate::schema::{Attribute, Invalid, Type};

use super::{Verb, list};

/// An operation, resolved.
pub(super) struct Edit<'a> {
    pub(super) verb: Verb,
    pub(super) attribute: &'a Attribute,
    /// The attribute's path, for messages.
    pub(super) name: &'a str,
    pub(super) sub: Option<&'a Attribute>,
    pub(super) filter: Option<&'a Filter>,
    pub(super) value: Option<&'a Value>,
}

impl Edit<'_> {
    /// True if the operation leaves no value behind: `remove`, or `null` or `[]` (T-P13).
    pub(super) fn unassigns(&self) -> bool {
        match self.value {
            None | Some(Value::Null) => true,
            Some(Value::Array(elements)) => elements.is_empty(),
            Some(_) => self.verb == Verb::Remove,
        }
    }

    /// The value, `null` if there is none.
    pub(super) fn given(&self) -> &Value {
        self.value.unwrap_or(&Value::Null)
    }
}

/// Applies the operation to the object that holds the attribute.
pub(super) fn edit(edit: &Edit<'_>, container: &mut Map<String, Value>) -> Result<(), Invalid> {
    let name = &edit.attribute.name;
    // Taken, not copied: if this fails, the whole document is thrown away.
    let before = container.remove(name);
    let after = if edit.attribute.multi_valued {
        list::edited(edit, before)?
    } else {
        if edit.filter.is_some() {
            return Err(Invalid::path(format!("`{}` is not a list to choose from", edit.name)));
        }
        refuse_value_of_remove(edit)?;
        match edit.attribute.r#type {
            Type::Complex => edited_complex(edit, before)?,
            _ if edit.unassigns() => None,
            _ => canonical(edit.attribute, edit.name, edit.given())?,
        }
    };
    match after {
        Some(after) => container.insert(name.clone(), after),
        None if edit.attribute.required => {
            return Err(Invalid::mutability(format!(
                "`{}` is required and cannot be removed",
                edit.name
            )));
        }
        None => None,
    };
    Ok(())
}

/// A value that `remove` carries is heeded for lists; elsewhere it would be ignored, and is
/// refused instead (T-P8).
pub(super) fn refuse_value_of_remove(edit: &Edit<'_>) -> Result<(), Invalid> {
    if edit.verb == Verb::Remove && !edit.given().is_null() {
        return Err(Invalid::value(format!("`remove` of `{}` takes no `value`", edit.name)));
    }
    Ok(())
}

/// A singular complex attribute: only the sub-attributes that are named change (T-P6, T-P7).
fn edited_complex(edit: &Edit<'_>, before: Option<Value>) -> Result<Option<Value>, Invalid> {
    if edit.sub.is_none() && edit.unassigns() {
        return Ok(None);
    }
    let before = before.and_then(into_object).unwrap_or_default();
    let named = named_subs(edit)?;
    Ok(merged(before, named))
}

/// The sub-attributes that the operation names, with `null` where one is to go.
pub(super) fn named_subs(edit: &Edit<'_>) -> Result<Map<String, Value>, Invalid> {
    let given = match edit.sub {
        Some(sub) => {
            let value = if edit.verb == Verb::Remove { &Value::Null } else { edit.given() };
            &Map::from_iter([(sub.name.clone(), value.clone())])
        }
        None => match edit.given() {
            Value::Object(given) => given,
            _ => return Err(Invalid::value(format!("`{}` must be an object", edit.name))),
        },
    };
    complex(edit.attribute, edit.name, given)
}

/// `named` over `before`; `None` if nothing is left.
pub(super) fn merged(mut before: Map<String, Value>, named: Map<String, Value>) -> Option<Value> {
    for (name, value) in named {
        if value.is_null() {
            before.remove(&name);
        } else {
            before.insert(name, value);
        }
    }
    (!before.is_empty()).then_some(Value::Object(before))
}

pub(super) fn into_object(value: Value) -> Option<Map<String, Value>> {
    match value {
        Value::Object(map) => Some(map),
        _ => None,
    }
}

/// The elements that the operation gives: a list, or one (T-P6).
pub(super) fn given_elements(edit: &Edit<'_>) -> Result<Vec<Value>, Invalid> {
    let given = match edit.given() {
        Value::Array(given) => given.as_slice(),
        one => std::slice::from_ref(one),
    };
    not_too_many(edit.name, given.len())?;
    let mut elements = Vec::with_capacity(given.len());
    for one in given {
        elements.extend(element(edit.attribute, edit.name, one)?);
    }
    one_primary(edit.name, &elements)?;
    Ok(elements)
}
