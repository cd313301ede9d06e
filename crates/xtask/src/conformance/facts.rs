//! The tests of the workspace that name rules.

use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::lexer::{Spanned, Token, tokens};
use crate::tidy::tree;

/// A test that names rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fact {
    /// The file, relative to the workspace.
    pub(super) path: PathBuf,
    /// Without the rules at its end.
    pub(super) name: String,
    /// `T-F1`, in the order in which they are named.
    pub(super) rules: Vec<String>,
}

/// All of them, by file and in the order in which they stand there.
pub(super) fn in_workspace(root: &Path) -> anyhow::Result<Vec<Fact>> {
    let mut facts = Vec::new();
    for path in tree::files(root)? {
        if path.extension().is_some_and(|extension| extension == "rs") {
            let full = root.join(&path);
            let source = std::fs::read_to_string(&full)
                .with_context(|| format!("reading {}", full.display()))?;
            facts.extend(in_source(&path, &source));
        }
    }
    Ok(facts)
}

fn in_source(path: &Path, source: &str) -> Vec<Fact> {
    let all = tokens(source);
    let mut facts = Vec::new();
    let mut is_test = false;
    for (at, token) in all.iter().enumerate() {
        if token.is_mark('#') {
            is_test |= attribute(all.get(at + 1..).unwrap_or_default());
        } else if token.is_word("fn") {
            let name = all.get(at + 1).filter(|_| is_test);
            facts.extend(name.and_then(|name| fact(path, name)));
            is_test = false;
        }
    }
    facts
}

/// True of `[test]` and `[tokio::test(…)]`, not of `[cfg(test)]`.
fn attribute(rest: &[Spanned]) -> bool {
    let path = rest.iter().skip(1).take_while(|t| !t.is_mark(']') && !t.is_mark('('));
    rest.first().is_some_and(|first| first.is_mark('['))
        && path.last().is_some_and(|last| last.is_word("test"))
}

fn fact(path: &Path, name: &Spanned) -> Option<Fact> {
    let Token::Word(whole) = &name.token else {
        return None;
    };
    let words: Vec<&str> = whole.split('_').collect();
    let named: Vec<&str> = words
        .windows(2)
        .filter_map(|pair| match pair {
            ["t", rule] if is_rule(rule) => Some(*rule),
            _ => None,
        })
        .collect();
    let rules: Vec<String> =
        named.iter().map(|rule| format!("T-{}", rule.to_ascii_uppercase())).collect();
    let name =
        named.iter().fold(whole.clone(), |name, rule| name.replace(&format!("_t_{rule}"), ""));
    (!rules.is_empty()).then(|| Fact { path: path.to_path_buf(), name, rules })
}

/// One letter and a number: `f1`.
pub(super) fn is_rule(word: &str) -> bool {
    let number = word.strip_prefix(|first: char| first.is_ascii_lowercase());
    number.is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::in_source;

    fn check(source: &str, expected: &[(&str, &[&str])]) {
        let facts = in_source(Path::new("x.rs"), source);
        let found: Vec<(&str, Vec<&str>)> = facts
            .iter()
            .map(|f| (f.name.as_str(), f.rules.iter().map(String::as_str).collect()))
            .collect();
        let expected: Vec<_> = expected.iter().map(|(name, ids)| (*name, ids.to_vec())).collect();
        assert_eq!(found, expected, "{source}");
    }

    #[test]
    fn tests_that_name_rules_are_found() {
        check("#[test] fn a_is_b_t_f1_t_g10() {}", &[("a_is_b", &["T-F1", "T-G10"])]);
        check("#[tokio::test(flavor = \"x\")]\nasync fn a_t_f1() {}", &[("a", &["T-F1"])]);
        check("#[test]\n#[expect(x, reason = \"y\")]\nfn a_t_f1() {}", &[("a", &["T-F1"])]);
        check("#[test] fn a_t_c3_sc_8() {}", &[("a_sc_8", &["T-C3"])]);
    }

    #[test]
    fn what_is_no_test_or_names_no_rule_is_passed_over() {
        check("fn a_t_f1() {} #[test] fn b() {} fn c_t_f2() {}", &[]);
        check("#[cfg(test)] mod tests { fn a_t_f1() {} }", &[]);
        check("#[test] fn at_f1_t_ff_t_1() {}", &[]);
        check("// #[test] fn a_t_f1() {}", &[]);
    }
}
