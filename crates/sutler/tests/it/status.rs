//! Status, failures and what to do about them, check.

use serde_json::{Value, json};

use crate::harness::{Place, Server, emulator, until, user, usual_estate};

fn target(place: &Place) -> Value {
    place.json(&["status", "--json"])["targets"][0].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn r26_what_a_target_that_is_down_has_to_get_is_pending_not_failed() {
    let emulator = emulator().await;
    let place = Place::new();
    place.apply(&usual_estate(&emulator.url("app")));
    let server = Server::start(&place).await;
    let token = place.token("hr");
    emulator.refuse_connections().await;
    let (_, ada) = server.send("POST", "/scim/v2/Users", &token, Some(user("ada"))).await;
    assert_eq!(target(&place)["pending"], 1, "right after a 201 it is on its way");
    assert_eq!(target(&place)["failed"], 0);
    emulator.accept_connections().await.unwrap();
    until("ada is in sync", async || target(&place)["in_sync"] == 1).await;

    // A leaver counts from the commit of the change.
    emulator.refuse_connections().await;
    let path = format!("/scim/v2/Users/{}", ada["id"].as_str().unwrap());
    assert_eq!(server.send("DELETE", &path, &token, None).await.0, 204);
    until("the leaver is counted", async || {
        target(&place)["oldest_pending_deprovision_seconds"].is_u64()
    })
    .await;
    assert_eq!(target(&place)["pending"], 1);
    let leavers = place.json(&["status", "--leavers", "--json"]);
    assert_eq!(leavers["leavers"][0]["state"], "pending", "{leavers}");
    emulator.accept_connections().await.unwrap();
    until("nothing is pending", async || {
        target(&place) == json!({ "name": "app", "in_sync": 0, "pending": 0, "failed": 0, "held": 0, "oldest_pending_deprovision_seconds": null })
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn w17_a_name_that_is_taken_there_waits_for_a_person_and_is_tried_again() {
    let emulator = emulator().await;
    let place = Place::new();
    place.apply(&usual_estate(&emulator.url("app")));
    let server = Server::start(&place).await;
    let token = place.token("hr");
    // Somebody else's account, without our correlation.
    let url = format!("{}/Users", emulator.url("app"));
    let foreign = server
        .client()
        .post(&url)
        .bearer_auth(crate::harness::APP_TOKEN)
        .header("Content-Type", "application/scim+json")
        .body(user("ada").to_string())
        .send()
        .await
        .unwrap();
    assert_eq!(foreign.status(), 201);
    let foreign: Value = serde_json::from_str(&foreign.text().await.unwrap()).unwrap();

    server.send("POST", "/scim/v2/Users", &token, Some(user("ada"))).await;
    until("the pair waits for a person", async || target(&place)["failed"] == 1).await;
    let failed = place.json(&["status", "--target", "app", "--failed", "--json"]);
    let pair = &failed["failed"][0];
    assert_eq!(pair["name"], "ada");
    assert!(pair["advice"].as_str().unwrap().contains("sutler retry --target app"), "{pair}");
    let group = &failed["groups"][0];
    assert_eq!(
        (group["count"].as_u64(), group["example"]["name"].as_str()),
        (Some(1), Some("ada"))
    );
    assert_eq!(failed["next"], Value::Null);
    let ran = place.run(&["status", "--failed", "--after", "here"]);
    assert!(ran.err.contains("`here` is no place"), "{}", ran.err);
    let none = place.json(&["retry", "--all", "--cause", "licence", "--json"]);
    assert_eq!(none["retried"], 0, "another cause");
    let told = place.done(&["status", "--target", "app", "--failed"]);
    assert!(told.contains("ada") && told.contains("sutler retry"), "{told}");

    let gone = server
        .client()
        .delete(format!("{url}/{}", foreign["id"].as_str().unwrap()))
        .bearer_auth(crate::harness::APP_TOKEN)
        .send()
        .await
        .unwrap();
    assert_eq!(gone.status(), 204);
    assert_eq!(place.json(&["retry", "--target", "app", "--json"])["retried"], 1);
    until("ada is in sync", async || target(&place)["in_sync"] == 1).await;
}

#[test]
fn a_long_list_is_grouped_and_goes_on_with_the_next_page() {
    let place = Place::new();
    place.apply(&usual_estate("http://127.0.0.1:9/v2"));
    let fill = |from: usize, to: usize| {
        let store = rusqlite::Connection::open(place.data().join("sutler.db")).unwrap();
        let filled = format!(
            "WITH RECURSIVE n (n) AS (SELECT {from} UNION ALL SELECT n + 1 FROM n WHERE n < {to}) \
             INSERT INTO resource (rid, tenant, kind, uid, version, active, body, derived, created, changed) \
             SELECT n, 1, 1, 'id' || n, 1, 1, '{{}}', '{{}}', 0, 0 FROM n; \
             INSERT INTO work (target, rid, lane, mark, owes, tries) \
             SELECT target.id, rid, 1, 1, 0, 1 FROM resource, target WHERE rid BETWEEN {from} AND {to};"
        );
        store.execute_batch(&filled).unwrap();
    };
    let list = || place.json(&["status", "--failed", "--json"]);
    fill(1, 5_000);
    assert_eq!(list()["truncated"], false);
    fill(5_001, 5_001);
    let cut = list();
    assert_eq!(cut["truncated"], true);
    assert_eq!(cut["failed"].as_array().unwrap().len(), 5_000);
    assert_eq!(cut["groups"][0]["count"], 5_001);
    let next = cut["next"].as_str().unwrap();
    let rest = place.json(&["status", "--failed", "--json", "--after", next]);
    assert_eq!((rest["failed"][0]["id"].as_str(), &rest["next"]), (Some("id5001"), &Value::Null));
    let told = place.done(&["status", "--failed"]);
    assert!(told.starts_with("5001 × ") && told.contains("`--each`"), "{told}");
    let told = place.done(&["status", "--failed", "--each"]);
    assert!(told.contains(&format!("--after {next}")), "{}", &told[told.len() - 200..]);
    assert_eq!(place.json(&["status", "--leavers", "--json"])["truncated"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn check_tells_a_good_target_from_a_bad_one() {
    let emulator = emulator().await;
    let place = Place::new();
    place.apply(&usual_estate(&emulator.url("app")));
    let good = place.json(&["check", "--target", "app", "--json"]);
    assert_eq!(good["ok"], true, "{good}");

    place.file("wrong.token", "another");
    place.apply(&usual_estate(&emulator.url("app")).replace("env:APP_TOKEN", "file:wrong.token"));
    let bad = place.run(&["check", "--target", "app"]);
    assert_eq!(bad.code, 1);
    assert!(bad.out.contains("FAIL  credentials"), "{}", bad.out);
    let nobody = place.run(&["check", "--target", "nobody"]);
    assert!(nobody.err.contains("there is no target `nobody`"), "{}", nobody.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn targets_of_one_name_in_two_tenants_are_told_apart() {
    let emulator = emulator().await;
    let place = Place::new();
    let theirs = r#"
[[tenant]]
name = "acme"
[[service_provider]]
tenant = "acme"
name = "hr"
targets = ["app"]
[[target]]
tenant = "acme"
name = "app"
connector = "scim2"
url = "http://127.0.0.1:9/v2"
allow_private_addresses = true
"#;
    place.apply(&format!("{theirs}{}", usual_estate(&emulator.url("app"))));
    let server = Server::start(&place).await;
    let made =
        place.json(&["token", "create", "--tenant", "acme", "--service-provider", "hr", "--json"]);
    let token = made["token"].as_str().unwrap();
    let (status, _) = server.send("POST", "/t/acme/scim/v2/Users", token, Some(user("ada"))).await;
    assert_eq!(status, 201);
    let theirs = place.json(&["status", "--tenant", "acme", "--json"]);
    assert_eq!(
        (&theirs["targets"][0]["name"], &theirs["targets"][0]["pending"]),
        (&json!("app"), &json!(1))
    );
    assert_eq!(target(&place)["pending"], 0);
    let nobody = place.run(&["status", "--tenant", "nobody"]);
    assert!(nobody.err.contains("there is no tenant `nobody`"), "{}", nobody.err);
}
