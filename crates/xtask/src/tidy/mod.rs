//! What clippy cannot know: the direction of the crates, the limits on files and functions,
//! the words that stay at the wire, and documents that tell the truth.
//!
//! Finds and says; changes nothing.

use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::Context;

mod documents;
mod graph;
mod rust;
mod text;
pub(crate) mod tree;

/// One thing that is out of order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The file, relative to the workspace.
    pub path: PathBuf,
    /// The line, from 1; 0 if it is about the whole file.
    pub line: usize,
    /// What is wrong, and what would be right.
    pub problem: String,
}

impl Finding {
    pub(crate) fn new(path: impl Into<PathBuf>, line: usize, problem: impl Into<String>) -> Self {
        Self { path: path.into(), line, problem: problem.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.path.display(), self.problem),
            line => write!(f, "{}:{line}: {}", self.path.display(), self.problem),
        }
    }
}

/// Every finding in the workspace, in order of path and line.
pub fn run(root: &Path) -> anyhow::Result<Vec<Finding>> {
    let packages = graph::packages(root)?;
    let mut findings = graph::check(&packages);
    findings.extend(documents::check(root, &packages)?);
    for path in tree::files(root)? {
        let full = root.join(&path);
        let bytes = std::fs::read(&full).with_context(|| format!("reading {}", full.display()))?;
        let Ok(source) = String::from_utf8(bytes) else {
            continue;
        };
        findings.extend(text::check(&path, &source));
        if path.extension().is_some_and(|extension| extension == "rs") {
            findings.extend(rust::check(&path, &source));
        }
    }
    findings.sort();
    Ok(findings)
}
