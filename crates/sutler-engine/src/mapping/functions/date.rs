//! Dates in other forms. Knows no clock: it writes what a text says, in the zone that it says.

use jiff::civil::{DateTime, Time};
use jiff::fmt::strtime::BrokenDownTime;
use jiff::fmt::temporal::Pieces;
use jiff::tz::Offset;
use regex::Regex;

use super::super::evaluate::Met;
use super::super::fault::{FaultKind, Problem};
use super::{Function, Given};

/// The longest form, in bytes.
const LONGEST_FORM: usize = 256;

pub(super) static ALL: &[Function] = &[Function {
    literals: &[(1, form), (2, form)],
    ..Function::of_text(
        "date_format",
        "`date_format(text, '%d.%m.%Y')` or `date_format(text, '%d.%m.%Y', '%Y-%m-%d')`, the form that it has before the one wanted",
        (2, 3),
        date_format,
    )
}];

fn form(form: &str) -> Result<Option<Regex>, Problem> {
    if form.len() > LONGEST_FORM {
        return Err(Problem::limit(format!(
            "the form is longer than {LONGEST_FORM} bytes; make it shorter"
        )));
    }
    write(form, DateTime::default(), Offset::UTC).map(|_| None)
}

fn write(form: &str, at: DateTime, offset: Offset) -> Result<String, Problem> {
    let mut parts = BrokenDownTime::from(at);
    parts.set_offset(Some(offset));
    parts.to_string(form).map_err(|error| {
        Problem::new(FaultKind::Syntax, format!("the form `{form}` cannot be used: {error}"))
    })
}

/// From a dateTime (RFC 3339), or from the form that is named, to another form.
fn date_format<'e>(given: &Given<'_, 'e>) -> Result<Met<'e>, Problem> {
    let Some(text) = given.text(0)? else {
        return Ok(None);
    };
    let found = if given.has(2) { in_form(&text, &given.needed(1)?) } else { in_standard(&text) };
    let wrong = if given.has(2) {
        "`date_format` met a text that is not a date in the form of argument 2"
    } else {
        "`date_format` met a text that is no date as in `2026-01-31T08:00:00Z`; name its form before the one wanted"
    };
    let (at, offset) = found.ok_or_else(|| Problem::r#type(wrong))?;
    let wanted = given.needed(if given.has(2) { 2 } else { 1 })?;
    given.made(write(&wanted, at, offset)?)
}

fn in_standard(text: &str) -> Option<(DateTime, Offset)> {
    let pieces = Pieces::parse(text).ok()?;
    let at = DateTime::from_parts(pieces.date(), pieces.time().unwrap_or(Time::midnight()));
    Some((at, pieces.to_numeric_offset().unwrap_or(Offset::UTC)))
}

fn in_form(text: &str, form: &str) -> Option<(DateTime, Offset)> {
    let parts = BrokenDownTime::parse(form, text).ok()?;
    let at =
        DateTime::from_parts(parts.to_date().ok()?, parts.to_time().unwrap_or(Time::midnight()));
    Some((at, parts.offset().unwrap_or(Offset::UTC)))
}
