//! The pages of `docs/reference` that are written from data and from the names of the tests:
//! `scim-conformance.md` and `promises.md`.
//!
//! What is listed is data, a TOML file of chapters; a test names what it covers in its own name.
//! Runs no test.

use std::path::Path;

use anyhow::Context;

mod chapters;
mod conformance;
mod facts;
mod figures;
mod promises;
mod table;

/// A page: where it lies, relative to the workspace, and what makes it.
pub struct Page {
    /// The chore that writes it.
    pub chore: &'static str,
    /// Relative to the workspace.
    pub path: &'static str,
    make: fn(&Path) -> anyhow::Result<String>,
}

/// All of them.
pub const PAGES: [Page; 2] = [
    Page {
        chore: "conformance",
        path: "docs/reference/scim-conformance.md",
        make: conformance::page,
    },
    Page { chore: "promises", path: "docs/reference/promises.md", make: promises::page },
];

impl Page {
    /// The page as it should be; an error if a test names what does not exist.
    pub fn wanted(&self, root: &Path) -> anyhow::Result<String> {
        (self.make)(root)
    }

    /// Writes the page.
    pub fn write(&self, root: &Path) -> anyhow::Result<()> {
        std::fs::write(root.join(self.path), self.wanted(root)?).context(self.path)
    }
}
