//! The estate as a file over the API: the same reader, the same plan.

use serde_json::json;

use super::{administrator, apply, ask};
use crate::harness::{Place, Server, emulator, until, user, usual_estate};

#[tokio::test(flavor = "multi_thread")]
async fn an_estate_applied_over_the_api_provisions() {
    let emulator = emulator().await;
    let place = Place::new();
    let server = Server::start(&place).await;
    let root = administrator(&place, "root", "owner", None);
    let estate = usual_estate(&emulator.url("app"));
    let body = || Some(("application/toml", estate.clone()));
    let plan = ask(&server, &root, "POST", "/api/v1/estate/plan", body(), None).await;
    assert_eq!(plan.status, 200, "{plan:?}");
    assert_eq!(plan.json()["added"], json!(["service provider hr", "target app"]));
    let before = ask(&server, &root, "GET", "/api/v1/estate", None, None).await;
    assert_eq!((before.json(), &before.tag), (json!({}), &plan.tag));

    let put =
        async |tag: &str| ask(&server, &root, "PUT", "/api/v1/estate", body(), Some(tag)).await;
    let done = put(&before.tag).await;
    assert_eq!(done.status, 200, "{done:?}");
    assert_eq!(done.json()["added"], plan.json()["added"]);
    // The tag was good once; the answer has the next one, which changes no more.
    assert_eq!(put(&before.tag).await.status, 412);
    let again = put(&done.tag).await;
    assert_eq!((again.status, &again.tag), (200, &done.tag));
    let nothing = json!([]);
    assert_eq!((&again.json()["added"], &again.json()["changed"]), (&nothing, &nothing));

    let hr = place.token("hr");
    assert_eq!(server.send("POST", "/scim/v2/Users", &hr, Some(user("ada"))).await.0, 201);
    let app = emulator.target("app").unwrap();
    until("ada arrives at the target", async || app.user("ada").is_some()).await;
    let check = ask(&server, &root, "POST", "/api/v1/targets/app/check", None, None).await;
    assert_eq!(check.json()["ok"], true, "{check:?}");
    until("her delivery is told", async || {
        let path = "/api/v1/targets/app/resources/ada/deliveries";
        let told = ask(&server, &root, "GET", path, None, None).await.json();
        told["items"][0]["outcome"] == "done" && told["items"][0]["resource"].is_string()
    })
    .await;
    // One by one, each page begins where the one before ended.
    let (mut path, mut seen) = ("/api/v1/targets/app/deliveries?count=1".to_owned(), Vec::new());
    loop {
        let page = ask(&server, &root, "GET", &path, None, None).await.json();
        seen.extend(page["items"].as_array().unwrap().clone());
        let Some(next) = page["next_cursor"].as_str() else { break };
        path = format!("/api/v1/targets/app/deliveries?count=1&cursor={next}");
    }
    let whole = ask(&server, &root, "GET", "/api/v1/targets/app/deliveries", None, None).await;
    assert_eq!(json!(seen), whole.json()["items"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_file_of_the_api_is_the_file_of_the_command_line() {
    let place = Place::new();
    place.apply("[[tenant]]\nname = \"acme\"\n[[service_provider]]\nname = \"hr\"\n");
    let server = Server::start(&place).await;
    let root = administrator(&place, "root", "auditor", Some("default"));
    let all = administrator(&place, "all", "owner", None);
    let get = async |token: &str, path: &str| {
        let url = format!("{}{path}", server.url());
        let request =
            server.client().get(url).bearer_auth(token).header("accept", "application/toml");
        request.send().await.unwrap().text().await.unwrap()
    };
    let exported = place.done(&["export", "--tenant", "default"]);
    assert_eq!(get(&root, "/api/v1/estate").await.trim_end(), exported.trim_end());
    let exported = place.done(&["export"]);
    assert!(exported.contains("name = \"acme\""));
    assert_eq!(get(&all, "/api/v1/installation/estate").await.trim_end(), exported.trim_end());
}

#[tokio::test(flavor = "multi_thread")]
async fn faults_of_a_file_have_their_places_and_nothing_is_changed() {
    let place = Place::new();
    let server = Server::start(&place).await;
    let root = administrator(&place, "root", "owner", None);
    let text =
        "[[service_provider]]\nname = \"hr\"\n\n[[service_provider]]\nname = \"x\"\nmodus = 7\n";
    let refused = apply(&server, &root, "/api/v1", text).await;
    assert!(refused.faults()[0].contains("unknown key `modus`"), "{refused:?}");
    let fault = &refused.json()["faults"][0];
    assert_eq!((&fault["line"], &fault["column"]), (&json!(6), &json!(1)));
    for (text, says) in [
        ("[[target]", "not TOML"),
        ("x = [[[[", "not TOML"),
        ("[[target]]\nname = \"../..\"", "cannot be used"),
        (
            "[[service_provider]]\nname = \"hr\"\nbasic = { client_id = \"a\", client_secret = \"hunter2\" }",
            "a secret is not written",
        ),
    ] {
        let faults = apply(&server, &root, "/api/v1", text).await.faults();
        assert!(faults.iter().any(|fault| fault.contains(says)), "{text}: {faults:?}");
        assert!(!faults.concat().contains("hunter2"));
    }
    let estate = ask(&server, &root, "GET", "/api/v1/estate", None, None).await;
    assert_eq!(estate.json(), json!({}));
    // What was refused is told without what was sent.
    let trail = place.json(&["audit", "--json"]);
    let first = trail["rows"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(first["act"], "administrator.create");
    assert!(trail.to_string().contains("the estate has 1 faults, the first at 6:1"), "{trail}");
    assert!(!trail.to_string().contains("hunter2"));
}

#[test]
fn sc_7_cf_2_a_new_installation_has_no_administrator() {
    let place = Place::new();
    place.apply("[[service_provider]]\nname = \"hr\"\n");
    assert_eq!(place.json(&["admin", "token", "list", "--json"]), json!({"administrators": []}));
    let told = place.done(&["admin", "token", "list"]);
    assert!(told.contains("sutler admin token create"), "{told}");
    let made = place.done(&["admin", "token", "create", "--role", "auditor", "--name", "eve"]);
    assert!(made.contains("sutleradm_") && made.contains("/api/v1/me"), "{made}");
    let listed = place.done(&["admin", "token", "list"]);
    assert!(listed.contains("eve") && !listed.contains("sutleradm_"), "{listed}");
    for (arguments, says) in [
        (&["--role", "root", "--name", "x"][..], "expected auditor, operator or owner"),
        (&["--role", "auditor", "--name", "x", "--all-tenants"], "has the role owner"),
        (&["--role", "auditor", "--name", "eve"], "already"),
        (&["--role", "auditor", "--name", "x", "--expires", "1w"], "expected a span"),
        (&["--role", "auditor", "--name", "x", "--tenant", "nobody"], "there is no tenant"),
    ] {
        let ran = place.run(&[&["admin", "token", "create"], arguments].concat());
        assert_ne!(ran.code, 0);
        assert!(ran.err.contains(says), "{arguments:?}: {}", ran.err);
    }
}
