//! What endpoints do, and the answers to it.

use serde_json::json;
use sutler_model::administrator::Role;

use super::{administrator, ask, problem, targets};
use crate::server::Server;

const JSON: &str = "application/json";
const TOML: &str = "application/toml";

#[tokio::test]
async fn the_estate_is_negotiated() {
    let server = Server::start().await;
    let auditor = administrator(&server, "ann", Role::Auditor, Some("default")).await;
    for (accept, media) in [
        ("", "application/json"),
        ("*/*", "application/json"),
        ("application/json", "application/json"),
        ("application/toml", TOML),
        ("text/html, application/toml;q=0.9, */*;q=0.1", TOML),
        ("application/json, application/toml", "application/json"),
        ("image/png", "application/json"),
    ] {
        let headers = [("accept", accept)];
        let answer = ask(&server, &auditor, "GET", "/api/v1/estate", None, &headers).await;
        assert_eq!(answer.header("content-type"), media, "{accept}");
        assert_eq!(answer.header("vary"), "accept");
        // Two forms have two tags (RFC 9110 §8.8.3).
        assert_eq!(answer.header("etag").ends_with(".toml\""), media == TOML);
    }
}

#[tokio::test]
async fn sc_10_the_estate_is_edited_under_the_tag_that_was_read() {
    let server = Server::start().await;
    let owner = administrator(&server, "ann", Role::Owner, Some("default")).await;
    let read = ask(&server, &owner, "GET", "/api/v1/estate", None, &[("accept", TOML)]).await;
    let tag = read.header("etag").to_owned();
    let put = async |path: &str, body: (&str, &str), tag: &str| {
        ask(&server, &owner, "PUT", path, Some(body), &[("if-match", tag)]).await
    };
    let dry = put("/api/v1/estate?dry_run=true&moved=app", (TOML, "a"), &tag).await;
    assert_eq!((&dry.json()["dry"], &dry.json()["moved"]), (&json!(true), &json!(["app"])));
    // A plan changes nothing, the edition does: the same tag is good once.
    let done = put("/api/v1/estate", (TOML, "a"), &tag).await;
    assert_eq!(done.status, 200);
    assert_eq!((&done.json()["tenant"], &done.json()["walled"]), (&json!("default"), &json!(true)));
    let stale = put("/api/v1/targets/app", (JSON, "{}"), &tag).await;
    problem(&stale, 412);
    let next = done.header("etag").to_owned();
    assert_eq!(put("/api/v1/targets/app", (JSON, "{}"), &next).await.status, 200);
    assert_eq!(put("/api/v1/targets/app", (JSON, "{}"), "*").await.status, 200);
    let faulty = put("/api/v1/estate", (TOML, "faulty"), "*").await;
    let faults = &problem(&faulty, 422)["faults"];
    assert_eq!(*faults, json!([{"line": 3, "column": 7, "message": "faulty"}]));
}

#[tokio::test]
async fn an_owner_of_all_tenants_is_behind_no_wall() {
    let server = Server::start().await;
    let all = administrator(&server, "root", Role::Owner, None).await;
    let put = async |path: &str| {
        ask(&server, &all, "PUT", path, Some((TOML, "")), &[("if-match", "*")]).await.json()
    };
    let here = put("/api/v1/estate").await;
    assert_eq!((&here["tenant"], &here["walled"]), (&json!("default"), &json!(false)));
    let everywhere = put("/api/v1/installation/estate").await;
    assert_eq!((&everywhere["tenant"], &everywhere["walled"]), (&json!(null), &json!(false)));
}

#[tokio::test]
async fn entries_are_listed_and_found_by_name() {
    let server = Server::start().await;
    let auditor = administrator(&server, "ann", Role::Auditor, Some("default")).await;
    let get = async |path: &str| ask(&server, &auditor, "GET", path, None, &[]).await;
    let listed = get("/api/v1/targets").await.json();
    assert_eq!(listed["items"][0]["name"], "app");
    let one = get("/api/v1/targets/app").await;
    assert_eq!(one.json()["url"], "https://app.example.org");
    assert!(!one.header("etag").is_empty());
    problem(&get("/api/v1/targets/none").await, 404);
    assert_eq!(get("/api/v1/schemas").await.json(), json!({"items": []}));
    problem(&get("/api/v1/schemas/urn:none").await, 404);
}

