//! What is wrong with an expression, or with what it met.
//!
//! A message names attributes, functions and types. It never holds a value of a resource.

use std::fmt;

/// A fault: the expression, the line, and one sentence that says what happened and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct ExpressionFault {
    /// Of which sort.
    pub kind: FaultKind,
    /// The expression, as it is written.
    pub expression: String,
    /// The line in it, from 1, where that is known.
    pub line: Option<usize>,
    /// Lower case, one line.
    pub message: String,
}

/// The sorts of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FaultKind {
    /// It cannot be read as an expression.
    Syntax,
    /// It names a variable, an attribute or a function that there is not.
    Name,
    /// A function has too few or too many arguments, or one that it cannot take.
    Argument,
    /// A text was to be made from an attribute that has no value.
    NoValue,
    /// A value of another type was met than is needed.
    Type,
    /// It is too long, nested too deep, or does or makes too much.
    Limit,
}

/// How much of an expression a message shows, in characters.
const SHOWN: usize = 80;

impl fmt::Display for ExpressionFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown: String = self.expression.chars().take(SHOWN).collect();
        if shown.len() < self.expression.len() {
            shown.push('…');
        }
        let shown = shown.replace(char::is_control, " ");
        match self.line {
            Some(line) => write!(f, "`{shown}`, line {line}: {}", self.message),
            None => write!(f, "`{shown}`: {}", self.message),
        }
    }
}

/// A fault before it is known in which expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) kind: FaultKind,
    pub(super) line: Option<usize>,
    pub(super) message: String,
}

impl Problem {
    pub(super) fn new(kind: FaultKind, message: impl Into<String>) -> Self {
        Self { kind, line: None, message: message.into() }
    }

    pub(super) fn argument(message: impl Into<String>) -> Self {
        Self::new(FaultKind::Argument, message)
    }

    pub(super) fn name(message: impl Into<String>) -> Self {
        Self::new(FaultKind::Name, message)
    }

    pub(super) fn r#type(message: impl Into<String>) -> Self {
        Self::new(FaultKind::Type, message)
    }

    pub(super) fn limit(message: impl Into<String>) -> Self {
        Self::new(FaultKind::Limit, message)
    }

    /// The innermost line wins.
    pub(super) fn at(self, line: usize) -> Self {
        Self { line: self.line.or(Some(line)), ..self }
    }

    pub(super) fn of(self, expression: &str) -> ExpressionFault {
        let Self { kind, line, message } = self;
        ExpressionFault { kind, expression: expression.to_owned(), line, message }
    }
}
