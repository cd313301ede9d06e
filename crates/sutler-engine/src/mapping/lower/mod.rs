//! From the text to what is evaluated: every name resolved, every function and every number of
//! arguments checked, so that a mistake is found when a mapping is written.

use minijinja::machinery::ast::{self, BinOpKind, CompareOpKind, Expr, UnaryOpKind};
use minijinja::machinery::{Span, parse_expr};
use minijinja::value::{Value as Literal, ValueKind};
use serde_json::{Number, Value};
use sutler_model::Kind;
use sutler_model::schema::{Attribute as Definition, Schemas};

mod attribute;
mod call;

use super::fault::{FaultKind, Problem};
use super::functions;
use super::limits::{DEEPEST, bounded, syntax, too_deep};
use super::node::{Fact, Node, Operator, What};

use attribute::{bare, joinable};

/// Reads an expression.
pub(super) fn lower(text: &str, kind: Kind, shapes: &Schemas) -> Result<Node, Problem> {
    let template = |problem: Problem| match problem.kind {
        FaultKind::Syntax => of_template(text).unwrap_or(problem),
        _ => problem,
    };
    bounded(text).map_err(template)?;
    let expression = parse_expr(text).map_err(|error| template(syntax(&error)))?;
    let lowering = Lowering { kind, shapes };
    Ok(lowering.part(&expression, 0)?.0)
}

/// Somebody has written a template, which is the most common reason why one cannot be read.
fn of_template(text: &str) -> Option<Problem> {
    let sign = ["{{", "{%", "{#"].into_iter().find(|sign| text.contains(sign))?;
    Some(Problem::new(
        FaultKind::Syntax,
        format!(
            "`{sign}` belongs to a template, and this is one expression; leave the braces out, as in `user.title ~ '!'`"
        ),
    ))
}

/// What is known about a value before it is there.
#[derive(Clone, Copy)]
enum Shape<'s> {
    One(&'s Definition),
    Many(&'s Definition),
    Unknown,
}

/// A part that was read, and its shape.
type Read<'s> = (Node, Shape<'s>);

struct Lowering<'s> {
    kind: Kind,
    shapes: &'s Schemas,
}

