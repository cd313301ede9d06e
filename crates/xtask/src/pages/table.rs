//! Tables of Markdown, one a chapter.

use std::fmt::Write as _;

use super::chapters::Chapter;
use super::facts::Fact;

/// Writing to a text cannot fail.
pub(super) fn line(page: &mut String, text: &str) {
    let _ = writeln!(page, "{text}");
}

/// A table a chapter; each entry gives its cells.
pub(super) fn chapters<E>(
    page: &mut String,
    columns: &[&str],
    chapters: &[Chapter<E>],
    cells: impl Fn(&E) -> Vec<String>,
) {
    for chapter in chapters {
        line(page, &format!("\n## {}\n", chapter.title));
        line(page, &format!("| {} |", columns.join(" | ")));
        line(page, &format!("|{}", "---|".repeat(columns.len())));
        for entry in &chapter.entries {
            line(page, &format!("| {} |", cells(entry).join(" | ")));
        }
    }
}

/// A text that ends no cell.
pub(super) fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

/// The tests that name an id, as links to their files.
pub(super) fn tests(id: &str, facts: &[Fact]) -> Option<String> {
    let named = facts.iter().filter(|fact| fact.ids.iter().any(|one| one == id));
    let links: Vec<String> = named
        .map(|fact| {
            let path = fact.path.to_string_lossy();
            format!("[{}](../../{path})", fact.name.replace('_', " "))
        })
        .collect();
    (!links.is_empty()).then(|| links.join("<br>"))
}
