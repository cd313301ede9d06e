//! Rust source as tokens with line numbers: just enough to look for words, attributes and
//! the extent of functions without being fooled by comments and strings.
//!
//! Does not parse: it knows nothing of types or expressions.

/// What a token is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    /// An identifier or keyword.
    Word(String),
    /// The inside of a string literal, escapes as written.
    Text(String),
    /// One character of punctuation.
    Mark(char),
}

/// A token and the line it begins on, from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Spanned {
    pub(crate) line: usize,
    pub(crate) token: Token,
}

impl Spanned {
    pub(crate) fn is_word(&self, word: &str) -> bool {
        matches!(&self.token, Token::Word(found) if found == word)
    }

    pub(crate) fn is_mark(&self, mark: char) -> bool {
        self.token == Token::Mark(mark)
    }
}

/// The tokens of a source file; comments and white space are left out, numbers are words.
pub(crate) fn tokens(source: &str) -> Vec<Spanned> {
    let mut lexer = Lexer { rest: source, line: 1, found: Vec::new() };
    while lexer.step() {}
    lexer.found
}

struct Lexer<'a> {
    rest: &'a str,
    line: usize,
    found: Vec<Spanned>,
}

impl<'a> Lexer<'a> {
    fn step(&mut self) -> bool {
        let Some(first) = self.rest.chars().next() else {
            return false;
        };
        if self.rest.starts_with("//") {
            self.take(self.rest.find('\n').unwrap_or(self.rest.len()));
        } else if self.rest.starts_with("/*") {
            self.take(block_comment(self.rest));
        } else if let Some(quotes) = Quotes::at(self.rest) {
            self.string(&quotes);
        } else if first == '\'' {
            self.take(character_or_lifetime(self.rest));
        } else if first == '_' || first.is_alphanumeric() {
            self.word();
        } else {
            if !first.is_whitespace() {
                self.push(Token::Mark(first));
            }
            self.take(first.len_utf8());
        }
        true
    }

    fn word(&mut self) {
        let end =
            self.rest.find(|c: char| c != '_' && !c.is_alphanumeric()).unwrap_or(self.rest.len());
        let line = self.line;
        let word = self.take(end).to_owned();
        self.found.push(Spanned { line, token: Token::Word(word) });
    }

    fn string(&mut self, quotes: &Quotes) {
        let line = self.line;
        self.take(quotes.open);
        let end = quotes.end(self.rest);
        let text = self.take(end).to_owned();
        self.take(quotes.close.len().min(self.rest.len()));
        self.found.push(Spanned { line, token: Token::Text(text) });
    }

    fn push(&mut self, token: Token) {
        self.found.push(Spanned { line: self.line, token });
    }

    fn take(&mut self, bytes: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(bytes);
        self.line += taken.matches('\n').count();
        self.rest = rest;
        taken
    }
}

/// The quotes of a string literal: `"…"`, `b"…"`, `c"…"`, `r#"…"#` and their kin.
struct Quotes {
    open: usize,
    close: String,
    raw: bool,
}

impl Quotes {
    fn at(rest: &str) -> Option<Self> {
        let prefix = rest.len() - rest.trim_start_matches(['b', 'c', 'r']).len();
        let (letters, after) = rest.split_at_checked(prefix)?;
        let raw = letters.ends_with('r');
        let hashes = if raw { after.len() - after.trim_start_matches('#').len() } else { 0 };
        let known = matches!(letters, "" | "b" | "c" | "r" | "br" | "cr");
        (known && after.get(hashes..)?.starts_with('"')).then(|| Self {
            open: prefix + hashes + 1,
            close: format!("\"{}", "#".repeat(hashes)),
            raw,
        })
    }

    /// Where the closing quotes begin in what follows the opening ones.
    fn end(&self, rest: &str) -> usize {
        if self.raw {
            return rest.find(&self.close).unwrap_or(rest.len());
        }
        let mut escaped = false;
        for (at, character) in rest.char_indices() {
            match character {
                '"' if !escaped => return at,
                '\\' => escaped = !escaped,
                _ => escaped = false,
            }
        }
        rest.len()
    }
}

/// The length of a block comment; they nest.
fn block_comment(rest: &str) -> usize {
    let mut depth = 0_usize;
    let mut from = 0;
    while let Some(tail) = rest.get(from..) {
        let opens = tail.find("/*").unwrap_or(usize::MAX);
        let Some(closes) = tail.find("*/") else {
            return rest.len();
        };
        if opens < closes {
            depth += 1;
            from += opens + 2;
        } else {
            depth = depth.saturating_sub(1);
            from += closes + 2;
        }
        if depth == 0 {
            return from;
        }
    }
    rest.len()
}

/// The length of what a single quote begins: `'x'` whole, of a lifetime the quote alone.
fn character_or_lifetime(rest: &str) -> usize {
    let mut after = rest.char_indices().skip(1);
    match after.next() {
        Some((_, '\\')) => {
            after.skip(1).find(|(_, c)| *c == '\'').map_or(rest.len(), |(at, _)| at + 1)
        }
        _ => match after.next() {
            Some((at, '\'')) => at + 1,
            _ => 1,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::{Token, tokens};

    fn check(source: &str, expected: &[&str]) {
        let found: Vec<String> = tokens(source)
            .into_iter()
            .map(|spanned| match spanned.token {
                Token::Word(word) => word,
                Token::Text(text) => format!("\"{text}\""),
                Token::Mark(mark) => mark.to_string(),
            })
            .collect();
        assert_eq!(found, expected, "{source}");
    }

    #[test]
    fn comments_are_left_out() {
        check("a // b\nc /* d /* e */ f */ g", &["a", "c", "g"]);
    }

    #[test]
    fn strings_are_one_token() {
        check(r#"x = "a \" b";"#, &["x", "=", r#""a \" b""#, ";"]);
        check("r#\"a \" b\\\"# b\"c\"", &["\"a \" b\\\"", "\"c\""]);
    }

    #[test]
    fn words_that_begin_like_strings_are_words() {
        check("cr bar r b", &["cr", "bar", "r", "b"]);
    }

    #[test]
    fn characters_and_lifetimes_do_not_open_strings() {
        check(
            "'\"' fn f<'a>(x: &'a str) '\\'' y",
            &["fn", "f", "<", "a", ">", "(", "x", ":", "&", "a", "str", ")", "y"],
        );
    }

    #[test]
    fn lines_are_counted_through_strings_and_comments() {
        let last = tokens("\"a\nb\" /*\n\n*/ // x\nword").pop().unwrap();
        assert_eq!(last.line, 5);
    }
}
