//! Bad input: the precise refusal, soon, and nothing stored.

use std::time::{Duration, Instant};

use http::Method;
use serde_json::{Value, json};

use crate::server::{Server, USER, user};

const CEILING: Duration = Duration::from_secs(1);

/// Posts a text as it is; it must be refused like this, and leave nothing behind.
async fn check(text: &str, status: u16, scim_type: Option<&str>) {
    let server = Server::start().await;
    let began = began();
    let answer = server.raw(Method::POST, "/scim/v2/Users", Some(text), &[]).await;
    assert!(began.elapsed() < CEILING);
    answer.refused(status, scim_type);
    assert_eq!(server.committed().await, 0);
    assert_eq!(server.get("/scim/v2/Users").await.json()["totalResults"], 0);
}

#[expect(clippy::disallowed_methods, reason = "a ceiling on real time is what is tested")]
fn began() -> Instant {
    Instant::now()
}

fn with(name: &str, value: Value) -> String {
    let mut body = user("anna");
    body[name] = value;
    body.to_string()
}

#[tokio::test]
async fn broken_json_is_a_syntax_error_t_c2() {
    for text in [
        "",
        "{",
        "[]",
        "null",
        "\"text\"",
        "{\"userName\": }",
        "{\"a\":1,}",
        "{}{}",
        "{\"userName\":\"a\",\"userName\":\"b\"}",
        "nonsense",
    ] {
        check(text, 400, Some("invalidSyntax")).await;
    }
}

#[tokio::test]
async fn values_of_wrong_type_are_refused_t_c2() {
    for (name, value) in [
        ("userName", json!(1)),
        ("userName", json!("")),
        ("userName", json!(["anna"])),
        ("active", json!("true")),
        ("name", json!("Anna")),
        ("title", json!({"value": "Dr"})),
        ("title", json!(["Dr"])),
        ("emails", json!("a@example.com")),
        ("emails", json!([{"value": 1}])),
        (
            "emails",
            json!([{"value": "a@b.c", "primary": true}, {"value": "b@b.c", "primary": true}]),
        ),
    ] {
        check(&with(name, value), 400, Some("invalidValue")).await;
    }
    check(&json!({"schemas": [USER]}).to_string(), 400, Some("invalidValue")).await;
}

#[tokio::test]
async fn what_is_not_in_the_schema_is_refused_t_c5() {
    check(&with("unknown", json!("x")), 400, Some("invalidSyntax")).await;
    check(&with("name", json!({"unknown": "x"})), 400, Some("invalidSyntax")).await;
    check(&with("USERNAME", json!("x")), 400, Some("invalidSyntax")).await;
    check(&json!({"userName": "anna"}).to_string(), 400, Some("invalidSyntax")).await;
    check(&json!({"schemas": [], "userName": "anna"}).to_string(), 400, Some("invalidSyntax"))
        .await;
}

#[tokio::test]
async fn hidden_characters_in_names_are_refused_sc_9() {
    for name in ["ann\u{200B}a", "\u{202E}anna", "an\u{00AD}na"] {
        check(&user(name).to_string(), 400, Some("invalidValue")).await;
    }
}

