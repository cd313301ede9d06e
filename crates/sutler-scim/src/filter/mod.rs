//! Filter text (RFC 7644 §3.4.2.2) into a filter. Checks words, not meaning.
//!
//! Limits: 8 KiB of text, 256 comparisons, 32 parentheses in each other. Two deviations are
//! read where a dialect has them: a sub-attribute after brackets, and text without quotes.

mod words;

use serde_json::Number;
use sutler_model::dialect::Tolerance;
use sutler_model::filter::{Filter, Literal, Operator};
use sutler_model::path::AttributePath;
use sutler_model::{Invalid, Leniencies, Leniency};

use words::{Word, Words};

/// How long a filter may be, in bytes.
pub const MAXIMUM_LENGTH: usize = 8 * 1024;
/// How many comparisons it may hold.
pub const MAXIMUM_TERMS: usize = 256;
/// How deep its parentheses may lie in each other.
pub const MAXIMUM_DEPTH: usize = 32;

/// Reads a filter strictly.
pub fn parse(text: &str) -> Result<Filter, Invalid> {
    parse_tolerantly(text, &mut Tolerance::new(Leniencies::STRICT))
}

/// Reads a filter with what a dialect allows.
pub fn parse_tolerantly(text: &str, tolerance: &mut Tolerance) -> Result<Filter, Invalid> {
    let mut parser = Parser::new(text, tolerance)?;
    let filter = parser.disjunction()?;
    match parser.words.peek()? {
        None => Ok(filter),
        Some(word) => Err(parser.unexpected(&word)),
    }
}

/// Reads what stands in the brackets of a path: `text` begins after the `[`. Returns what
/// follows the `]`.
pub(crate) fn parse_brackets<'a>(
    text: &'a str,
    tolerance: &mut Tolerance,
) -> Result<(Filter, &'a str), Invalid> {
    let mut parser = Parser::new(text, tolerance)?;
    parser.in_brackets = true;
    let filter = parser.disjunction()?;
    parser.close(&Word::CloseBracket)?;
    Ok((filter, parser.words.rest()))
}

struct Parser<'a, 't> {
    words: Words<'a>,
    tolerance: &'t mut Tolerance,
    in_brackets: bool,
    depth: usize,
    terms: usize,
}

impl<'a, 't> Parser<'a, 't> {
    fn new(text: &'a str, tolerance: &'t mut Tolerance) -> Result<Self, Invalid> {
        if text.len() > MAXIMUM_LENGTH {
            return Err(Invalid::filter(format!(
                "the filter is longer than {MAXIMUM_LENGTH} bytes"
            )));
        }
        Ok(Self { words: Words::new(text), tolerance, in_brackets: false, depth: 0, terms: 0 })
    }

    fn unexpected(&self, word: &Word<'_>) -> Invalid {
        Invalid::filter(format!("unexpected {word} at character {}", self.words.place()))
    }

    fn close(&mut self, expected: &Word<'_>) -> Result<(), Invalid> {
        match self.words.next()? {
            Some(word) if word == *expected => Ok(()),
            Some(word) => Err(self.unexpected(&word)),
            None => Err(Invalid::filter(format!("the filter ends where {expected} is missing"))),
        }
    }

    /// `or` binds less than `and` (T-F1).
    fn disjunction(&mut self) -> Result<Filter, Invalid> {
        self.joined("or", Self::conjunction, Filter::Or)
    }

    fn conjunction(&mut self) -> Result<Filter, Invalid> {
        self.joined("and", Self::part, Filter::And)
    }

    fn joined(
        &mut self,
        word: &str,
        part: fn(&mut Self) -> Result<Filter, Invalid>,
        join: fn(Vec<Filter>) -> Filter,
    ) -> Result<Filter, Invalid> {
        let first = part(self)?;
        let mut more = Vec::new();
        while self.words.take_name(word)? {
            more.push(part(self)?);
        }
        if more.is_empty() {
            return Ok(first);
        }
        more.insert(0, first);
        Ok(join(more))
    }

    fn part(&mut self) -> Result<Filter, Invalid> {
        match self.words.next()? {
            Some(Word::OpenParenthesis) => self.group(),
            Some(Word::Name(name)) => {
                let negates = name.eq_ignore_ascii_case("not");
                if negates && self.words.peek()? == Some(Word::OpenParenthesis) {
                    self.words.next()?;
                    return Ok(Filter::Not(Box::new(self.group()?)));
                }
                self.attribute(name)
            }
            Some(word) => Err(self.unexpected(&word)),
            None => Err(Invalid::filter("the filter ends where an attribute is expected")),
        }
    }

