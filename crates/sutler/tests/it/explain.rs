//! `sutler explain`: why somebody is, or is not, at a target.

use serde_json::{Value, json};

use crate::harness::{Place, Server, emulator, until, user, usual_estate};

fn explained(place: &Place, who: &str) -> Value {
    place.json(&["explain", who, "app", "--json"])
}

fn says<'a>(explained: &'a Value, rule: &str) -> &'a str {
    let steps = explained["steps"].as_array().unwrap();
    steps.iter().find(|step| step["rule"] == rule).map_or("", |step| step["says"].as_str().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn w17_a_life_is_explained_from_arrival_to_proof() {
    let emulator = emulator().await;
    let place = Place::new();
    place.apply(&usual_estate(&emulator.url("app")));
    let server = Server::start(&place).await;
    let token = place.token("hr");
    emulator.refuse_connections().await;
    let (_, ada) = server.send("POST", "/scim/v2/Users", &token, Some(user("Ada"))).await;
    let id = ada["id"].as_str().unwrap();
    until("it has been tried", async || explained(&place, "ada")["pending"]["tries"] != 0).await;
    let waiting = explained(&place, id);
    assert_eq!(says(&waiting, "route"), "hr is routed to app");
    assert_eq!(says(&waiting, "policy"), "so it should have an enabled account there");
    assert_eq!(waiting["values"]["userName"], "Ada");
    let next = waiting["next"].as_str().unwrap();
    assert!(next.starts_with("the account is made") || next.contains("looked at"), "{next}");

    emulator.accept_connections().await.unwrap();
    until("all is well", async || {
        explained(&place, "ada")["next"] == "nothing: all is as it should be"
    })
    .await;
    let there = explained(&place, "ADA");
    assert_eq!(there["account"]["state"], "enabled");
    assert_eq!((&there["pending"], &there["differs"]), (&Value::Null, &json!([])));
    assert_eq!(there["deliveries"][0]["outcome"], "done");

    assert_eq!(server.send("DELETE", &format!("/scim/v2/Users/{id}"), &token, None).await.0, 204);
    until("her end is proven", async || explained(&place, id)["account"]["state"] == "gone").await;
    let gone = explained(&place, id);
    assert_eq!(says(&gone, "resource"), "this User was deleted here");
    assert!(gone["account"]["proof"].is_string(), "{gone}");
    assert_eq!(gone["name"], "ada");
    let told = place.done(&["explain", id, "app"]);
    assert!(told.contains("should have no account there") && told.contains("OUTCOME"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn w20_who_is_not_routed_or_not_there_is_told_so() {
    let emulator = emulator().await;
    let place = Place::new();
    let estate = usual_estate(&emulator.url("app"));
    place.apply(&format!("{estate}[[service_provider]]\nname = \"crm\"\nmode = \"store\"\n"));
    let server = Server::start(&place).await;
    let token = place.token("crm");
    server.send("POST", "/scim/v2/Users", &token, Some(user("bob"))).await;
    let bob = explained(&place, "bob");
    assert_eq!(says(&bob, "route"), "none of these is routed to app");
    assert_eq!(says(&bob, "account"), "there is no account of ours");
    assert_eq!((&bob["account"], &bob["values"]["userName"]), (&Value::Null, &json!("bob")));
    for (who, target, says) in
        [("nobody", "app", "no user or group"), ("bob", "nowhere", "nowhere")]
    {
        let ran = place.run(&["explain", who, target]);
        assert_eq!(ran.code, 1);
        assert!(ran.err.contains(says), "{}", ran.err);
    }
}
