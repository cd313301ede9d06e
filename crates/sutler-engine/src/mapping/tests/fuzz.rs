//! The fuzz function over its corpus and over random text, and properties of what is made.

use std::path::Path;

use proptest::prelude::*;
use serde_json::json;

use super::super::fuzz::mapping;
use super::*;

#[test]
fn the_mapping_corpus_holds() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/mapping");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let file = entry.unwrap().path();
        let bytes = std::fs::read(&file).unwrap();
        assert!(mapping(&bytes), "{}", file.display());
        for end in 0..bytes.len() {
            assert!(mapping(&bytes[..end]), "{} cut at {end}", file.display());
        }
        count += 1;
    }
    assert!(count > 3);
}

/// Expressions from the pieces of the language.
fn expression() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        "user.userName",
        "user.title",
        "user.emails",
        "user.name",
        "user.active",
        "groups",
        "none",
        "1",
        "-7",
        "2.5",
        "'a b'",
        "'ß@é'",
        "''",
        "true",
        "manager.displayName",
        "[]",
        "{'a': 1}",
        "user.enterprise.employeeNumber",
    ])
    .prop_map(str::to_owned);
    let functions: Vec<&str> = super::super::functions().collect();
    leaf.prop_recursive(5, 40, 3, move |inner| {
        let sign = prop::sample::select(vec![
            "~", "+", "-", "*", "/", "//", "%", "**", "==", "<", "in", "and", "or",
        ]);
        let arguments = prop::collection::vec(inner.clone(), 1..4);
        prop_oneof![
            (inner.clone(), sign, inner.clone())
                .prop_map(|(a, sign, b)| format!("({a} {sign} {b})")),
            (prop::sample::select(functions.clone()), arguments)
                .prop_map(|(name, given)| format!("{name}({})", given.join(", "))),
            (inner.clone(), inner.clone(), inner.clone())
                .prop_map(|(a, b, c)| format!("({a} if {b} else {c})")),
            (inner.clone(), -3..9_i64).prop_map(|(a, at)| format!("({a})[{at}]")),
            (inner.clone(), -3..9_i64, -3..9_i64)
                .prop_map(|(a, from, to)| format!("({a})[{from}:{to}]")),
            (inner.clone(), inner).prop_map(|(a, b)| format!("[{a}, {b}]")),
        ]
    })
}

proptest! {
    #[test]
    fn whatever_is_written_never_panics(text in "\\PC{0,60}") {
        prop_assert!(mapping(text.as_bytes()));
    }

    #[test]
    fn what_the_language_can_say_is_bounded_and_repeatable(text in expression()) {
        prop_assert!(mapping(text.as_bytes()));
    }

    #[test]
    fn unique_names_differ_by_attempt_and_keep_their_length(name in "[a-z]{1,12}(@[a-z]{1,5})?", most in 9..20_usize) {
        let body = document(json!({"userName": name}));
        let text = format!("unique(user.userName, {most})");
        let mut seen = std::collections::BTreeSet::new();
        for attempt in [0, 1, 2, 9, 10, 99] {
            let case = Case { kind: Kind::User, body: &body, manager: None, attempt };
            let made = run(&case, &text).unwrap().unwrap();
            let made = made.as_str().unwrap().to_owned();
            prop_assert!(made.chars().count() <= most);
            prop_assert!(seen.insert(made));
        }
    }

    #[test]
    fn user_names_and_slugs_are_safe(text in "\\PC{0,40}") {
        let body = document(json!({"title": text}));
        let case = Case { kind: Kind::User, body: &body, manager: None, attempt: 0 };
        for function in ["slug", "username"] {
            let made = run(&case, &format!("user.title|{function}")).unwrap().unwrap_or_default();
            let made = made.as_str().unwrap_or_default().to_owned();
            prop_assert!(made.chars().all(|one| one.is_ascii_lowercase() || one.is_ascii_digit() || "._-".contains(one)));
            let ends = [made.chars().next(), made.chars().next_back()];
            prop_assert!(ends.into_iter().flatten().all(|one| one.is_ascii_alphanumeric()));
        }
    }
}
