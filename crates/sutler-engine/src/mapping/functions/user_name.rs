//! Names of accounts: in ASCII, safe, unique, and in the pattern of WSO2's identifiers.

use std::borrow::Cow;

use serde_json::Value;
use sutler_model::Kind;

use super::super::evaluate::Met;
use super::super::fault::Problem;
use super::super::limits::fits;
use super::super::reads::Reads;
use super::{Function, Given, NOTHING};

pub(super) static ALL: &[Function] = &[
    Function {
        literals: &[(1, language)],
        ..Function::of_text(
            "transliterate",
            "`transliterate(text)` or `transliterate(text, 'de')`",
            (1, 2),
            transliterate,
        )
    },
    Function {
        literals: &[(1, language)],
        ..Function::of_text("slug", "`slug(text)` or `slug(text, 'de')`", (1, 2), slug)
    },
    Function {
        literals: &[(1, language)],
        ..Function::of_text(
            "username",
            "`username(text)` or `username(text, 'de')`",
            (1, 2),
            username,
        )
    },
    Function {
        reads: Reads { attempt: true, ..NOTHING },
        ..Function::of_text("unique", "`unique(text)` or `unique(text, length)`", (1, 2), unique)
    },
    Function {
        literals: &[(0, pattern)],
        ..Function::new("wso2_id", "`wso2_id('{UD,UN,TD,IDP}', '_')`", (2, 2), wso2_id)
    },
];

/// What a language writes where the alphabet has no such letter; all else is the table's.
const GERMAN: [(char, &str); 6] =
    [('ä', "ae"), ('ö', "oe"), ('ü', "ue"), ('Ä', "Ae"), ('Ö', "Oe"), ('Ü', "Ue")];
const NORDIC: [(char, &str); 6] =
    [('æ', "ae"), ('ø', "oe"), ('å', "aa"), ('Æ', "Ae"), ('Ø', "Oe"), ('Å', "Aa")];

fn letters(language: &str) -> Option<&'static [(char, &'static str)]> {
    match language {
        "de" => Some(&GERMAN),
        "da" | "nb" => Some(&NORDIC),
        _ => None,
    }
}

fn language(language: &str) -> Result<Option<regex::Regex>, Problem> {
    match letters(language) {
        Some(_) => Ok(None),
        None => Err(Problem::argument(
            "the language must be `de`, `da` or `nb`; leave it out for all others",
        )),
    }
}

/// ASCII, as Latin letters are read aloud.
fn ascii(given: &Given<'_, '_>) -> Result<Option<String>, Problem> {
    let Some(text) = given.text(0)? else {
        return Ok(None);
    };
    let own = letters(&given.text_or(1, "")?).unwrap_or_default();
    let mut ascii = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(one) = characters.next() {
        let composed = characters
            .peek()
            .and_then(|mark| compose(one, *mark))
            .filter(|letter| own.iter().any(|(own, _)| own == letter));
        if composed.is_some() {
            characters.next();
        }
        let one = composed.unwrap_or(one);
        match own.iter().find(|(letter, _)| *letter == one) {
            Some((_, written)) => ascii.push_str(written),
            None => ascii.push_str(any_ascii::any_ascii_char(one)),
        }
        // One character may become many.
        fits(ascii.len())?;
    }
    Ok(Some(ascii))
}

/// A letter and the mark above it, where one of the languages has them as one letter.
fn compose(letter: char, mark: char) -> Option<char> {
    match (letter, mark) {
        ('a', '\u{308}') => Some('ä'),
        ('o', '\u{308}') => Some('ö'),
        ('u', '\u{308}') => Some('ü'),
        ('A', '\u{308}') => Some('Ä'),
        ('O', '\u{308}') => Some('Ö'),
        ('U', '\u{308}') => Some('Ü'),
        ('a', '\u{30a}') => Some('å'),
        ('A', '\u{30a}') => Some('Å'),
        _ => None,
    }
}

fn transliterate<'e>(given: &Given<'_, 'e>) -> Result<Met<'e>, Problem> {
    ascii(given)?.map_or(Ok(None), |text| given.made(text))
}

/// Lower-case letters and digits, with `-` between words.
fn slug<'e>(given: &Given<'_, 'e>) -> Result<Met<'e>, Problem> {
    ascii(given)?.map_or(Ok(None), |text| given.made(safe(&text, '-', &[])))
}

