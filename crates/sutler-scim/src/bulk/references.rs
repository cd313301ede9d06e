//! Where `bulkId:…` stands in an operation, and what takes its place.
//!
//! A text that is `bulkId:…` as a whole is a reference, wherever it stands: the word is reserved
//! (RFC 7643 §3.1). So are the end of a `$ref` and a value in the path of a PATCH operation.
//! Passwords are left alone.

use std::collections::{BTreeSet, HashMap};

use serde_json::{Map, Value};
use sutler_model::Uid;

use super::operation::{Action, Operation, Target};
use super::plan::Later;
use crate::error::Problem;

/// What stands before the bulkId in a reference.
pub(super) const PREFIX: &str = "bulkId:";

/// Is asked what takes the place of a reference; `None` leaves it.
type Visit<'a> = dyn FnMut(&str) -> Result<Option<Uid>, Problem> + 'a;

/// What became of the operations that create something, by their bulkId.
#[derive(Clone, Debug, Default)]
pub struct Made<'a> {
    outer: Option<&'a Made<'a>>,
    own: HashMap<String, Option<Uid>>,
}

impl<'a> Made<'a> {
    /// Knows what `outer` knows, and what is noted here alone.
    pub fn within(outer: &'a Self) -> Self {
        Self { outer: Some(outer), own: HashMap::new() }
    }

    /// Notes what an operation created; `None` if it failed.
    pub fn note(&mut self, bulk_id: String, made: Option<Uid>) {
        self.own.insert(bulk_id, made);
    }

    fn uid(&self, bulk_id: &str) -> Option<&Uid> {
        match self.own.get(bulk_id) {
            Some(made) => made.as_ref(),
            None => self.outer?.uid(bulk_id),
        }
    }

    fn replacement(&self, bulk_id: &str) -> Result<Option<Uid>, Problem> {
        let made = self.uid(bulk_id).cloned();
        made.map(Some).ok_or_else(|| failed_before(bulk_id))
    }
}

/// Not `invalidValue`: what was sent is right, but what it needs is not there.
fn failed_before(bulk_id: &str) -> Problem {
    let shown = shown(bulk_id);
    Problem::new(
        409,
        format!("the operation with the `bulkId` `{shown}`, to which this one refers, failed"),
    )
}

/// A bulkId, cut to a length that fits a message.
pub(super) fn shown(bulk_id: &str) -> String {
    bulk_id.chars().filter(|c| !c.is_control()).take(80).collect()
}

impl Operation {
    /// Puts ids where bulkIds stand; refused if what one of them names was not made.
    pub fn resolve(&mut self, made: &Made<'_>) -> Result<(), Problem> {
        in_action(&mut self.action, &mut |bulk_id| made.replacement(bulk_id))
    }

    /// The bulkIds to which it refers.
    pub(super) fn references(&mut self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        // Nothing is refused here.
        let _ = in_action(&mut self.action, &mut |bulk_id| {
            found.insert(bulk_id.to_owned());
            Ok(None)
        });
        found
    }
}

impl Later {
    /// Puts ids where bulkIds stand; refused if what one of them names was not made.
    pub fn resolve(&mut self, made: &Made<'_>) -> Result<(), Problem> {
        let values = self.operations.iter_mut().filter_map(|one| one.value.as_mut());
        for value in values {
            in_value(value, &mut |bulk_id| made.replacement(bulk_id))?;
        }
        Ok(())
    }
}

/// True if a value refers to a bulkId of which `wanted` is true.
pub(super) fn refers(value: &mut Value, wanted: &dyn Fn(&str) -> bool) -> bool {
    let mut found = false;
    let _ = in_value(value, &mut |bulk_id| {
        found |= wanted(bulk_id);
        Ok(None)
    });
    found
}

fn in_action(action: &mut Action, visit: &mut Visit<'_>) -> Result<(), Problem> {
    match action {
        Action::Create(data) => in_object(data, visit),
        Action::Replace(target, data) => {
            in_target(target, visit)?;
            in_object(data, visit)
        }
        Action::Modify(target, data) => {
            in_target(target, visit)?;
            in_patch(data, visit)
        }
        Action::Delete(target) => in_target(target, visit),
    }
}