#[tokio::test]
async fn a_tokens_life_over_the_api() {
    let server = Server::start().await;
    let owner = administrator(&server, "ann", Role::Owner, Some("default")).await;
    let path = "/api/v1/service-providers/hr/tokens";
    let body = Some((JSON, r#"{"expires_in_days": 2}"#));
    let made = ask(&server, &owner, "POST", path, body, &[]).await;
    assert_eq!(made.status, 201);
    let token = made.json()["token"].as_str().unwrap().to_owned();
    let bearer = format!("Bearer {token}");
    let users = async || {
        let headers = [("authorization", bearer.as_str())];
        server.raw(http::Method::GET, "/scim/v2/Users", None, &headers).await.status
    };
    assert_eq!(users().await, 200);
    let listed = ask(&server, &owner, "GET", path, None, &[]).await;
    assert!(!listed.text.contains(&token));
    let mine = listed.json()["items"].as_array().unwrap().clone();
    let mine = mine.iter().find(|one| one["id"] == made.id()).unwrap().clone();
    assert_eq!(mine["service_provider"], "hr");
    assert!(mine["expires"].is_string());
    let gone = ask(&server, &owner, "DELETE", &format!("{path}/{}", made.id()), None, &[]).await;
    assert_eq!((gone.status.as_u16(), gone.text.as_str()), (204, ""));
    assert_eq!(users().await, 401);
    problem(
        &ask(&server, &owner, "POST", "/api/v1/service-providers/crm/tokens", None, &[]).await,
        404,
    );
}

#[tokio::test]
async fn targets_and_pairs_are_looked_at() {
    let server = Server::start().await;
    targets(&server, "default", &["app"]).await;
    let ada = server.user("ada").await;
    let operator = administrator(&server, "ann", Role::Operator, Some("default")).await;
    let get = async |path: &str| ask(&server, &operator, "GET", path, None, &[]).await;
    assert_eq!(get("/api/v1/status").await.json()["items"][0]["name"], "app");
    for list in ["failed", "leavers"] {
        let found = get(&format!("/api/v1/targets/app/{list}?count=1")).await.json();
        assert_eq!(found, json!({"items": [], "next_cursor": null}));
    }
    for path in ["deliveries".to_owned(), format!("resources/{ada}/deliveries")] {
        let found = get(&format!("/api/v1/targets/app/{path}")).await.json();
        assert_eq!(found, json!({"items": [], "next_cursor": null}));
        problem(&get(&format!("/api/v1/targets/app/{path}?cursor=x")).await, 400);
    }
    for named in [ada.as_str(), "ada", "ADA"] {
        let told = get(&format!("/api/v1/targets/app/resources/{named}/explanation")).await.json();
        assert_eq!((&told["id"], &told["target"]), (&json!(ada), &json!("app")));
    }
    problem(&get("/api/v1/targets/app/resources/nobody/explanation").await, 404);
    problem(&get("/api/v1/targets/none/failed").await, 404);
    let retry = async |body: &str| {
        let body = Some((JSON, body));
        ask(&server, &operator, "POST", "/api/v1/targets/app/retry", body, &[]).await
    };
    assert_eq!(retry("{}").await.json(), json!({"retried": 0}));
    assert_eq!(retry(&json!({"resource": ada}).to_string()).await.json(), json!({"retried": 0}));
    assert_eq!(retry(r#"{"cause": "taken"}"#).await.json(), json!({"retried": 0}));
    problem(&retry(r#"{"resource": 7}"#).await, 400);
    problem(&retry(r#"{"cause": ["taken"]}"#).await, 400);
    // Nothing can be reached here: the reason is told.
    let check = ask(&server, &operator, "POST", "/api/v1/targets/app/check", None, &[]).await;
    let detail = problem(&check, 422)["detail"].to_string();
    assert!(detail.contains("nothing is delivered here"), "{detail}");
}
