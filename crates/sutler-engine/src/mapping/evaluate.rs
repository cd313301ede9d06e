//! From an expression and the facts to a value. "No value" is `None` throughout: it is false, it
//! passes through filters, and it is left out of lists and objects, but it is never text.

use std::borrow::Cow;

use serde_json::{Map, Value};
use sutler_model::Document;

use super::Facts;
use super::fault::{FaultKind, Problem};
use super::functions::Given;
use super::limits::{LARGEST_VALUE, Meter, STEP, size};
use super::node::{Absent, Attribute, Call, Fact, Node, Operator, Test, What};
use super::operators::{self, as_index, noun, truth};

/// A value, or that there is none.
pub(super) type Met<'e> = Option<Cow<'e, Value>>;

/// The whole of it. An empty list and an empty object are no value (RFC 7643 §2.5).
pub(super) fn evaluate(root: &Node, facts: Facts<'_>) -> Result<Option<Value>, Problem> {
    let meter = Meter::full();
    let evaluation = Evaluation { facts, meter: &meter };
    let Some(value) = evaluation.value(root)? else {
        return Ok(None);
    };
    if size(&value) > LARGEST_VALUE {
        let message = format!("the result is larger than {LARGEST_VALUE} bytes; make it smaller");
        return Err(Problem::limit(message).at(root.line));
    }
    Ok(Some(value.into_owned()).filter(|value| !empty(value)))
}

fn empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(elements) => elements.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}

/// True if there is something: what `is defined` asks.
pub(super) fn there(met: &Met<'_>) -> bool {
    met.as_ref().is_some_and(|value| !empty(value))
}

struct Evaluation<'e> {
    facts: Facts<'e>,
    meter: &'e Meter,
}

impl<'e> Evaluation<'e> {
    fn value(&self, node: &'e Node) -> Result<Met<'e>, Problem> {
        self.meter
            .spend(STEP)
            .and_then(|()| self.part(node))
            .map_err(|problem| problem.at(node.line))
    }

    fn part(&self, node: &'e Node) -> Result<Met<'e>, Problem> {
        Ok(match &node.what {
            What::Constant(value) => Some(Cow::Borrowed(value)),
            What::Nothing => None,
            What::Attribute(attribute) => self.attribute(attribute),
            What::Fact(fact) => self.fact(*fact)?,
            What::Part(base, name) => member(self.value(base)?, name)?,
            What::Item(base, index) => self.item(base, index)?,
            What::Slice(base, from, to) => self.slice(base, from.as_deref(), to.as_deref())?,
            What::Not(inner) => Some(answer(!truth(&self.value(inner)?))),
            What::Negate(inner) => operators::negate(self.operand(inner, "-")?.as_ref())?,
            What::And(left, right) => {
                let left = self.value(left)?;
                if truth(&left) { self.value(right)? } else { left }
            }
            What::Or(left, right) => {
                let left = self.value(left)?;
                if truth(&left) { left } else { self.value(right)? }
            }
            What::Binary(operator, left, right) => self.binary(*operator, left, right)?,
            What::Chain(first, rest) => self.chain(first, rest)?,
            What::If(test, yes, no) => match (truth(&self.value(test)?), no) {
                (true, _) => self.value(yes)?,
                (false, Some(no)) => self.value(no)?,
                (false, None) => None,
            },
            What::Call(call) => self.call(call)?,
            What::Test(test, inner, argument) => self.test(*test, inner, argument.as_deref())?,
            What::List(nodes) => self.list(nodes)?,
            What::Map(members) => self.map(members)?,
        })
    }

    fn attribute(&self, attribute: &Attribute) -> Met<'e> {
        let body: Option<&'e Document> =
            if attribute.of_manager { self.facts.manager } else { Some(self.facts.body) };
        let holder = match &attribute.extension {
            None => body,
            Some(urn) => body.and_then(|body| body.get(urn)).and_then(Value::as_object),
        };
        let found = holder.and_then(|holder| holder.get(&attribute.name));
        match (found, attribute.absent) {
            (Some(value), _) if !value.is_null() => Some(Cow::Borrowed(value)),
            (_, Absent::Nothing) => None,
            (_, Absent::List) => Some(Cow::Owned(Value::Array(Vec::new()))),
            (_, Absent::Object) => Some(Cow::Owned(Value::Object(Map::new()))),
        }
    }

    fn fact(&self, fact: Fact) -> Result<Met<'e>, Problem> {
        let text = |text: &str| Some(Cow::Owned(Value::from(text)));
        Ok(match fact {
            Fact::Id => text(&self.facts.uid.0),
            Fact::TargetName => text(self.facts.target),
            Fact::Tenant => text(self.facts.tenant),
            Fact::Domain => text(self.facts.domain),
            Fact::HasManager => self.facts.manager.map(|_| answer(true)),
            Fact::Groups => {
                self.meter
                    .spend(self.facts.groups.iter().map(|group| group.name.len() + 1).sum())?;
                let names = self.facts.groups.iter().map(|group| Value::from(group.name.as_str()));
                Some(Cow::Owned(names.collect()))
            }
        })
    }

    /// A value that must be there.
    fn operand(&self, node: &'e Node, sign: &str) -> Result<Cow<'e, Value>, Problem> {
        let met = self.value(node)?;
        met.ok_or_else(|| missing(node, &format!("`{sign}`")).at(node.line))
    }

    fn binary(
        &self,
        operator: Operator,
        left: &'e Node,
        right: &'e Node,
    ) -> Result<Met<'e>, Problem> {
        if operators::compares(operator) {
            let (left, right) = (self.value(left)?, self.value(right)?);
            return operators::compare(operator, &left, &right, self.meter)
                .map(|answers| Some(answer(answers)));
        }
        let left = self.operand(left, operator.sign())?;
        let right = self.operand(right, operator.sign())?;
        operators::compute(operator, &left, &right, self.meter)
    }

