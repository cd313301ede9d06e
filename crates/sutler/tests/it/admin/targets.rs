//! What is done at targets over the admin API: comparisons, deliveries now, retries by cause.

use serde_json::{Value, json};

use super::{administrator, ask};
use crate::harness::{APP_TOKEN, Place, Server, emulator, until, user, usual_estate};

/// Asks the target directly, as somebody else would who administers it.
async fn there(server: &Server, method: &str, url: &str, body: &Value) -> Value {
    let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
    let request = server.client().request(method, url).bearer_auth(APP_TOKEN);
    let request = request.header("content-type", "application/scim+json").body(body.to_string());
    serde_json::from_str(&request.send().await.unwrap().text().await.unwrap()).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn r17_a_comparison_finds_an_account_that_has_drifted_and_puts_it_right() {
    let emulator = emulator().await;
    let place = Place::new();
    let url = emulator.url("app");
    place.apply(&usual_estate(&url));
    let server = Server::start(&place).await;
    let token = place.token("hr");
    let ann = administrator(&place, "ann", "operator", Some("default"));
    let eve = administrator(&place, "eve", "auditor", Some("default"));
    server.send("POST", "/scim/v2/Users", &token, Some(user("ada"))).await;
    let app = emulator.target("app").unwrap();
    until("ada is there and in sync", async || {
        place.json(&["status", "--json"])["targets"][0]["in_sync"] == 1
    })
    .await;
    let account = format!("{url}/Users/{}", app.user("ada").unwrap()["id"].as_str().unwrap());
    let change = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{"op": "replace", "path": "name.givenName", "value": "Mallory"}],
    });
    there(&server, "PATCH", &account, &change).await;

    let compare = async |more: &str| {
        let path = format!("/api/v1/targets/app/comparisons{more}");
        let begun = ask(&server, &ann, "POST", &path, None, None).await;
        assert_eq!(begun.status, 202, "{begun:?}");
        let path = format!("/api/v1/comparisons/{}", begun.json()["id"].as_str().unwrap());
        until("it has ended", async || {
            ask(&server, &eve, "GET", &path, None, None).await.json()["ended"].is_string()
        })
        .await;
        let told = ask(&server, &eve, "GET", &path, None, None).await.json();
        let findings = ask(&server, &eve, "GET", &format!("{path}/findings"), None, None).await;
        (told, findings.json()["items"][0].clone())
    };
    let (told, finding) = compare("?dry_run=true").await;
    assert_eq!((&told["found"], &told["complete"]), (&json!({"drifted": 1}), &json!(true)));
    assert_eq!((&finding["what"], &finding["name"]), (&json!("drifted"), &json!("ada")));
    assert_eq!(
        (&finding["paths"], &finding["repaired"]),
        (&json!(["name.givenName"]), &json!(false))
    );
    assert_eq!(app.user("ada").unwrap()["name"]["givenName"], "Mallory", "told only");
    let (_, finding) = compare("").await;
    assert_eq!(finding["repaired"], true);
    until("it is put right", async || app.user("ada").unwrap()["name"]["givenName"] == "Ada").await;
    let latest = "/api/v1/targets/app/comparisons/latest";
    assert_eq!(ask(&server, &eve, "GET", latest, None, None).await.json()["dry_run"], false);

    // What was delivered, step by step, and nothing of the target's token in it.
    let path = "/api/v1/history?resource=ada&outcome=done";
    let history = ask(&server, &eve, "GET", path, None, None).await;
    let steps: Vec<Value> = history.json()["items"].as_array().unwrap().clone();
    assert!(steps.len() >= 2, "{history:?}");
    let create = steps.last().unwrap()["steps"].as_array().unwrap().clone();
    assert!(create.iter().any(|step| step["exchanges"][0]["method"] == "POST"), "{create:?}");
    assert!(!history.text.contains(APP_TOKEN));
    let newest = ask(&server, &eve, "GET", &format!("{path}&count=1"), None, None).await.json();
    let next = newest["next_cursor"].as_str().unwrap();
    let older =
        ask(&server, &eve, "GET", &format!("{path}&cursor={next}"), None, None).await.json();
    assert_eq!(older["items"][0], steps[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_for_a_person_is_grouped_by_cause_and_tried_again_by_it() {
    let emulator = emulator().await;
    let place = Place::new();
    let url = emulator.url("app");
    place.apply(&usual_estate(&url));
    let server = Server::start(&place).await;
    let token = place.token("hr");
    let ann = administrator(&place, "ann", "operator", Some("default"));
    let root = "/api/v1/targets/app";
    let get = async |path: &str| {
        ask(&server, &ann, "GET", &format!("{root}/{path}"), None, None).await.json()
    };
    // Somebody else's accounts have the names.
    for name in ["ada", "bob"] {
        there(&server, "POST", &format!("{url}/Users"), &user(name)).await;
        server.send("POST", "/scim/v2/Users", &token, Some(user(name))).await;
    }
    until("both wait", async || get("failed").await["items"].as_array().unwrap().len() == 2).await;
    let first = get("failed?count=1").await;
    assert_eq!(first["items"][0].get("place"), None);
    let cursor = first["next_cursor"].as_str().unwrap().to_owned();
    let rest = get(&format!("failed?cursor={cursor}")).await;
    assert_eq!((rest["items"].as_array().unwrap().len(), &rest["next_cursor"]), (1, &Value::Null));
    assert_ne!(rest["items"][0]["name"], first["items"][0]["name"]);
    let causes = get("failed/causes").await;
    assert_eq!(causes["items"][0]["count"], 2, "{causes}");
    let cause = causes["items"][0]["cause"].as_str().unwrap().to_owned();

    let retry = async |body: Value| {
        let body = Some(("application/json", body.to_string()));
        ask(&server, &ann, "POST", &format!("{root}/retry"), body, None).await.json()
    };
    assert_eq!(retry(json!({"cause": "licence"})).await, json!({"retried": 0}));
    assert_eq!(retry(json!({"cause": cause})).await, json!({"retried": 2}));
    until("both wait again", async || get("failed").await["items"].as_array().unwrap().len() == 2)
        .await;
    // One of them now, after the other account is gone.
    let app = emulator.target("app").unwrap();
    let account = format!("{url}/Users/{}", app.user("ada").unwrap()["id"].as_str().unwrap());
    there(&server, "DELETE", &account, &Value::Null).await;
    let path = format!("{root}/resources/ada/provision");
    let told = ask(&server, &ann, "POST", &path, None, None).await;
    assert_eq!(told.status, 200, "{told:?}");
    assert_eq!(told.json()["pending"], Value::Null, "{told:?}");
    let left = get("failed").await;
    assert_eq!(
        (left["items"].as_array().unwrap().len(), &left["items"][0]["name"]),
        (1, &json!("bob"))
    );
}
