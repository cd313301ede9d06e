//! Operations on `members`: they come out as steps, because the members are not here.
//!
//! The parts of a member are immutable (RFC 7643 §4.2): members are added and removed whole.

use serde_json::Value;

use crate::document::{MemberRef, member_refs};
use crate::filter::{Filter, Literal, Operator, check_element};
use crate::schema::{Attribute, Invalid};

use super::{MemberChange, PatchPath, Verb};

/// The step that an operation is; `None` if it changes nothing.
pub(super) fn step(
    attribute: &Attribute,
    verb: Verb,
    path: &PatchPath,
    value: Option<&Value>,
) -> Result<Option<MemberChange>, Invalid> {
    if path.path.sub.is_some() {
        return Err(Invalid::mutability(
            "the parts of a member are immutable: add and remove members whole",
        ));
    }
    if let Some(filter) = &path.filter {
        return filtered(attribute, verb, filter, value).map(Some);
    }
    let empty = matches!(value, None | Some(Value::Null));
    Ok(match verb {
        Verb::Remove | Verb::Replace if empty => Some(MemberChange::Clear),
        Verb::Add if empty => None,
        _ => {
            let members = member_refs(value.unwrap_or(&Value::Null))?;
            match verb {
                Verb::Replace if members.is_empty() => Some(MemberChange::Clear),
                Verb::Replace => Some(MemberChange::Replace(members)),
                // An empty list names nobody: nobody comes, and above all nobody goes (T-P8).
                _ if members.is_empty() => None,
                Verb::Add => Some(MemberChange::Add(members)),
                Verb::Remove => Some(MemberChange::Remove(members)),
            }
        }
    })
}

fn filtered(
    attribute: &Attribute,
    verb: Verb,
    filter: &Filter,
    value: Option<&Value>,
) -> Result<MemberChange, Invalid> {
    let filter = check_element(filter.clone(), attribute)?;
    let named = named(&filter);
    match (verb, named, value) {
        (Verb::Remove, _, Some(value)) if !value.is_null() => {
            Err(Invalid::value("`remove` with brackets in the path takes no `value`"))
        }
        (Verb::Remove, Some(named), _) => Ok(MemberChange::Remove(named)),
        (Verb::Remove, None, _) => Ok(MemberChange::RemoveMatching(filter)),
        (Verb::Add, Some(named), Some(value)) if member_refs(value)? == named => {
            Ok(MemberChange::Add(named))
        }
        (Verb::Add | Verb::Replace, ..) => {
            Err(Invalid::mutability("a member cannot be changed: remove it and add another"))
        }
    }
}

/// The members that a filter names one by one: `value eq "x"`, or several joined by `or`.
fn named(filter: &Filter) -> Option<Vec<MemberRef>> {
    match filter {
        Filter::Compare(path, Operator::Equal, Literal::Text(id)) if path.attribute == "value" => {
            Some(vec![MemberRef { value: id.clone(), kind: None }])
        }
        Filter::Or(parts) => {
            let parts: Option<Vec<_>> = parts.iter().map(named).collect();
            Some(parts?.concat())
        }
        _ => None,
    }
}
