//! PATCH (RFC 7644 §3.5.2) as values, and what it makes of a document.
//!
//! All operations are applied in order, each seeing the result of the one before, or none is.
//! Memberships and passwords are not in the document: operations on them come out as steps of
//! their own, so that nobody loads the members of a group to change one.

mod attribute;
mod list;
mod members;
mod named;
mod target;

pub use named::Named;

use serde_json::Value;

use crate::dialect::Tolerance;
use crate::document::{MemberRef, NewPassword, require_extensions};
use crate::filter::Filter;
use crate::path::AttributePath;
use crate::schema::{Invalid, ResourceType};
use crate::{Document, Leniencies};

/// One operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// What it does.
    pub verb: Verb,
    /// To what; `None` is the resource itself.
    pub path: Option<PatchPath>,
    /// With what; `None` if the client gave no value at all, which is not the same as `null`.
    pub value: Option<Value>,
}

/// What an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verb {
    /// §3.5.2.1
    Add,
    /// §3.5.2.2
    Remove,
    /// §3.5.2.3
    Replace,
}

impl Verb {
    /// The word of RFC 7644.
    pub fn word(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Remove => "remove",
            Self::Replace => "replace",
        }
    }
}

/// The path of an operation: `attr`, `attr.sub`, `attr[filter]`, `attr[filter].sub`.
#[derive(Clone, Debug, PartialEq)]
pub struct PatchPath {
    /// The attribute, with the sub-attribute that follows it or its brackets.
    pub path: AttributePath,
    /// What stands in the brackets.
    pub filter: Option<Filter>,
}

impl std::fmt::Display for PatchPath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Some(filter) = &self.filter else {
            return write!(f, "{}", self.path);
        };
        let whole = AttributePath { sub: None, ..self.path.clone() };
        write!(f, "{whole}[{filter}]")?;
        match &self.path.sub {
            Some(sub) => write!(f, ".{sub}"),
            None => Ok(()),
        }
    }
}

impl From<AttributePath> for PatchPath {
    fn from(path: AttributePath) -> Self {
        Self { path, filter: None }
    }
}

/// What the operations made.
#[derive(Clone, Debug, Default)]
pub struct Patched {
    /// The document as it is to be.
    pub document: Document,
    /// What happens to the membership, in this order.
    pub members: Vec<MemberChange>,
    /// What happens to the password.
    pub password: NewPassword,
    /// The deviations that were tolerated in the operations.
    pub tolerated: Leniencies,
}

/// A step of a membership change, as a client names it.
#[derive(Clone, Debug, PartialEq)]
pub enum MemberChange {
    /// Adds these; those already there stay.
    Add(Vec<MemberRef>),
    /// Removes these; those not there are passed over.
    Remove(Vec<MemberRef>),
    /// Removes those that match; the names are sub-attributes (`value`, `type`, `display`).
    RemoveMatching(Filter),
    /// Makes the membership exactly these.
    Replace(Vec<MemberRef>),
    /// Removes all.
    Clear,
}

/// Applies all operations to the document of the resource `id`, or refuses them all.
///
/// Choices where RFC 7644 is silent: `add` to brackets that match nothing creates the element
/// if the filter is a conjunction of `eq`, else it is `noTarget`; `replace` without a match is
/// `noTarget` unless a dialect has it otherwise; `remove` with a value removes just that from a
/// list, and is refused for a singular attribute; read-only parts inside a value are passed over, as in PUT, but
/// refused as a target.
pub fn apply(
    shape: &ResourceType,
    allowed: Leniencies,
    id: &str,
    old: &Document,
    operations: &[Operation],
) -> Result<Patched, Invalid> {
    let mut patching = target::Patching {
        shape,
        id,
        patched: Patched { document: old.clone(), ..Patched::default() },
        tolerance: Tolerance::new(allowed),
    };
    for (n, operation) in operations.iter().enumerate() {
        patching.operation(operation).map_err(|refused| Invalid {
            detail: format!("operation {} ({}): {}", n + 1, operation.verb.word(), refused.detail),
            ..refused
        })?;
    }
    let target::Patching { mut patched, tolerance, .. } = patching;
    require_extensions(shape, &patched.document)?;
    patched.tolerated = tolerance.used();
    Ok(patched)
}
