//! Input that wishes us ill: long, deep, twice, of the wrong sort, unknown.

use sutler_model::administrator::Role;

use super::{administrator, ask, described, filled, problem};
use crate::server::Server;

const JSON: &str = "application/json";
const TOML: &str = "application/toml";

#[tokio::test]
async fn sc_3_bodies_are_bounded_and_read_strictly() {
    let server = Server::start().await;
    let owner = administrator(&server, "ann", Role::Owner, None).await;
    let deep = format!("{{\"name\": {}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let long = format!("{{\"name\": \"{}\"}}", "x".repeat(1024 * 1024));
    for (media, body, status) in [
        (JSON, deep.as_str(), 400),
        (JSON, &long, 413),
        (JSON, "[]", 400),
        (JSON, "{", 400),
        (JSON, "", 400),
        (JSON, "{\"name\": 1, \"role\": \"owner\"}", 400),
        (JSON, "{\"name\": \"x\", \"name\": \"y\", \"role\": \"owner\"}", 400),
        (JSON, "{\"name\": \"x\", \"role\": \"owner\", \"admin\": true}", 400),
        (JSON, "{\"name\": \"x\", \"role\": [\"owner\"]}", 400),
        ("text/html", "{}", 415),
        ("", "{}", 415),
        (TOML, "{}", 415),
    ] {
        let answer =
            ask(&server, &owner, "POST", "/api/v1/administrators", Some((media, body)), &[]).await;
        problem(&answer, status);
    }
    assert_eq!(server.ledger.administrators().await.unwrap().len(), 1);
}

#[tokio::test]
async fn sc_3_an_estate_file_is_bounded() {
    let server = Server::start().await;
    let owner = administrator(&server, "ann", Role::Owner, None).await;
    let put = async |media: &str, body: &str, if_match: &str| {
        let headers = [("if-match", if_match)];
        ask(&server, &owner, "PUT", "/api/v1/estate", Some((media, body)), &headers).await
    };
    let most = 4 * 1024 * 1024;
    assert_eq!(put(TOML, &"#".repeat(most), "*").await.status, 200);
    problem(&put(TOML, &"#".repeat(most + 1), "*").await, 413);
    problem(&put(JSON, "{}", "*").await, 415);
    for bad in ["abc", "W/\"abc\"", "\"abc", "\"a\", b"] {
        problem(&put(TOML, "", bad).await, 400);
    }
    problem(&put(TOML, "", "\"\", \"abc\"").await, 412);
    problem(&put(TOML, "", "").await, 428);
}

#[tokio::test]
async fn what_a_query_does_not_know_is_refused_everywhere() {
    let server = Server::start().await;
    let owner = administrator(&server, "ann", Role::Owner, None).await;
    for (method, path, operation) in described(&server).await {
        let (body, headers) = super::minimal(&operation);
        let path = format!("{}?nonsense=1", filled(&path));
        let answer = ask(&server, &owner, &method, &path, body, &headers).await;
        let detail = problem(&answer, 400)["detail"].to_string();
        assert!(detail.contains("parameter"), "{method} {path}: {detail}");
    }
    for query in [
        "count=0",
        "count=1001",
        "count=x",
        "cursor=x",
        "cursor=-1",
        "cursor=",
        "since=now",
        "count=1&count=1",
        "act=a&act=b",
    ] {
        let path = format!("/api/v1/audit?{query}");
        problem(&ask(&server, &owner, "GET", &path, None, &[]).await, 400);
    }
}

#[tokio::test]
async fn sc_6_no_spelling_of_a_path_leads_past_the_question_who_asks() {
    let server = Server::start().await;
    for path in [
        "/api/v1/../v1/me",
        "/api//v1/me",
        "/api/v1/me/",
        "/API/v1/me",
        "/api/v1/%6de",
        "/api/v1/me;x",
        "/t/default/api/v1/me",
        "/t//api/v1/me",
        "/t/%2e%2e/api/v1/me",
        "/api/v1/installation/../me",
        "/api/v1/me%2f",
        "/api/v1",
        "/api/v1/",
        "/api/v1/nothing",
    ] {
        let answer = ask(&server, "", "GET", path, None, &[]).await;
        let status = answer.status.as_u16();
        assert!(matches!(status, 400 | 401 | 404), "{path}: {answer:?}");
    }
    let override_method = [("x-http-method-override", "DELETE")];
    let answer = ask(&server, "", "POST", "/api/v1/targets/app", None, &override_method).await;
    problem(&answer, 405);
}

#[tokio::test]
async fn lo_2_what_is_asked_for_stays_plain_in_the_trail() {
    let server = Server::start().await;
    let owner = administrator(&server, "ann", Role::Owner, Some("default")).await;
    let path = "/api/v1/targets/a%0d%0ab%1b%5b2J%e2%80%ae/retry";
    problem(&ask(&server, &owner, "POST", path, None, &[]).await, 404);
    let audit = ask(&server, &owner, "GET", "/api/v1/audit?act=target.retry", None, &[]).await;
    let row = audit.json()["items"][0].clone();
    assert_eq!(row["outcome"], "refused");
    assert_eq!(row["object"], "a\u{fffd}\u{fffd}b\u{fffd}[2J\u{fffd}");
    assert!(!row.to_string().contains(['\u{1b}', '\u{202e}']), "{row}");
}
