//! `docs/reference/scim-conformance.md`: every rule of SCIM 2.0, and the tests that name it.
//!
//! The rules are data, `docs/reference/scim-rules.toml`; a test names those it covers at the end
//! of its own name, as in `…_t_f1_t_f2`. Runs no test.

use std::path::Path;

use anyhow::{Context, bail};

mod facts;
mod page;
mod rules;

use facts::Fact;

/// The page, relative to the workspace.
pub const PAGE: &str = "docs/reference/scim-conformance.md";
const RULES: &str = "docs/reference/scim-rules.toml";

/// The page as it should be; an error if a test names a rule that does not exist.
pub fn page(root: &Path) -> anyhow::Result<String> {
    let text = std::fs::read_to_string(root.join(RULES)).context(RULES)?;
    let chapters = rules::parse(&text).context(RULES)?;
    let facts = facts::in_workspace(root)?;
    let unknown: Vec<String> = facts.iter().filter_map(|fact| strange(fact, &chapters)).collect();
    if !unknown.is_empty() {
        bail!("{RULES} lacks what tests name:\n{}", unknown.join("\n"));
    }
    Ok(page::write(&chapters, &facts))
}

/// What is wrong with a test that names a rule which does not exist.
fn strange(fact: &Fact, chapters: &[rules::Chapter]) -> Option<String> {
    let known = |id: &str| chapters.iter().flat_map(|c| &c.rules).any(|rule| rule.id == id);
    let id = fact.rules.iter().find(|id| !known(id))?;
    Some(format!("{}: `{}` names {id}", fact.path.display(), fact.name))
}
