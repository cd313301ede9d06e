//! The tests of the workspace that name what they cover.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::lexer::{Spanned, Token, tokens};
use crate::tidy::tree;

/// Where the suite for ledgers is; its cases become tests by the list in its `mod.rs`.
const SUITE: &str = "crates/sutler-testkit/src/conformance/ledger";

/// The id that a name has at one of its words, and how many words it takes.
pub(super) type Named = fn(&[&str], usize) -> Option<(String, usize)>;

/// A test that names what it covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fact {
    /// The file, relative to the workspace.
    pub(super) path: PathBuf,
    /// Without the ids in it.
    pub(super) name: String,
    /// In the order in which they are named.
    pub(super) ids: Vec<String>,
}

/// All of them, by file and in the order in which they stand there.
pub(super) fn in_workspace(root: &Path, named: Named) -> anyhow::Result<Vec<Fact>> {
    let listed = words(&read(&root.join(SUITE).join("mod.rs"))?);
    let none = BTreeSet::new();
    let mut facts = Vec::new();
    for path in tree::files(root)? {
        if path.extension().is_some_and(|extension| extension == "rs") {
            let cases = if path.starts_with(SUITE) { &listed } else { &none };
            let names = in_source(&read(&root.join(&path))?, cases);
            facts.extend(names.iter().filter_map(|name| fact(&path, name, named)));
        }
    }
    Ok(facts)
}

fn read(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))
}

fn words(source: &str) -> BTreeSet<String> {
    tokens(source).into_iter().filter_map(|token| word(&token)).collect()
}

fn word(token: &Spanned) -> Option<String> {
    match &token.token {
        Token::Word(word) => Some(word.clone()),
        _ => None,
    }
}

/// The names of the functions that are marked as tests, or are among the cases of a suite.
fn in_source(source: &str, cases: &BTreeSet<String>) -> Vec<String> {
    let all = tokens(source);
    let mut names = Vec::new();
    let mut is_test = false;
    for (at, token) in all.iter().enumerate() {
        if token.is_mark('#') {
            is_test |= attribute(all.get(at + 1..).unwrap_or_default());
        } else if token.is_word("fn") {
            let name = all.get(at + 1).and_then(word);
            names.extend(name.filter(|name| is_test || cases.contains(name)));
            is_test = false;
        }
    }
    names
}

/// True of `[test]` and `[tokio::test(…)]`, not of `[cfg(test)]`.
fn attribute(rest: &[Spanned]) -> bool {
    let path = rest.iter().skip(1).take_while(|t| !t.is_mark(']') && !t.is_mark('('));
    rest.first().is_some_and(|first| first.is_mark('['))
        && path.last().is_some_and(|last| last.is_word("test"))
}

fn fact(path: &Path, whole: &str, named: Named) -> Option<Fact> {
    let words: Vec<&str> = whole.split('_').collect();
    let (mut ids, mut rest, mut at) = (Vec::new(), Vec::new(), 0);
    while let Some(word) = words.get(at) {
        if let Some((id, taken)) = named(&words, at) {
            ids.push(id);
            at += taken;
        } else {
            rest.push(*word);
            at += 1;
        }
    }
    let name = rest.join("_");
    (!ids.is_empty()).then(|| Fact { path: path.to_path_buf(), name, ids })
}

/// One letter and a number, as `f1`: the letter.
pub(super) fn letter_and_number(word: &str) -> Option<char> {
    let first = word.chars().next().filter(char::is_ascii_lowercase)?;
    let number = word.strip_prefix(first)?;
    let digits = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    digits.then_some(first)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::super::chapters::Entry;
    use super::super::conformance::Rule;
    use super::super::promises::Promise;
    use super::{Fact, fact, in_source};

    fn check<E: Entry>(source: &str, expected: &[(&str, &[&str])]) {
        let cases = BTreeSet::from(["r8_a_case".to_owned()]);
        let names = in_source(source, &cases);
        let facts: Vec<Fact> =
            names.iter().filter_map(|name| fact(Path::new("x.rs"), name, E::named)).collect();
        let found: Vec<(&str, Vec<&str>)> = facts
            .iter()
            .map(|f| (f.name.as_str(), f.ids.iter().map(String::as_str).collect()))
            .collect();
        let expected: Vec<_> = expected.iter().map(|(name, ids)| (*name, ids.to_vec())).collect();
        assert_eq!(found, expected, "{source}");
    }

    #[test]
    fn tests_that_name_rules_are_found() {
        check::<Rule>("#[test] fn a_is_b_t_f1_t_g10() {}", &[("a_is_b", &["T-F1", "T-G10"])]);
        check::<Rule>("#[tokio::test(flavor = \"x\")]\nasync fn a_t_f1() {}", &[("a", &["T-F1"])]);
        check::<Rule>("#[test]\n#[expect(x, reason = \"y\")]\nfn a_t_f1() {}", &[("a", &["T-F1"])]);
        check::<Rule>("#[test] fn a_t_c3_sc_8() {}", &[("a_sc_8", &["T-C3"])]);
    }

    #[test]
    fn tests_that_name_promises_are_found_and_rules_are_none() {
        check::<Promise>("#[test] fn r8_w1_it_holds() {}", &[("it_holds", &["R8", "W1"])]);
        check::<Promise>("#[test] fn scenario_07_r9_a_b() {}", &[("scenario_07_a_b", &["R9"])]);
        check::<Promise>("#[test] fn adds_count_w10() {}", &[("adds_count", &["W10"])]);
        check::<Promise>("#[test] fn a_t_r11_t_r10() {}", &[]);
        check::<Rule>("#[test] fn r8_w1_it_holds() {}", &[]);
        check::<Promise>("#[test] fn x1_r_w_r2d2_w3c() {}", &[]);
    }

    #[test]
    fn the_cases_of_a_suite_are_tests() {
        check::<Promise>("pub async fn r8_a_case() {}", &[("a_case", &["R8"])]);
        check::<Promise>("pub async fn r8_no_case() {}", &[]);
    }

    #[test]
    fn what_is_no_test_or_names_no_rule_is_passed_over() {
        check::<Rule>("fn a_t_f1() {} #[test] fn b() {} fn c_t_f2() {}", &[]);
        check::<Rule>("#[cfg(test)] mod tests { fn a_t_f1() {} }", &[]);
        check::<Rule>("#[test] fn at_f1_t_ff_t_1() {}", &[]);
        check::<Rule>("// #[test] fn a_t_f1() {}", &[]);
    }
}
