//! What a target's attributes are made from: expressions over a resource.

use serde_json::Value;
use sutler_model::port::GroupFact;
use sutler_model::schema::Schemas;
use sutler_model::{Document, Kind, Uid};

/// An expression, compiled.
#[derive(Clone, Debug)]
pub struct Expression {
    text: String,
    inner: std::sync::Arc<(minijinja::Environment<'static>, String)>,
}

/// What an expression reads beyond the resource's own attributes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reads {
    /// The groups.
    pub groups: bool,
    /// Who it refers to.
    pub references: bool,
    /// How many generated names were taken.
    pub attempt: bool,
}

/// All that an expression may read of one pair.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// User or group.
    pub kind: Kind,
    /// The public id.
    pub uid: &'a Uid,
    /// The attributes.
    pub body: &'a Document,
    /// The groups.
    pub groups: &'a [GroupFact],
    /// The manager.
    pub manager: Option<&'a Document>,
    /// The target's name.
    pub target: &'a str,
    /// The tenant's name.
    pub tenant: &'a str,
    /// The user store.
    pub domain: &'a str,
    /// How many generated names were taken.
    pub attempt: u32,
}

/// What is wrong with an expression.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ExpressionFault {
    /// The line.
    pub line: Option<usize>,
    /// What is wrong.
    pub message: String,
}

impl Expression {
    /// Compiles.
    pub fn compile(text: &str, _kind: Kind, _shapes: &Schemas) -> Result<Self, ExpressionFault> {
        let fault = |error: minijinja::Error| ExpressionFault {
            line: error.line(),
            message: error.to_string(),
        };
        let environment = minijinja::Environment::new();
        environment.compile_expression(text).map_err(fault)?;
        Ok(Self {
            text: text.to_owned(),
            inner: std::sync::Arc::new((environment, text.to_owned())),
        })
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What it reads.
    pub fn reads(&self) -> Reads {
        Reads {
            groups: self.text.contains("groups"),
            references: self.text.contains("manager"),
            attempt: self.text.contains("unique"),
        }
    }

    /// The value.
    pub fn evaluate(&self, facts: &Facts<'_>) -> Result<Option<Value>, ExpressionFault> {
        let fault = |error: minijinja::Error| ExpressionFault {
            line: error.line(),
            message: error.to_string(),
        };
        let expression = self.inner.0.compile_expression(&self.inner.1).map_err(fault)?;
        let groups: Vec<&str> = facts.groups.iter().map(|group| group.name.as_str()).collect();
        let context = serde_json::json!({ "user": facts.body, "groups": groups, "manager": facts.manager, "attempt": facts.attempt });
        let value = expression.eval(minijinja::value::Serde(&context)).map_err(fault)?;
        let value = serde_json::to_value(&value).unwrap_or_default();
        Ok(Some(value).filter(|value| !value.is_null()))
    }
}
