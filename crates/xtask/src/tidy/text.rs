//! What no file may say: where somebody's machine keeps things, and what is left for later.

use std::path::Path;

use super::Finding;

/// Each is written in two parts, so that this file does not find itself.
const BANNED: [(&str, &str, &str); 8] = [
    ("/wo", "rk/", "a path of somebody's machine"),
    ("/ro", "ot/", "a path of somebody's machine"),
    ("/ho", "me/", "a path of somebody's machine"),
    ("index.cra", "tes.io", "the host of a registry"),
    ("static.cra", "tes.io", "the host of a registry"),
    ("files.python", "hosted.org", "the host of a registry"),
    ("registry.npm", "js.org", "the host of a registry"),
    ("TO", "DO", "work left for later: do it, or leave it out"),
];

/// Findings in one text file, of any kind.
pub(crate) fn check(path: &Path, source: &str) -> Vec<Finding> {
    if path.ends_with("Cargo.lock") {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for (number, line) in source.lines().enumerate() {
        for (head, tail, reason) in BANNED {
            if line.contains(&format!("{head}{tail}")) {
                let problem = format!("`{head}{tail}`: {reason}");
                findings.push(Finding::new(path, number + 1, problem));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::check;

    #[test]
    fn a_path_of_a_machine_is_found_with_its_line() {
        let source = format!("fine\nsee /{}/somebody/notes\n", "home");
        let findings = check(Path::new("docs/x.md"), &source);
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].line, 2);
    }

    #[test]
    fn ordinary_text_is_left_alone() {
        assert!(check(Path::new("a.md"), "GET /scim/v2/Users\n").is_empty());
    }
}
