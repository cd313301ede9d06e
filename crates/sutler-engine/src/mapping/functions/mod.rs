//! The functions of expressions. Each may be called as `f(x, …)` or as `x|f(…)`.
//!
//! What is done to one text, list or object passes "no value" on. Any further argument must have
//! a value.

mod choice;
mod date;
mod given;
mod list;
mod pattern;
mod table;
mod text;
mod user_name;

use std::fmt;

use regex::Regex;
use serde_json::Value;

use super::evaluate::Met;
use super::fault::Problem;
use super::names::nearest;
use super::node::{Node, What};
use super::reads::Reads;

pub(super) use given::Given;

/// A function, as expressions know it.
pub(super) struct Function {
    pub(super) name: &'static str,
    /// How it is written, for messages.
    pub(super) usage: &'static str,
    pub(super) least: usize,
    pub(super) most: usize,
    pub(super) takes: Takes,
    pub(super) keeps: Keeps,
    /// True if the second argument names a part of the elements of the first.
    pub(super) names_part: bool,
    /// The arguments that must be texts in quotes, and what is checked or made of each.
    pub(super) literals: &'static [(usize, Prepare)],
    pub(super) reads: Reads,
    pub(super) run: Run,
}

/// What a function does when it is called.
pub(super) type Run = for<'e> fn(&Given<'_, 'e>) -> Result<Met<'e>, Problem>;

/// What is done with a literal argument when an expression is compiled.
pub(super) type Prepare = fn(&str) -> Result<Option<Regex>, Problem>;

/// What the result has to do with the first argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keeps {
    /// It is something else.
    Nothing,
    /// It is an element of it.
    Element,
    /// It is of the same type.
    All,
}

/// What the first argument must be, where that is known from the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Takes {
    Anything,
    Text,
    List,
}

/// Reads nothing beyond its arguments.
const NOTHING: Reads = Reads { groups: false, references: false, attempt: false };

impl Function {
    /// A function of so many arguments.
    const fn new(
        name: &'static str,
        usage: &'static str,
        (least, most): (usize, usize),
        run: Run,
    ) -> Self {
        Self {
            name,
            usage,
            least,
            most,
            takes: Takes::Anything,
            keeps: Keeps::Nothing,
            names_part: false,
            literals: &[],
            reads: NOTHING,
            run,
        }
    }

    /// One whose first argument is a text.
    const fn of_text(
        name: &'static str,
        usage: &'static str,
        arguments: (usize, usize),
        run: Run,
    ) -> Self {
        Self { takes: Takes::Text, ..Self::new(name, usage, arguments, run) }
    }

    /// One whose first argument is a list.
    const fn of_list(
        name: &'static str,
        usage: &'static str,
        arguments: (usize, usize),
        run: Run,
    ) -> Self {
        Self { takes: Takes::List, ..Self::new(name, usage, arguments, run) }
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

fn all() -> impl Iterator<Item = &'static Function> {
    [text::ALL, user_name::ALL, list::ALL, choice::ALL, table::ALL, date::ALL, pattern::ALL]
        .into_iter()
        .flatten()
}

/// The names of all functions.
pub fn names() -> impl Iterator<Item = &'static str> {
    all().map(|function| function.name)
}

/// The function of that name.
pub(super) fn find(name: &str) -> Option<&'static Function> {
    all().find(|function| function.name == name)
}

/// There is no such function.
pub(super) fn unknown(name: &str) -> Problem {
    let hint = match name {
        "selectattr" | "select" => "; use `where(list, 'type', 'work')`".to_owned(),
        "map" | "attr" => "; use `pluck(list, 'value')`".to_owned(),
        "d" => "; use `default`".to_owned(),
        "count" => "; use `length`".to_owned(),
        "slice" => "; use `substr(text, start, length)` or `text[1:3]`".to_owned(),
        "range" => "; there are no loops".to_owned(),
        "lookup" => "; use `switch(key, {'a': 'b'}, default)`".to_owned(),
        _ => nearest(name, names())
            .map_or_else(String::new, |near| format!("; did you mean `{near}`?")),
    };
    Problem::name(format!("there is no function `{name}`{hint}"))
}

/// The number of arguments, and those that must be literal.
pub(super) fn check(function: &Function, arguments: &[Node]) -> Result<Option<Regex>, Problem> {
    let Function { name, usage, least, most, .. } = function;
    let count = arguments.len();
    if count < *least || count > *most {
        return Err(Problem::argument(format!(
            "`{name}` has {count} arguments, and is written {usage}"
        )));
    }
    let mut pattern = None;
    for (place, prepare) in function.literals {
        match arguments.get(*place).map(|node| &node.what) {
            None => {}
            Some(What::Constant(Value::String(text))) => pattern = prepare(text)?.or(pattern),
            Some(_) => {
                return Err(Problem::argument(format!(
                    "argument {} of `{name}` must be a text in quotes; write {usage}",
                    place + 1
                )));
            }
        }
    }
    Ok(pattern)
}
