//! Mappings: what a target's attribute is made from, as an expression over the resource.
//!
//! The syntax is that of `MiniJinja`'s expressions, read by its parser. The meaning is here: names
//! are resolved against the schemas when an expression is compiled, what it reads is known from
//! then on, and an attribute without a value never turns into text. Pure: no I/O, no time, no
//! randomness, and bounded in all that it does. Says nothing about where the result goes.

mod evaluate;
mod fault;
mod functions;
pub mod fuzz;
mod limits;
mod lower;
mod names;
mod node;
mod operators;
mod plain;
mod reads;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use serde_json::Value;
pub use sutler_model::port::GroupFact;
use sutler_model::schema::Schemas;
use sutler_model::{Document, Kind, Uid};

use node::Node;

pub use fault::{ExpressionFault, FaultKind};
pub use functions::names as functions;
pub use limits::{
    DEEPEST, FUEL, LARGEST_VALUE, LONGEST_EXPRESSION, LONGEST_LIST, MOST_BRACKETS, MOST_TOKENS,
    STEP,
};
pub use reads::Reads;

/// An expression that has been checked. Cheap to clone; equal if kind and text are.
#[derive(Clone)]
pub struct Expression {
    text: Arc<str>,
    kind: Kind,
    root: Arc<Node>,
    reads: Reads,
}

impl Expression {
    /// Checks syntax, names and functions against the types of resource of a tenant.
    pub fn compile(text: &str, kind: Kind, shapes: &Schemas) -> Result<Self, ExpressionFault> {
        let root = lower::lower(text, kind, shapes).map_err(|problem| problem.of(text))?;
        let mut reads = Reads::default();
        reads::of(&root, &mut reads);
        Ok(Self { text: text.into(), kind, root: Arc::new(root), reads })
    }

    /// As it is written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What it reads beyond the attributes of the resource.
    pub fn reads(&self) -> Reads {
        self.reads
    }

    /// The attribute of the resource that it is, if it is one and nothing else: `title`,
    /// `name.givenName`, `urn:…:User:department`.
    pub fn attribute(&self) -> Option<String> {
        plain::path(&self.root)
    }

    /// The value; `None` if there is none, so that the attribute is not wanted.
    pub fn evaluate(&self, facts: &Facts<'_>) -> Result<Option<Value>, ExpressionFault> {
        evaluate::evaluate(&self.root, *facts).map_err(|problem| problem.of(&self.text))
    }
}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Expression").field(&self.kind).field(&self.text).finish()
    }
}

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind && self.text == other.text
    }
}

impl Eq for Expression {}

/// All that an expression may read of one resource and its target.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// User or group, as the expression was compiled for.
    pub kind: Kind,
    /// The public id of the resource.
    pub uid: &'a Uid,
    /// Its attributes.
    pub body: &'a Document,
    /// The groups that have it as a direct member.
    pub groups: &'a [GroupFact],
    /// The attributes of its manager, if it refers to one.
    pub manager: Option<&'a Document>,
    /// The name of the target.
    pub target: &'a str,
    /// The name of the tenant.
    pub tenant: &'a str,
    /// The name of the user store.
    pub domain: &'a str,
    /// How many generated names were taken: 0 at first.
    pub attempt: u32,
}
