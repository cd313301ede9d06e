//! One table of an estate file, read key by key; what was never asked for is unknown.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeInteger, DeTable, DeValue};

use super::fault::{Faults, nearest};

/// A value with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Placed<T> {
    pub(crate) value: T,
    pub(crate) at: Range<usize>,
}

impl<T> Placed<T> {
    /// Something made of the value, at the same place.
    pub(crate) fn map<U>(self, make: impl FnOnce(T) -> U) -> Placed<U> {
        Placed { value: make(self.value), at: self.at }
    }
}

/// A table that is being read.
pub(super) struct Section<'a> {
    /// What it is called in messages: `[[target]]`.
    name: &'static str,
    table: &'a DeTable<'a>,
    at: Range<usize>,
    asked: Vec<&'static str>,
    faults: &'a Faults<'a>,
}

impl<'a> Section<'a> {
    pub(super) fn new(
        name: &'static str,
        table: &'a DeTable<'a>,
        at: Range<usize>,
        faults: &'a Faults<'a>,
    ) -> Self {
        Self { name, table, at, asked: Vec::new(), faults }
    }

    pub(super) fn at(&self) -> Range<usize> {
        self.at.clone()
    }

    pub(super) fn fault(&self, at: &Range<usize>, message: impl Into<String>) {
        self.faults.add(at, message);
    }

    fn get(&mut self, key: &'static str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.asked.push(key);
        self.table.iter().find(|(name, _)| name.get_ref() == key).map(|(_, value)| value)
    }

    fn wrong(&self, key: &str, value: &Spanned<DeValue<'_>>, expected: &str) {
        let found = value.get_ref().type_str();
        let message =
            format!("`{key}` in {} must be {expected}, not {} {found}", self.name, article(found));
        self.faults.add(&value.span(), message);
    }

    /// A text, if it is there.
    pub(super) fn text(&mut self, key: &'static str) -> Option<Placed<String>> {
        let value = self.get(key)?;
        let text = value.get_ref().as_str();
        if text.is_none() {
            self.wrong(key, value, "a string");
        }
        Some(Placed { value: text?.to_owned(), at: value.span() })
    }

    /// A text that must be there and not be empty.
    pub(super) fn required(&mut self, key: &'static str, example: &str) -> Option<Placed<String>> {
        if !self.has(key) {
            self.asked.push(key);
            let message = format!("`{key}` is missing in {}: write `{key} = {example}`", self.name);
            self.faults.add(&self.at, message);
            return None;
        }
        let text = self.text(key)?;
        if text.value.is_empty() {
            let message =
                format!("`{key}` in {} must not be empty: write `{key} = {example}`", self.name);
            self.faults.add(&text.at, message);
            return None;
        }
        Some(text)
    }

    /// One of a few words; `default` if it is not there. Words that are `later` are refused
    /// as not built yet.
    pub(super) fn word<T: Copy>(
        &mut self,
        key: &'static str,
        known: &[(&str, T)],
        later: &[&str],
        default: T,
    ) -> T {
        let Some(text) = self.text(key) else {
            return default;
        };
        if let Some((_, value)) = known.iter().find(|(word, _)| *word == text.value) {
            return *value;
        }
        let words: Vec<String> = known.iter().map(|(word, _)| format!("\"{word}\"")).collect();
        let words = words.join(" or ");
        let message = if later.contains(&text.value.as_str()) {
            format!("`{key} = \"{}\"` is not built yet in this version: use {words}", text.value)
        } else {
            format!("`{key}` in {} must be {words}, not \"{}\"", self.name, text.value)
        };
        self.faults.add(&text.at, message);
        default
    }

    /// True or false.
    pub(super) fn flag(&mut self, key: &'static str, default: bool) -> bool {
        let Some(value) = self.get(key) else {
            return default;
        };
        value.get_ref().as_bool().unwrap_or_else(|| {
            self.wrong(key, value, "true or false");
            default
        })
    }

    /// A whole number from 1 to `most`.
    pub(super) fn count(&mut self, key: &'static str, most: u32) -> Option<u32> {
        let value = self.get(key)?;
        let number = integer(value.get_ref())
            .and_then(|number| u32::try_from(number).ok())
            .filter(|number| (1..=most).contains(number));
        if number.is_none() {
            self.wrong_value(key, value, &format!("a whole number from 1 to {most}"));
        }
        number
    }

    /// A span: `"10s"`, `"500ms"`, `"2m"`, or a number of milliseconds.
    pub(super) fn span(&mut self, key: &'static str, default: i64, range: Range<i64>) -> i64 {
        let Some(value) = self.get(key) else {
            return default;
        };
        let millis = match value.get_ref() {
            DeValue::String(text) => milliseconds(text),
            other => integer(other),
        };
        millis.filter(|millis| range.contains(millis)).unwrap_or_else(|| {
            let expected = format!(
                "a span such as \"10s\", \"500ms\" or \"2m\" (or a number of milliseconds) from {} ms to {} ms",
                range.start,
                range.end - 1
            );
            self.wrong_value(key, value, &expected);
            default
        })
    }

