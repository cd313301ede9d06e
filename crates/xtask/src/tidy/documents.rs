//! Documents that tell the truth: every crate is described, and every link leads somewhere.

use std::path::{Path, PathBuf};

use anyhow::Context;

use super::graph::Package;
use super::{Finding, tree};

/// Findings in the code map and in the links of all Markdown files.
pub(crate) fn check(root: &Path, packages: &[Package]) -> anyhow::Result<Vec<Finding>> {
    let map = std::fs::read_to_string(root.join("ARCHITECTURE.md")).context("ARCHITECTURE.md")?;
    let mut findings = code_map(&map, packages);
    for path in tree::files(root)? {
        if path.extension().is_some_and(|extension| extension == "md") {
            let text = std::fs::read_to_string(root.join(&path))?;
            findings.extend(links(root, &path, &text));
        }
    }
    Ok(findings)
}

fn code_map(map: &str, packages: &[Package]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in packages {
        let row = format!("| `{}` |", package.name);
        let rows = map.lines().filter(|line| line.starts_with(&row)).count();
        if rows != 1 {
            let problem =
                format!("`{}` must have one line of the code map, has {rows}", package.name);
            findings.push(Finding::new("ARCHITECTURE.md", 0, problem));
        }
        if package.description.as_deref().unwrap_or_default().is_empty() {
            let problem = format!("`{}` has no `description`", package.name);
            findings.push(Finding::new("Cargo.toml", 0, problem));
        }
    }
    findings
}

fn links(root: &Path, path: &Path, text: &str) -> Vec<Finding> {
    let folder = root.join(path).parent().map(Path::to_path_buf).unwrap_or_default();
    text.lines()
        .enumerate()
        .flat_map(|(number, line)| targets(line).map(move |target| (number + 1, target)))
        .filter(|(_, target)| !exists(&folder, target))
        .map(|(number, target)| Finding::new(path, number, format!("`{target}` does not exist")))
        .collect()
}

/// What a line links to, in the same repository: `[text](target#part)`.
fn targets(line: &str) -> impl Iterator<Item = &str> {
    line.split("](")
        .skip(1)
        .filter_map(|rest| rest.split_once(')').map(|(target, _)| target))
        .map(|target| target.split_once('#').map_or(target, |(file, _)| file))
        .filter(|target| {
            !target.is_empty() && !target.contains("://") && !target.starts_with("mailto:")
        })
}

fn exists(folder: &Path, target: &str) -> bool {
    let path: PathBuf = folder.join(target);
    path.exists()
}

#[cfg(test)]
mod tests {
    use super::targets;

    #[test]
    fn links_within_the_repository_are_found() {
        let line = "see [a](docs/a.md#part), [b](https://example.com) and [c](#here)";
        assert_eq!(targets(line).collect::<Vec<_>>(), ["docs/a.md"]);
    }
}
