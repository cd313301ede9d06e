//! Rust files: their size, their opening words, the words they may use, and attributes that
//! silence the compiler.
//!
//! Product code is what stands in `src` before the first `#[cfg(test)]`.

use std::path::{Component, Path};

use super::Finding;
use crate::lexer::{Spanned, Token, tokens};

const MOST_LINES_OF_A_FILE: usize = 500;
const MOST_LINES_OF_A_FUNCTION: usize = 80;

/// Words that belong to a protocol.
const WIRE_WORDS: [&str; 2] = [concat!("Opera", "tions"), concat!("pso", "ID")];
/// The crates that speak one.
const AT_THE_WIRE: [&str; 5] =
    ["sutler-scim", "sutler-inbound", "sutler-outbound", "sutler-emulator", "sutler-testkit"];
/// What `lib.rs` may not hold.
const ITEMS: [&str; 8] =
    ["fn", "struct", "enum", "trait", "impl", "const", "static", "macro_rules"];

/// Findings in one Rust file.
pub(crate) fn check(path: &Path, source: &str) -> Vec<Finding> {
    let all = tokens(source);
    let mut findings = silenced(path, &all);
    // `tests.rs` beside a module is the tests at its end, in a file of their own.
    if path.ends_with("tests.rs") {
        return findings;
    }
    findings.extend(opening(path, source));
    if has_folder(path, "src") {
        let product = before_tests(&all);
        findings.extend(file_length(path, source, &all, product));
        findings.extend(function_lengths(path, source, product));
        findings.extend(wire_words(path, product));
        findings.extend(code_in_lib(path, product));
    }
    findings
}

fn has_folder(path: &Path, folder: &str) -> bool {
    path.components().any(|part| part == Component::Normal(folder.as_ref()))
}

fn before_tests(all: &[Spanned]) -> &[Spanned] {
    let end = all.windows(5).position(|window| {
        matches!(window, [hash, open, cfg, _, test]
            if hash.is_mark('#') && open.is_mark('[') && cfg.is_word("cfg") && test.is_word("test"))
    });
    all.get(..end.unwrap_or(all.len())).unwrap_or(all)
}

fn opening(path: &Path, source: &str) -> Option<Finding> {
    let first = source.lines().find(|line| !line.trim().is_empty() && !line.starts_with("#!["))?;
    (!first.starts_with("//!"))
        .then(|| Finding::new(path, 1, "must open with `//!`: what it is for"))
}

fn silenced(path: &Path, all: &[Spanned]) -> Vec<Finding> {
    all.windows(2)
        .filter_map(|window| match window {
            [open, allow] if open.is_mark('[') && allow.is_word("allow") => Some(allow.line),
            _ => None,
        })
        .map(|line| Finding::new(path, line, "`allow` is not allowed: `expect` with a reason"))
        .collect()
}

fn file_length(path: &Path, source: &str, all: &[Spanned], product: &[Spanned]) -> Option<Finding> {
    let lines = match all.get(product.len()) {
        Some(first_of_tests) => first_of_tests.line - 1,
        None => source.lines().count(),
    };
    (lines > MOST_LINES_OF_A_FILE).then(|| {
        let problem = format!("{lines} lines of product code, at most {MOST_LINES_OF_A_FILE}");
        Finding::new(path, 0, problem)
    })
}

fn function_lengths(path: &Path, source: &str, product: &[Spanned]) -> Vec<Finding> {
    let lines: Vec<&str> = source.lines().collect();
    product
        .iter()
        .enumerate()
        .filter(|(_, token)| token.is_word("fn"))
        .filter_map(|(at, token)| Some((token.line, body(product.get(at..)?)?)))
        .filter_map(|(line, (from, to))| {
            let inside = lines.get(from..to.saturating_sub(1)).unwrap_or_default();
            let length = inside.iter().filter(|line| is_code(line)).count();
            (length > MOST_LINES_OF_A_FUNCTION && !excused(&lines, line)).then(|| {
                let problem =
                    format!("a function of {length} lines, at most {MOST_LINES_OF_A_FUNCTION}");
                Finding::new(path, line, problem)
            })
        })
        .collect()
}

/// The lines of the braces of the function that begins here; `None` if it has no body.
fn body(from_fn: &[Spanned]) -> Option<(usize, usize)> {
    let opens = from_fn.iter().position(|token| token.is_mark('{') || token.is_mark(';'))?;
    let rest = from_fn.get(opens..)?;
    let first = rest.first().filter(|token| token.is_mark('{'))?;
    let mut depth = 0_usize;
    for token in rest {
        if token.is_mark('{') {
            depth += 1;
        } else if token.is_mark('}') {
            depth -= 1;
            if depth == 0 {
                return Some((first.line, token.line));
            }
        }
    }
    None
}

