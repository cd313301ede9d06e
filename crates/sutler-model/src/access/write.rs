//! What a write may change: the stored document, what the client may know of it, and the one
//! that it wants.
//!
//! A client works on what it may read or write. What is neither is put back afterwards, and
//! naming it is refused whatever its value, so that no write tells what is stored.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::Access;
use super::walk::{data, is_extension, names_of, retain};
use crate::path::AttributePath;
use crate::{Document, Kind};

/// An attribute that may not be written, and would have been changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this client may not write `{0}`")]
pub struct Unwritable(pub AttributePath);

impl Access {
    /// What a client may know of a stored document or change in it.
    pub fn known<'a>(&self, stored: &'a Document) -> Cow<'a, Document> {
        if self.read.is_none() || self.write.is_none() {
            return Cow::Borrowed(stored);
        }
        let mut known = stored.clone();
        retain(&mut known, &|schema, name, sub| self.knows(schema, name, sub));
        Cow::Owned(known)
    }

    /// The document of a new resource, if all in it may be written.
    pub fn created(&self, kind: Kind, wanted: &Document) -> Result<(), Unwritable> {
        if self.write.is_none() {
            return Ok(());
        }
        let mut empty = Document::new();
        if kind == Kind::User {
            // What a new user is when nobody says anything.
            empty.insert("active".to_owned(), Value::Bool(true));
        }
        self.refuse_changes(&empty, wanted)
    }

    /// The document after a PUT that came to `wanted`. What is left out and may not be written,
    /// or not be read, keeps its value.
    pub fn replaced(
        &self,
        stored: &Document,
        mut wanted: Document,
    ) -> Result<Document, Unwritable> {
        if self.is_everything() {
            return Ok(wanted);
        }
        each_into(&self.known(stored), &mut wanted, &|schema, name, old, new| {
            self.keep(schema, name, old, new);
        });
        self.modified(stored, wanted)
    }

    /// The document after operations on what is [`Access::known`] of the stored one that came to
    /// `wanted`.
    pub fn modified(&self, stored: &Document, wanted: Document) -> Result<Document, Unwritable> {
        let known = self.known(stored);
        self.refuse_changes(&known, &wanted)?;
        match known {
            Cow::Borrowed(_) => Ok(wanted),
            Cow::Owned(_) => Ok(self.with_hidden(stored, wanted)),
        }
    }

    fn knows(&self, schema: Option<&str>, name: &str, sub: Option<&str>) -> bool {
        self.may_read(schema, name, sub) || self.may_write(schema, name, sub)
    }

    fn may_read(&self, schema: Option<&str>, name: &str, sub: Option<&str>) -> bool {
        self.read.as_ref().is_none_or(|list| list.shows(schema, name, sub))
    }

    fn may_write(&self, schema: Option<&str>, name: &str, sub: Option<&str>) -> bool {
        self.write.as_ref().is_none_or(|list| list.covers(schema, name, sub))
    }

    /// Puts an attribute, or parts of one, back that may not be cleared by leaving it out.
    fn keep(&self, schema: Option<&str>, name: &str, old: &Value, new: &mut Map<String, Value>) {
        let clears = |sub| self.may_write(schema, name, sub) && self.may_read(schema, name, sub);
        if clears(None) {
            return;
        }
        match (old, new.get_mut(name)) {
            (Value::Object(old), Some(Value::Object(new))) => {
                let kept = old.iter().filter(|(sub, _)| !clears(Some(sub.as_str())));
                for (sub, value) in kept {
                    new.entry(sub).or_insert_with(|| value.clone());
                }
            }
            (Value::Object(old), None) => {
                let kept = old.iter().filter(|(sub, _)| !clears(Some(sub.as_str())));
                let kept: Map<_, _> =
                    kept.map(|(sub, value)| (sub.clone(), value.clone())).collect();
                if !kept.is_empty() {
                    new.insert(name.to_owned(), Value::Object(kept));
                }
            }
            (_, None) => {
                let shown = self.read.as_ref().is_none_or(|list| list.names(schema, name));
                if !shown || !self.may_write(schema, name, None) {
                    new.insert(name.to_owned(), old.clone());
                }
            }
            (_, Some(_)) => {}
        }
    }

    fn refuse_changes(&self, before: &Document, after: &Document) -> Result<(), Unwritable> {
        if self.write.is_none() {
            return Ok(());
        }
        let none = Map::new();
        for key in names_of(before, after) {
            if is_extension(key) {
                let (before, after) = (data(before, key, &none), data(after, key, &none));
                for name in names_of(before, after) {
                    self.refuse_change(Some(key), name, before.get(name), after.get(name))?;
                }
            } else {
                self.refuse_change(None, key, before.get(key), after.get(key))?;
            }
        }
        Ok(())
    }

    fn refuse_change(
        &self,
        schema: Option<&str>,
        name: &str,
        before: Option<&Value>,
        after: Option<&Value>,
    ) -> Result<(), Unwritable> {
        if before == after || self.may_write(schema, name, None) {
            return Ok(());
        }
        let refused = |sub: Option<&str>| {
            Err(Unwritable(AttributePath {
                schema: schema.map(str::to_owned),
                attribute: name.to_owned(),
                sub: sub.map(str::to_owned),
            }))
        };
        let none = Map::new();
        let (Some(before), Some(after)) = (object(before, &none), object(after, &none)) else {
            return refused(None);
        };
        for sub in names_of(before, after) {
            let differs = before.get(sub) != after.get(sub);
            if differs && !self.may_write(schema, name, Some(sub)) {
                return refused(Some(sub));
            }
        }
        Ok(())
    }

    /// Puts back what the client may neither read nor write.
    fn with_hidden(&self, stored: &Document, mut wanted: Document) -> Document {
        each_into(stored, &mut wanted, &|schema, name, old, new| {
            self.put_back(schema, name, old, new);
        });
        wanted
    }

    fn put_back(
        &self,
        schema: Option<&str>,
        name: &str,
        old: &Value,
        new: &mut Map<String, Value>,
    ) {
        if self.knows(schema, name, None) {
            return;
        }
        let Value::Object(old) = old else {
            // A list that is known in part was not changed: only all of it can be written.
            new.insert(name.to_owned(), old.clone());
            return;
        };
        let hidden = old.iter().filter(|(sub, _)| !self.knows(schema, name, Some(sub.as_str())));
        let mut subs = match new.remove(name) {
            Some(Value::Object(subs)) => subs,
            _ => Map::new(),
        };
        subs.extend(hidden.map(|(sub, value)| (sub.clone(), value.clone())));
        if !subs.is_empty() {
            new.insert(name.to_owned(), Value::Object(subs));
        }
    }
}

/// What is done with a stored attribute and the object that is to hold it.
type Putting<'a> = dyn Fn(Option<&str>, &str, &Value, &mut Map<String, Value>) + 'a;

/// Goes through the attributes of a stored document, those of extensions included, beside the
/// one that is wanted. An extension that is left with nothing goes.
fn each_into(stored: &Document, wanted: &mut Document, put: &Putting<'_>) {
    for (key, value) in stored {
        let Some(old) = value.as_object().filter(|_| is_extension(key)) else {
            put(None, key, value, wanted);
            continue;
        };
        let mut new = match wanted.remove(key) {
            Some(Value::Object(new)) => new,
            _ => Map::new(),
        };
        for (name, value) in old {
            put(Some(key), name, value, &mut new);
        }
        if !new.is_empty() {
            wanted.insert(key.clone(), Value::Object(new));
        }
    }
}

/// The parts of a value that has parts; of none, none.
fn object<'a>(
    value: Option<&'a Value>,
    none: &'a Map<String, Value>,
) -> Option<&'a Map<String, Value>> {
    match value {
        None => Some(none),
        Some(value) => value.as_object(),
    }
}
