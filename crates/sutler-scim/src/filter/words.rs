//! Filter text taken apart into words.

use std::fmt;

use sutler_model::Invalid;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Word<'a> {
    /// An attribute path, an operator, or a literal without quotes.
    Name(&'a str),
    /// A JSON string, unescaped.
    Text(String),
    OpenParenthesis,
    CloseParenthesis,
    OpenBracket,
    CloseBracket,
}

impl fmt::Display for Word<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => write!(f, "`{}`", shown(name)),
            Self::Text(_) => f.write_str("text in quotes"),
            Self::OpenParenthesis => f.write_str("`(`"),
            Self::CloseParenthesis => f.write_str("`)`"),
            Self::OpenBracket => f.write_str("`[`"),
            Self::CloseBracket => f.write_str("`]`"),
        }
    }
}

/// Cut to a length that fits a message.
pub(super) fn shown(word: &str) -> String {
    word.chars().filter(|c| !c.is_control()).take(60).collect()
}

pub(super) struct Words<'a> {
    length: usize,
    rest: &'a str,
}

impl<'a> Words<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { length: text.len(), rest: text }
    }

    pub(super) fn rest(&self) -> &'a str {
        self.rest
    }

    /// How far the text is read.
    pub(super) fn place(&self) -> usize {
        self.length - self.rest.len()
    }

    pub(super) fn peek(&self) -> Result<Option<Word<'a>>, Invalid> {
        Ok(split(self.rest)?.map(|(word, _)| word))
    }

    pub(super) fn next(&mut self) -> Result<Option<Word<'a>>, Invalid> {
        Ok(split(self.rest)?.map(|(word, rest)| {
            self.rest = rest;
            word
        }))
    }

    /// Takes the next word if it is this one, in any spelling.
    pub(super) fn take_name(&mut self, name: &str) -> Result<bool, Invalid> {
        match split(self.rest)? {
            Some((Word::Name(word), rest)) if word.eq_ignore_ascii_case(name) => {
                self.rest = rest;
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    /// Takes `.sub` right after a bracket.
    pub(super) fn take_sub(&mut self) -> Result<Option<&'a str>, Invalid> {
        let Some(rest) = self.rest.strip_prefix('.') else {
            return Ok(None);
        };
        match split(rest)? {
            Some((Word::Name(word), after))
                if rest.starts_with(word) && !word.contains(['.', ':']) =>
            {
                self.rest = after;
                Ok(Some(word))
            }
            _ => Err(Invalid::filter("a sub-attribute is expected after `].`")),
        }
    }
}

fn split(text: &str) -> Result<Option<(Word<'_>, &str)>, Invalid> {
    let text = text.trim_start_matches([' ', '\t']);
    let Some(first) = text.chars().next() else {
        return Ok(None);
    };
    let sign = match first {
        '(' => Some(Word::OpenParenthesis),
        ')' => Some(Word::CloseParenthesis),
        '[' => Some(Word::OpenBracket),
        ']' => Some(Word::CloseBracket),
        _ => None,
    };
    if let Some(sign) = sign {
        return Ok(Some((sign, text.get(1..).unwrap_or_default())));
    }
    if first == '"' {
        return quoted(text).map(Some);
    }
    let end = text.find([' ', '\t', '(', ')', '[', ']', '"']).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    Ok(Some((Word::Name(name), rest)))
}

/// A JSON string with its escapes (T-F3).
fn quoted(text: &str) -> Result<(Word<'_>, &str), Invalid> {
    let mut escaped = false;
    for (place, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => {
                let (literal, rest) = text.split_at(place + 1);
                let value = serde_json::from_str(literal)
                    .map_err(|_| Invalid::filter("text in quotes must be a JSON string"))?;
                return Ok((Word::Text(value), rest));
            }
            _ => {}
        }
    }
    Err(Invalid::filter("a quotation mark is not closed"))
}
