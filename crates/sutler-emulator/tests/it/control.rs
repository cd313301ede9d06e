//! Faults, the journal and the routes beside SCIM.

use reqwest::Method;
use serde_json::{Value, json};
use sutler_emulator::{Emulator, Faults, Options, StartError, TargetOptions};

use crate::support::{App, start};

fn user(name: &str) -> Value {
    json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": name})
}

async fn app() -> App {
    start(TargetOptions::new("app", "t")).await
}

#[tokio::test]
async fn a_lying_answer_is_applied_and_remembered_as_a_lie() {
    let app = app().await;
    app.clock.advance(42);
    app.target.set_faults(Faults { lie: 1.0, ..Faults::default() });
    assert_eq!(app.post("/Users", user("ann")).await.status, 500);
    let journal = app.target.journal();
    assert_eq!(journal.len(), 1);
    assert_eq!((journal[0].status, journal[0].fault.as_deref()), (500, Some("lie")));
    assert_eq!((journal[0].method.as_str(), journal[0].path.as_str()), ("POST", "/Users"));
    assert_eq!(journal[0].at.0, 42);
    assert!(app.target.user("ann").is_some());
}

#[tokio::test]
async fn a_failing_answer_applies_nothing() {
    let app = app().await;
    for (faults, status) in [
        (Faults { fail_before: 1.0, ..Faults::default() }, 500),
        (Faults { throttle: 1.0, ..Faults::default() }, 429),
        (Faults { unauthorized: 1.0, ..Faults::default() }, 401),
        (Faults { html: 1.0, ..Faults::default() }, 200),
        (Faults { wrong: 1.0, ..Faults::default() }, 200),
    ] {
        app.target.set_faults(faults);
        assert_eq!(app.post("/Users", user("ann")).await.status, status);
    }
    assert_eq!(app.target.counters().users, 0);
    assert_eq!(app.target.counters().faults, 5);
}

#[tokio::test]
async fn a_poisoned_name_is_refused_and_others_are_not() {
    let app = app().await;
    app.target.set_faults(Faults { poison: "bad".to_owned(), ..Faults::default() });
    for (name, status) in [("ann", 201), ("a-bad-one", 400), ("bob", 201)] {
        assert_eq!(app.post("/Users", user(name)).await.status, status, "{name}");
    }
    assert_eq!(app.target.counters().users, 2);
}

#[tokio::test]
async fn half_of_the_requests_fail_at_a_rate_of_a_half() {
    let app = app().await;
    app.target.set_faults(Faults { seed: 3, fail_before: 0.5, ..Faults::default() });
    let mut failed = 0;
    for i in 0..100 {
        failed += usize::from(app.post("/Users", user(&i.to_string())).await.status == 500);
    }
    assert!((30..70).contains(&failed), "{failed}");
    assert_eq!(app.target.counters().users, 100 - failed as u64);
}

#[tokio::test]
async fn faults_state_and_journal_are_reached_over_http() {
    let app = app().await;
    let get = async |path: &str| -> Value {
        let answer = app.request(Method::GET, path).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        answer.json().await.unwrap()
    };
    assert_eq!(get("/_targets").await, json!(["app", "other"]));
    app.post("/Users", user("ann")).await;
    assert_eq!(get("/app/_state").await["Users"][0]["userName"], "ann");
    assert_eq!(get("/other/_state").await["Users"], json!([]));
    assert_eq!(get("/app/_journal").await.as_array().unwrap().len(), 1);
    assert_eq!(get("/app/_counters").await["creates"], 1);
    let put = |body: Value| app.request(Method::PUT, "/app/_faults").json(&body).send();
    assert_eq!(put(json!({"throttle": 1.0, "retry_after": 2})).await.unwrap().status(), 200);
    assert_eq!(get("/app/_faults").await["throttle"], 1.0);
    assert_eq!(app.post("/Users", user("bob")).await.status, 429);
    assert_eq!(put(json!({"thottle": 1.0})).await.unwrap().status(), 400);
}

#[tokio::test]
async fn a_wrong_token_is_refused_and_targets_are_apart() {
    let app = app().await;
    for token in ["", "wrong"] {
        let request = app.request(Method::GET, "/app/v2/Users").bearer_auth(token);
        assert_eq!(request.send().await.unwrap().status(), 401);
    }
    let bare = app.request(Method::GET, "/app/v2/Users").send().await;
    assert_eq!(bare.unwrap().status(), 401);
    let nowhere = app.request(Method::GET, "/nobody/v2/Users").send().await;
    assert_eq!(nowhere.unwrap().status(), 404);
}

#[tokio::test]
async fn an_emulator_never_listens_to_the_outside() {
    let app = app().await;
    let started = Emulator::start(Options {
        listen: "0.0.0.0:0".parse().unwrap(),
        targets: Vec::new(),
        clock: app.clock.clone(),
    })
    .await;
    assert!(matches!(started, Err(StartError::NotLoopback(_))));
}
