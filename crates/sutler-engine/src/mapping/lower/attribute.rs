//! Attributes: what they are taken from, and what can be said about them beforehand.

use minijinja::machinery::ast::{self, Expr};
use sutler_model::Kind;
use sutler_model::schema::{ENTERPRISE_USER, ResourceType, Schema, Type};

use super::super::fault::Problem;
use super::super::names;
use super::super::node::{Absent, Attribute, Fact, Node, What};
use super::{Lowering, Shape, literal_text};

/// What attributes are taken from: it is no value itself.
pub(super) enum Holder<'s> {
    Core { of_manager: bool, shape: &'s ResourceType, spelt: &'static str },
    Extension { of_manager: bool, schema: &'s Schema, spelt: String },
    Target,
}

impl<'s> Lowering<'s> {
    pub(super) fn own(&self) -> &'static str {
        match self.kind {
            Kind::User => "user",
            Kind::Group => "group",
        }
    }

    pub(super) fn unknown_variable(&self, name: &str) -> Problem {
        let mut known = vec![self.own(), "groups", "target", "tenant", "domain"];
        known.extend((self.kind == Kind::User).then_some("manager"));
        let list = known.iter().map(|one| format!("`{one}`")).collect::<Vec<_>>().join(", ");
        let own = self.own();
        let core = names::core(self.shapes.of(self.kind), own, name);
        match core {
            Ok(_) => Problem::name(format!("`{name}` is not known; did you mean `{own}.{name}`?")),
            Err(_) => Problem::name(format!(
                "`{name}` is not known; there are {list}, and texts stand in quotes"
            )),
        }
    }

    pub(super) fn holder_named(&self, name: &str) -> Result<Option<Holder<'s>>, Problem> {
        let shape = self.shapes.of(self.kind);
        Ok(match (name, self.kind) {
            ("user", Kind::User) => Some(Holder::Core { of_manager: false, shape, spelt: "user" }),
            ("group", Kind::Group) => {
                Some(Holder::Core { of_manager: false, shape, spelt: "group" })
            }
            ("manager", Kind::User) => {
                Some(Holder::Core { of_manager: true, shape, spelt: "manager" })
            }
            ("target", _) => Some(Holder::Target),
            ("user", Kind::Group) => {
                return Err(Problem::name(
                    "this is about groups, so that there is no `user`; use `group`",
                ));
            }
            ("group", Kind::User) => {
                return Err(Problem::name(
                    "this is about users, so that there is no `group`; use `user`, or `groups` for the names of its groups",
                ));
            }
            ("manager", Kind::Group) => {
                return Err(Problem::name("a group has no `manager`; leave it out"));
            }
            _ => None,
        })
    }

    /// What `expression` is if attributes are taken from it.
    pub(super) fn holder(&self, expression: &Expr<'_>) -> Result<Option<Holder<'s>>, Problem> {
        let (base, key) = match expression {
            Expr::Var(variable) => return self.holder_named(variable.id),
            Expr::GetAttr(get) => (&get.expr, Some(get.name)),
            Expr::GetItem(get) => (&get.expr, literal_text(&get.subscript_expr)),
            _ => return Ok(None),
        };
        let (Expr::Var(variable), Some(key)) = (base, key) else {
            return Ok(None);
        };
        match self.holder_named(variable.id)? {
            Some(base) => nested(&base, key).transpose(),
            None => Ok(None),
        }
    }

    pub(super) fn get(
        &self,
        base: &Expr<'_>,
        name: &str,
        depth: usize,
    ) -> Result<(What, Shape<'s>), Problem> {
        if let Some(holder) = self.holder(base)? {
            return match nested(&holder, name) {
                Some(nested) => Err(bare(&nested?)),
                None => attribute(&holder, name),
            };
        }
        let (node, shape) = self.part(base, depth)?;
        let spelt = node.spelt().unwrap_or("…").to_owned();
        let shape = match shape {
            Shape::One(whole) => Shape::One(names::part(whole, &spelt, name)?),
            Shape::Many(_) => {
                return Err(Problem::r#type(format!(
                    "`{spelt}` is a list, so that there is no `.{name}`; take one value first, as in `primary({spelt}).{name}`, or all, as in `pluck({spelt}, '{name}')`"
                )));
            }
            Shape::Unknown => Shape::Unknown,
        };
        let shape = match shape {
            Shape::One(part) if part.multi_valued => Shape::Many(part),
            shape => shape,
        };
        let what = match (shape, node.what) {
            // A part of an attribute of the resource is an attribute too, for messages.
            (Shape::One(_) | Shape::Many(_), What::Attribute(whole)) => {
                part_of(node.line, whole, name)
            }
            (_, what) => What::Part(Box::new(Node { line: node.line, what }), name.to_owned()),
        };
        Ok((what, shape))
    }

    pub(super) fn item(
        &self,
        get: &ast::Spanned<ast::GetItem<'_>>,
        depth: usize,
    ) -> Result<(What, Shape<'s>), Problem> {
        if let Some(name) = literal_text(&get.subscript_expr) {
            return self.get(&get.expr, name, depth);
        }
        if let Some(holder) = self.holder(&get.expr)? {
            return Err(bare(&holder));
        }
        let (base, shape) = self.part(&get.expr, depth)?;
        let index = self.boxed(&get.subscript_expr, depth)?;
        let shape = match shape {
            Shape::Many(of) => Shape::One(of),
            _ => Shape::Unknown,
        };
        Ok((What::Item(Box::new(base), index), shape))
    }

    pub(super) fn slice(
        &self,
        slice: &ast::Slice<'_>,
        depth: usize,
    ) -> Result<(What, Shape<'s>), Problem> {
        if slice.step.is_some() {
            return Err(Problem::argument("`[a:b:c]` is not known; write `[a:b]`"));
        }
        let (base, shape) = self.part(&slice.expr, depth)?;
        let from = self.optional(slice.start.as_ref(), depth)?;
        let to = self.optional(slice.stop.as_ref(), depth)?;
        Ok((What::Slice(Box::new(base), from, to), shape))
    }
}

