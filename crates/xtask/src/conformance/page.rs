//! The page: a table a chapter.

use std::fmt::Write as _;

use super::facts::Fact;
use super::rules::{Chapter, Rule};

const HEAD: &str = "\
# Conformance to SCIM 2.0

Each rule, what Sutler does where the standard leaves a choice, what a tolerant dialect does
otherwise, and the tests that name the rule. Written by `cargo xtask conformance` from
[scim-rules.toml](scim-rules.toml) and the names of the tests; a test keeps it current.
";

/// The whole page.
pub(super) fn write(chapters: &[Chapter], facts: &[Fact]) -> String {
    let mut page = HEAD.to_owned();
    let all: Vec<&Rule> = chapters.iter().flat_map(|chapter| &chapter.rules).collect();
    let bare: Vec<&str> =
        all.iter().filter(|rule| of(rule, facts).is_empty()).map(|rule| rule.id.as_str()).collect();
    line(&mut page, &format!("\n{} of {} rules have a test.", all.len() - bare.len(), all.len()));
    if !bare.is_empty() {
        line(&mut page, &format!("Not built yet: {}.", bare.join(", ")));
    }
    for chapter in chapters {
        line(&mut page, &format!("\n## {}\n", chapter.title));
        line(&mut page, "| rule | what holds | tests |");
        line(&mut page, "|---|---|---|");
        for rule in &chapter.rules {
            line(&mut page, &row(rule, facts));
        }
    }
    page
}

/// Writing to a text cannot fail.
fn line(page: &mut String, text: &str) {
    let _ = writeln!(page, "{text}");
}

fn row(rule: &Rule, facts: &[Fact]) -> String {
    let mut says = format!("{} ({})", rule.says, rule.section);
    for (name, text) in [("Sutler", &rule.decided), ("Dialects", &rule.dialects)] {
        if let Some(text) = text {
            let _ = write!(says, "<br>**{name}:** {text}");
        }
    }
    let tests = of(rule, facts);
    let tests = if tests.is_empty() { "not built yet".to_owned() } else { tests.join("<br>") };
    format!("| {} | {} | {tests} |", rule.id, says.replace('|', "\\|"))
}

/// The tests of a rule, as links to their files.
fn of(rule: &Rule, facts: &[Fact]) -> Vec<String> {
    let named = facts.iter().filter(|fact| fact.rules.contains(&rule.id));
    named
        .map(|fact| {
            let path = fact.path.to_string_lossy();
            format!("[{}](../../{path})", fact.name.replace('_', " "))
        })
        .collect()
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
        let rules = vec![rule("T-F1", Some("as we like")), rule("T-F2", None)];
        let chapter = Chapter { title: "Filters".to_owned(), rules };
        let fact = Fact {
            path: PathBuf::from("crates/a/src/b.rs"),
            name: "it_holds".to_owned(),
            rules: vec!["T-F1".to_owned()],
        };
        let page = write(&[chapter], &[fact]);
        let row = "| T-F1 | a \\| b (RFC 7644 §1)<br>**Sutler:** as we like | \
                   [it holds](../../crates/a/src/b.rs) |";
        assert!(page.contains(row), "{page}");
        assert!(page.contains("| T-F2 | a \\| b (RFC 7644 §1) | not built yet |"), "{page}");
        assert!(page.contains("1 of 2 rules have a test.\nNot built yet: T-F2.\n"), "{page}");
    }
}
