//! What a page lists, as data: chapters of entries, each entry with an id of its own.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, bail};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::facts::{self, Fact};

/// Something that has an id, and that tests name.
pub(super) trait Entry: DeserializeOwned {
    /// The id, as it is printed.
    fn id(&self) -> &str;

    /// The id that a test's name has at this word, and how many words it takes.
    fn named(words: &[&str], at: usize) -> Option<(String, usize)>;
}

/// Entries about one thing.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Chapter<E> {
    pub(super) title: String,
    #[serde(rename = "rule", alias = "promise")]
    pub(super) entries: Vec<E>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Whole<E> {
    chapter: Vec<Chapter<E>>,
}

/// Reads the file and the tests that name its entries; each of them must name what exists.
pub(super) fn read<E: Entry>(
    root: &Path,
    file: &str,
) -> anyhow::Result<(Vec<Chapter<E>>, Vec<Fact>)> {
    let text = std::fs::read_to_string(root.join(file)).context(file.to_owned())?;
    let chapters: Vec<Chapter<E>> = parse(&text).context(file.to_owned())?;
    let facts = facts::in_workspace(root, E::named)?;
    let unknown: Vec<String> = facts.iter().filter_map(|fact| strange(fact, &chapters)).collect();
    if !unknown.is_empty() {
        bail!("{file} lacks what tests name:\n{}", unknown.join("\n"));
    }
    Ok((chapters, facts))
}

/// Every entry, in the order of the file.
pub(super) fn entries<E>(chapters: &[Chapter<E>]) -> impl Iterator<Item = &E> {
    chapters.iter().flat_map(|chapter| &chapter.entries)
}

/// What is wrong with a test that names an entry which does not exist.
fn strange<E: Entry>(fact: &Fact, chapters: &[Chapter<E>]) -> Option<String> {
    let known = |id: &str| entries(chapters).any(|entry| entry.id() == id);
    let id = fact.ids.iter().find(|id| !known(id))?;
    Some(format!("{}: `{}` names {id}", fact.path.display(), fact.name))
}

/// Every id is well-formed and there once.
fn parse<E: Entry>(text: &str) -> anyhow::Result<Vec<Chapter<E>>> {
    let whole: Whole<E> = toml::from_str(text)?;
    let mut seen = BTreeSet::new();
    for entry in entries(&whole.chapter) {
        if !well_formed::<E>(entry.id()) || !seen.insert(entry.id()) {
            bail!("`{}` is no id, or stands here twice", entry.id());
        }
    }
    Ok(whole.chapter)
}

/// What a test could name.
fn well_formed<E: Entry>(id: &str) -> bool {
    let lower = id.to_ascii_lowercase();
    let words: Vec<&str> = lower.split('-').collect();
    E::named(&words, 0).is_some_and(|(named, taken)| named == id && taken == words.len())
}

#[cfg(test)]
mod tests {
    use super::super::conformance::Rule;
    use super::super::promises::Promise;
    use super::{Entry, parse};

    fn check<E: Entry>(kind: &str, ids: &[&str], expected: Option<usize>) {
        let one = |id: &&str| {
            let section = if kind == "rule" { "section = \"§1\"\n" } else { "" };
            format!("[[chapter.{kind}]]\nid = \"{id}\"\n{section}says = \"x\"\n")
        };
        let all: String = ids.iter().map(one).collect();
        let parsed = parse::<E>(&format!("[[chapter]]\ntitle = \"One\"\n{all}"));
        assert_eq!(parsed.ok().map(|chapters| chapters[0].entries.len()), expected, "{ids:?}");
    }

    #[test]
    fn an_id_stands_there_once() {
        check::<Rule>("rule", &["T-F1", "T-F2"], Some(2));
        for ids in [&["T-F1", "T-F1"][..], &["F1"], &["T-F"], &["T-f1x"], &["T-f1"], &["R1"]] {
            check::<Rule>("rule", ids, None);
        }
        check::<Promise>("promise", &["R1", "W1"], Some(2));
        for ids in [&["R1", "R1"][..], &["T-R1"], &["X1"], &["r1"], &["R"], &["R1-W1"]] {
            check::<Promise>("promise", ids, None);
        }
    }
}
