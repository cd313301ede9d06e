//! `sutler reconcile`: what is at a target, against what should be.

use serde_json::{Value, json};

use crate::harness::{APP_TOKEN, Place, Server, emulator, in_sync, until, user, usual_estate};

/// Asks the target directly, as somebody else would who administers it.
async fn there(url: &str, method: &str, path: &str, body: Option<Value>) -> Value {
    let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut request = http
        .request(method, format!("{url}{path}"))
        .bearer_auth(APP_TOKEN)
        .header("Content-Type", "application/scim+json");
    if let Some(body) = body {
        request = request.body(body.to_string());
    }
    let answer = request.send().await.unwrap();
    serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default()
}

fn replace(path: &str, value: &Value) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{ "op": "replace", "path": path, "value": value }],
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn r17_w16_what_was_changed_at_a_target_is_told_and_put_right() {
    let emulator = emulator().await;
    let place = Place::new();
    let url = emulator.url("app");
    place.apply(&format!("{}[target.users]\nreport = [\"title\"]\n", usual_estate(&url)));
    let server = Server::start(&place).await;
    let token = place.token("hr");
    for name in ["ann", "bob", "cy", "dee", "eve"] {
        let mut body = user(name);
        body["title"] = json!("Engineer");
        let (status, made) = server.send("POST", "/scim/v2/Users", &token, Some(body)).await;
        assert_eq!(status, 201, "{made}");
    }
    in_sync(&place, 5).await;
    let app = emulator.target("app").unwrap();
    let id = |name: &str| app.user(name).unwrap()["id"].as_str().unwrap().to_owned();
    let path = |name: &str| format!("/Users/{}", id(name));
    there(&url, "PATCH", &path("ann"), Some(replace("name.givenName", &json!("Mallory")))).await;
    there(&url, "PATCH", &path("bob"), Some(replace("active", &json!(false)))).await;
    there(&url, "PATCH", &path("cy"), Some(replace("title", &json!("Count")))).await;
    there(&url, "DELETE", &path("dee"), None).await;
    there(&url, "POST", "/Users", Some(user("stranger"))).await;

    let dry = place.json(&["reconcile", "app", "--dry-run", "--json"]);
    let expected = json!({ "missing": 1, "drifted": 2, "disabled": 1, "unmanaged": 1 });
    assert_eq!(dry["comparison"]["found"], expected, "{dry}");
    assert_eq!(
        (&dry["comparison"]["complete"], &dry["comparison"]["equal"]),
        (&json!(true), &json!(1))
    );
    assert_eq!(app.user("ann").unwrap()["name"]["givenName"], "Mallory", "told only");

    let told = place.done(&["reconcile", "app"]);
    for words in
        ["missing", "drifted", "not ours", "name.givenName", "being put right", "told only"]
    {
        assert!(told.contains(words), "{words}: {told}");
    }
    until("it is put right", async || {
        let named = app.user("ann").is_some_and(|ann| ann["name"]["givenName"] == "Ada");
        let enabled = app.user("bob").is_some_and(|bob| bob["active"] == true);
        named && enabled && app.user("dee").is_some()
    })
    .await;
    assert_eq!(app.user("cy").unwrap()["title"], "Count", "its drift is only told");
    assert!(app.user("stranger").is_some(), "what is not ours is left alone");
    in_sync(&place, 5).await;
    let again = place.json(&["reconcile", "app", "--json"]);
    assert_eq!(again["comparison"]["found"], json!({ "drifted": 1, "unmanaged": 1 }), "{again}");
}

#[tokio::test(flavor = "multi_thread")]
async fn r17_a_leaver_who_was_enabled_again_at_the_target_is_found_and_disabled() {
    let emulator = emulator().await;
    let place = Place::new();
    let url = emulator.url("app");
    place.apply(&usual_estate(&url));
    let server = Server::start(&place).await;
    let token = place.token("hr");
    let (_, ann) = server.send("POST", "/scim/v2/Users", &token, Some(user("ann"))).await;
    in_sync(&place, 1).await;
    let path = format!("/scim/v2/Users/{}", ann["id"].as_str().unwrap());
    server.send("PATCH", &path, &token, Some(replace("active", &json!(false)))).await;
    let app = emulator.target("app").unwrap();
    until("ann is disabled", async || app.user("ann").unwrap()["active"] == false).await;
    in_sync(&place, 1).await;
    let account = format!("/Users/{}", app.user("ann").unwrap()["id"].as_str().unwrap());
    there(&url, "PATCH", &account, Some(replace("active", &json!(true)))).await;
    let found = place.json(&["reconcile", "app", "--json"]);
    assert_eq!(found["comparison"]["found"], json!({ "open_door": 1 }), "{found}");
    until("ann is disabled again", async || app.user("ann").unwrap()["active"] == false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn r16_a_list_that_cannot_be_read_makes_nobody_missing() {
    let emulator = emulator().await;
    let place = Place::new();
    place.apply(&usual_estate(&emulator.url("app")));
    let server = Server::start(&place).await;
    let token = place.token("hr");
    server.send("POST", "/scim/v2/Users", &token, Some(user("ann"))).await;
    in_sync(&place, 1).await;
    emulator.refuse_connections().await;
    let ran = place.run(&["reconcile", "app", "--json"]);
    assert_eq!(ran.code, 1, "{}", ran.out);
    let told: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((&told["comparison"]["complete"], &told["findings"]), (&json!(false), &json!([])));
    assert!(told["comparison"]["fault"].is_string(), "{told}");
}
