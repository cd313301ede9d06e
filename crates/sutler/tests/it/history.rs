//! `sutler history`: what was delivered, and what was said.

use serde_json::{Value, json};

use crate::harness::{Place, Server, emulator, until, user, usual_estate};

fn deliveries(place: &Place, more: &[&str]) -> Vec<Value> {
    let arguments = [&["history", "--json"], more].concat();
    place.json(&arguments)["deliveries"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn w17_a_delivery_is_told_with_its_steps_and_found_by_what_it_was() {
    let emulator = emulator().await;
    let place = Place::new();
    place.apply(&usual_estate(&emulator.url("app")));
    let server = Server::start(&place).await;
    let token = place.token("hr");
    let (_, ada) = server.send("POST", "/scim/v2/Users", &token, Some(user("ada"))).await;
    server.send("POST", "/scim/v2/Users", &token, Some(user("bob"))).await;
    until("both are there", async || deliveries(&place, &["--outcome", "done"]).len() >= 2).await;
    let ours = deliveries(&place, &["ada", "--target", "app"]);
    assert_eq!(ours.len(), 1, "{ours:?}");
    let steps = ours[0]["steps"].as_array().unwrap();
    let create = steps.iter().find(|step| step["action"] == "create").unwrap();
    let name = json!({ "path": "userName", "seen": true, "after": "ada" });
    assert!(create["changes"].as_array().unwrap().contains(&name), "{create}");
    assert_eq!(create["exchanges"][0]["method"], "POST");
    assert_eq!(create["exchanges"][0]["status"], 201);
    assert!(!ours[0].to_string().contains("the-token-of-app"));

    let path = format!("/scim/v2/Users/{}", ada["id"].as_str().unwrap());
    server.send("PUT", &path, &token, Some(json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "ada", "title": "Guide",
    }))).await;
    until("the change is there", async || deliveries(&place, &["ada"]).len() == 2).await;
    let page = place.json(&["history", "ada", "--limit", "1", "--json"]);
    let next = page["next"].to_string();
    assert_eq!(deliveries(&place, &["ada", "--before", &next]).len(), 1);
    let told = place.done(&["history", "ada", "-v"]);
    assert!(told.contains("title: ? → \"Guide\"") && told.contains("> PATCH"), "{told}");
    let lines = place.done(&["history", "--since", "1h"]);
    assert!(lines.contains("WHAT") && lines.contains("title"), "{lines}");
    assert!(place.done(&["history", "--outcome", "refused"]).starts_with("Nothing was delivered"));
    let why = place.done(&["explain", "ada", "app"]);
    assert!(why.contains("title: ? → \"Guide\""), "{why}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_asked_is_told() {
    let place = Place::new();
    place.apply("");
    let ran = place.run(&["history", "--since", "soon"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("`soon` is no span"), "{}", ran.err);
    let ran = place.run(&["history", "nobody", "--target", "app"]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("no target `app`"), "{}", ran.err);
}