impl<'s> Lowering<'s> {
    fn part(&self, expression: &Expr<'_>, depth: usize) -> Result<Read<'s>, Problem> {
        let line = line(expression.span());
        if depth >= DEEPEST {
            return Err(too_deep().at(line));
        }
        let (what, shape) = self.what(expression, depth + 1).map_err(|problem| problem.at(line))?;
        Ok((Node { line, what }, shape))
    }

    fn boxed(&self, expression: &Expr<'_>, depth: usize) -> Result<Box<Node>, Problem> {
        self.part(expression, depth).map(|(node, _)| Box::new(node))
    }

    fn optional(
        &self,
        expression: Option<&Expr<'_>>,
        depth: usize,
    ) -> Result<Option<Box<Node>>, Problem> {
        expression.map(|inner| self.boxed(inner, depth)).transpose()
    }

    fn what(&self, expression: &Expr<'_>, depth: usize) -> Result<(What, Shape<'s>), Problem> {
        let plain = |what| Ok((what, Shape::Unknown));
        match expression {
            Expr::Var(variable) => plain(self.variable(variable.id)?),
            Expr::Const(constant) => plain(literal(&constant.value)?),
            Expr::GetAttr(get) => self.get(&get.expr, get.name, depth),
            Expr::GetItem(get) => self.item(get, depth),
            Expr::Slice(slice) => self.slice(slice, depth),
            Expr::UnaryOp(unary) => match unary.op {
                UnaryOpKind::Not => plain(What::Not(self.question(&unary.expr, depth)?)),
                UnaryOpKind::Neg => plain(What::Negate(self.boxed(&unary.expr, depth)?)),
            },
            Expr::BinOp(binary) => self.binary(binary, depth),
            Expr::Compare(compare) => self.chain(compare, depth),
            Expr::IfExpr(choice) => self.choice(choice, depth),
            Expr::Filter(filter) => {
                self.call(filter.name, filter.expr.as_ref(), &filter.args, depth)
            }
            Expr::Test(test) => plain(self.test(test, depth)?),
            Expr::Call(call) => match &call.expr {
                Expr::Var(name) => self.call(name.id, None, &call.args, depth),
                Expr::GetAttr(get) => Err(Problem::name(format!(
                    "`.{}(…)` is not known; functions are called as `{0}(…)` or `…|{0}`",
                    get.name
                ))),
                _ => Err(Problem::name("only functions can be called, by their names")),
            },
            Expr::List(list) => plain(self.list(&list.items, depth)?),
            Expr::Tuple(tuple) => plain(self.list(&tuple.items, depth)?),
            Expr::Map(map) => plain(self.map(map, depth)?),
        }
    }

    fn variable(&self, name: &str) -> Result<What, Problem> {
        if let Some(holder) = self.holder_named(name)? {
            return Err(bare(&holder));
        }
        Ok(What::Fact(match name {
            "groups" => Fact::Groups,
            "tenant" => Fact::Tenant,
            "domain" => Fact::Domain,
            _ if functions::find(name).is_some() => {
                return Err(Problem::name(format!(
                    "`{name}` is a function; call it, as in `{name}(…)`"
                )));
            }
            _ => return Err(self.unknown_variable(name)),
        }))
    }

    /// A part that is asked about, not used: `manager` itself may stand here.
    fn question(&self, expression: &Expr<'_>, depth: usize) -> Result<Box<Node>, Problem> {
        match expression {
            Expr::Var(variable) if variable.id == "manager" && self.kind == Kind::User => {
                Ok(Box::new(Node {
                    line: line(expression.span()),
                    what: What::Fact(Fact::HasManager),
                }))
            }
            Expr::BinOp(binary) if matches!(binary.op, BinOpKind::ScAnd | BinOpKind::ScOr) => {
                let line = line(expression.span());
                if depth >= DEEPEST {
                    return Err(too_deep().at(line));
                }
                let left = self.question(&binary.left, depth + 1)?;
                let right = self.question(&binary.right, depth + 1)?;
                let what = match binary.op {
                    BinOpKind::ScAnd => What::And(left, right),
                    _ => What::Or(left, right),
                };
                Ok(Box::new(Node { line, what }))
            }
            _ => self.boxed(expression, depth),
        }
    }

    fn binary(&self, binary: &ast::BinOp<'_>, depth: usize) -> Result<(What, Shape<'s>), Problem> {
        let ((left, shape), (right, other)) =
            (self.part(&binary.left, depth)?, self.part(&binary.right, depth)?);
        let (left, right) = (Box::new(left), Box::new(right));
        let operator = match binary.op {
            BinOpKind::ScAnd => return Ok((What::And(left, right), Shape::Unknown)),
            BinOpKind::ScOr => return Ok((What::Or(left, right), alike(shape, other))),
            BinOpKind::Eq => Operator::Equal,
            BinOpKind::Ne => Operator::Different,
            BinOpKind::Lt => Operator::Less,
            BinOpKind::Lte => Operator::LessOrEqual,
            BinOpKind::Gt => Operator::Greater,
            BinOpKind::Gte => Operator::GreaterOrEqual,
            BinOpKind::Add => Operator::Add,
            BinOpKind::Sub => Operator::Subtract,
            BinOpKind::Mul => Operator::Multiply,
            BinOpKind::Div => Operator::Divide,
            BinOpKind::FloorDiv => Operator::DivideWhole,
            BinOpKind::Rem => Operator::Remainder,
            BinOpKind::Pow => Operator::Power,
            BinOpKind::Concat => Operator::Join,
            BinOpKind::In => Operator::In,
        };
        if operator == Operator::Join {
            joinable(&left, shape)?;
            joinable(&right, other)?;
        }
        Ok((What::Binary(operator, left, right), Shape::Unknown))
    }

    fn chain(
        &self,
        compare: &ast::Compare<'_>,
        depth: usize,
    ) -> Result<(What, Shape<'s>), Problem> {
        let first = self.boxed(&compare.expr, depth)?;
        let mut rest = Vec::with_capacity(compare.ops.len());
        for next in &compare.ops {
            let operator = match next.op {
                CompareOpKind::Eq => Operator::Equal,
                CompareOpKind::Ne => Operator::Different,
                CompareOpKind::Lt => Operator::Less,
                CompareOpKind::Lte => Operator::LessOrEqual,
                CompareOpKind::Gt => Operator::Greater,
                CompareOpKind::Gte => Operator::GreaterOrEqual,
                CompareOpKind::In => Operator::In,
                CompareOpKind::NotIn => Operator::NotIn,
            };
            rest.push((operator, self.part(&next.expr, depth)?.0));
        }
        Ok((What::Chain(first, rest), Shape::Unknown))
    }

    fn choice(&self, choice: &ast::IfExpr<'_>, depth: usize) -> Result<(What, Shape<'s>), Problem> {
        let test = self.question(&choice.test_expr, depth)?;
        let (yes, shape) = self.part(&choice.true_expr, depth)?;
        let no = choice.false_expr.as_ref().map(|inner| self.part(inner, depth)).transpose()?;
        let shape = no.as_ref().map_or(shape, |(_, other)| alike(shape, *other));
        Ok((What::If(test, Box::new(yes), no.map(|(node, _)| Box::new(node))), shape))
    }

    fn list(&self, items: &[Expr<'_>], depth: usize) -> Result<What, Problem> {
        let nodes = items.iter().map(|item| self.part(item, depth).map(|(node, _)| node));
        Ok(What::List(nodes.collect::<Result<_, _>>()?))
    }

    fn map(&self, map: &ast::Map<'_>, depth: usize) -> Result<What, Problem> {
        let mut members = Vec::with_capacity(map.keys.len());
        for (key, value) in map.keys.iter().zip(&map.values) {
            let Some(name) = literal_text(key) else {
                return Err(Problem::argument(
                    "the names in `{…}` must be texts in quotes, as in `{'value': user.title}`",
                ));
            };
            if members.iter().any(|(known, _)| known == name) {
                return Err(Problem::argument(format!(
                    "`{name}` stands twice in `{{…}}`; leave one out"
                )));
            }
            members.push((name.to_owned(), self.part(value, depth)?.0));
        }
        Ok(What::Map(members))
    }
}

fn line(span: Span) -> usize {
    usize::from(span.start_line).max(1)
}

fn alike<'s>(left: Shape<'s>, right: Shape<'s>) -> Shape<'s> {
    match (left, right) {
        (Shape::One(one), Shape::One(other)) | (Shape::Many(one), Shape::Many(other))
            if one == other =>
        {
            left
        }
        _ => Shape::Unknown,
    }
}

fn literal_text<'x>(expression: &'x Expr<'_>) -> Option<&'x str> {
    match expression {
        Expr::Const(constant) => constant.value.as_str(),
        _ => None,
    }
}

fn literal(value: &Literal) -> Result<What, Problem> {
    let number = || Problem::limit("a number is too large; write it in quotes if it is a text");
    Ok(What::Constant(match value.kind() {
        ValueKind::None | ValueKind::Undefined => return Ok(What::Nothing),
        ValueKind::Bool => Value::Bool(value.is_true()),
        ValueKind::Number if value.is_integer() => {
            let whole = i128::try_from(value.clone()).ok().and_then(Number::from_i128);
            Value::Number(whole.ok_or_else(number)?)
        }
        ValueKind::Number => {
            let fraction = f64::try_from(value.clone()).ok().and_then(Number::from_f64);
            Value::Number(fraction.ok_or_else(number)?)
        }
        _ => match value.as_str() {
            Some(text) => Value::from(text),
            None => return Err(Problem::argument("this cannot be written as a value")),
        },
    }))
}