#[tokio::test]
async fn names_of_endless_length_are_refused() {
    check(&user(&"x".repeat(1_025)).to_string(), 400, Some("invalidValue")).await;
    let server = Server::start().await;
    server.user(&"x".repeat(1_024)).await;
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_whether_announced_or_not() {
    let long = with("title", json!("x".repeat(1024 * 1024)));
    check(&long, 413, None).await;
    let server = Server::start().await;
    let chunks = (0..2_000).map(|_| Ok::<_, std::io::Error>(vec![b' '; 1024]));
    let body = axum::body::Body::from_stream(futures::stream::iter(chunks));
    let request = http::Request::post("/scim/v2/Users")
        .header("authorization", format!("Bearer {}", server.token))
        .header("content-type", "application/scim+json")
        .body(body)
        .unwrap();
    server.send(request).await.refused(413, None);
}

#[tokio::test]
async fn a_body_that_breaks_off_is_the_clients_fault() {
    let server = Server::start().await;
    let parts = [Ok(b"{\"schemas\":".to_vec()), Err(std::io::Error::other("gone"))];
    let body = axum::body::Body::from_stream(futures::stream::iter(parts));
    let request = http::Request::post("/scim/v2/Users")
        .header("authorization", format!("Bearer {}", server.token))
        .header("content-type", "application/scim+json")
        .body(body)
        .unwrap();
    server.send(request).await.refused(400, None);
}

#[tokio::test]
async fn other_media_types_are_refused_t_r3_t_p15() {
    let server = Server::start().await;
    let text = user("anna").to_string();
    let post = async |media: &str| {
        server.raw(Method::POST, "/scim/v2/Users", Some(&text), &[("content-type", media)]).await
    };
    for media in [
        "",
        "text/plain",
        "application/xml",
        "application/x-www-form-urlencoded",
        "application/json-patch+json",
        "application/jsonx",
    ] {
        post(media).await.refused(415, None);
    }
    assert_eq!(server.committed().await, 0);
    assert_eq!(post("application/json; charset=utf-8").await.status, 201);
    assert_eq!(post("Application/SCIM+JSON").await.status, 409);
}

#[tokio::test]
async fn bombs_are_refused_soon_sc_3() {
    let deep = format!(
        "{{\"schemas\":[\"{USER}\"],\"userName\":{}1{}}}",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    check(&deep, 400, Some("invalidSyntax")).await;
    let wide = format!("{{\"schemas\":[{}\"x\"],\"userName\":\"a\"}}", "\"x\",".repeat(200_000));
    check(&wide, 400, Some("invalidSyntax")).await;
    let server = Server::start().await;
    for filter in [
        format!("{}userName pr{}", "(".repeat(100_000), ")".repeat(100_000)),
        format!("{}userName pr{}", "not (".repeat(10_000), ")".repeat(10_000)),
        format!("userName pr{}", " and userName pr".repeat(50_000)),
    ] {
        let body = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "filter": filter});
        let began = began();
        server.post("/scim/v2/Users/.search", &body).await.refused(400, Some("invalidFilter"));
        assert!(began.elapsed() < CEILING);
    }
}

#[tokio::test]
async fn filters_that_make_no_sense_are_refused_t_f11() {
    let server = Server::start().await;
    for filter in [
        "",
        "userName",
        "userName eq",
        "userName xx \"a\"",
        "userName eq anna",
        "nothing eq \"a\"",
        "userName eq \"a",
        "userName eq \"a\" and",
        "(userName pr",
        "active gt true",
        "active eq \"true\"",
        "password pr",
        "emails[nothing eq \"x\"]",
        "urn:nothing:userName eq \"a\"",
    ] {
        let query: String = form_urlencoded::byte_serialize(filter.as_bytes()).collect();
        let answer = server.get(&format!("/scim/v2/Users?filter={query}")).await;
        assert_eq!(
            (answer.status.as_u16(), answer.json()["scimType"].as_str()),
            (400, Some("invalidFilter")),
            "{filter}"
        );
    }
}

#[tokio::test]
async fn an_id_that_is_none_is_not_found() {
    let server = Server::start().await;
    for id in [
        "nothing",
        "%00",
        "%ff",
        "..%2f..",
        "'%20or%201=1--",
        "0199a000-0000-7000-8000-000000000000",
    ] {
        let answer = server.get(&format!("/scim/v2/Users/{id}")).await;
        answer.refused(404, None);
    }
    let user = server.user("anna").await;
    server.get(&format!("/scim/v2/Groups/{user}")).await.refused(404, None);
    server.get(&format!("/scim/v2/Users/{}", user.to_uppercase())).await.refused(404, None);
}

#[tokio::test]
async fn a_body_that_does_not_come_is_the_clients_fault() {
    let body_timeout = Duration::from_millis(20);
    let settings = sutler_inbound::Settings { body_timeout, ..Default::default() };
    let server = Server::with(settings).await;
    let never = futures::stream::pending::<Result<Vec<u8>, std::io::Error>>();
    let request = http::Request::post("/scim/v2/Users")
        .header("authorization", format!("Bearer {}", server.token))
        .header("content-type", "application/scim+json")
        .body(axum::body::Body::from_stream(never))
        .unwrap();
    server.send(request).await.refused(408, None);
}