    fn wrong_value(&self, key: &str, value: &Spanned<DeValue<'_>>, expected: &str) {
        let message = format!("`{key}` in {} must be {expected}", self.name);
        self.faults.add(&value.span(), message);
    }

    /// A list of texts, if it is there.
    pub(super) fn list(&mut self, key: &'static str) -> Option<Vec<Placed<String>>> {
        let value = self.get(key)?;
        let Some(items) = value.get_ref().as_array() else {
            self.wrong(key, value, "a list of strings");
            return Some(Vec::new());
        };
        let mut texts = Vec::new();
        for item in items {
            match item.get_ref().as_str() {
                Some(text) => texts.push(Placed { value: text.to_owned(), at: item.span() }),
                None => self.wrong(key, item, "a list of strings"),
            }
        }
        Some(texts)
    }

    /// A text or a list of texts, if it is there.
    pub(super) fn one_or_more(&mut self, key: &'static str) -> Option<Vec<Placed<String>>> {
        let value = self.get(key)?;
        match value.get_ref().as_str() {
            Some(text) => Some(vec![Placed { value: text.to_owned(), at: value.span() }]),
            None => self.list(key),
        }
    }

    /// A table inside, if it is there.
    pub(super) fn section(&mut self, key: &'static str, name: &'static str) -> Option<Section<'a>> {
        let value = self.get(key)?;
        let table = value.get_ref().as_table();
        if table.is_none() {
            self.wrong(key, value, "a table such as `{ … }`");
        }
        Some(Section::new(name, table?, value.span(), self.faults))
    }

    /// The tables of `[[key]]`.
    pub(super) fn sections(&mut self, key: &'static str, name: &'static str) -> Vec<Section<'a>> {
        let Some(value) = self.get(key) else {
            return Vec::new();
        };
        let Some(items) = value.get_ref().as_array() else {
            let message = format!("`{key}` must be written as {name}, once for each");
            self.faults.add(&value.span(), message);
            return Vec::new();
        };
        let mut sections = Vec::new();
        for item in items {
            if let Some(table) = item.get_ref().as_table() {
                sections.push(Section::new(name, table, item.span(), self.faults));
            } else {
                let message = format!("`{key}` must be written as {name}, once for each");
                self.faults.add(&item.span(), message);
            }
        }
        sections
    }

    /// Every key with its value, where the keys are not ours to name.
    pub(super) fn entries(&self) -> Vec<(Placed<String>, &'a Spanned<DeValue<'a>>)> {
        let entry = |(key, value): (&'a Spanned<_>, &'a Spanned<DeValue<'a>>)| {
            let name: &std::borrow::Cow<'a, str> = key.get_ref();
            (Placed { value: name.to_string(), at: key.span() }, value)
        };
        self.table.iter().map(entry).collect()
    }

    /// A value as a table, if it is one.
    pub(super) fn inside(
        &self,
        value: &'a Spanned<DeValue<'a>>,
        name: &'static str,
    ) -> Option<Section<'a>> {
        let table = value.get_ref().as_table()?;
        Some(Section::new(name, table, value.span(), self.faults))
    }

    /// A value of any type, if it is there.
    pub(super) fn value(&mut self, key: &'static str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.get(key)
    }

    /// True if the key is there, whatever its value.
    pub(super) fn has(&self, key: &str) -> bool {
        self.table.iter().any(|(name, _)| name.get_ref() == key)
    }

    /// Where the value of a key is, if it is there.
    pub(super) fn place(&self, key: &str) -> Option<Range<usize>> {
        let found = self.table.iter().find(|(name, _)| name.get_ref() == key);
        found.map(|(_, value)| value.span())
    }

    /// Names the keys that nobody asked for.
    pub(super) fn finish(self) {
        for (key, _) in self.table {
            let written = key.get_ref().as_ref();
            if self.asked.contains(&written) {
                continue;
            }
            let hint = match nearest(written, &self.asked) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("expected one of {}", self.asked.join(", ")),
            };
            self.faults
                .add(&key.span(), format!("unknown key `{written}` in {}: {hint}", self.name));
        }
    }
}

fn article(word: &str) -> &'static str {
    if word.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" }
}

fn integer(value: &DeValue<'_>) -> Option<i64> {
    decimal(value.as_integer()?)
}

/// A whole number, however it is written.
pub(super) fn decimal(number: &DeInteger<'_>) -> Option<i64> {
    i64::from_str_radix(number.as_str(), number.radix()).ok()
}

fn milliseconds(text: &str) -> Option<i64> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = text.split_at_checked(digits)?;
    let factor = match unit {
        "ms" => 1,
        "s" => 1000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    number.parse::<i64>().ok()?.checked_mul(factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_with_their_unit() {
        let check =
            |text: &str, expected: Option<i64>| assert_eq!(milliseconds(text), expected, "{text}");
        check("10s", Some(10_000));
        check("500ms", Some(500));
        check("2m", Some(120_000));
        check("10", None);
        check("s", None);
        check("-1s", None);
        check("1h", Some(3_600_000));
        check("30d", Some(2_592_000_000));
        check("1w", None);
        check("99999999999999999999s", None);
    }
}
