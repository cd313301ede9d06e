//! The fuzz functions over the corpus and over random bytes: section 1's T-F14.

use std::path::Path;

use proptest::prelude::*;
use serde_json::{Value, json};
use sutler_model::schema::ENTERPRISE_USER;
use sutler_scim::bulk::BULK_REQUEST;
use sutler_scim::fuzz::{bulk, filter, patch, path, resource};

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

#[test]
fn the_bulk_corpus_holds_t_b3() {
    replay("bulk", bulk);
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
        prop_assert!(bulk(&bytes));
    }

    #[test]
    fn random_words_never_panic_t_f14(text in words()) {
        prop_assert!(filter(text.as_bytes()));
        prop_assert!(path(text.replace(' ', "").as_bytes()));
        prop_assert!(path(text.as_bytes()));
    }

    #[test]
    fn operations_that_refer_to_each_other_in_any_way_are_planned_t_b3(body in requests()) {
        prop_assert!(bulk(body.as_bytes()), "{body}");
    }
}

/// Bulk requests in which anything refers to anything.
fn requests() -> impl Strategy<Value = String> {
    let operation = (0..6_usize, prop::collection::vec(0..9_usize, 0..4), any::<bool>());
    prop::collection::vec(operation, 1..8).prop_map(|operations| {
        let operations: Vec<Value> = operations
            .into_iter()
            .enumerate()
            .map(|(index, (shape, refers, forgets))| operation_of(index, shape, &refers, forgets))
            .collect();
        json!({"schemas": [BULK_REQUEST], "Operations": operations}).to_string()
    })
}

fn operation_of(index: usize, shape: usize, refers: &[usize], forgets: bool) -> Value {
    let first = refers.first().copied().unwrap_or(index);
    let members: Vec<Value> =
        refers.iter().map(|other| json!({"value": format!("bulkId:{other}")})).collect();
    let path = format!("members[value eq \"bulkId:{first}\"]");
    let id = (!forgets).then(|| index.to_string());
    match shape {
        0 | 1 => json!({"method": "POST", "path": "/Groups", "bulkId": id,
            "data": {"displayName": "g", "members": members}}),
        2 => json!({"method": "POST", "path": "/Users", "bulkId": id, "data": {
            "userName": format!("bulkId:{first}"),
            ENTERPRISE_USER: {"manager": {"$ref": format!("/Users/bulkId:{first}")}}}}),
        3 => json!({"method": "PATCH", "path": format!("/Groups/bulkId:{first}"),
            "data": {"Operations": [{"op": "remove", "path": path}]}}),
        4 => json!({"method": "DELETE", "path": format!("/Groups/bulkId:{first}")}),
        _ => json!({"method": "PUT", "path": "/Groups/1", "bulkId": id,
            "data": {"displayName": "g", "members": members}}),
    }
}
