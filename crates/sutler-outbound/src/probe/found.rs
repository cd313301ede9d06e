//! What was found out, and how it is written: a profile with its evidence.

use std::fmt::Write as _;

/// What was found out, by part of a profile.
#[derive(Clone, Debug, Default)]
pub(super) struct Found {
    entries: Vec<Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    part: &'static str,
    key: &'static str,
    /// As TOML; `None` where it could not be told.
    value: Option<String>,
    evidence: String,
}

impl Found {
    /// Notes a value, as TOML, with what was sent and what came back.
    pub(super) fn note(
        &mut self,
        part: &'static str,
        key: &'static str,
        value: impl Into<String>,
        evidence: impl Into<String>,
    ) {
        let (value, evidence) = (Some(value.into()), evidence.into());
        self.entries.push(Entry { part, key, value, evidence });
    }

    /// Notes that a value could not be told.
    pub(super) fn open(
        &mut self,
        part: &'static str,
        key: &'static str,
        evidence: impl Into<String>,
    ) {
        self.entries.push(Entry { part, key, value: None, evidence: evidence.into() });
    }

    pub(super) fn value(&self, part: &str, key: &str) -> Option<&str> {
        let found = self.entries.iter().find(|entry| entry.part == part && entry.key == key);
        found.and_then(|entry| entry.value.as_deref())
    }

    /// The profile.
    pub(super) fn profile(&self, target: &str) -> String {
        let mut text = format!(
            "# Found out by `sutler probe`. Each value has what was sent and what came back above it.\n\
             name = {}\ntitle = {}\nevidence = \"seen against the real system\"\n\
             sources = \"Found out by `sutler probe` at the target; what has no line here was not looked at.\"\n",
            quoted(target),
            quoted(&format!("the target {target}"))
        );
        for part in ["", "users", "groups", "patch", "list", "lookup"] {
            self.part(&mut text, part);
        }
        text
    }

    fn part(&self, text: &mut String, part: &str) {
        let entries: Vec<&Entry> = self.entries.iter().filter(|one| one.part == part).collect();
        if entries.is_empty() {
            return;
        }
        // Writing to a string cannot fail.
        let _ = match part {
            "" => writeln!(text),
            part => writeln!(text, "\n[{part}]"),
        };
        for entry in entries {
            let evidence: String =
                entry.evidence.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            let _ = writeln!(text, "# {evidence}");
            let _ = match &entry.value {
                Some(value) => writeln!(text, "{} = {value}", entry.key),
                None => writeln!(text, "# {} could not be told", entry.key),
            };
        }
    }
}

/// A text as TOML.
pub(super) fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// A list of texts as TOML.
pub(super) fn list(texts: &[&str]) -> String {
    let quoted: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
    format!("[{}]", quoted.join(", "))
}
