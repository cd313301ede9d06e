//! The rules as data.

use std::collections::BTreeSet;

use anyhow::bail;
use serde::Deserialize;

/// Rules about one thing.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Chapter {
    pub(super) title: String,
    #[serde(rename = "rule")]
    pub(super) rules: Vec<Rule>,
}

/// One rule.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    /// `T-F1`
    pub(super) id: String,
    /// Where the standard says so.
    pub(super) section: String,
    /// What must hold.
    pub(super) says: String,
    /// What was decided where there is a choice.
    pub(super) decided: Option<String>,
    /// What a tolerant dialect does otherwise.
    pub(super) dialects: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Whole {
    chapter: Vec<Chapter>,
}

/// Reads the file; every id is well-formed and there once.
pub(super) fn parse(text: &str) -> anyhow::Result<Vec<Chapter>> {
    let whole: Whole = toml::from_str(text)?;
    let mut seen = BTreeSet::new();
    for rule in whole.chapter.iter().flat_map(|chapter| &chapter.rules) {
        let number = rule.id.strip_prefix("T-");
        let named = number.is_some_and(|rest| super::facts::is_rule(&rest.to_ascii_lowercase()));
        if !named || !seen.insert(&rule.id) {
            bail!("`{}` is no id of a rule, or stands here twice", rule.id);
        }
    }
    Ok(whole.chapter)
}

#[cfg(test)]
mod tests {
    use super::parse;

    fn file(ids: &[&str]) -> String {
        let rule = |id: &&str| {
            format!("[[chapter.rule]]\nid = \"{id}\"\nsection = \"§1\"\nsays = \"x\"\n")
        };
        let rules: String = ids.iter().map(rule).collect();
        format!("[[chapter]]\ntitle = \"One\"\n{rules}")
    }

    #[test]
    fn an_id_stands_there_once() {
        assert_eq!(parse(&file(&["T-F1", "T-F2"])).unwrap()[0].rules.len(), 2);
        for ids in [&["T-F1", "T-F1"][..], &["F1"], &["T-F"], &["T-f1x"]] {
            assert!(parse(&file(ids)).is_err(), "{ids:?}");
        }
    }
}