    fn group(&mut self) -> Result<Filter, Invalid> {
        self.enter()?;
        let inner = self.disjunction()?;
        self.close(&Word::CloseParenthesis)?;
        self.depth -= 1;
        Ok(inner)
    }

    fn enter(&mut self) -> Result<(), Invalid> {
        self.depth += 1;
        if self.depth > MAXIMUM_DEPTH {
            return Err(Invalid::filter(format!(
                "the filter nests deeper than {MAXIMUM_DEPTH} levels"
            )));
        }
        Ok(())
    }

    fn attribute(&mut self, name: &str) -> Result<Filter, Invalid> {
        let path = attribute_path(name)?;
        if self.words.peek()? == Some(Word::OpenBracket) {
            self.words.next()?;
            return self.element(path);
        }
        self.comparison(path)
    }

    fn element(&mut self, path: AttributePath) -> Result<Filter, Invalid> {
        if self.in_brackets {
            return Err(Invalid::filter("brackets cannot stand inside brackets"));
        }
        self.enter()?;
        self.in_brackets = true;
        let inner = self.disjunction()?;
        self.in_brackets = false;
        self.close(&Word::CloseBracket)?;
        self.depth -= 1;
        let Some(sub) = self.words.take_sub()? else {
            return Ok(Filter::Element(path, Box::new(inner)));
        };
        if !self.tolerance.takes(Leniency::ValuePathFilter) {
            return Err(Invalid::filter(format!(
                "`.{sub}` cannot follow brackets: write the comparison inside them"
            )));
        }
        let last = self.comparison(attribute_path(sub)?)?;
        let both = Filter::And(vec![inner, last]);
        Ok(Filter::Element(path, Box::new(both)))
    }

    fn comparison(&mut self, path: AttributePath) -> Result<Filter, Invalid> {
        self.terms += 1;
        if self.terms > MAXIMUM_TERMS {
            return Err(Invalid::filter(format!(
                "the filter has more than {MAXIMUM_TERMS} comparisons"
            )));
        }
        let operator = match self.words.next()? {
            Some(Word::Name(word)) if word.eq_ignore_ascii_case("pr") => {
                return Ok(Filter::Present(path));
            }
            Some(Word::Name(word)) => Operator::from_word(word).ok_or_else(|| {
                Invalid::filter(format!("`{}` is not an operator", words::shown(word)))
            })?,
            Some(word) => return Err(self.unexpected(&word)),
            None => return Err(Invalid::filter(format!("an operator is missing after `{path}`"))),
        };
        let literal = self.literal(&path, operator)?;
        Ok(Filter::Compare(path, operator, literal))
    }

    fn literal(&mut self, path: &AttributePath, operator: Operator) -> Result<Literal, Invalid> {
        match self.words.next()? {
            Some(Word::Text(text)) => Ok(Literal::Text(text)),
            Some(Word::Name("true")) => Ok(Literal::Boolean(true)),
            Some(Word::Name("false")) => Ok(Literal::Boolean(false)),
            Some(Word::Name("null")) => Ok(Literal::Null),
            Some(Word::Name(word)) => self.bare(word),
            Some(word) => Err(self.unexpected(&word)),
            None => Err(Invalid::filter(format!(
                "a value is missing after `{path} {}`",
                operator.word()
            ))),
        }
    }

    /// A word without quotes: a number; or text, where that is tolerated and no number would
    /// be another text.
    fn bare(&mut self, word: &str) -> Result<Literal, Invalid> {
        let number = number(word);
        let strict = !self.tolerance.allows(Leniency::UnquotedText);
        match number.filter(|number| strict || number.to_string() == word) {
            Some(number) => Ok(Literal::Number(number)),
            None if self.tolerance.takes(Leniency::UnquotedText) => {
                Ok(Literal::Text(word.to_owned()))
            }
            None => Err(Invalid::filter(format!(
                "`{}` is no JSON value: write text in double quotes",
                words::shown(word)
            ))),
        }
    }
}

/// A name where an attribute is expected.
fn attribute_path(name: &str) -> Result<AttributePath, Invalid> {
    name.parse().map_err(|refused: Invalid| Invalid::filter(refused.detail))
}

/// A JSON number. What is no whole number of 64 bits is rounded to the nearest, which the JSON
/// reader does not promise: what is printed could then be read as another one.
fn number(word: &str) -> Option<Number> {
    let read: Number = serde_json::from_str(word).ok()?;
    if read.is_f64() { word.parse().ok().and_then(Number::from_f64) } else { Some(read) }
}