fn is_code(line: &str) -> bool {
    let line = line.trim();
    !line.is_empty() && !line.starts_with("//")
}

/// True if the lines above the function say why it is long.
fn excused(lines: &[&str], line: usize) -> bool {
    let above = lines.get(line.saturating_sub(8)..line.saturating_sub(1));
    above.is_some_and(|above| above.iter().any(|line| line.contains("too_many_lines")))
}

fn wire_words(path: &Path, product: &[Spanned]) -> Vec<Finding> {
    if AT_THE_WIRE.iter().any(|name| has_folder(path, name)) {
        return Vec::new();
    }
    product
        .iter()
        .filter_map(|token| {
            let word = WIRE_WORDS.into_iter().find(|wire| match &token.token {
                Token::Word(word) => word == wire,
                Token::Text(text) => {
                    text.split(|c: char| !c.is_alphanumeric()).any(|part| part == *wire)
                }
                Token::Mark(_) => false,
            })?;
            let problem =
                format!("`{word}` is a wire word: it stays in {}", AT_THE_WIRE.join(", "));
            Some(Finding::new(path, token.line, problem))
        })
        .collect()
}

fn code_in_lib(path: &Path, product: &[Spanned]) -> Vec<Finding> {
    if !path.ends_with("lib.rs") {
        return Vec::new();
    }
    product
        .iter()
        .filter(|token| ITEMS.iter().any(|item| token.is_word(item)))
        .map(|token| {
            Finding::new(path, token.line, "`lib.rs` holds docs, modules and re-exports only")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::check;

    fn problems(path: &str, source: &str) -> Vec<String> {
        check(Path::new(path), source).into_iter().map(|finding| finding.problem).collect()
    }

    fn check_one(path: &str, source: &str, part: &str) {
        let found = problems(path, source);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains(part), "{found:?}");
    }

    const ENGINE: &str = "crates/sutler-engine/src/x.rs";

    #[test]
    fn a_module_without_opening_words_is_found() {
        check_one(ENGINE, "fn f() {}\n", "open with");
    }

    #[test]
    fn tests_in_a_file_of_their_own_need_no_opening_words() {
        assert!(problems("crates/sutler-engine/src/x/tests.rs", "fn f() {}\n").is_empty());
    }

    #[test]
    fn a_long_function_is_found_and_an_excused_one_is_not() {
        let body = "    f();\n".repeat(81);
        check_one(ENGINE, &format!("//! X.\nfn f() {{\n{body}}}\n"), "81 lines");
        let excuse = "#[expect(clippy::too_many_lines, reason = \"a flat match\")]";
        assert!(problems(ENGINE, &format!("//! X.\n{excuse}\nfn f() {{\n{body}}}\n")).is_empty());
    }

    #[test]
    fn a_function_of_eighty_lines_is_fine() {
        let body = "    f();\n".repeat(80);
        assert!(problems(ENGINE, &format!("//! X.\nfn f() {{\n\n{body}}}\n")).is_empty());
    }

    #[test]
    fn a_long_file_is_found_but_its_tests_do_not_count() {
        let long = "use a;\n".repeat(500);
        check_one(ENGINE, &format!("//! X.\n{long}"), "501 lines");
        let short = "use a;\n".repeat(400);
        let source = format!("//! X.\n{short}#[cfg(test)]\nmod tests {{\n{long}}}\n");
        assert!(problems(ENGINE, &source).is_empty());
    }

    #[test]
    fn a_wire_word_is_found_in_strings_and_names_but_not_in_comments() {
        let word = super::WIRE_WORDS[0];
        check_one(ENGINE, &format!("//! X.\nconst A: &str = \"a {word} b\";\n"), "wire word");
        check_one(ENGINE, &format!("//! X.\nstruct {word};\n"), "wire word");
        assert!(problems(ENGINE, &format!("//! X.\n// {word}\n")).is_empty());
        let at_the_wire = "crates/sutler-scim/src/x.rs";
        assert!(problems(at_the_wire, &format!("//! X.\nstruct {word};\n")).is_empty());
    }

    #[test]
    fn an_attribute_that_allows_is_found_in_tests_too() {
        let source = format!("//! X.\n#[{}(dead_code)]\nfn f() {{}}\n", "allow");
        check_one("crates/sutler/tests/e2e/x.rs", &source, "expect");
    }

    #[test]
    fn code_in_lib_is_found() {
        check_one("crates/sutler-scim/src/lib.rs", "//! X.\nmod a;\nfn f() {}\n", "lib.rs");
        assert!(
            problems("crates/sutler-scim/src/lib.rs", "//! X.\nmod a;\npub use a::B;\n").is_empty()
        );
    }
}
