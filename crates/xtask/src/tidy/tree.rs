//! The files of the workspace, without what building and running leave behind.

use std::path::{Path, PathBuf};

use anyhow::Context;

/// Entries that hold nothing of ours. In a further worktree of git, `.git` is a file.
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
            if PASSED_OVER.iter().any(|passed| name == *passed) {
                continue;
            }
            let kind = entry.file_type()?;
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

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::files;

    #[test]
    fn git_is_passed_over_as_a_folder_and_as_a_file() {
        let place = tempfile::tempdir().unwrap();
        for root in ["clone", "worktree"].map(|name| place.path().join(name)) {
            std::fs::create_dir(&root).unwrap();
            std::fs::write(root.join("README.md"), "").unwrap();
        }
        std::fs::create_dir(place.path().join("clone/.git")).unwrap();
        std::fs::write(place.path().join("clone/.git/HEAD"), "").unwrap();
        std::fs::write(place.path().join("worktree/.git"), "").unwrap();
        for name in ["clone", "worktree"] {
            assert_eq!(files(&place.path().join(name)).unwrap(), [PathBuf::from("README.md")]);
        }
    }
}