/// Lower-case letters, digits, `.`, `_` and `-`, with `.` between words.
fn username<'e>(given: &Given<'_, 'e>) -> Result<Met<'e>, Problem> {
    ascii(given)?.map_or(Ok(None), |text| given.made(safe(&text, '.', &['.', '_', '-'])))
}

/// Quotation marks vanish; all else that may not stay is a gap, and a run of gaps is one.
fn safe(text: &str, gap: char, kept: &[char]) -> String {
    let mut safe = String::with_capacity(text.len());
    let mut last = gap;
    for one in text.chars().filter(|one| !matches!(one, '\'' | '`' | '"')) {
        let one = if one.is_ascii_alphanumeric() || kept.contains(&one) {
            one.to_ascii_lowercase()
        } else {
            gap
        };
        if one.is_ascii_alphanumeric() || last.is_ascii_alphanumeric() {
            safe.push(one);
            last = one;
        }
    }
    safe.trim_end_matches(|one: char| !one.is_ascii_alphanumeric()).to_owned()
}

/// The text, and after it, or before its `@`, how many such names were taken.
fn unique<'e>(given: &Given<'_, 'e>) -> Result<Met<'e>, Problem> {
    let Some(text) = given.text(0)? else {
        return Ok(None);
    };
    let number = match given.facts.attempt {
        0 => String::new(),
        attempt => attempt.to_string(),
    };
    let (local, domain) =
        text.rfind('@').and_then(|at| text.split_at_checked(at)).unwrap_or((&text, ""));
    let taken = number.len() + domain.chars().count();
    let room = if given.has(1) {
        given.count(1)?.checked_sub(taken).filter(|room| *room > 0)
    } else {
        Some(usize::MAX)
    };
    let Some(room) = room else {
        return Err(Problem::argument(
            "argument 2 of `unique` leaves no room for the name; make it larger",
        ));
    };
    let local: String = local.chars().take(room).collect();
    given.made([&local, &*number, domain].concat())
}

/// The pattern's parts, in order.
fn parts(pattern: &str) -> Option<Vec<&str>> {
    let inside = pattern.trim().strip_prefix('{')?.strip_suffix('}')?;
    let parts: Vec<&str> = inside.split(',').map(str::trim).collect();
    parts.iter().all(|part| ["UD", "UN", "TD", "IDP"].contains(part)).then_some(parts)
}

fn pattern(pattern: &str) -> Result<Option<regex::Regex>, Problem> {
    match parts(pattern) {
        Some(_) => Ok(None),
        None => Err(Problem::argument(
            "the pattern of `wso2_id` lists some of UD, UN, TD and IDP in braces, as in `'{UD,UN,TD,IDP}'`",
        )),
    }
}

/// User store domain, user name, tenant domain and identity provider, of which all but the name
/// lose the separator; in lower case.
fn wso2_id<'e>(given: &Given<'_, 'e>) -> Result<Met<'e>, Problem> {
    let (pattern, separator) = (given.needed(0)?, given.needed(1)?);
    let attribute = match given.facts.kind {
        Kind::User => "userName",
        Kind::Group => "displayName",
    };
    let Some(name) = given.facts.body.get(attribute).and_then(Value::as_str) else {
        return Ok(None);
    };
    let clean = |text: &str| {
        if separator.is_empty() { text.to_owned() } else { text.replace(&*separator, "") }
    };
    let mut written = Vec::new();
    for part in parts(&pattern).unwrap_or_default() {
        written.push(match part {
            "UD" => clean(given.facts.domain),
            "TD" => clean(given.facts.tenant),
            "IDP" => clean(given.facts.target),
            _ => without_domain(name, given.facts.domain).into_owned(),
        });
    }
    given.made(written.join(&separator).to_lowercase())
}

/// `PRIMARY/ann` is `ann` in the user store `PRIMARY`.
fn without_domain<'n>(name: &'n str, domain: &str) -> Cow<'n, str> {
    match name.split_once('/') {
        Some((before, rest)) if before.eq_ignore_ascii_case(domain) => Cow::Borrowed(rest),
        _ => Cow::Borrowed(name),
    }
}
