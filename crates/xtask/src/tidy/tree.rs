//! The files of the workspace, without what building and running leave behind.

use std::path::{Path, PathBuf};

use anyhow::Context;

/// Folders that hold nothing of ours. In a linked worktree `.git` is a file.
const PASSED_OVER: [&str; 5] = ["target", ".git", ".venv", "data", "node_modules"];

/// All files, relative to the root, sorted.
pub(crate) fn files(root: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let entries =
            std::fs::read_dir(&folder).with_context(|| format!("listing {}", folder.display()))?;
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name();
            let kind = entry.file_type()?;
            if PASSED_OVER.iter().any(|passed| name == *passed) {
                continue;
            }
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() {
                found.push(entry.path().strip_prefix(root)?.to_path_buf());
            }
        }
    }
    found.sort();
    Ok(found)
}
