//! Promises that only the whole shows: what comes in over HTTP, and what arrives at targets.

use std::time::Duration;

use serde_json::{Value, json};
use sutler_emulator::{Faults, Outage, TargetOptions};

use crate::harness::{
    APP_TOKEN, Place, Server, emulate, emulator, emulators, until, user, usual_estate,
};

/// Far below the time that a call to a target may take.
const SOON: Duration = Duration::from_secs(5);

/// Another target, for the usual estate.
pub(crate) fn another(name: &str, url: &str) -> String {
    format!(
        "[[target]]\nname = \"{name}\"\nconnector = \"scim2\"\nurl = \"{url}\"\n\
         auth = {{ bearer = \"env:APP_TOKEN\" }}\nallow_private_addresses = true\n\
         on_deactivate = \"disable\"\non_delete = \"delete\"\nlag = \"100ms\"\n"
    )
}

pub(crate) fn patch(operations: &Value) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": operations,
    })
}

/// Creates a resource that must be taken, and gives its id.
pub(crate) async fn created(server: &Server, token: &str, kind: &str, body: Value) -> String {
    let (status, made) = server.send("POST", &format!("/scim/v2/{kind}"), token, Some(body)).await;
    assert_eq!(status, 201, "{made}");
    made["id"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn r7_r14_w8_a_target_that_never_answers_slows_neither_who_writes_nor_another_target() {
    let emulator = emulators(&["app", "hole"]).await;
    let hole = emulator.target("hole").unwrap();
    hole.set_faults(Faults { outage: Outage::BlackHole, ..Faults::default() });
    let place = Place::new();
    let estate = usual_estate(&emulator.url("app"))
        .replace("targets = [\"app\"]", "targets = [\"hole\", \"app\"]");
    place.apply(&format!("{estate}{}", another("hole", &emulator.url("hole"))));
    let server = Server::start(&place).await;
    let token = place.token("hr");
    let mut ids = Vec::new();
    for number in 0..30 {
        let body = user(&format!("user{number}"));
        let made = tokio::time::timeout(SOON, created(&server, &token, "Users", body)).await;
        ids.push(made.expect("the answer waits for no target"));
    }
    let app = emulator.target("app").unwrap();
    until("all are at the other target", async || app.counters().users == 30).await;
    let path = format!("/scim/v2/Users/{}", ids[0]);
    let gone = server.send("DELETE", &path, &token, None);
    let (status, _) = tokio::time::timeout(SOON, gone).await.expect("nor does a deletion");
    assert_eq!(status, 204);
    until("the leaver is out there", async || app.user("user0").is_none()).await;
    assert_eq!(hole.counters().users, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn w4_w5_w11_a_name_with_quotes_and_all_its_values_arrive_and_are_changed() {
    let emulator = emulator().await;
    let place = Place::new();
    place.apply(&usual_estate(&emulator.url("app")));
    let server = Server::start(&place).await;
    let token = place.token("hr");
    let name = r#"o"neil\" or userName pr"#;
    let emails = json!([
        { "value": "a@example.org", "type": "work", "primary": true },
        { "value": "b@example.org", "type": "home" },
        { "value": "c@example.org", "type": "other" },
    ]);
    let mut body = user(name);
    body["emails"] = emails.clone();
    created(&server, &token, "Users", user("innocent")).await;
    let id = created(&server, &token, "Users", body).await;
    let app = emulator.target("app").unwrap();
    until("both arrive", async || app.counters().users == 2).await;
    assert_eq!(app.user(name).unwrap()["emails"], emails);

    let steps = json!([
        { "op": "replace", "path": "title", "value": "Dr" },
        { "op": "remove", "path": "emails[type eq \"home\"]" },
    ]);
    let path = format!("/scim/v2/Users/{id}");
    assert_eq!(server.send("PATCH", &path, &token, Some(patch(&steps))).await.0, 200);
    until("the change arrives", async || app.user(name).unwrap()["title"] == "Dr").await;
    assert_eq!(app.user(name).unwrap()["emails"], json!([emails[0], emails[2]]));
    assert_eq!(app.user("innocent").unwrap().get("title"), None);
    assert_eq!((app.counters().creates, app.counters().users), (2, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn w10_who_comes_and_who_goes_in_one_patch_both_do_at_the_target() {
    let emulator = emulator().await;
    let place = Place::new();
    place.apply(&usual_estate(&emulator.url("app")));
    let server = Server::start(&place).await;
    let token = place.token("hr");
    let mut ids = Vec::new();
    for name in ["ann", "bob", "cy"] {
        ids.push(created(&server, &token, "Users", user(name)).await);
    }
    let group = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
        "displayName": "Sales",
        "members": [{ "value": ids[0] }, { "value": ids[1] }],
    });
    let group = created(&server, &token, "Groups", group).await;
    let app = emulator.target("app").unwrap();
    let are = |names: &[&str]| {
        let shown = app.group("Sales").unwrap_or_default();
        let there = shown["members"].as_array().cloned().unwrap_or_default();
        let id = |name: &&str| app.user(name).map(|user| user["id"].clone());
        let wanted: Vec<_> = names.iter().map(id).collect();
        there.len() == wanted.len()
            && there.iter().all(|one| wanted.contains(&Some(one["value"].clone())))
    };
    until("the group arrives", async || are(&["ann", "bob"])).await;
    let steps = json!([
        { "op": "add", "path": "members", "value": [{ "value": ids[2] }] },
        { "op": "remove", "path": format!("members[value eq \"{}\"]", ids[0]) },
    ]);
    let path = format!("/scim/v2/Groups/{group}");
    assert_eq!(server.send("PATCH", &path, &token, Some(patch(&steps))).await.0, 200);
    until("both arrive", async || are(&["bob", "cy"])).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn w30_a_secret_may_be_long() {
    let long = "0123456789abcdef".repeat(512);
    let emulator = emulate(vec![TargetOptions::new("app", &long)]).await;
    let place = Place::new();
    place.file("app.token", &long);
    place.apply(&usual_estate(&emulator.url("app")).replace("env:APP_TOKEN", "file:app.token"));
    let server = Server::start(&place).await;
    let token = place.token("hr");
    created(&server, &token, "Users", user("ann")).await;
    let app = emulator.target("app").unwrap();
    until("ann arrives", async || app.user("ann").is_some()).await;
    assert!(!place.done(&["export"]).contains(&long[..64]));
}

#[tokio::test(flavor = "multi_thread")]
async fn r8_r11_r24_asked_to_stop_under_way_it_ends_soon_and_loses_and_doubles_nothing() {
    let options = TargetOptions { unique: false, ..TargetOptions::new("app", APP_TOKEN) };
    let emulator = emulate(vec![options]).await;
    let place = Place::new();
    place.apply(&usual_estate(&emulator.url("app")));
    let app = emulator.target("app").unwrap();
    app.set_faults(Faults { latency: 300, ..Faults::default() });
    let server = Server::start(&place).await;
    let token = place.token("hr");
    for number in 0..20 {
        created(&server, &token, "Users", user(&format!("user{number}"))).await;
    }
    until("calls are under way", async || app.counters().requests > 0).await;
    let stopped = tokio::task::spawn_blocking(move || server.stop());
    let code = tokio::time::timeout(Duration::from_secs(30), stopped).await.unwrap().unwrap();
    assert_eq!(code, Some(0));
    assert!(app.counters().users < 20, "it was stopped in the middle");
    app.set_faults(Faults::default());
    let _server = Server::start(&place).await;
    until("all are there", async || app.counters().users == 20).await;
    until("nothing waits", async || {
        place.json(&["status", "--json"])["targets"][0]["in_sync"] == 20
    })
    .await;
    assert_eq!(app.counters().creates, 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn w20_w21_each_target_gets_what_its_own_mappings_make_and_who_is_not_routed_to_nothing() {
    let emulator = emulators(&["app", "crm", "aside"]).await;
    let place = Place::new();
    let usual = usual_estate(&emulator.url("app"))
        .replace("targets = [\"app\"]", "targets = [\"app\", \"crm\"]");
    let title = |from: &str| format!("[target.users.attributes]\ntitle = \"{from}\"\n");
    let crm = another("crm", &emulator.url("crm"));
    let aside = another("aside", &emulator.url("aside"));
    let (staff, guest) = (title("'Staff'"), title("'Guest ' ~ user.userName"));
    place.apply(&format!("{usual}{staff}{crm}{guest}{aside}"));
    let server = Server::start(&place).await;
    let token = place.token("hr");
    created(&server, &token, "Users", user("ada")).await;
    for (name, title) in [("app", "Staff"), ("crm", "Guest ada")] {
        let target = emulator.target(name).unwrap();
        until("ada arrives", async || target.user("ada").is_some()).await;
        assert_eq!(target.user("ada").unwrap()["title"], title, "{name}");
    }
    assert_eq!(emulator.target("aside").unwrap().counters().requests, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn w28_each_of_many_values_is_found() {
    let place = Place::new();
    place.apply("[[service_provider]]\nname = \"hr\"\n");
    let server = Server::start(&place).await;
    let token = place.token("hr");
    let mut body = user("ada");
    body["emails"] = json!([{ "value": "a,b@example.org" }, { "value": "c@example.org" }]);
    created(&server, &token, "Users", body).await;
    created(&server, &token, "Users", user("bob")).await;
    for (value, found) in [("a,b@example.org", 1), ("c@example.org", 1), ("b@example.org", 0)] {
        let path = format!("/scim/v2/Users?filter=emails.value%20eq%20%22{value}%22");
        let (status, list) = server.send("GET", &path, &token, None).await;
        assert_eq!((status, &list["totalResults"]), (200, &json!(found)), "{value}");
    }
}
