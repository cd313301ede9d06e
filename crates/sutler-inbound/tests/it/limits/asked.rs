//! Limits on what a request asks for, exceeded.

use std::time::Duration;

use axum::body::Body;
use http::{Method, Request};
use serde_json::{Value, json};
use sutler_inbound::{Settings, limits};

use super::{Told, limited, told};
use crate::server::{Answer, Server, USER, members, user};

const BULK: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
const SEARCH: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";

fn fixed(name: &str) -> usize {
    let limit = limits::FIXED.iter().find(|limit| limit.name == name).unwrap();
    usize::try_from(limit.value).unwrap()
}

/// The refusal of a request that must leave nothing behind.
async fn refused(server: &Server, method: Method, path: &str, body: &Value) -> Told {
    let before = server.committed().await;
    let answer = server.call(method, path, Some(body), &[]).await;
    assert_eq!(server.committed().await, before, "something was stored: {path}");
    told(&answer)
}

/// Exactly as much as is allowed must not be refused for it.
#[track_caller]
fn taken(answer: &Answer) {
    assert!(answer.status.is_success(), "{answer:?}");
}

fn endless(server: &Server) -> Request<Body> {
    let never = futures::stream::pending::<Result<Vec<u8>, std::io::Error>>();
    Request::post("/scim/v2/Users")
        .header("authorization", format!("Bearer {}", server.token))
        .header("content-type", "application/scim+json")
        .body(Body::from_stream(never))
        .unwrap()
}

pub(super) async fn request_seconds() -> Told {
    let request_timeout = Duration::from_millis(20);
    let server = Server::with(Settings { request_timeout, ..Settings::default() }).await;
    told(&server.send(endless(&server)).await)
}

pub(super) async fn body_seconds() -> Told {
    let body_timeout = Duration::from_millis(20);
    let server = Server::with(Settings { body_timeout, ..Settings::default() }).await;
    told(&server.send(endless(&server)).await)
}

pub(super) async fn body_bytes() -> Told {
    let server = limited("body_bytes", 1_024).await;
    let long = |spaces: usize| format!("{}{}", user("anna"), " ".repeat(spaces));
    let rest = 1_024 - long(0).len();
    let post =
        async |text: String| server.raw(Method::POST, "/scim/v2/Users", Some(&text), &[]).await;
    let answer = told(&post(long(rest + 1)).await);
    assert_eq!(server.committed().await, 0);
    taken(&post(long(rest)).await);
    answer
}

fn bulk(count: usize) -> Value {
    let one = |n| json!({"method": "POST", "path": "/Users", "bulkId": format!("b{n}"), "data": user(&format!("u{n}"))});
    json!({"schemas": [BULK], "Operations": (0..count).map(one).collect::<Vec<_>>()})
}

pub(super) async fn bulk_payload() -> Told {
    let length = u64::try_from(bulk(3).to_string().len()).unwrap();
    let server = limited("bulk_payload", length - 1).await;
    refused(&server, Method::POST, "/scim/v2/Bulk", &bulk(3)).await
}

pub(super) async fn bulk_operations() -> Told {
    let server = limited("bulk_operations", 2).await;
    let answer = refused(&server, Method::POST, "/scim/v2/Bulk", &bulk(3)).await;
    taken(&server.post("/scim/v2/Bulk", &bulk(2)).await);
    answer
}

pub(super) async fn patch_operations() -> Vec<Told> {
    let server = limited("patch_operations", 2).await;
    let id = server.user("anna").await;
    let operations = |count| vec![json!({"op": "replace", "path": "title", "value": "x"}); count];
    let body = |count| json!({"schemas": [crate::server::PATCH], "Operations": operations(count)});
    let path = format!("/scim/v2/Users/{id}");
    let alone = refused(&server, Method::PATCH, &path, &body(3)).await;
    // The same inside a bulk request.
    let operation = json!({"method": "PATCH", "path": format!("/Users/{id}"), "data": body(3)});
    let whole = json!({"schemas": [BULK], "Operations": [operation]});
    let answer = server.post("/scim/v2/Bulk", &whole).await.json();
    let response = &answer["Operations"][0]["response"];
    let status = answer["Operations"][0]["status"].as_str().unwrap();
    let inside = format!("{status} `{}`", response["scimType"].as_str().unwrap());
    taken(&server.call(Method::PATCH, &path, Some(&body(2)), &[]).await);
    vec![alone, inside]
}

