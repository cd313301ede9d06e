//! The fuzz functions over the corpus and over random bytes: section 1's T-F14.

use std::path::Path;

use proptest::prelude::*;
use serde_json::{Value, json};
use sutler_model::schema::{ENTERPRISE_USER, GROUP, ROLE, USER};
use sutler_scim::bulk::BULK_REQUEST;
use sutler_scim::fuzz::{
    bulk, filter, patch, path, poll, prefer, resource, role, role_patch, search, tags,
};
use sutler_scim::patch::PATCH_OP;
use sutler_scim::query::SEARCH_REQUEST;

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

#[test]
fn the_role_corpus_holds() {
    replay("role", role);
    replay("role_patch", role_patch);
}

#[test]
fn the_search_corpus_holds() {
    replay("search", search);
}

#[test]
fn the_tags_corpus_holds() {
    replay("tags", tags);
}

#[test]
fn the_poll_corpus_holds_t_v6() {
    replay("poll", poll);
}

#[test]
fn the_prefer_corpus_holds_t_v5() {
    replay("prefer", prefer);
}

/// A key of some resource, rightly spelled or nearly.
fn key() -> impl Strategy<Value = String> {
    let names = [
        "schemas",
        "id",
        "userName",
        "USERNAME",
        "name",
        "givenName",
        "familyName",
        "title",
        "active",
        "emails",
        "addresses",
        "value",
        "type",
        "primary",
        "display",
        "$ref",
        "locality",
        "groups",
        "members",
        "displayName",
        "password",
        "externalId",
        "x509Certificates",
        "meta",
        "manager",
        "department",
        "name.givenName",
        "emails.type",
        "shoe",
        ENTERPRISE_USER,
        USER,
    ];
    prop::sample::select(names.map(str::to_owned).to_vec())
}

/// Any JSON whose keys and texts mean something here and there.
fn value() -> impl Strategy<Value = Value> {
    let texts =
        ["", "a", "a@x", "work", "Work", "User", "aGk=", "https://h/Users/7", USER, "\u{0}", "é"];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        prop::sample::select(texts.to_vec()).prop_map(Value::from),
        Just(json!([USER, ENTERPRISE_USER])),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::vec((key(), inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn body() -> impl Strategy<Value = Value> {
    let schemas =
        prop::sample::select(vec![json!([USER]), json!([USER, ENTERPRISE_USER]), json!([GROUP])]);
    (schemas, prop::collection::vec((key(), value()), 0..5)).prop_map(|(schemas, members)| {
        let mut body = json!({"schemas": schemas, "userName": "ann", "displayName": "g"});
        if let Value::Object(body) = &mut body {
            if schemas == json!([GROUP]) {
                body.remove("userName");
            }
            body.extend(members.into_iter().filter(|(key, _)| key != "schemas"));
        }
        body
    })
}

fn operation() -> impl Strategy<Value = Value> {
    let brackets = ["", "[type eq \"work\"]", "[value pr]", "[primary eq true].value", ".value"];
    let verb = prop::sample::select(vec!["add", "replace", "remove", "Add"]);
    let path = prop::option::of((key(), prop::sample::select(brackets.to_vec())));
    (verb, path, prop::option::of(value())).prop_map(|(verb, path, value)| {
        let mut operation = json!({"op": verb});
        if let Some((key, brackets)) = path {
            operation["path"] = json!(format!("{key}{brackets}"));
        }
        if let Some(value) = value {
            operation["value"] = value;
        }
        operation
    })
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
        prop_assert!(search(&bytes) && tags(&bytes));
        prop_assert!(role(&bytes) && role_patch(&bytes));
    }

    #[test]
    fn random_bodies_are_kept_canonical_or_refused_t_c5(body in body()) {
        prop_assert!(resource(body.to_string().as_bytes()), "{}", body);
    }

    #[test]
    fn random_operations_leave_what_is_canonical_t_p2(one in operation(), other in operation()) {
        for operations in [json!([one]), json!([one, other])] {
            let body = json!({"schemas": [PATCH_OP], "Operations": operations});
            prop_assert!(patch(body.to_string().as_bytes()), "{}", body);
        }
    }

    #[test]
    fn random_searches_never_panic_t_f14(text in words(), count in any::<i64>(), by in key()) {
        let body = json!({"schemas": [SEARCH_REQUEST], "filter": text, "count": count,
            "startIndex": count, "sortBy": by, "attributes": [by]});
        prop_assert!(search(body.to_string().as_bytes()), "{}", body);
        prop_assert!(tags(text.as_bytes()));
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

/// An attribute of a role, rightly spelled or nearly.
fn role_key() -> impl Strategy<Value = String> {
    let names = [
        "schemas",
        "id",
        "displayName",
        "DISPLAYNAME",
        "users",
        "groups",
        "Users",
        "permissions",
        "audience",
        "audience.type",
        "externalId",
        "meta",
        "value",
        "members",
        ROLE,
    ];
    prop::sample::select(names.map(str::to_owned).to_vec())
}

fn role_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        value(),
        Just(json!([{"value": "1"}])),
        Just(json!(["read", "write"])),
        Just(json!({"type": "organization"})),
        Just(json!([{"value": "read", "display": "Read"}])),
        Just(json!({"users": [{"value": "1"}], "permissions": []})),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_roles_are_roles_or_refused_t_c5(
        members in prop::collection::vec((role_key(), role_value()), 0..5)
    ) {
        let mut body = json!({"displayName": "r"});
        if let Value::Object(body) = &mut body {
            body.extend(members);
        }
        prop_assert!(role(body.to_string().as_bytes()), "{}", body);
    }

    #[test]
    fn random_operations_leave_a_role_t_p2(
        verb in prop::sample::select(vec!["add", "replace", "remove"]),
        key in prop::option::of(role_key()),
        brackets in prop::sample::select(vec!["", "", "[value eq \"1\"]", ".value"]),
        value in prop::option::of(role_value()),
    ) {
        let path = key.map(|key| format!("{key}{brackets}"));
        let mut operation = json!({"op": verb});
        if let Value::Object(map) = &mut operation {
            map.extend(path.map(|path| ("path".to_owned(), path.into())));
            map.extend(value.map(|value| ("value".to_owned(), value)));
        }
        let body = json!({"schemas": [PATCH_OP], "Operations": [operation]});
        prop_assert!(role_patch(body.to_string().as_bytes()), "{}", body);
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
