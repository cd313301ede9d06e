//! Functions, filters and tests: that they are known, and are given what they take.

use minijinja::machinery::ast::{self, CallArg, Expr};
use serde_json::Value;
use sutler_model::schema::Type;

use super::super::fault::Problem;
use super::super::functions::{self, Function, Keeps, Takes};
use super::super::names;
use super::super::node::{Call, Node, Test, What};
use super::{Lowering, Shape};

impl<'s> Lowering<'s> {
    pub(super) fn call(
        &self,
        name: &str,
        first: Option<&Expr<'_>>,
        rest: &[CallArg<'_>],
        depth: usize,
    ) -> Result<(What, Shape<'s>), Problem> {
        let function = functions::find(name).ok_or_else(|| functions::unknown(name))?;
        let (mut arguments, mut shapes) = (Vec::new(), Vec::new());
        for argument in
            first.into_iter().map(Ok).chain(rest.iter().map(|argument| match argument {
                CallArg::Pos(inner) => Ok(inner),
                _ => Err(Problem::argument(format!(
                    "`{name}` takes its arguments in order, without names; write {}",
                    function.usage
                ))),
            }))
        {
            let (node, shape) = self.part(argument?, depth)?;
            arguments.push(node);
            shapes.push(shape);
        }
        let pattern = functions::check(function, &arguments)?;
        let shape = match (function.keeps, shapes.first()) {
            (Keeps::Element, Some(Shape::Many(of))) => Shape::One(of),
            (Keeps::All, Some(shape)) => *shape,
            _ => Shape::Unknown,
        };
        if let (Some(node), Some(shape)) = (arguments.first(), shapes.first()) {
            fitting(function, node, *shape)?;
        }
        named_part(function, &arguments, shapes.first().copied())?;
        Ok((What::Call(Call { function, arguments, pattern }), shape))
    }

    pub(super) fn test(&self, test: &ast::Test<'_>, depth: usize) -> Result<What, Problem> {
        let Some((found, takes)) = Test::named(test.name) else {
            let known = Test::NAMES.map(|name| format!("`{name}`")).join(", ");
            return Err(Problem::name(format!(
                "`is {}` is not known; there are {known}",
                test.name
            )));
        };
        let inner = self.question(&test.expr, depth)?;
        let argument = match (takes, test.args.as_slice()) {
            (false, []) => None,
            (true, [CallArg::Pos(argument)]) => Some(self.boxed(argument, depth)?),
            (false, _) => {
                return Err(Problem::argument(format!(
                    "`is {}` takes nothing after it",
                    test.name
                )));
            }
            (true, _) => {
                return Err(Problem::argument(format!(
                    "`is {0}` takes one value, as in `is {0}('x')`",
                    test.name
                )));
            }
        };
        Ok(What::Test(found, inner, argument))
    }
}

/// The name of a part that a function is given, held against the list that it is given.
fn named_part(
    function: &Function,
    arguments: &[Node],
    first: Option<Shape<'_>>,
) -> Result<(), Problem> {
    let (Some(Shape::Many(of)), [list, name, ..]) = (first, arguments) else {
        return Ok(());
    };
    match (function.names_part, &name.what) {
        (true, What::Constant(Value::String(name))) => {
            names::part(of, list.spelt().unwrap_or("…"), name).map(|_| ())
        }
        _ => Ok(()),
    }
}

/// The first argument, where the schema says what it is.
fn fitting(function: &Function, node: &Node, shape: Shape<'_>) -> Result<(), Problem> {
    let met = match (function.takes, shape) {
        (Takes::Text, Shape::Many(_)) => "is a list",
        (Takes::Text, Shape::One(of)) if of.r#type == Type::Complex => "has parts",
        (Takes::List, Shape::One(_)) => "is one value",
        _ => return Ok(()),
    };
    let (spelt, name) = (node.spelt().unwrap_or("this"), function.name);
    let wanted = if function.takes == Takes::List { "a list" } else { "a text" };
    Err(Problem::r#type(format!(
        "`{spelt}` {met}, and `{name}` takes {wanted}; write {}",
        function.usage
    )))
}