pub(super) async fn pages(limit: &str, count: &str) -> Told {
    let server = limited(limit, 2).await;
    for name in ["anna", "berta", "carla"] {
        server.user(name).await;
    }
    let page = server.get(&format!("/scim/v2/Users?cursor={count}")).await.json();
    assert_eq!((&page["itemsPerPage"], &page["totalResults"]), (&json!(2), &json!(3)));
    let next = page["nextCursor"].as_str().unwrap();
    let rest = server.get(&format!("/scim/v2/Users?cursor={next}{count}")).await.json();
    assert_eq!(rest["Resources"][0]["userName"], "carla");
    "the rest is on the next page".to_owned()
}

pub(super) async fn cursor_seconds() -> Told {
    let server = limited("cursor_seconds", 60).await;
    for name in ["anna", "berta"] {
        server.user(name).await;
    }
    let page = server.get("/scim/v2/Users?cursor=&count=1").await.json();
    let next = format!("/scim/v2/Users?cursor={}&count=1", page["nextCursor"].as_str().unwrap());
    server.clock.advance(60_000);
    taken(&server.get(&next).await);
    server.clock.advance(1);
    told(&server.get(&next).await)
}

pub(super) async fn rate() -> Told {
    let mut server = limited("rate", 2).await;
    for _ in 0..2 {
        taken(&server.get("/scim/v2/Users").await);
    }
    let answer = refused(&server, Method::POST, "/scim/v2/Users", &user("anna")).await;
    // Half a second is one request more, and not two.
    server.clock.advance(500);
    taken(&server.get("/scim/v2/Users").await);
    assert_eq!(server.get("/scim/v2/Users").await.status, 429);
    // What is asked without a credential is not counted, and another one has his own.
    taken(&server.get("/scim/v2/Schemas").await);
    server.edit(vec![("default", sutler_testkit::build::provider("other", &[]))]).await;
    server.token = server.issue("other", sutler_model::estate::TokenKind::Bearer, None).await;
    taken(&server.get("/scim/v2/Users").await);
    answer
}

pub(super) async fn burst() -> Told {
    let mut surface = limits::Surface::default();
    surface.limit("rate", 1).unwrap();
    surface.limit("rate_burst", 3).unwrap();
    let server = Server::with(surface.settings).await;
    for _ in 0..3 {
        taken(&server.get("/scim/v2/Users").await);
    }
    told(&server.get("/scim/v2/Users").await)
}

pub(super) async fn token_body() -> Told {
    let server = Server::start().await;
    let form = format!("grant_type={}", "x".repeat(fixed("token body")));
    let kind = ("content-type", "application/x-www-form-urlencoded");
    told(&server.raw(Method::POST, "/oauth2/token", Some(&form), &[kind]).await)
}

pub(super) async fn depth() -> Told {
    let server = Server::start().await;
    let deep = |levels: usize| {
        let value = format!("{}1{}", "[".repeat(levels), "]".repeat(levels));
        format!("{{\"schemas\":[\"{USER}\"],\"userName\":\"a\",\"title\":{value}}}")
    };
    let post = async |levels: usize| {
        server.raw(Method::POST, "/scim/v2/Users", Some(&deep(levels)), &[]).await
    };
    let most = fixed("JSON depth");
    // One level less is read, and refused for what it is.
    post(most - 1).await.refused(400, Some("invalidValue"));
    let answer = told(&post(most).await);
    assert_eq!(server.committed().await, 0);
    answer
}

async fn search(server: &Server, parameter: &str, value: &Value) -> Answer {
    let body = json!({"schemas": [SEARCH], parameter: value});
    server.post("/scim/v2/Users/.search", &body).await
}

async fn filtered(server: &Server, filter: String) -> Answer {
    search(server, "filter", &json!(filter)).await
}

pub(super) async fn filter_length() -> Vec<Told> {
    let server = Server::start().await;
    let most = fixed("filter length");
    let of = |length: usize| format!("title eq \"{}\"", "x".repeat(length - 11));
    taken(&filtered(&server, of(most)).await);
    let filter = told(&filtered(&server, of(most + 1)).await);
    let id = server.user("anna").await;
    let operations = json!([{"op": "remove", "path": "x".repeat(most + 1)}]);
    let body = json!({"schemas": [crate::server::PATCH], "Operations": operations});
    let path = refused(&server, Method::PATCH, &format!("/scim/v2/Users/{id}"), &body).await;
    assert_eq!(path, "400 `invalidPath`");
    vec![filter]
}

pub(super) async fn filter_terms() -> Told {
    let server = Server::start().await;
    let of = |terms: usize| vec!["title pr"; terms].join(" or ");
    taken(&filtered(&server, of(fixed("filter terms"))).await);
    told(&filtered(&server, of(fixed("filter terms") + 1)).await)
}

