//! Targets that are left alone: `pause`, `resume`, maintenance windows.

use serde_json::Value;

use crate::harness::{Place, Server, emulator, until, user, usual_estate};

fn target(place: &Place) -> Value {
    place.json(&["status", "--json"])["targets"][0].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_target_waits_over_a_restart_and_goes_on_when_resumed() {
    let emulator = emulator().await;
    let place = Place::new();
    place.apply(&usual_estate(&emulator.url("app")));
    let server = Server::start(&place).await;
    let token = place.token("hr");
    let told = place.done(&["pause", "app", "--until", "2h", "--reason", "upgrade"]);
    assert!(told.contains("app is paused until") && told.contains("sutler resume app"), "{told}");
    assert_eq!(server.stop(), Some(0));
    let server = Server::start(&place).await;
    server.send("POST", "/scim/v2/Users", &token, Some(user("ada"))).await;
    let state = target(&place)["state"].as_str().unwrap().to_owned();
    assert!(state.starts_with("paused since") && state.ends_with(": upgrade"), "{state}");
    until("her creation waits", async || target(&place)["pending"] == 1).await;
    let why = place.done(&["explain", "ada", "app"]);
    assert!(why.contains("once the target takes calls again"), "{why}");
    assert!(why.contains("the target is paused") && why.contains("sutler resume app"), "{why}");
    let resumed = place.json(&["resume", "app", "--json"]);
    assert_eq!(resumed["was_paused"], true);
    until("ada is in sync", async || target(&place)["in_sync"] == 1).await;
    assert_eq!(target(&place).get("state"), None);
    assert!(place.done(&["resume", "app"]).contains("was not paused"));
}

#[tokio::test(flavor = "multi_thread")]
async fn leavers_pass_a_pause_that_lets_them() {
    let emulator = emulator().await;
    let place = Place::new();
    place.apply(&usual_estate(&emulator.url("app")));
    let server = Server::start(&place).await;
    let token = place.token("hr");
    let (_, ada) = server.send("POST", "/scim/v2/Users", &token, Some(user("ada"))).await;
    until("ada is in sync", async || target(&place)["in_sync"] == 1).await;
    let told = place.done(&["pause", "app", "--leavers-go-on"]);
    assert!(told.contains("Leavers go on."), "{told}");
    server.send("POST", "/scim/v2/Users", &token, Some(user("bob"))).await;
    let path = format!("/scim/v2/Users/{}", ada["id"].as_str().unwrap());
    server.send("DELETE", &path, &token, None).await;
    until("ada is out", async || {
        place.json(&["status", "--leavers", "--json"])["leavers"][0]["state"] == "confirmed"
    })
    .await;
    assert_eq!(target(&place)["pending"], 1, "bob waits");
}

#[test]
fn a_pause_that_cannot_be_is_refused() {
    let place = Place::new();
    place.apply(&usual_estate("http://127.0.0.1:9/v2"));
    let check = |arguments: &[&str], code: i32, says: &str| {
        let ran = place.run(arguments);
        assert_eq!(ran.code, code, "{arguments:?}: {}", ran.err);
        assert!(ran.err.contains(says), "{}", ran.err);
    };
    check(&["pause", "app", "--until", "2001-01-01 00:00"], 1, "which is over");
    check(&["pause", "app", "--until", "soon"], 2, "neither a span such as `2h` nor a time");
    check(&["pause", "nowhere"], 1, "no target `nowhere`");
}

#[test]
fn maintenance_windows_are_checked_kept_and_told() {
    let place = Place::new();
    let estate = usual_estate("http://127.0.0.1:9/v2");
    let with = |window: &str| format!("{estate}maintenance = [\"{window}\"]\n");
    let file = place.file("wrong.toml", with("Sunday night"));
    let ran = place.run(&["apply", "-f", file.to_str().unwrap()]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.err.contains("wrong.toml:") && ran.err.contains("no maintenance window"),
        "{}",
        ran.err
    );
    place.apply(&with("Sun 02:00-04:00 UTC"));
    assert!(place.done(&["export"]).contains("maintenance = [\"Sun 02:00-04:00 UTC\"]"));
    assert!(place.done(&["plan", "-f", "estate.toml"]).contains("unchanged: target app"));
    place.apply(&with("2001-01-01 00:00/2099-01-01 00:00"));
    let state = target(&place)["state"].as_str().unwrap().to_owned();
    assert_eq!(state, "under maintenance until 2099-01-01T00:00:00.000Z");
}
