//! `docs/reference/promises.md`: what may be relied on, the tests that name it, as in `r8_w1_…`,
//! and the latest figure.

use std::fmt::Write as _;
use std::path::Path;

use serde::Deserialize;

use super::chapters::{Chapter, Entry, entries, read};
use super::facts::{Fact, letter_and_number};
use super::figures::{Figure, Figures};
use super::table;

const PROMISES: &str = "docs/reference/promises.toml";

const HEAD: &str = "\
# Promises

What may be relied on, the tests that would fail if it did not hold, and the latest figure. `R` are
the promises themselves; `W` are faults that systems of this kind are known for, and that Sutler
must not have. Written by `cargo xtask promises` from [promises.toml](promises.toml), the names of
the tests, [the ledger of the long suites](../../reliability/ledger.json) and
[the page on performance](performance/README.md); a test keeps it current.
";

/// One promise.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Promise {
    /// `R8`, `W1`
    id: String,
    /// What may be relied on.
    says: String,
    /// The part of it that does not hold yet.
    except: Option<String>,
    /// Why it does not apply to what is built.
    later: Option<String>,
    /// Where its figures are.
    #[serde(default)]
    figures: Vec<Figure>,
}

impl Entry for Promise {
    fn id(&self) -> &str {
        &self.id
    }

    fn named(words: &[&str], at: usize) -> Option<(String, usize)> {
        let word = words.get(at)?;
        // `…_t_r3` is a rule of SCIM.
        let rule = at.checked_sub(1).and_then(|before| words.get(before)) == Some(&"t");
        let ours = matches!(letter_and_number(word), Some('r' | 'w'));
        (ours && !rule).then(|| (word.to_ascii_uppercase(), 1))
    }
}

/// The page as it should be.
pub(super) fn page(root: &Path) -> anyhow::Result<String> {
    let (chapters, facts) = read(root, PROMISES)?;
    write(&chapters, &facts, &Figures::read(root)?)
}

fn write(
    chapters: &[Chapter<Promise>],
    facts: &[Fact],
    figures: &Figures,
) -> anyhow::Result<String> {
    let mut page = HEAD.to_owned();
    summary(&mut page, chapters, facts);
    let mut told = Vec::new();
    for promise in entries(chapters) {
        let cells: anyhow::Result<Vec<String>> =
            promise.figures.iter().map(|figure| figures.tell(figure)).collect();
        told.push((promise.id.as_str(), cells?.join("<br>")));
    }
    let columns = ["id", "promise", "tests", "latest figure"];
    table::chapters(&mut page, &columns, chapters, |promise| {
        let figure = told.iter().find(|(id, _)| *id == promise.id).map(|(_, text)| text);
        cells(promise, facts, figure.map_or("", String::as_str))
    });
    Ok(page)
}

fn summary(page: &mut String, chapters: &[Chapter<Promise>], facts: &[Fact]) {
    let ids = |wanted: &dyn Fn(&Promise) -> bool| -> Vec<&str> {
        entries(chapters).filter(|one| wanted(one)).map(|one| one.id.as_str()).collect()
    };
    let later = ids(&|one| one.later.is_some());
    let applies = ids(&|one| one.later.is_none());
    let bare = ids(&|one| one.later.is_none() && table::tests(&one.id, facts).is_none());
    let (tested, applies) = (applies.len() - bare.len(), applies.len());
    let mut line = format!("\n{tested} of {applies} promises that apply have a test");
    for (what, which) in [("without one", bare), ("later", later)] {
        if !which.is_empty() {
            let _ = write!(line, "; {what}: {}", which.join(", "));
        }
    }
    table::line(page, &format!("{line}."));
}

fn cells(promise: &Promise, facts: &[Fact], figure: &str) -> Vec<String> {
    let mut says = promise.says.clone();
    for (name, text) in [("Not yet", &promise.except), ("Later", &promise.later)] {
        if let Some(text) = text {
            let _ = write!(says, "<br>**{name}:** {text}");
        }
    }
    let none = if promise.later.is_some() { "" } else { "none yet" };
    let tests = table::tests(&promise.id, facts).unwrap_or_else(|| none.to_owned());
    vec![promise.id.clone(), table::cell(&says), tests, table::cell(figure)]
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn promise(id: &str, later: Option<&str>) -> Promise {
        Promise {
            id: id.to_owned(),
            says: "a | b".to_owned(),
            except: None,
            later: later.map(str::to_owned),
            figures: vec![],
        }
    }

    #[test]
    fn a_promise_has_its_tests_or_says_why_not() {
        let entries = vec![promise("R1", None), promise("R2", None), promise("R3", Some("Why."))];
        let chapter = Chapter { title: "In".to_owned(), entries };
        let fact = Fact {
            path: PathBuf::from("crates/a/src/b.rs"),
            name: "it_holds".to_owned(),
            ids: vec!["R1".to_owned()],
        };
        let page = write(&[chapter], &[fact], &Figures::default()).unwrap();
        for line in [
            "1 of 2 promises that apply have a test; without one: R2; later: R3.",
            "| R1 | a \\| b | [it holds](../../crates/a/src/b.rs) |  |",
            "| R2 | a \\| b | none yet |  |",
            "| R3 | a \\| b<br>**Later:** Why. |  |  |",
        ] {
            assert!(page.contains(&format!("{line}\n")), "{line}: {page}");
        }
    }
}
