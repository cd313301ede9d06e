//! Memberships change in chunks, by PATCH or by PUT.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use sutler_emulator::TargetOptions;
use sutler_model::Kind;
use sutler_model::outcome::Operation;

use crate::support::{Act, Bench, Scripted, bench, done, word};

fn change(group: &str, remove: &[String], add: &[String]) -> Operation {
    Operation::Members {
        remote: group.to_owned(),
        remove: remove.to_vec(),
        add: add.iter().map(|id| (id.clone(), Kind::User)).collect(),
    }
}

fn members(bench: &Bench, group: &str) -> BTreeSet<String> {
    let shown = bench.target.group(group).unwrap();
    let list = shown.get("members").and_then(Value::as_array);
    list.into_iter().flatten().map(|one| one["value"].as_str().unwrap().to_owned()).collect()
}

async fn users(bench: &Bench, n: usize) -> Vec<String> {
    let mut ids = Vec::new();
    for i in 0..n {
        ids.push(bench.user(&format!("u{i}")).await);
    }
    ids
}

#[tokio::test]
async fn w15_members_are_added_and_removed_with_patch_and_without() {
    for patch in [true, false] {
        let bench = bench(TargetOptions { patch, ..TargetOptions::new("app", "t") }).await;
        let group = bench.group("Staff").await;
        let ids = users(&bench, 3).await;
        done(bench.connector.apply(&change(&group, &[], &ids[..2])).await);
        done(bench.connector.apply(&change(&group, &ids[..1], &ids[1..])).await);
        let expected: BTreeSet<String> = ids[1..].iter().cloned().collect();
        assert_eq!(members(&bench, "Staff"), expected, "patch: {patch}");
        let counters = bench.target.counters();
        assert_eq!((counters.member_adds, counters.member_removes), (3, 1));
    }
}

#[tokio::test]
async fn w12_a_large_change_is_sent_in_chunks_that_the_target_takes() {
    let bench = bench(TargetOptions { max_members: 100, ..TargetOptions::new("app", "t") }).await;
    let group = bench.group("Staff").await;
    let ids = users(&bench, 150).await;
    done(bench.connector.apply(&change(&group, &[], &ids)).await);
    assert_eq!(members(&bench, "Staff").len(), 150);
    done(bench.connector.apply(&change(&group, &ids[..120], &[])).await);
    assert_eq!(members(&bench, "Staff").len(), 30);
    assert_eq!(bench.connector.abilities().members_a_call, 100);
}

#[tokio::test]
async fn a_member_that_the_target_does_not_know_is_rejected() {
    let bench = bench(TargetOptions::new("app", "t")).await;
    let group = bench.group("Staff").await;
    let outcome = bench.connector.apply(&change(&group, &[], &["nobody".to_owned()])).await;
    assert_eq!(word(&outcome), "Rejected");
}

#[tokio::test]
async fn a_group_that_is_gone_is_not_found() {
    let bench = bench(TargetOptions::new("app", "t")).await;
    let ids = users(&bench, 1).await;
    let outcome = bench.connector.apply(&change("gone", &[], &ids)).await;
    assert_eq!(word(&outcome), "NotFound");
}

#[tokio::test]
async fn w25_a_change_of_one_member_of_a_large_group_sends_one_member() {
    let bench = bench(TargetOptions::new("app", "t")).await;
    let group = bench.group("Staff").await;
    let ids = users(&bench, 101).await;
    done(bench.connector.apply(&change(&group, &[], &ids[..100])).await);
    let before = bench.target.counters();
    done(bench.connector.apply(&change(&group, &[], &ids[100..])).await);
    let after = bench.target.counters();
    assert_eq!(after.member_adds - before.member_adds, 1);
    assert_eq!(after.requests - before.requests, 1);
}

#[tokio::test]
async fn a_member_who_is_not_there_does_not_stop_the_others_from_being_removed() {
    let server = Scripted::start(|asked| {
        let error = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
            "status": "400", "scimType": "noTarget",
        });
        let group = json!({ "id": "g", "displayName": "Staff" });
        if asked.line.starts_with("PATCH") && asked.text.contains("gone") {
            Act::json(400, &error)
        } else {
            Act::json(200, &group)
        }
    })
    .await;
    let remove = ["a".to_owned(), "gone".to_owned(), "b".to_owned()];
    done(server.connector().apply(&change("g", &remove, &[])).await);
    let patches: Vec<String> = server
        .asked()
        .into_iter()
        .filter(|a| a.line.starts_with("PATCH"))
        .map(|a| a.text)
        .collect();
    assert_eq!(patches.len(), 4, "the chunk, and then each alone: {patches:?}");
    assert!(patches[3].contains("value eq \\\"b") && !patches[3].contains("gone"));
}
