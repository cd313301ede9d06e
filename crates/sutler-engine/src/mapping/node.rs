//! An expression as it is evaluated: every name is resolved, every function is known.

use regex::Regex;
use serde_json::Value;

use super::functions::Function;

/// A part of an expression, and the line where it stands.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) line: usize,
    pub(super) what: What,
}

#[derive(Debug)]
pub(super) enum What {
    Constant(Value),
    /// A literal `none`.
    Nothing,
    Attribute(Attribute),
    Fact(Fact),
    /// `a.name` of something that is no attribute.
    Part(Box<Node>, String),
    /// `a[b]`.
    Item(Box<Node>, Box<Node>),
    /// `a[from:to]`.
    Slice(Box<Node>, Option<Box<Node>>, Option<Box<Node>>),
    Not(Box<Node>),
    Negate(Box<Node>),
    And(Box<Node>, Box<Node>),
    Or(Box<Node>, Box<Node>),
    Binary(Operator, Box<Node>, Box<Node>),
    /// `a < b <= c`: each next to each.
    Chain(Box<Node>, Vec<(Operator, Node)>),
    If(Box<Node>, Box<Node>, Option<Box<Node>>),
    Call(Call),
    Test(Test, Box<Node>, Option<Box<Node>>),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

/// An attribute of the resource or of its manager.
#[derive(Debug)]
pub(super) struct Attribute {
    pub(super) of_manager: bool,
    /// The URN of the extension that it belongs to.
    pub(super) extension: Option<String>,
    pub(super) name: String,
    /// As it is written, for messages.
    pub(super) spelt: String,
    pub(super) absent: Absent,
}

/// What stands for an attribute that the resource lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Absent {
    Nothing,
    List,
    Object,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fact {
    Id,
    Groups,
    TargetName,
    Tenant,
    Domain,
    HasManager,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Join,
    Add,
    Subtract,
    Multiply,
    Divide,
    DivideWhole,
    Remainder,
    Power,
    Equal,
    Different,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    NotIn,
}

impl Operator {
    /// As it is written.
    pub(super) fn sign(self) -> &'static str {
        match self {
            Self::Join => "~",
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::DivideWhole => "//",
            Self::Remainder => "%",
            Self::Power => "**",
            Self::Equal => "==",
            Self::Different => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::In => "in",
            Self::NotIn => "not in",
        }
    }
}

/// A function with its arguments.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) function: &'static Function,
    pub(super) arguments: Vec<Node>,
    pub(super) pattern: Option<Regex>,
}

/// What comes after `is`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Test {
    Defined,
    Undefined,
    Text,
    Number,
    Integer,
    Boolean,
    List,
    Object,
    In,
    StartingWith,
    EndingWith,
}

impl Test {
    /// The test of that name, and whether it takes an argument.
    pub(super) fn named(name: &str) -> Option<(Self, bool)> {
        Some(match name {
            "defined" => (Self::Defined, false),
            "undefined" | "none" => (Self::Undefined, false),
            "string" => (Self::Text, false),
            "number" => (Self::Number, false),
            "integer" => (Self::Integer, false),
            "boolean" => (Self::Boolean, false),
            "sequence" => (Self::List, false),
            "mapping" => (Self::Object, false),
            "in" => (Self::In, true),
            "startingwith" => (Self::StartingWith, true),
            "endingwith" => (Self::EndingWith, true),
            _ => return None,
        })
    }

    /// All names, for messages.
    pub(super) const NAMES: [&'static str; 12] = [
        "defined",
        "undefined",
        "none",
        "string",
        "number",
        "integer",
        "boolean",
        "sequence",
        "mapping",
        "in",
        "startingwith",
        "endingwith",
    ];
}

impl Node {
    /// What has no value if this has none, for messages.
    pub(super) fn spelt(&self) -> Option<&str> {
        match &self.what {
            What::Attribute(attribute) => Some(&attribute.spelt),
            What::Part(base, _) | What::Item(base, _) | What::Slice(base, ..) => base.spelt(),
            What::Negate(inner) => inner.spelt(),
            What::Call(call) => call.arguments.iter().find_map(Node::spelt),
            What::Or(left, right) => left.spelt().or_else(|| right.spelt()),
            What::If(_, yes, _) => yes.spelt(),
            _ => None,
        }
    }
}

impl Node {
    /// The parts that it is made of.
    pub(super) fn below(&self) -> Vec<&Self> {
        match &self.what {
            What::Constant(_) | What::Nothing | What::Attribute(_) | What::Fact(_) => Vec::new(),
            What::Part(inner, _) | What::Not(inner) | What::Negate(inner) => vec![inner],
            What::Item(left, right)
            | What::And(left, right)
            | What::Or(left, right)
            | What::Binary(_, left, right) => vec![left, right],
            What::Slice(inner, from, to) => {
                let bounds = [from, to].into_iter().flatten();
                std::iter::once(inner).chain(bounds).map(|node| &**node).collect()
            }
            What::Chain(first, rest) => {
                std::iter::once(&**first).chain(rest.iter().map(|(_, node)| node)).collect()
            }
            What::If(test, yes, no) => {
                [test, yes].into_iter().chain(no).map(|node| &**node).collect()
            }
            What::Call(call) => call.arguments.iter().collect(),
            What::Test(_, inner, argument) => {
                std::iter::once(inner).chain(argument).map(|node| &**node).collect()
            }
            What::List(nodes) => nodes.iter().collect(),
            What::Map(members) => members.iter().map(|(_, node)| node).collect(),
        }
    }
}