    fn chain(&self, first: &'e Node, rest: &'e [(Operator, Node)]) -> Result<Met<'e>, Problem> {
        let mut left = self.value(first)?;
        for (operator, right) in rest {
            let right = self.value(right)?;
            if !operators::compare(*operator, &left, &right, self.meter)? {
                return Ok(Some(answer(false)));
            }
            left = right;
        }
        Ok(Some(answer(true)))
    }

    fn item(&self, base: &'e Node, index: &'e Node) -> Result<Met<'e>, Problem> {
        let (base, index) = (self.value(base)?, self.operand(index, "[…]")?);
        match (base, &*index) {
            (None, _) => Ok(None),
            (base, Value::String(name)) => member(base, name),
            (Some(base), index) => {
                let Some(index) = as_index(index) else {
                    return Err(Problem::r#type(format!(
                        "`[…]` takes a whole number or a text, but met {}",
                        noun(index)
                    )));
                };
                operators::element(base, index, self.meter)
            }
        }
    }

    fn slice(
        &self,
        base: &'e Node,
        from: Option<&'e Node>,
        to: Option<&'e Node>,
    ) -> Result<Met<'e>, Problem> {
        let bound = |node: Option<&'e Node>| match node {
            None => Ok(None),
            Some(node) => {
                let value = self.operand(node, "[…:…]")?;
                let problem = || {
                    Problem::r#type(format!(
                        "`[…:…]` takes whole numbers, but met {}",
                        noun(&value)
                    ))
                };
                as_index(&value).map(Some).ok_or_else(problem)
            }
        };
        let (from, to) = (bound(from)?, bound(to)?);
        match self.value(base)? {
            None => Ok(None),
            Some(value) => operators::slice(&value, from, to, self.meter),
        }
    }

    fn call(&self, call: &'e Call) -> Result<Met<'e>, Problem> {
        let arguments: Vec<Met<'e>> =
            call.arguments.iter().map(|node| self.value(node)).collect::<Result<_, _>>()?;
        let given = Given { call, arguments, facts: self.facts, meter: self.meter };
        (call.function.run)(&given)
    }

    fn test(
        &self,
        test: Test,
        inner: &'e Node,
        argument: Option<&'e Node>,
    ) -> Result<Met<'e>, Problem> {
        let met = self.value(inner)?;
        let argument = match argument {
            Some(node) => self.value(node)?,
            None => None,
        };
        let texts =
            met.as_deref().and_then(Value::as_str).zip(argument.as_deref().and_then(Value::as_str));
        Ok(Some(answer(match test {
            Test::Defined => there(&met),
            Test::Undefined => !there(&met),
            Test::Text => met.is_some_and(|value| value.is_string()),
            Test::Number => met.is_some_and(|value| value.is_number()),
            Test::Integer => met.is_some_and(|value| value.is_i64() || value.is_u64()),
            Test::Boolean => met.is_some_and(|value| value.is_boolean()),
            Test::List => met.is_some_and(|value| value.is_array()),
            Test::Object => met.is_some_and(|value| value.is_object()),
            Test::In => operators::compare(Operator::In, &met, &argument, self.meter)?,
            Test::StartingWith => texts.is_some_and(|(text, start)| text.starts_with(start)),
            Test::EndingWith => texts.is_some_and(|(text, end)| text.ends_with(end)),
        })))
    }

    fn list(&self, nodes: &'e [Node]) -> Result<Met<'e>, Problem> {
        let mut elements = Vec::with_capacity(nodes.len());
        for node in nodes {
            let met = self.value(node)?;
            elements.extend(self.owned(met)?);
        }
        Ok(Some(Cow::Owned(Value::Array(elements))))
    }

    fn map(&self, members: &'e [(String, Node)]) -> Result<Met<'e>, Problem> {
        let mut map = Map::new();
        for (name, node) in members {
            let met = self.value(node)?;
            if let Some(value) = self.owned(met)? {
                map.insert(name.clone(), value);
            }
        }
        Ok(Some(Cow::Owned(Value::Object(map))))
    }

    /// What goes into a list or an object: nothing empty does.
    fn owned(&self, met: Met<'e>) -> Result<Option<Value>, Problem> {
        let Some(value) = met.filter(|value| !empty(value)) else {
            return Ok(None);
        };
        self.meter.copy(&value)?;
        Ok(Some(value.into_owned()))
    }
}

fn answer<'e>(answer: bool) -> Cow<'e, Value> {
    Cow::Owned(Value::Bool(answer))
}

/// What has no value where one is needed.
pub(super) fn missing(node: &Node, what: &str) -> Problem {
    let message = match node.spelt() {
        Some(spelt) => format!(
            "`{spelt}` has no value, and {what} needs one; give it one, as in `{spelt}|default('x')`, or ask first, as in `… if {spelt} else none`"
        ),
        None => format!("{what} met no value; give it one with `default(…)`"),
    };
    Problem::new(FaultKind::NoValue, message)
}

/// A member of an object.
fn member<'e>(base: Met<'e>, name: &str) -> Result<Met<'e>, Problem> {
    match base {
        None => Ok(None),
        Some(Cow::Borrowed(Value::Object(map))) => Ok(map.get(name).map(Cow::Borrowed)),
        Some(Cow::Owned(Value::Object(mut map))) => Ok(map.remove(name).map(Cow::Owned)),
        Some(other) => {
            Err(Problem::r#type(format!("`.{name}` needs an object, but met {}", noun(&other))))
        }
    }
}
