//! A target in trouble, through the running server: what is tried again, when, and what counts.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};
use sutler_emulator::{EmulatedTarget, Faults, TargetOptions};
use tokio::time::Instant;

use crate::harness::{
    APP_TOKEN, Place, Server, emulate, emulator, in_sync, until, user, usual_estate,
};
use crate::promises::{created, patch};

fn target(place: &Place) -> Value {
    place.json(&["status", "--json"])["targets"][0].clone()
}

/// The pauses between the first faults that the target's callers meet.
async fn pauses(app: &EmulatedTarget, number: u64) -> Vec<Duration> {
    let mut times = Vec::new();
    for fault in 1..=number {
        until("it is tried again", async || app.counters().faults >= fault).await;
        times.push(Instant::now());
    }
    times.windows(2).map(|pair| pair[1] - pair[0]).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn w2_a_call_that_fails_is_tried_again_ever_more_slowly_and_succeeds() {
    let emulator = emulator().await;
    let app = emulator.target("app").unwrap();
    app.set_faults(Faults { fail_before: 1.0, writes_only: true, ..Faults::default() });
    let place = Place::new();
    place.apply(&usual_estate(&emulator.url("app")));
    let server = Server::start(&place).await;
    let token = place.token("hr");
    created(&server, &token, "Users", user("ada")).await;
    let pauses = pauses(&app, 4).await;
    assert!(pauses[0] >= Duration::from_millis(400), "{pauses:?}");
    assert!(pauses[1] > pauses[0] && pauses[2] > pauses[1], "{pauses:?}");
    assert_eq!((&target(&place)["pending"], &target(&place)["failed"]), (&json!(1), &json!(0)));
    app.set_faults(Faults::default());
    in_sync(&place, 1).await;
    assert_eq!(app.counters().creates, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn r14_w2_a_target_that_asks_for_time_is_not_called_before() {
    let emulator = emulator().await;
    let app = emulator.target("app").unwrap();
    app.set_faults(Faults { throttle: 1.0, retry_after: 3, ..Faults::default() });
    let place = Place::new();
    place.apply(&usual_estate(&emulator.url("app")));
    let server = Server::start(&place).await;
    let token = place.token("hr");
    for name in ["ada", "bob", "cy"] {
        created(&server, &token, "Users", user(name)).await;
    }
    until("it is told to wait", async || app.counters().faults > 0).await;
    // Those that were under way in that moment.
    tokio::time::sleep(Duration::from_millis(500)).await;
    let told = app.counters().requests;
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert_eq!(app.counters().requests, told, "it is left alone");
    app.set_faults(Faults::default());
    in_sync(&place, 3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn w3_a_success_that_makes_no_sense_is_no_account() {
    let emulator = emulator().await;
    let app = emulator.target("app").unwrap();
    let place = Place::new();
    place.apply(&usual_estate(&emulator.url("app")));
    let server = Server::start(&place).await;
    let token = place.token("hr");
    let nonsense = [
        ("ada", Faults { html: 1.0, writes_only: true, ..Faults::default() }),
        ("bob", Faults { wrong: 1.0, writes_only: true, ..Faults::default() }),
    ];
    for (number, (name, faults)) in (1..).zip(nonsense) {
        app.set_faults(faults);
        let before = app.counters().faults;
        let id = created(&server, &token, "Users", user(name)).await;
        until("it was answered", async || app.counters().faults > before).await;
        until("it is a doubt", async || {
            let told = place.json(&["explain", &id, "app", "--json"]);
            told["pending"]["tries"] != 0 && told["account"]["state"] != "enabled"
        })
        .await;
        assert_eq!(target(&place)["in_sync"], number - 1, "{name} has no account");
        assert_eq!((&target(&place)["pending"], app.user(name)), (&json!(1), None));
        app.set_faults(Faults::default());
        in_sync(&place, number).await;
        // What it is changed by is the id that the target gave.
        let steps = json!([{ "op": "replace", "path": "title", "value": "Dr" }]);
        let path = format!("/scim/v2/Users/{id}");
        assert_eq!(server.send("PATCH", &path, &token, Some(patch(&steps))).await.0, 200);
        until("the change arrives", async || app.user(name).unwrap()["title"] == "Dr").await;
        assert_eq!(app.counters().creates, number);
    }
}

/// Names may repeat there: nobody else keeps us from making an account twice.
#[tokio::test(flavor = "multi_thread")]
async fn r11_after_an_answer_that_is_lost_it_is_looked_what_is_there() {
    let options = TargetOptions { unique: false, ..TargetOptions::new("app", APP_TOKEN) };
    let emulator = emulate(vec![options]).await;
    let app = emulator.target("app").unwrap();
    let place = Place::new();
    place.apply(&usual_estate(&emulator.url("app")));
    let server = Server::start(&place).await;
    let token = place.token("hr");
    let group = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Sales",
    });
    let lost = [
        Faults { reset_after: 1.0, writes_only: true, ..Faults::default() },
        Faults { half_body: 1.0, writes_only: true, ..Faults::default() },
        Faults { lie: 1.0, writes_only: true, ..Faults::default() },
    ];
    for (number, faults) in (1..).zip(lost) {
        app.set_faults(faults);
        created(&server, &token, "Users", user(&format!("user{number}"))).await;
        let mut group = group.clone();
        group["displayName"] = json!(format!("Group {number}"));
        created(&server, &token, "Groups", group).await;
        until("both are made there", async || app.counters().creates >= 2 * number).await;
        in_sync(&place, 2 * number).await;
        let counters = app.counters();
        assert_eq!((counters.users, counters.groups), (number, number));
        assert_eq!(counters.creates, 2 * number, "{:?}", app.journal());
        app.set_faults(Faults::default());
    }
}

/// A token endpoint that counts how often it is asked.
async fn tokens() -> (SocketAddr, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    let give = move || async move {
        counter.fetch_add(1, Ordering::SeqCst);
        Json(json!({ "access_token": APP_TOKEN, "token_type": "Bearer", "expires_in": 600 }))
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new().route("/token", post(give));
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (address, asked)
}

#[tokio::test(flavor = "multi_thread")]
async fn w14_one_token_serves_all_and_a_refusal_is_told_in_the_targets_words() {
    let options = TargetOptions::new("app", APP_TOKEN);
    let emulator = emulate(vec![options]).await;
    let (address, asked) = tokens().await;
    let place = Place::new();
    let auth = format!(
        "auth = {{ client_credentials = {{ token_url = \"http://{address}/token\", client_id = \"s\", client_secret = \"env:HR_SECRET\" }} }}"
    );
    let estate = usual_estate(&emulator.url("app"));
    place.apply(&estate.replace("auth = { bearer = \"env:APP_TOKEN\" }", &auth));
    let server = Server::start(&place).await;
    let token = place.token("hr");
    for number in 0..10 {
        created(&server, &token, "Users", user(&format!("user{number}"))).await;
    }
    in_sync(&place, 10).await;
    assert!(emulator.target("app").unwrap().counters().requests >= 10);
    assert_eq!(asked.load(Ordering::SeqCst), 1, "one token for all calls");

    let foreign = server
        .client()
        .post(format!("{}/Users", emulator.url("app")))
        .bearer_auth(APP_TOKEN)
        .header("Content-Type", "application/scim+json")
        .body(user("taken").to_string());
    assert_eq!(foreign.send().await.unwrap().status(), 201);
    created(&server, &token, "Users", user("taken")).await;
    until("it waits for a person", async || target(&place)["failed"] == 1).await;
    let failed = place.json(&["status", "--target", "app", "--failed", "--json"]);
    assert_eq!(failed["failed"][0]["cause"], "taken", "{failed}");
    let history = place.json(&["history", "taken", "--json"]).to_string();
    assert!(history.contains("409") && history.contains("`userName` is taken"), "{history}");
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}
