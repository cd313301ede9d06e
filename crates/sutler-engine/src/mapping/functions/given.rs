//! What a function is given: its arguments by type, the facts, and the meter for what it makes.

use std::borrow::Cow;

use serde_json::Value;

use super::super::Facts;
use super::super::evaluate::{Met, missing};
use super::super::fault::Problem;
use super::super::limits::{Meter, STEP};
use super::super::node::Call;
use super::super::operators::{as_text, noun};

/// The arguments of one call.
pub(in super::super) struct Given<'g, 'e> {
    pub(in super::super) call: &'g Call,
    pub(in super::super) arguments: Vec<Met<'e>>,
    pub(in super::super) facts: Facts<'e>,
    pub(in super::super) meter: &'g Meter,
}

impl<'e> Given<'_, 'e> {
    /// The argument of that place, if it has a value.
    pub(super) fn value(&self, place: usize) -> Option<&Cow<'e, Value>> {
        self.arguments.get(place).and_then(Option::as_ref)
    }

    /// True if that many arguments were given.
    pub(super) fn has(&self, place: usize) -> bool {
        place < self.arguments.len()
    }

    /// A text, or a number as one. `None` if there is no value.
    pub(super) fn text(&self, place: usize) -> Result<Option<Cow<'_, str>>, Problem> {
        let Some(value) = self.value(place) else {
            return Ok(None);
        };
        let text = as_text(value)
            .filter(|_| !value.is_boolean())
            .ok_or_else(|| self.takes(place, "a text", value))?;
        self.meter.spend(text.len())?;
        Ok(Some(text))
    }

    /// A text that must be there.
    pub(super) fn needed(&self, place: usize) -> Result<Cow<'_, str>, Problem> {
        self.text(place)?.ok_or_else(|| self.missing(place))
    }

    /// A text that may be left out.
    pub(super) fn text_or<'t>(
        &'t self,
        place: usize,
        otherwise: &'t str,
    ) -> Result<Cow<'t, str>, Problem> {
        if self.has(place) { self.needed(place) } else { Ok(Cow::Borrowed(otherwise)) }
    }

    /// A whole number that must be there.
    pub(super) fn number(&self, place: usize) -> Result<i64, Problem> {
        let value = self.value(place).ok_or_else(|| self.missing(place))?;
        value.as_i64().ok_or_else(|| self.takes(place, "a whole number", value))
    }

    /// A length or a count: no less than nothing.
    pub(super) fn count(&self, place: usize) -> Result<usize, Problem> {
        let number = self.number(place)?;
        usize::try_from(number).map_err(|_| {
            Problem::argument(format!(
                "argument {} of `{}` must not be negative",
                place + 1,
                self.name()
            ))
        })
    }

    /// A list. `None` if there is no value.
    pub(super) fn list(&self, place: usize) -> Result<Option<&[Value]>, Problem> {
        match self.value(place) {
            None => Ok(None),
            Some(value) => match value.as_array() {
                Some(list) => {
                    self.meter.spend(list.len().saturating_mul(STEP))?;
                    Ok(Some(list))
                }
                None => Err(self.takes(place, "a list", value)),
            },
        }
    }

    /// A text that was made.
    pub(super) fn made(&self, text: impl Into<String>) -> Result<Met<'e>, Problem> {
        let text = text.into();
        self.meter.text(text.len())?;
        Ok(Some(Cow::Owned(Value::from(text))))
    }

    /// A copy of an element.
    pub(super) fn copied(&self, value: &Value) -> Result<Met<'e>, Problem> {
        self.meter.copy(value)?;
        Ok(Some(Cow::Owned(value.clone())))
    }

    /// A list that was made of elements.
    pub(super) fn listed<'v>(
        &self,
        elements: impl Iterator<Item = &'v Value>,
    ) -> Result<Met<'e>, Problem> {
        let mut list = Vec::new();
        for element in elements {
            self.meter.copy(element)?;
            list.push(element.clone());
        }
        Ok(Some(Cow::Owned(Value::Array(list))))
    }

    pub(super) fn name(&self) -> &'static str {
        self.call.function.name
    }

    /// It takes something else than it was given.
    pub(super) fn takes(&self, place: usize, wanted: &str, met: &Value) -> Problem {
        Problem::r#type(format!(
            "argument {} of `{}` is {wanted}, but met {}; write {}",
            place + 1,
            self.name(),
            noun(met),
            self.call.function.usage
        ))
    }

    fn missing(&self, place: usize) -> Problem {
        let what = format!("argument {} of `{}`", place + 1, self.name());
        match self.call.arguments.get(place) {
            Some(node) => missing(node, &what),
            None => {
                Problem::argument(format!("{what} is missing; write {}", self.call.function.usage))
            }
        }
    }
}
