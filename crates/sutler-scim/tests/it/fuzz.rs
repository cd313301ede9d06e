//! The fuzz functions over the corpus and over random bytes: section 1's T-F14.

use std::path::Path;

use proptest::prelude::*;
use sutler_scim::fuzz::{filter, patch, path, resource};

fn replay(folder: &str, function: fn(&[u8]) -> bool) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(folder);
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let file = entry.unwrap().path();
        let bytes = std::fs::read(&file).unwrap();
        assert!(function(&bytes), "{}", file.display());
        for end in 0..bytes.len() {
            assert!(function(&bytes[..end]), "{} cut at {end}", file.display());
        }
        count += 1;
    }
    assert!(count > 3);
}

#[test]
fn the_filter_corpus_holds() {
    replay("filter", filter);
}

#[test]
fn the_path_corpus_holds() {
    replay("path", path);
}

#[test]
fn the_resource_corpus_holds() {
    replay("resource", resource);
}

#[test]
fn the_patch_corpus_holds() {
    replay("patch", patch);
}

/// Text made of the words that mean something, in any order.
fn words() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "userName",
        "emails",
        "emails.type",
        "type",
        "value",
        "eq",
        "ne",
        "co",
        "pr",
        "and",
        "or",
        "not",
        "(",
        ")",
        "[",
        "]",
        "].value",
        "\"a\"",
        "\"",
        "\\",
        "true",
        "null",
        "1.5",
        "-",
        " ",
        "é",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager",
        ":",
        ".",
        "$ref",
    ]);
    prop::collection::vec(word, 0..20).prop_map(|words| words.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_never_panic_t_f14(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(filter(&bytes) && path(&bytes) && resource(&bytes) && patch(&bytes));
    }

    #[test]
    fn random_words_never_panic_t_f14(text in words()) {
        prop_assert!(filter(text.as_bytes()));
        prop_assert!(path(text.replace(' ', "").as_bytes()));
        prop_assert!(path(text.as_bytes()));
    }
}