pub(super) fn bare(holder: &Holder<'_>) -> Problem {
    let (spelt, example) = match holder {
        Holder::Core { spelt, shape, .. } => {
            ((*spelt).to_owned(), if shape.kind == Kind::User { "userName" } else { "displayName" })
        }
        Holder::Extension { spelt, schema, .. } => {
            (spelt.clone(), schema.attributes.first().map_or("x", |one| one.name.as_str()))
        }
        Holder::Target => ("target".to_owned(), "name"),
    };
    Problem::name(format!(
        "`{spelt}` is no value by itself; name one attribute of it, as in `{spelt}.{example}`"
    ))
}

pub(super) fn attribute<'s>(holder: &Holder<'s>, name: &str) -> Result<(What, Shape<'s>), Problem> {
    let (of_manager, extension, definition, base) = match holder {
        Holder::Target if name == "name" => {
            return Ok((What::Fact(Fact::TargetName), Shape::Unknown));
        }
        Holder::Target => {
            return Err(Problem::name(format!(
                "there is no `{name}` in `target`; there is `target.name`"
            )));
        }
        Holder::Core { of_manager, shape, spelt } => {
            (*of_manager, None, names::core(shape, spelt, name)?, (*spelt).to_owned())
        }
        Holder::Extension { of_manager, schema, spelt } => (
            *of_manager,
            Some(schema.id.clone()),
            names::of_extension(schema, spelt, name)?,
            spelt.clone(),
        ),
    };
    let many = definition.multi_valued;
    let shape = if many { Shape::Many(definition) } else { Shape::One(definition) };
    if name == "id" && extension.is_none() {
        if of_manager {
            let message = "`manager.id` cannot be read here; use `user.enterprise.manager.value`";
            return Err(Problem::name(message));
        }
        return Ok((What::Fact(Fact::Id), shape));
    }
    let absent = match (many, definition.r#type) {
        (true, _) => Absent::List,
        (false, Type::Complex) => Absent::Object,
        (false, _) => Absent::Nothing,
    };
    let spelt = format!("{base}.{name}");
    let attribute = Attribute { of_manager, extension, name: name.to_owned(), spelt, absent };
    Ok((What::Attribute(attribute), shape))
}

/// `user.name` and `familyName`: the message shall speak of `user.name.familyName`.
pub(super) fn part_of(line: usize, whole: Attribute, name: &str) -> What {
    let spelt = format!("{}.{name}", whole.spelt);
    let whole = Attribute { spelt, ..whole };
    What::Part(Box::new(Node { line, what: What::Attribute(whole) }), name.to_owned())
}

pub(super) fn joinable(node: &Node, shape: Shape<'_>) -> Result<(), Problem> {
    let spelt = node.spelt().unwrap_or("this");
    let of_attribute = matches!(node.what, What::Attribute(_));
    match shape {
        Shape::Many(of) if of_attribute => {
            let one = match of.r#type {
                Type::Complex => format!("primary({spelt}).value"),
                _ => format!("{spelt}|first"),
            };
            Err(Problem::r#type(format!(
                "`{spelt}` is a list and cannot be joined with `~`; take one value, as in `{one}`, or use `join`"
            )))
        }
        Shape::One(of) if of_attribute && of.r#type == Type::Complex => {
            Err(Problem::r#type(format!(
                "`{spelt}` has parts and cannot be joined with `~`; name one, as in `{spelt}.{}`",
                of.sub_attributes.first().map_or("value", |sub| sub.name.as_str())
            )))
        }
        _ => match node.what {
            What::Nothing => {
                Err(Problem::argument("`none` cannot be joined with `~`; leave it out"))
            }
            _ => Ok(()),
        },
    }
}

/// The extension of that name in `holder`, which is no value.
fn nested<'s>(holder: &Holder<'s>, name: &str) -> Option<Result<Holder<'s>, Problem>> {
    let Holder::Core { of_manager, shape, spelt } = holder else {
        return None;
    };
    let (urn, written) = match name {
        names::ENTERPRISE if shape.kind == Kind::User => {
            (ENTERPRISE_USER, format!("{spelt}.{name}"))
        }
        urn if urn.contains(':') => (urn, format!("{spelt}[\"{urn}\"]")),
        _ => return None,
    };
    let extension = |schema| Holder::Extension { of_manager: *of_manager, schema, spelt: written };
    Some(names::extension(shape, spelt, urn).map(extension))
}