fn in_target(target: &mut Target, visit: &mut Visit<'_>) -> Result<(), Problem> {
    if let Target::Created(bulk_id) = target
        && let Some(uid) = visit(bulk_id)?
    {
        *target = Target::Id(uid);
    }
    Ok(())
}

fn in_patch(data: &mut Map<String, Value>, visit: &mut Visit<'_>) -> Result<(), Problem> {
    for (key, value) in data {
        match value {
            Value::Array(operations) if key.eq_ignore_ascii_case("Operations") => {
                for operation in operations {
                    in_patch_operation(operation, visit)?;
                }
            }
            value => in_member(key, value, visit)?,
        }
    }
    Ok(())
}

/// The value of an operation is what its path says.
fn in_patch_operation(operation: &mut Value, visit: &mut Visit<'_>) -> Result<(), Problem> {
    let Value::Object(parts) = operation else {
        return in_value(operation, visit);
    };
    let is_path = |key: &str| key.eq_ignore_ascii_case("path");
    let path = parts.iter().find(|(key, _)| is_path(key));
    let path = path.and_then(|(_, path)| path.as_str()).map(str::to_owned);
    for (key, value) in parts {
        match (value, &path) {
            (Value::String(path), _) if is_path(key) => in_path(path, visit)?,
            (value, Some(path)) if key.eq_ignore_ascii_case("value") => {
                in_member(path, value, visit)?;
            }
            (value, _) => in_member(key, value, visit)?,
        }
    }
    Ok(())
}

fn in_object(object: &mut Map<String, Value>, visit: &mut Visit<'_>) -> Result<(), Problem> {
    object.iter_mut().try_for_each(|(key, value)| in_member(key, value, visit))
}

/// `path` is the name of the member, or the path of what it is.
fn in_member(path: &str, value: &mut Value, visit: &mut Visit<'_>) -> Result<(), Problem> {
    let name = path.rsplit([':', '.']).next().unwrap_or(path);
    match value {
        _ if name.eq_ignore_ascii_case("password") => Ok(()),
        Value::String(address) if name.eq_ignore_ascii_case("$ref") => in_address(address, visit),
        value => in_value(value, visit),
    }
}

fn in_value(value: &mut Value, visit: &mut Visit<'_>) -> Result<(), Problem> {
    match value {
        Value::String(text) => {
            if let Some(uid) = text.strip_prefix(PREFIX).map_or(Ok(None), &mut *visit)? {
                *text = uid.0;
            }
            Ok(())
        }
        Value::Array(elements) => elements.iter_mut().try_for_each(|one| in_value(one, visit)),
        Value::Object(object) => in_object(object, visit),
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
    }
}

/// `bulkId:x`, or an address that ends in it.
fn in_address(address: &mut String, visit: &mut Visit<'_>) -> Result<(), Problem> {
    let start = match address.find(&format!("/{PREFIX}")) {
        Some(slash) => slash + 1,
        None => 0,
    };
    let reference = address.get(start..).and_then(|end| end.strip_prefix(PREFIX));
    if let Some(uid) = reference.map_or(Ok(None), &mut *visit)? {
        address.truncate(start);
        address.push_str(&uid.0);
    }
    Ok(())
}

/// `members[value eq "bulkId:x"]`: the bulkId is a JSON string, with its escapes.
fn in_path(path: &mut String, visit: &mut Visit<'_>) -> Result<(), Problem> {
    let opening = format!("\"{PREFIX}");
    let (mut done, mut rest) = (String::new(), path.as_str());
    while let Some(start) = rest.find(&opening) {
        let (before, literal) = rest.split_at(start);
        let (literal, after) = literal.split_at(end_of_literal(literal));
        let text: Option<String> = serde_json::from_str(literal).ok();
        let reference = text.as_deref().and_then(|text| text.strip_prefix(PREFIX));
        done.push_str(before);
        match reference.map_or(Ok(None), &mut *visit)? {
            Some(uid) => done.push_str(&Value::from(uid.0).to_string()),
            None => done.push_str(literal),
        }
        rest = after;
    }
    done.push_str(rest);
    *path = done;
    Ok(())
}

/// How long the JSON string is with which a text begins.
fn end_of_literal(text: &str) -> usize {
    let mut escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        match character {
            '"' if !escaped => return at + 1,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    text.len()
}
