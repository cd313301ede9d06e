//! Functions on one text.

use serde_json::{Number, Value};
use std::borrow::Cow;

use super::super::evaluate::Met;
use super::super::fault::Problem;
use super::super::operators::noun;
use super::{Function, Given, Keeps};

pub(super) static ALL: &[Function] = &[
    Function::of_text("lower", "`lower(text)`", (1, 1), lower),
    Function::of_text("upper", "`upper(text)`", (1, 1), upper),
    Function::of_text("title", "`title(text)`", (1, 1), title),
    Function::of_text("capitalize", "`capitalize(text)`", (1, 1), capitalize),
    Function::of_text("trim", "`trim(text)` or `trim(text, characters)`", (1, 2), trim),
    Function::of_text("replace", "`replace(text, old, new)`", (3, 3), replace),
    Function::of_text("split", "`split(text, separator)`", (1, 2), split),
    Function {
        keeps: Keeps::All,
        ..Function::of_text("substr", "`substr(text, start, length)`", (2, 3), substr)
    },
    Function::of_text("truncate", "`truncate(text, length)`", (2, 2), truncate),
    Function::of_text("pad", "`pad(text, length, character)`", (2, 3), pad),
    Function::of_text("string", "`string(value)`", (1, 1), string),
    Function::of_text("int", "`int(text)`", (1, 1), int),
];

fn lower<'e>(given: &Given<'_, 'e>) -> Result<Met<'e>, Problem> {
    given.text(0)?.map_or(Ok(None), |text| given.made(text.to_lowercase()))
}

fn upper<'e>(given: &Given<'_, 'e>) -> Result<Met<'e>, Problem> {
    given.text(0)?.map_or(Ok(None), |text| given.made(text.to_uppercase()))
}

/// Every word begins with a capital, and goes on in lower case.
fn title<'e>(given: &Given<'_, 'e>) -> Result<Met<'e>, Problem> {
    let Some(text) = given.text(0)? else {
        return Ok(None);
    };
    let mut titled = String::with_capacity(text.len());
    let mut inside = false;
    for one in text.chars() {
        if inside {
            titled.extend(one.to_lowercase());
        } else {
            titled.extend(one.to_uppercase());
        }
        inside = one.is_alphanumeric() || (inside && matches!(one, '\'' | '’'));
    }
    given.made(titled)
}

fn capitalize<'e>(given: &Given<'_, 'e>) -> Result<Met<'e>, Problem> {
    let Some(text) = given.text(0)? else {
        return Ok(None);
    };
    let mut rest = text.chars();
    let first: String = rest.next().map(char::to_uppercase).into_iter().flatten().collect();
    given.made(first + &rest.as_str().to_lowercase())
}

fn trim<'e>(given: &Given<'_, 'e>) -> Result<Met<'e>, Problem> {
    let Some(text) = given.text(0)? else {
        return Ok(None);
    };
    if !given.has(1) {
        return given.made(text.trim());
    }
    let characters: Vec<char> = given.needed(1)?.chars().collect();
    given.meter.spend(text.len().saturating_mul(characters.len()))?;
    given.made(text.trim_matches(|one| characters.contains(&one)))
}

fn replace<'e>(given: &Given<'_, 'e>) -> Result<Met<'e>, Problem> {
    let Some(text) = given.text(0)? else {
        return Ok(None);
    };
    let (old, new) = (given.needed(1)?, given.needed(2)?);
    if old.is_empty() {
        return Err(Problem::argument(
            "argument 2 of `replace` is empty; name the text that is to be replaced",
        ));
    }
    let times = text.matches(&*old).count();
    given
        .meter
        .text((text.len() - times * old.len()).saturating_add(times.saturating_mul(new.len())))?;
    given.made(text.replace(&*old, &new))
}

/// Without a separator, between white space; empty parts stay only with one.
fn split<'e>(given: &Given<'_, 'e>) -> Result<Met<'e>, Problem> {
    let Some(text) = given.text(0)? else {
        return Ok(None);
    };
    if !given.has(1) {
        given.meter.list(text.split_whitespace().count())?;
        let list = text.split_whitespace().map(Value::from).collect();
        return Ok(Some(Cow::Owned(Value::Array(list))));
    }
    let separator = given.needed(1)?;
    if separator.is_empty() {
        return Err(Problem::argument(
            "argument 2 of `split` is empty; name what lies between the parts",
        ));
    }
    given.meter.list(text.matches(&*separator).count() + 1)?;
    let list = text.split(&*separator).map(Value::from).collect();
    Ok(Some(Cow::Owned(Value::Array(list))))
}

/// From a place, counted from 0, or from the end if it is negative.
fn substr<'e>(given: &Given<'_, 'e>) -> Result<Met<'e>, Problem> {
    let Some(text) = given.text(0)? else {
        return Ok(None);
    };
    let start = given.number(1)?;
    let places = usize::try_from(start.unsigned_abs()).unwrap_or(usize::MAX);
    let from = if start < 0 { text.chars().count().saturating_sub(places) } else { places };
    let length = if given.has(2) { given.count(2)? } else { usize::MAX };
    given.made(text.chars().skip(from).take(length).collect::<String>())
}

fn truncate<'e>(given: &Given<'_, 'e>) -> Result<Met<'e>, Problem> {
    let Some(text) = given.text(0)? else {
        return Ok(None);
    };
    let length = given.count(1)?;
    given.made(text.chars().take(length).collect::<String>().trim_end())
}

/// Filled up on the left: with zeros unless a character is given.
fn pad<'e>(given: &Given<'_, 'e>) -> Result<Met<'e>, Problem> {
    let Some(text) = given.text(0)? else {
        return Ok(None);
    };
    let wanted = given.count(1)?;
    let filler = given.text_or(2, "0")?;
    if filler.chars().count() != 1 {
        return Err(Problem::argument(
            "argument 3 of `pad` must be one character, as in `pad(text, 8, '0')`",
        ));
    }
    let lacking = wanted.saturating_sub(text.chars().count());
    given.meter.text(text.len().saturating_add(lacking.saturating_mul(filler.len())))?;
    given.made(filler.repeat(lacking) + &text)
}

fn string<'e>(given: &Given<'_, 'e>) -> Result<Met<'e>, Problem> {
    match given.value(0).map(|value| &**value) {
        Some(Value::Bool(answer)) => given.made(answer.to_string()),
        _ => given.text(0)?.map_or(Ok(None), given_text(given)),
    }
}

fn given_text<'g, 'e>(
    given: &'g Given<'_, 'e>,
) -> impl FnOnce(Cow<'_, str>) -> Result<Met<'e>, Problem> + 'g {
    |text| given.made(text)
}

/// A whole number that is written as a text.
fn int<'e>(given: &Given<'_, 'e>) -> Result<Met<'e>, Problem> {
    match given.value(0).map(|value| &**value) {
        None => Ok(None),
        Some(Value::Number(number)) if !number.is_f64() => {
            Ok(Some(Cow::Owned(Value::Number(number.clone()))))
        }
        Some(Value::String(text)) => match text.trim().parse::<i64>() {
            Ok(number) => Ok(Some(Cow::Owned(Value::Number(Number::from(number))))),
            Err(_) => Err(Problem::r#type(
                "`int` met a text that is no whole number; ask first, as in `regex_replace`",
            )),
        },
        Some(other) => {
            Err(Problem::r#type(format!("`int` makes a number of a text, but met {}", noun(other))))
        }
    }
}