pub(super) async fn filter_depth() -> Told {
    let server = Server::start().await;
    let of = |depth: usize| format!("{}title pr{}", "(".repeat(depth), ")".repeat(depth));
    taken(&filtered(&server, of(fixed("filter depth"))).await);
    told(&filtered(&server, of(fixed("filter depth") + 1)).await)
}

pub(super) async fn attributes() -> Vec<Told> {
    let server = Server::start().await;
    let most = fixed("attributes");
    let mut all = Vec::new();
    for parameter in ["attributes", "excludedAttributes"] {
        let of = |count| json!(vec!["title"; count]);
        taken(&search(&server, parameter, &of(most)).await);
        all.push(told(&search(&server, parameter, &of(most + 1)).await));
        let listed = vec!["title"; most + 1].join(",");
        let path = format!("/scim/v2/Users?{parameter}={listed}");
        all.push(told(&server.get(&path).await));
    }
    all
}

/// A text of just the length is taken, one byte more is refused.
async fn longest(path: &str, attribute: &str, most: usize, body: Value) -> Told {
    let server = Server::start().await;
    let with = |length: usize| {
        let mut body = body.clone();
        body[attribute] = json!("x".repeat(length));
        body
    };
    let answer = refused(&server, Method::POST, path, &with(most + 1)).await;
    taken(&server.post(path, &with(most)).await);
    answer
}

pub(super) async fn name_length() -> Vec<Told> {
    let most = fixed("name length");
    vec![
        longest("/scim/v2/Users", "userName", most, user("")).await,
        longest("/scim/v2/Groups", "displayName", most, crate::server::group("", &[])).await,
    ]
}

pub(super) async fn password_length() -> Vec<Told> {
    let most = fixed("password length");
    let create = longest("/scim/v2/Users", "password", most, user("anna")).await;
    let server = Server::start().await;
    let id = server.user("anna").await;
    let operations = json!([{"op": "replace", "path": "password", "value": "x".repeat(most + 1)}]);
    let body = json!({"schemas": [crate::server::PATCH], "Operations": operations});
    let change = refused(&server, Method::PATCH, &format!("/scim/v2/Users/{id}"), &body).await;
    vec![create, change]
}

pub(super) async fn values() -> Vec<Told> {
    let server = Server::start().await;
    let most = fixed("values");
    let emails = |count: usize| -> Value {
        (0..count).map(|n| json!({"value": format!("{n}@example.com")})).collect()
    };
    let mut body = user("anna");
    body["emails"] = emails(most + 1);
    let create = refused(&server, Method::POST, "/scim/v2/Users", &body).await;
    body["emails"] = emails(most);
    let answer = server.post("/scim/v2/Users", &body).await;
    taken(&answer);
    let path = format!("/scim/v2/Users/{}", answer.id());
    let operations = json!([{"op": "add", "path": "emails", "value": [{"value": "one@more"}]}]);
    let body = json!({"schemas": [crate::server::PATCH], "Operations": operations});
    vec![create, refused(&server, Method::PATCH, &path, &body).await]
}

/// One group of the user, in so many others.
pub(super) async fn memberships() -> Told {
    let server = Server::start().await;
    let id = server.user("anna").await;
    let team = server.group("team", &[&id]).await;
    let most = fixed("memberships");
    for n in 0..most {
        server.group(&format!("above {n}"), &[&team]).await;
    }
    let shown = server.get(&format!("/scim/v2/Users/{id}?attributes=groups")).await.json();
    assert_eq!(shown["groups"].as_array().unwrap().len(), most);
    assert!(shown["groups"].as_array().unwrap().iter().any(|group| group["value"] == json!(team)));
    "the nearest are shown".to_owned()
}

pub(super) async fn members_after_patch() -> Told {
    let server = Server::start().await;
    let most = fixed("members after PATCH");
    let mut ids = Vec::new();
    for n in 0..=most {
        ids.push(server.user(&format!("u{n}")).await);
    }
    let all: Vec<&str> = ids.iter().map(String::as_str).collect();
    let group = server.group("team", &all).await;
    let path = format!("/scim/v2/Groups/{group}");
    let replaced = json!([{"op": "replace", "path": "displayName", "value": "crew"}]);
    let many = server.patch(&path, &replaced).await.json();
    assert!(many.get("members").is_none(), "{many}");
    let remove = json!([{"op": "remove", "path": format!("members[value eq \"{}\"]", ids[0])}]);
    assert_eq!(members(&server.patch(&path, &remove).await.json()).len(), most);
    "none is shown".to_owned()
}
