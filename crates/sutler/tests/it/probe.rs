//! `sutler probe`, against emulated products.

use std::process::Stdio;

use crate::harness::user;
use crate::harness::{
    APP_TOKEN, Place, Ran, Server, emulator, product, signal, until, usual_estate,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_probe_writes_a_profile_that_the_target_then_follows() {
    let emulator = emulator().await;
    let app = emulator.target("app").unwrap();
    let place = Place::new();
    place.apply(&usual_estate(&emulator.url("app")));
    for served in [false, true] {
        let server = if served { Some(Server::start(&place).await) } else { None };
        let output = place.path(if served { "b.toml" } else { "a.toml" });
        let output = output.to_str().unwrap();
        let said = place.done(&["probe", "app", "--yes", "--output", output]);
        assert!(said.contains("`profile = \"file:"), "{said}");
        let written = std::fs::read_to_string(output).unwrap();
        assert!(written.contains("# a new user was found by its userName"), "{written}");
        assert_eq!((app.counters().users, app.counters().groups), (0, 0), "served: {served}");
        let again = place.run(&["probe", "app", "--yes", "--output", output]);
        assert!(again.err.contains("exists already"), "{}", again.err);
        let estate = usual_estate(&emulator.url("app"))
            .replace("lag = \"100ms\"", &format!("profile = \"file:{output}\""));
        place.apply(&estate);
        drop(server);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_probe_asks_first_and_does_not_touch_a_target_in_use_unasked() {
    let emulator = emulator().await;
    let app = emulator.target("app").unwrap();
    let place = Place::new();
    place.apply(&usual_estate(&emulator.url("app")));
    let unasked = place.run(&["probe", "app"]);
    assert_eq!(unasked.code, 1);
    assert!(unasked.err.contains("4 users and groups at most"), "{}", unasked.err);
    assert!(unasked.err.contains("Say `--yes`"), "{}", unasked.err);
    let nobody = place.run(&["probe", "nobody", "--yes"]);
    assert!(nobody.err.contains("there is no target `nobody`"), "{}", nobody.err);

    let server = Server::start(&place).await;
    let token = place.token("hr");
    server.send("POST", "/scim/v2/Users", &token, Some(user("ada"))).await;
    until("ada arrives", async || app.user("ada").is_some()).await;
    let used = place.run(&["probe", "app"]);
    assert!(used.err.contains("is in use: 1 accounts"), "{}", used.err);
    assert_eq!(app.counters().creates, 1, "nothing was made");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_probe_that_is_interrupted_takes_away_what_it_made() {
    let emulator = product("aws").await;
    let app = emulator.target("app").unwrap();
    for served in [false, true] {
        let place = Place::new();
        place.apply(&usual_estate(&emulator.url("app")));
        let server = if served { Some(Server::start(&place).await) } else { None };
        let before = app.counters().creates;
        let mut command = place.command(&["probe", "app", "--yes"]);
        command.env("APP_TOKEN", APP_TOKEN).stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = command.spawn().unwrap();
        until("a user is there", async || app.counters().creates > before).await;
        signal(&child, "INT");
        let ended = Ran::from(child.wait_with_output().unwrap());
        assert_eq!(ended.code, 1, "{ended:?}");
        assert!(ended.err.contains("it was stopped"), "{ended:?}");
        assert!(ended.err.contains("Nothing is left"), "{ended:?}");
        assert_eq!((app.counters().users, app.counters().groups), (0, 0), "served: {served}");
        drop(server);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_probe_outlives_who_asked_for_it_until_it_has_taken_everything_away() {
    let emulator = product("aws").await;
    let app = emulator.target("app").unwrap();
    let place = Place::new();
    place.apply(&usual_estate(&emulator.url("app")));
    let server = Server::start(&place).await;
    let mut child =
        place.command(&["probe", "app", "--yes"]).stderr(Stdio::null()).spawn().unwrap();
    until("a user is there", async || app.counters().creates > 0).await;
    child.kill().unwrap();
    child.wait().unwrap();
    until("it is taken away", async || app.counters().users == 0).await;

    let before = app.counters().creates;
    let child = place.command(&["probe", "app", "--yes"]).stderr(Stdio::null()).spawn().unwrap();
    until("a user is there", async || app.counters().creates > before).await;
    assert_eq!(server.stop(), Some(0));
    assert_eq!(app.counters().users, 0, "a server that stops takes it away first");
    child.wait_with_output().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_is_named_with_its_id() {
    let emulator = product("salesforce").await;
    let app = emulator.target("app").unwrap();
    let place = Place::new();
    place.apply(&usual_estate(&emulator.url("app")));
    let attributes = r#"{"entitlements": [{"value": "00e1"}]}"#;
    let mut command = place.command(&["probe", "app", "--yes", "--user-attributes", attributes]);
    let ran = Ran::from(command.env("APP_TOKEN", APP_TOKEN).output().unwrap());
    assert_eq!(ran.code, 0, "{ran:?}");
    let users = app.state()["Users"].as_array().unwrap().clone();
    assert_eq!(users.len(), 2);
    for user in users {
        let line = format!("LEFT  the user with the id `{}`", user["id"].as_str().unwrap());
        assert!(ran.err.contains(&line), "{}", ran.err);
    }
    assert!(ran.out.contains("delete = \"deactivate\""), "{}", ran.out);
    assert!(!ran.out.contains("00e1") && !ran.err.contains("00e1"));
}
