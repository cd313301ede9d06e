//! The audit trail over the API: pages, choices, and that nothing is done without it.

use serde_json::{Value, json};
use sutler_model::administrator::Role;

use super::{administrator, ask};
use crate::server::Server;

#[tokio::test]
async fn a_walk_by_cursor_sees_each_row_once() {
    let server = Server::start().await;
    let owner = administrator(&server, "ann", Role::Owner, Some("default")).await;
    let path = "/api/v1/service-providers/hr/tokens";
    for _ in 0..7 {
        assert_eq!(ask(&server, &owner, "POST", path, None, &[]).await.status, 201);
    }
    let mut seen: Vec<i64> = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/api/v1/audit?count=3{cursor}");
        let page = ask(&server, &owner, "GET", &path, None, &[]).await.json();
        let rows = page["items"].as_array().unwrap();
        seen.extend(rows.iter().map(|row| row["seq"].as_i64().unwrap()));
        // What is written meanwhile comes before what is left.
        ask(&server, &owner, "POST", "/api/v1/service-providers/hr/tokens", None, &[]).await;
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen, [8, 7, 6, 5, 4, 3, 2, 1]);
}

#[tokio::test]
async fn lo_3_a_row_says_who_did_what_with_which_token_and_holds_no_secret() {
    let server = Server::start().await;
    let owner = administrator(&server, "ann", Role::Owner, Some("default")).await;
    let path = "/api/v1/service-providers/hr/tokens";
    let made = ask(&server, &owner, "POST", path, None, &[]).await.json();
    let body = Some(("application/json", r#"{"name": "ci", "role": "operator"}"#));
    let other = ask(&server, &owner, "POST", "/api/v1/administrators", body, &[]).await.json();
    let rows = ask(&server, &owner, "GET", "/api/v1/audit?actor=ann", None, &[]).await.json();
    let rows: &Vec<Value> = rows["items"].as_array().unwrap();
    let told: Vec<_> =
        rows.iter().map(|row| (&row["act"], &row["object"], &row["outcome"])).collect();
    let (create, token) = (json!("administrator.create"), json!("token.create"));
    let done = json!("done");
    assert_eq!(told, [(&create, &json!("ci"), &done), (&token, &json!("hr"), &done)]);
    assert_eq!(rows[1]["details"]["token"], made["id"]);
    assert_eq!(rows[0]["details"]["role"], "operator");
    assert!(rows[0]["details"]["credential"].as_str().unwrap().starts_with("adm_"));
    assert_eq!((&rows[0]["via"], &rows[0]["tenant"]), (&json!("api"), &json!("default")));
    let all = json!(rows).to_string();
    for secret in [made["token"].as_str().unwrap(), other["token"].as_str().unwrap(), &owner] {
        assert!(!all.contains(secret));
    }
    for (query, count) in
        [("act=token.create", 1), ("actor=nobody", 0), ("since=2099-01-01T00:00:00Z", 0)]
    {
        let path = format!("/api/v1/audit?{query}");
        let found = ask(&server, &owner, "GET", &path, None, &[]).await.json();
        assert_eq!(found["items"].as_array().unwrap().len(), count, "{query}");
    }
}
