//! What an expression may cost: before it is parsed, and while it is evaluated.
//!
//! There are no loops, so that the work is bounded by the text; the meter bounds what one step
//! can make of large values.

use std::cell::Cell;

use minijinja::machinery::{Token, tokenize};
use minijinja::syntax::SyntaxConfig;
use serde_json::Value;

use super::fault::{FaultKind, Problem};

/// The longest expression, in bytes.
pub const LONGEST_EXPRESSION: usize = 4_096;
/// The most words and signs in an expression.
pub const MOST_TOKENS: usize = 1_000;
/// How deep an expression may be nested; a chain of operators or filters counts as nesting.
pub const DEEPEST: usize = 64;
/// How many brackets may be open at once.
pub const MOST_BRACKETS: usize = 32;
/// How many signs and `not`s may stand one after the other.
const LONGEST_PREFIX: usize = 8;
/// The largest text, and the largest result, in bytes.
pub const LARGEST_VALUE: usize = 65_536;
/// The most elements in a list that is made.
pub const LONGEST_LIST: usize = 10_000;
/// What one evaluation may use up: a step costs [`STEP`], a byte made and an element visited 1.
pub const FUEL: usize = 4_000_000;
/// The fuel of one step.
pub const STEP: usize = 64;

/// Refuses what the parser should not see: it bounds nesting by brackets only, and recurses on
/// everything else.
pub(super) fn bounded(text: &str) -> Result<(), Problem> {
    if text.len() > LONGEST_EXPRESSION {
        return Err(Problem::limit(format!(
            "it is longer than {LONGEST_EXPRESSION} bytes; split it over several attributes"
        )));
    }
    let (mut count, mut open, mut prefix) = (0_usize, 0_usize, 0_usize);
    for token in tokenize(text, true, SyntaxConfig::default()) {
        let (token, span) = token.map_err(|error| syntax(&error))?;
        let line = usize::from(span.start_line).max(1);
        count += 1;
        open = match token {
            Token::ParenOpen | Token::BracketOpen | Token::BraceOpen => open + 1,
            Token::ParenClose | Token::BracketClose | Token::BraceClose => open.saturating_sub(1),
            _ => open,
        };
        prefix = match token {
            Token::Minus | Token::Ident("not") => prefix + 1,
            _ => 0,
        };
        if count > MOST_TOKENS {
            let message =
                format!("it has more than {MOST_TOKENS} words and signs; make it shorter");
            return Err(Problem::limit(message).at(line));
        }
        if open > MOST_BRACKETS || prefix > LONGEST_PREFIX {
            return Err(too_deep().at(line));
        }
    }
    Ok(())
}

/// A fault of the parser, in words of ours where it speaks of templates.
pub(super) fn syntax(error: &minijinja::Error) -> Problem {
    let detail = error.detail().unwrap_or("it cannot be read").replace("template", "expression");
    let problem = Problem::new(FaultKind::Syntax, format!("it cannot be read: {detail}"));
    match error.line() {
        Some(line) if line > 0 => problem.at(line),
        _ => problem,
    }
}

pub(super) fn too_deep() -> Problem {
    Problem::limit(format!("it is nested deeper than {DEEPEST} levels; make it simpler"))
}

/// What is left to one evaluation.
pub(super) struct Meter {
    fuel: Cell<usize>,
}

impl Meter {
    pub(super) fn full() -> Self {
        Self { fuel: Cell::new(FUEL) }
    }

    /// Uses up fuel.
    pub(super) fn spend(&self, cost: usize) -> Result<(), Problem> {
        let Some(left) = self.fuel.get().checked_sub(cost) else {
            self.fuel.set(0);
            return Err(Problem::limit("it does too much with large values; make it simpler"));
        };
        self.fuel.set(left);
        Ok(())
    }

    /// Pays for a text of that length, before it is made.
    pub(super) fn text(&self, bytes: usize) -> Result<(), Problem> {
        fits(bytes)?;
        self.spend(bytes)
    }

    /// Pays for a list of that many elements, before it is made.
    pub(super) fn list(&self, elements: usize) -> Result<(), Problem> {
        if elements > LONGEST_LIST {
            return Err(Problem::limit(format!(
                "it makes a list of more than {LONGEST_LIST} values"
            )));
        }
        self.spend(elements.saturating_mul(STEP))
    }

    /// Pays for a copy of a value.
    pub(super) fn copy(&self, value: &Value) -> Result<(), Problem> {
        self.spend(size(value))
    }
}

/// Refuses a text that would be too long, where it is made piece by piece and paid for at the end.
pub(super) fn fits(bytes: usize) -> Result<(), Problem> {
    if bytes > LARGEST_VALUE {
        return Err(Problem::limit(format!("it makes a text longer than {LARGEST_VALUE} bytes")));
    }
    Ok(())
}

/// About how many bytes a value has in JSON.
pub(super) fn size(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) => 5,
        Value::Number(_) => 20,
        Value::String(text) => text.len() + 2,
        Value::Array(elements) => {
            elements.iter().map(|element| size(element) + 1).sum::<usize>() + 2
        }
        Value::Object(members) => {
            members.iter().map(|(key, value)| key.len() + size(value) + 4).sum::<usize>() + 2
        }
    }
}
