//! What an operation touches, so far as it can be seen without looking anything up.
//!
//! Errs on the side of too much: two operations that seem to meet are done one after the other,
//! and end as they would if each had been a request of its own.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use sutler_model::Kind;
use sutler_model::fold::fold;
use sutler_model::store::{name_attribute, without_domain};

use super::operation::{Action, Operation, Target};
use super::references::PREFIX;

/// What only one can change at a time.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Key {
    /// A resource, by its id or by `bulkId:…`.
    Resource(String),
    /// A name that a new resource takes.
    Name(Kind, String),
}

/// What an operation touches.
#[derive(Clone, Debug, Default)]
pub(super) struct Touch {
    /// What it changes.
    pub(super) writes: BTreeSet<Key>,
    /// What must be as it was.
    pub(super) reads: BTreeSet<Key>,
    /// The types of which it may take a name.
    pub(super) takes: BTreeSet<Kind>,
    /// The types of which it may set a name free.
    pub(super) frees: BTreeSet<Kind>,
    /// True if it may see whatever was done before.
    pub(super) sees_all: bool,
}

/// The key of the resource that an operation is about.
pub(super) fn subject(operation: &Operation) -> Option<Key> {
    operation.target().map(|target| match target {
        Target::Id(uid) => Key::Resource(uid.0.clone()),
        Target::Created(bulk_id) => Key::Resource(format!("{PREFIX}{bulk_id}")),
    })
}

impl Touch {
    /// Adds what an operation touches. `subjects` are the resources that any one is about:
    /// references to others need no order.
    pub(super) fn add(&mut self, operation: &Operation, subjects: &BTreeSet<Key>) {
        let kind = operation.kind;
        self.writes.extend(subject(operation));
        match &operation.action {
            Action::Create(data) => {
                self.takes.insert(kind);
                self.writes.extend(name(kind, data).map(|name| Key::Name(kind, name)));
            }
            Action::Replace(..) => self.renames(kind),
            Action::Modify(_, data) => self.modifies(kind, data),
            Action::Delete(_) => {
                self.frees.insert(kind);
            }
        }
        if let Some(data) = operation.data().filter(|_| !subjects.is_empty()) {
            each_text_in(data, &mut |text| {
                for id in
                    [Some(text), text.rsplit_once('/').map(|(_, id)| id)].into_iter().flatten()
                {
                    let key = Key::Resource(id.to_owned());
                    if subjects.contains(&key) {
                        self.reads.insert(key);
                    }
                }
            });
        }
    }

    fn renames(&mut self, kind: Kind) {
        self.takes.insert(kind);
        self.frees.insert(kind);
    }

    fn modifies(&mut self, kind: Kind, data: &Map<String, Value>) {
        let named = name_attribute(kind).to_ascii_lowercase();
        each_text_in(data, &mut |text| {
            let text = text.to_ascii_lowercase();
            if text.contains(&named) {
                self.renames(kind);
            }
            // Members that are chosen by their names.
            self.sees_all |= kind == Kind::Group && text.contains('[') && text.contains("display");
        });
    }
}

fn name(kind: Kind, data: &Map<String, Value>) -> Option<String> {
    let mut members = data.iter();
    let named = members.find(|(key, _)| key.eq_ignore_ascii_case(name_attribute(kind)));
    named.and_then(|(_, value)| value.as_str()).map(|name| fold(without_domain(name)))
}

/// Every key and every text, at any depth.
fn each_text_in(object: &Map<String, Value>, visit: &mut dyn FnMut(&str)) {
    for (key, value) in object {
        visit(key);
        each_text(value, visit);
    }
}

fn each_text(value: &Value, visit: &mut dyn FnMut(&str)) {
    match value {
        Value::String(text) => visit(text),
        Value::Array(elements) => elements.iter().for_each(|one| each_text(one, visit)),
        Value::Object(object) => each_text_in(object, visit),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
