//! Leavers through the running server: who stands before them, and what counts as their end.

use serde_json::{Value, json};
use sutler_emulator::Faults;

use crate::harness::{APP_TOKEN, Place, Server, emulator, until, user, usual_estate};
use crate::promises::{created, patch};

fn target(place: &Place) -> Value {
    place.json(&["status", "--json"])["targets"][0].clone()
}

fn leavers(place: &Place) -> Value {
    place.json(&["status", "--leavers", "--json"])["leavers"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn r10_r13_who_waits_for_a_person_keeps_nobody_and_leaves_all_the_same() {
    let emulator = emulator().await;
    let place = Place::new();
    place.apply(&usual_estate(&emulator.url("app")));
    let server = Server::start(&place).await;
    let token = place.token("hr");
    // Somebody else's account holds the name.
    let foreign = server
        .client()
        .post(format!("{}/Users", emulator.url("app")))
        .bearer_auth(APP_TOKEN)
        .header("Content-Type", "application/scim+json")
        .body(user("bob").to_string());
    assert_eq!(foreign.send().await.unwrap().status(), 201);
    let ann = created(&server, &token, "Users", user("ann")).await;
    let app = emulator.target("app").unwrap();
    until("ann arrives", async || app.user("ann").is_some()).await;
    let path = format!("/scim/v2/Users/{ann}");
    let change = async |name: &str, value: Value| {
        let steps = json!([{ "op": "replace", "path": name, "value": value }]);
        assert_eq!(server.send("PATCH", &path, &token, Some(patch(&steps))).await.0, 200);
    };
    change("userName", json!("bob")).await;
    until("the name is refused there", async || target(&place)["failed"] == 1).await;

    created(&server, &token, "Users", user("cy")).await;
    until("others go on", async || app.user("cy").is_some()).await;
    change("active", json!(false)).await;
    until("ann is out", async || app.user("ann").is_some_and(|ann| ann["active"] == false)).await;
    until("it is proven", async || leavers(&place)[0]["state"] == "confirmed").await;
    assert_eq!(server.send("DELETE", &path, &token, None).await.0, 204);
    until("ann is gone", async || app.user("ann").is_none()).await;
    until("nobody need be asked", async || target(&place)["failed"] == 0).await;
    assert!(app.user("bob").is_some(), "what is not ours stays");
}

/// The target says that it has done it, and has not.
#[tokio::test(flavor = "multi_thread")]
async fn r11_a_leaver_is_confirmed_only_when_the_target_shows_it() {
    let emulator = emulator().await;
    let place = Place::new();
    place.apply(&usual_estate(&emulator.url("app")));
    let server = Server::start(&place).await;
    let token = place.token("hr");
    let ann = created(&server, &token, "Users", user("ann")).await;
    let app = emulator.target("app").unwrap();
    until("ann is in sync", async || target(&place)["in_sync"] == 1).await;
    app.set_faults(Faults { pretend: 1.0, writes_only: true, ..Faults::default() });
    let before = app.counters().faults;
    let path = format!("/scim/v2/Users/{ann}");
    assert_eq!(server.send("DELETE", &path, &token, None).await.0, 204);
    until("it is tried again", async || app.counters().faults >= before + 2).await;
    assert!(app.user("ann").is_some());
    assert_eq!((&target(&place)["pending"], &target(&place)["failed"]), (&json!(1), &json!(0)));
    assert_eq!(leavers(&place)[0]["state"], "pending");
    app.set_faults(Faults::default());
    until("ann is gone", async || app.user("ann").is_none()).await;
    until("it is proven", async || leavers(&place)[0]["state"] == "confirmed").await;
    assert!(leavers(&place)[0]["proof"].is_string());
}
