//! The page for administrators: every example on it is evaluated.

use super::*;

const PAGE: &str = include_str!("../../../../../docs/reference/mapping.md");

/// Rows of tables: `expression` in the first column, its result in the second.
fn examples() -> Vec<(&'static str, &'static str)> {
    let code = |cell: &'static str| cell.trim().strip_prefix('`')?.strip_suffix('`');
    let mut found = Vec::new();
    for line in PAGE.lines() {
        let Some(inside) = line.strip_prefix("| `").map(|_| line.trim_matches('|')) else {
            continue;
        };
        // A `|` of an expression is written `\|` in a table.
        let end = inside.match_indices('|').find(|(at, _)| !inside[..*at].ends_with('\\'));
        let (left, right) = inside.split_at(end.unwrap().0);
        let right = right.trim_start_matches('|').split(" | ").next().unwrap();
        if let (Some(left), Some(right)) = (code(left), code(right)) {
            found.push((left, right));
        }
    }
    found
}

/// The user that the page shows.
fn of_page(text: &str) -> Result<Option<Value>, ExpressionFault> {
    let json = PAGE.split("```json").nth(1).unwrap().split("```").next().unwrap();
    let body = document(serde_json::from_str(json).unwrap());
    let manager = manager();
    run(&Case { kind: Kind::User, body: &body, manager: Some(&manager), attempt: 1 }, text)
}

#[test]
fn every_example_of_the_page_has_the_result_that_it_shows() {
    let examples = examples();
    assert!(examples.len() > 60, "{}", examples.len());
    for (text, expected) in examples {
        let text = text.replace("\\|", "|");
        let found = match of_page(&text) {
            Ok(None) => "no value".to_owned(),
            Ok(Some(value)) => value.to_string(),
            Err(fault) => format!("refused: {}", fault.message),
        };
        if let Some(words) = expected.strip_prefix("refused: ") {
            assert!(found.starts_with("refused: ") && found.contains(words), "{text}: {found}");
        } else {
            assert_eq!(found, expected, "{text}");
        }
    }
}

#[test]
fn the_page_has_every_function() {
    for name in super::super::functions() {
        assert!(
            examples().iter().any(|(text, _)| text.contains(&format!("{name}("))
                || text.contains(&format!("|{name}"))),
            "`{name}` has no example"
        );
    }
}
