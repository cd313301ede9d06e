//! Regular expressions, in the syntax of the `regex` crate: linear in time, and bounded in size.

use std::borrow::Cow;

use regex::{Regex, RegexBuilder};

use super::super::evaluate::Met;
use super::super::fault::{FaultKind, Problem};
use super::super::limits::fits;
use super::{Function, Given};

/// The most bytes that a compiled pattern may take.
const LARGEST_PATTERN: usize = 256 * 1_024;
/// How deep a pattern may be nested.
const DEEPEST_PATTERN: u32 = 32;

/// The longest text that is searched, in bytes.
const LONGEST_SEARCHED: usize = 8_192;
/// What a byte costs each time that it is searched: as much work as the pattern is large.
const SEARCH: usize = 16;

pub(super) static ALL: &[Function] = &[
    Function {
        literals: &[(1, compile)],
        ..Function::of_text(
            "regex_replace",
            "`regex_replace(text, 'pattern', new)`",
            (3, 3),
            regex_replace,
        )
    },
    Function {
        literals: &[(1, compile)],
        ..Function::of_text("regex_match", "`regex_match(text, 'pattern')`", (2, 2), regex_match)
    },
];

fn compile(pattern: &str) -> Result<Option<Regex>, Problem> {
    let built = RegexBuilder::new(pattern)
        .size_limit(LARGEST_PATTERN)
        .dfa_size_limit(LARGEST_PATTERN)
        .nest_limit(DEEPEST_PATTERN)
        .build();
    match built {
        Ok(regex) => Ok(Some(regex)),
        Err(regex::Error::CompiledTooBig(_)) => {
            Err(Problem::limit("the pattern is too large; write it without long repetitions"))
        }
        Err(error) => {
            let text = error.to_string();
            let why = text.lines().last().unwrap_or_default().trim_start_matches("error: ");
            Err(Problem::new(FaultKind::Syntax, format!("the pattern cannot be read: {why}")))
        }
    }
}

/// All that matches, replaced. `$1` or `${name}` in the new text stands for a group.
fn regex_replace<'e>(given: &Given<'_, 'e>) -> Result<Met<'e>, Problem> {
    let (Some(text), Some(regex)) = (given.text(0)?, &given.call.pattern) else {
        return Ok(None);
    };
    searched(given, &text)?;
    let new = given.needed(2)?;
    let references = new.matches('$').count();
    let mut replaced = String::new();
    let mut done = 0;
    for groups in regex.captures_iter(&text) {
        let Some(whole) = groups.get(0) else { continue };
        // Every search may look at all that is left.
        given.meter.spend((text.len() - whole.start()).saturating_mul(SEARCH))?;
        replaced.push_str(text.get(done..whole.start()).unwrap_or_default());
        // No group is longer than the whole.
        let most = new.len().saturating_add(references.saturating_mul(whole.len()));
        fits(replaced.len().saturating_add(most))?;
        groups.expand(&new, &mut replaced);
        done = whole.end();
    }
    replaced.push_str(text.get(done..).unwrap_or_default());
    given.made(replaced)
}

fn searched(given: &Given<'_, '_>, text: &str) -> Result<(), Problem> {
    if text.len() > LONGEST_SEARCHED {
        return Err(Problem::limit(format!(
            "`{}` met a text longer than {LONGEST_SEARCHED} bytes; cut it first with `truncate`",
            given.name()
        )));
    }
    given.meter.spend(text.len().saturating_mul(SEARCH))
}

/// Whether it matches anywhere.
fn regex_match<'e>(given: &Given<'_, 'e>) -> Result<Met<'e>, Problem> {
    let matches = match (given.text(0)?, &given.call.pattern) {
        (Some(text), Some(regex)) => {
            searched(given, &text)?;
            regex.is_match(&text)
        }
        _ => false,
    };
    Ok(Some(Cow::Owned(matches.into())))
}
