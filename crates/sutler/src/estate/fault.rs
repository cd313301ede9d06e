//! Faults of an estate file: where, what, and what was expected. All of them, not the first.

use std::cell::RefCell;
use std::fmt;
use std::ops::Range;

use serde::{Deserialize, Serialize};

/// One fault.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Fault {
    /// Counted from 1.
    pub(crate) line: usize,
    /// In characters, counted from 1.
    pub(crate) column: usize,
    /// What is wrong, and what was expected.
    pub(crate) message: String,
    /// The file, as it was named.
    pub(crate) file: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, column, message } = self;
        write!(f, "{file}:{line}:{column}: {message}")
    }
}

/// The faults of one file, gathered while it is read.
pub(super) struct Faults<'a> {
    file: &'a str,
    text: &'a str,
    found: RefCell<Vec<Fault>>,
}

impl<'a> Faults<'a> {
    pub(super) fn new(file: &'a str, text: &'a str) -> Self {
        Self { file, text, found: RefCell::new(Vec::new()) }
    }

    /// Notes a fault at a place.
    pub(super) fn add(&self, at: &Range<usize>, message: impl Into<String>) {
        self.add_in(self.file, self.text, at, message);
    }

    /// Notes a fault at a place of another file, which this one names.
    pub(super) fn add_in(
        &self,
        file: &str,
        text: &str,
        at: &Range<usize>,
        message: impl Into<String>,
    ) {
        let before = text.get(..at.start).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let column = before.get(start..).map_or(0, |line| line.chars().count()) + 1;
        self.found.borrow_mut().push(Fault {
            line,
            column,
            message: message.into(),
            file: file.to_owned(),
        });
    }

    /// The faults in the order of the file, each once.
    pub(super) fn sorted(&self) -> Vec<Fault> {
        let mut found = self.found.borrow().clone();
        found.sort();
        found.dedup();
        found
    }
}

/// The known name that is nearest to a misspelt one, if one is near.
pub(super) fn nearest<'a>(written: &str, known: &[&'a str]) -> Option<&'a str> {
    known
        .iter()
        .map(|name| (distance(written, name), *name))
        .filter(|(distance, name)| *distance <= name.len().div_ceil(3))
        .min()
        .map(|(_, name)| name)
}

/// The number of letters to insert, drop or replace.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, letter) in a.chars().enumerate() {
        let mut next = vec![i + 1];
        for (j, other) in b.iter().enumerate() {
            let replace = row.get(j).copied().unwrap_or(0) + usize::from(letter != *other);
            let drop = row.get(j + 1).copied().unwrap_or(0) + 1;
            let insert = next.get(j).copied().unwrap_or(0) + 1;
            next.push(replace.min(drop).min(insert));
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelt_names_find_their_neighbour() {
        let known = ["connector", "url", "auth"];
        assert_eq!(nearest("conector", &known), Some("connector"));
        assert_eq!(nearest("URL", &["url"]), None);
        assert_eq!(nearest("autth", &known), Some("auth"));
        assert_eq!(nearest("whatever", &known), None);
    }

    #[test]
    fn places_are_lines_and_columns_of_characters() {
        let text = "a = 1\nñb = 2\n";
        let faults = Faults::new("f.toml", text);
        faults.add(&(text.find('b').unwrap()..8), "wrong");
        assert_eq!(faults.sorted()[0].to_string(), "f.toml:2:2: wrong");
    }
}
