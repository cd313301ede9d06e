//! `docs/reference/scim-conformance.md`: every rule of SCIM 2.0, and the tests that name it, as
//! in `…_t_f1_t_f2`.

use std::fmt::Write as _;
use std::path::Path;

use serde::Deserialize;

use super::chapters::{Chapter, Entry, entries, read};
use super::facts::{Fact, letter_and_number};
use super::table;

const RULES: &str = "docs/reference/scim-rules.toml";

const HEAD: &str = "\
# Conformance to SCIM 2.0

Each rule, what Sutler does where the standard leaves a choice, what a tolerant dialect does
otherwise, and the tests that name the rule. Written by `cargo xtask conformance` from
[scim-rules.toml](scim-rules.toml) and the names of the tests; a test keeps it current.
";

/// One rule.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    /// `T-F1`
    id: String,
    /// Where the standard says so.
    section: String,
    /// What must hold.
    says: String,
    /// What was decided where there is a choice.
    decided: Option<String>,
    /// What a tolerant dialect does otherwise.
    dialects: Option<String>,
}

impl Entry for Rule {
    fn id(&self) -> &str {
        &self.id
    }

    fn named(words: &[&str], at: usize) -> Option<(String, usize)> {
        match words.get(at..) {
            Some(["t", rule, ..]) if letter_and_number(rule).is_some() => {
                Some((format!("T-{}", rule.to_ascii_uppercase()), 2))
            }
            _ => None,
        }
    }
}

/// The page as it should be.
pub(super) fn page(root: &Path) -> anyhow::Result<String> {
    let (chapters, facts) = read(root, RULES)?;
    Ok(write(&chapters, &facts))
}

fn write(chapters: &[Chapter<Rule>], facts: &[Fact]) -> String {
    let mut page = HEAD.to_owned();
    let all = entries(chapters).count();
    let bare: Vec<&str> = entries(chapters)
        .filter(|rule| table::tests(&rule.id, facts).is_none())
        .map(|rule| rule.id.as_str())
        .collect();
    table::line(&mut page, &format!("\n{} of {all} rules have a test.", all - bare.len()));
    if !bare.is_empty() {
        table::line(&mut page, &format!("Not built yet: {}.", bare.join(", ")));
    }
    table::chapters(&mut page, &["rule", "what holds", "tests"], chapters, |rule| {
        cells(rule, facts)
    });
    page
}

fn cells(rule: &Rule, facts: &[Fact]) -> Vec<String> {
    let mut says = format!("{} ({})", rule.says, rule.section);
    for (name, text) in [("Sutler", &rule.decided), ("Dialects", &rule.dialects)] {
        if let Some(text) = text {
            let _ = write!(says, "<br>**{name}:** {text}");
        }
    }
    let tests = table::tests(&rule.id, facts).unwrap_or_else(|| "not built yet".to_owned());
    vec![rule.id.clone(), table::cell(&says), tests]
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn rule(id: &str, decided: Option<&str>) -> Rule {
        Rule {
            id: id.to_owned(),
            section: "RFC 7644 §1".to_owned(),
            says: "a | b".to_owned(),
            decided: decided.map(str::to_owned),
            dialects: None,
        }
    }

    #[test]
    fn a_rule_has_its_tests_or_is_not_built() {
        let entries = vec![rule("T-F1", Some("as we like")), rule("T-F2", None)];
        let chapter = Chapter { title: "Filters".to_owned(), entries };
        let fact = Fact {
            path: PathBuf::from("crates/a/src/b.rs"),
            name: "it_holds".to_owned(),
            ids: vec!["T-F1".to_owned()],
        };
        let page = write(&[chapter], &[fact]);
        let row = "| T-F1 | a \\| b (RFC 7644 §1)<br>**Sutler:** as we like | \
                   [it holds](../../crates/a/src/b.rs) |";
        assert!(page.contains(row), "{page}");
        assert!(page.contains("| T-F2 | a \\| b (RFC 7644 §1) | not built yet |"), "{page}");
        assert!(page.contains("1 of 2 rules have a test.\nNot built yet: T-F2.\n"), "{page}");
    }
}
