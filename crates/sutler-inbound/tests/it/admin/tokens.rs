//! Administrators' tokens: apart from those of service providers, short-lived if wanted, gone
//! when revoked.

use serde_json::json;
use sutler_inbound::{Rate, Settings};
use sutler_model::administrator::Role;

use super::{administrator, ask, problem};
use crate::server::Server;

const JSON: &str = "application/json";

#[tokio::test]
async fn oa_4_an_administrators_token_is_no_service_providers() {
    let server = Server::start().await;
    let owner = administrator(&server, "ann", Role::Owner, None).await;
    let bearer = format!("Bearer {owner}");
    for path in ["/scim/v2/Users", "/scim/v2/Me", "/scim2/Groups", "/scim/v2/ServiceProviderConfig"]
    {
        let answer = server.raw(http::Method::GET, path, None, &[("authorization", &bearer)]).await;
        let open = path.ends_with("Config");
        assert_eq!(answer.status, if open { 200 } else { 401 }, "{path}");
    }
}

#[tokio::test]
async fn a_token_says_whose_it_is_and_when_it_was_used() {
    let server = Server::start().await;
    let owner = administrator(&server, "ann", Role::Owner, Some("default")).await;
    let me = ask(&server, &owner, "GET", "/api/v1/me", None, &[]).await;
    assert_eq!(me.header("cache-control"), "no-store");
    let me = me.json();
    assert_eq!((&me["name"], &me["role"]), (&json!("ann"), &json!("owner")));
    assert_eq!((&me["tenant"], &me["all_tenants"]), (&json!("default"), &json!(false)));
    let used = async || server.ledger.administrators().await.unwrap()[0].used;
    let first = used().await;
    assert_eq!(first, Some(server.clock_now()));
    // Not to the second: a request costs no write.
    server.clock.advance(299_999);
    ask(&server, &owner, "GET", "/api/v1/me", None, &[]).await;
    assert_eq!(used().await, first);
    server.clock.advance(1);
    ask(&server, &owner, "GET", "/api/v1/me", None, &[]).await;
    assert_eq!(used().await, Some(server.clock_now()));
}

#[tokio::test]
async fn a_token_ends_when_it_expires_or_is_revoked() {
    let server = Server::start().await;
    let owner = administrator(&server, "ann", Role::Owner, Some("default")).await;
    let body = r#"{"name": "ci", "role": "auditor", "expires_in_days": 1}"#;
    let made =
        ask(&server, &owner, "POST", "/api/v1/administrators", Some((JSON, body)), &[]).await;
    assert_eq!(made.status, 201);
    let ci = made.json()["token"].as_str().unwrap().to_owned();
    assert!(ci.starts_with("sutleradm_"));
    let me = async |token: &str| ask(&server, token, "GET", "/api/v1/me", None, &[]).await.status;
    assert_eq!(me(&ci).await, 200);
    server.clock.advance(86_400_000 - 1);
    assert_eq!(me(&ci).await, 200);
    server.clock.advance(1);
    assert_eq!(me(&ci).await, 401);
    // An owner may end his own.
    let id = server.ledger.administrators().await.unwrap()[0].id.clone();
    let path = format!("/api/v1/administrators/{id}");
    assert_eq!(ask(&server, &owner, "DELETE", &path, None, &[]).await.status, 204);
    assert_eq!(me(&owner).await, 401);
}

#[tokio::test]
async fn who_can_be_an_administrator() {
    let server = Server::start().await;
    let all = administrator(&server, "root", Role::Owner, None).await;
    let create = async |path: &str, body: &str| {
        ask(&server, &all, "POST", path, Some((JSON, body)), &[]).await
    };
    let installation = "/api/v1/installation/administrators";
    for (path, body, status) in [
        (installation, r#"{"name": "eve", "role": "auditor"}"#, 422),
        (installation, r#"{"name": "eve", "role": "owner"}"#, 201),
        (installation, r#"{"name": "eve", "role": "owner"}"#, 409),
        ("/api/v1/administrators", r#"{"name": "eve", "role": "owner"}"#, 201),
        ("/api/v1/administrators", r#"{"name": "a b", "role": "owner"}"#, 422),
        ("/api/v1/administrators", r#"{"name": "", "role": "owner"}"#, 422),
        ("/api/v1/administrators", r#"{"name": "x\u001b[2J", "role": "owner"}"#, 422),
        ("/api/v1/administrators", r#"{"name": "x", "role": "root"}"#, 400),
        ("/api/v1/administrators", r#"{"name": "x"}"#, 400),
        ("/api/v1/administrators", r#"{"name": "x", "role": "owner", "expires_in_days": 0}"#, 400),
        ("/api/v1/administrators", r#"{"name": "x", "role": "owner", "tenant": "acme"}"#, 400),
    ] {
        let answer = create(path, body).await;
        assert_eq!(answer.status.as_u16(), status, "{body}: {answer:?}");
    }
}

#[tokio::test]
async fn an_administrator_has_a_bucket_of_his_own() {
    let rate = Rate { a_second: 1, burst: 2 };
    let server = Server::with(Settings { rate, ..Settings::default() }).await;
    let ann = administrator(&server, "ann", Role::Owner, Some("default")).await;
    let bob = administrator(&server, "bob", Role::Owner, Some("default")).await;
    let me = async |token: &str| ask(&server, token, "GET", "/api/v1/me", None, &[]).await;
    let statuses = [me(&ann).await, me(&ann).await, me(&ann).await, me(&bob).await];
    assert_eq!(statuses.map(|answer| answer.status.as_u16()), [200, 200, 429, 200]);
    let answer = me(&ann).await;
    problem(&answer, 429);
    assert_eq!(answer.header("retry-after"), "1");
    assert_eq!(server.get("/scim/v2/Users").await.status, 200);
}
