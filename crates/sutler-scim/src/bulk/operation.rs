//! One operation of a bulk request: read strictly, as the single request would be.

use serde_json::{Map, Value};
use sutler_model::{Invalid, Kind, Uid};

use super::path::{Place, place};
use super::request::take;
use crate::error::Problem;
use crate::etag::Tags;
use crate::json::{field, only};

/// What a result repeats of its operation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// In capitals, if it is one that can be meant.
    pub method: Option<String>,
    /// As sent.
    pub bulk_id: Option<String>,
    /// As sent.
    pub path: Option<String>,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// To a resource of which type.
    pub kind: Kind,
    /// What, and to which one.
    pub action: Action,
    /// `version`, which is `If-Match` (T-E3).
    pub version: Option<Tags>,
}

/// What an operation does.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// POST, with the body.
    Create(Map<String, Value>),
    /// PUT, with the body.
    Replace(Target, Map<String, Value>),
    /// PATCH, with the body.
    Modify(Target, Map<String, Value>),
    /// DELETE.
    Delete(Target),
}

/// The resource that an operation is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// One that has an id.
    Id(Uid),
    /// The one that the operation with this bulkId creates.
    Created(String),
}

impl Operation {
    /// The resource that it is about, unless that is a new one.
    pub fn target(&self) -> Option<&Target> {
        match &self.action {
            Action::Create(_) => None,
            Action::Replace(target, _) | Action::Modify(target, _) | Action::Delete(target) => {
                Some(target)
            }
        }
    }

    /// The body, if it has one.
    pub fn data(&self) -> Option<&Map<String, Value>> {
        match &self.action {
            Action::Create(data) | Action::Replace(_, data) | Action::Modify(_, data) => Some(data),
            Action::Delete(_) => None,
        }
    }
}

impl Sent {
    /// From an operation as it was sent, whatever is wrong with it.
    pub(super) fn of(map: &Map<String, Value>) -> Self {
        let text = |name: &str| Some(field(map, name).ok()??.as_str()?.to_owned());
        let method = text("method").map(|word| match Method::of(&word) {
            Some(method) => method.word().to_owned(),
            None => word,
        });
        Self { method, bulk_id: text("bulkId"), path: text("path") }
    }

    /// True of an operation that was to create something.
    pub fn creates(&self) -> bool {
        self.method.as_deref() == Some(Method::Post.word())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Method {
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    const ALL: [Self; 4] = [Self::Post, Self::Put, Self::Patch, Self::Delete];

    fn word(self) -> &'static str {
        match self {
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    /// In any spelling.
    fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.word().eq_ignore_ascii_case(word))
    }
}

/// Reads an operation.
pub(super) fn parse(map: Map<String, Value>) -> Result<Operation, Problem> {
    only(&map, &["method", "bulkId", "version", "path", "data"])?;
    let method = method(&map)?;
    let path = required(&map, "path", "as in `/Users`")?;
    let bulk_id = text(&map, "bulkId")?;
    let version = text(&map, "version")?.map(Tags::parse);
    match (method, place(path)?) {
        (Method::Post, Place::Type(kind)) => {
            if bulk_id.is_none_or(str::is_empty) {
                let detail = "`bulkId` is missing: a POST needs one, so that its result is known";
                return Err(Invalid::value(detail).into());
            }
            Ok(Operation { kind, action: Action::Create(data(map)?), version: None })
        }
        (Method::Post, Place::One(..)) => Err(not_allowed("POST goes to a type, as in `/Users`")),
        (_, Place::Type(_)) => {
            Err(not_allowed("PUT, PATCH and DELETE go to one resource, as in `/Users/{id}`"))
        }
        (method, Place::One(kind, target)) => {
            let action = match method {
                Method::Delete => Action::Delete(target),
                Method::Patch => Action::Modify(target, data(map)?),
                _ => Action::Replace(target, data(map)?),
            };
            Ok(Operation { kind, action, version })
        }
    }
}

fn method(map: &Map<String, Value>) -> Result<Method, Problem> {
    let word = required(map, "method", "one of POST, PUT, PATCH and DELETE")?;
    Method::of(word).ok_or_else(|| {
        let shown: String = word.chars().filter(|c| !c.is_control()).take(40).collect();
        not_allowed(&format!(
            "the method `{shown}` cannot stand in a bulk request: use POST, PUT, PATCH or DELETE"
        ))
    })
}

fn not_allowed(detail: &str) -> Problem {
    Problem::new(405, detail)
}

fn required<'a>(
    map: &'a Map<String, Value>,
    name: &str,
    example: &str,
) -> Result<&'a str, Invalid> {
    text(map, name)?.ok_or_else(|| Invalid::syntax(format!("`{name}` is missing: {example}")))
}

fn text<'a>(map: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, Invalid> {
    match field(map, name)? {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Invalid::value(format!("`{name}` must be a string"))),
    }
}

fn data(map: Map<String, Value>) -> Result<Map<String, Value>, Invalid> {
    match take(map, "data")? {
        Some(Value::Object(data)) => Ok(data),
        None | Some(Value::Null) => {
            Err(Invalid::syntax("`data` is missing: POST, PUT and PATCH need it"))
        }
        Some(_) => Err(Invalid::syntax("`data` must be an object")),
    }
}
