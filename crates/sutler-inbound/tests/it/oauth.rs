//! `/oauth2/token` (RFC 6749).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use serde_json::json;
use sutler_model::estate::{ServiceProvider, TokenKind};
use sutler_testkit::build;

use crate::server::{Answer, Server};

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

async fn start() -> Server {
    let server = Server::start().await;
    let secret = Some(server.secret("hr-client", "s+cret &=%").await);
    let provider = ServiceProvider { oauth: secret, ..build::provider("hr", &[]) };
    server.edit(vec![("default", provider)]).await;
    server
}

async fn ask(server: &Server, form: &str, authorization: &str) -> Answer {
    let headers = [FORM, ("authorization", authorization)];
    server.raw(Method::POST, "/oauth2/token", Some(form), &headers).await
}

fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

const GRANT: &str = "grant_type=client_credentials";
const IN_BODY: &str =
    "grant_type=client_credentials&client_id=hr-client&client_secret=s%2Bcret+%26%3D%25";

#[tokio::test]
async fn a_client_gets_a_token_that_works_for_an_hour() {
    let server = start().await;
    // RFC 6749 §2.3.1: form-encoded inside HTTP Basic.
    let in_header = basic("hr-client", "s%2Bcret+%26%3D%25");
    for (form, authorization) in [(GRANT, in_header.as_str()), (IN_BODY, "")] {
        let answer = ask(&server, form, authorization).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("content-type"), "application/json");
        let body = answer.json();
        assert_eq!(body["token_type"], "Bearer");
        assert_eq!(body["expires_in"], 3600);
        assert_eq!(body["scope"], "users:read users:write groups:read groups:write");
        let credential = format!("Bearer {}", body["access_token"].as_str().unwrap());
        let headers = [("authorization", credential.as_str())];
        let call = async || server.call(Method::GET, "/scim/v2/Users", None, &headers).await;
        assert_eq!(call().await.status, 200);
        server.clock.advance(3_600_000);
        call().await.refused(401, None);
    }
    let kept = server.ledger.tokens(None, true).await.unwrap();
    assert_eq!(kept.iter().filter(|t| t.kind == TokenKind::Access).count(), 2);
}

#[tokio::test]
async fn every_token_is_another_one() {
    let server = start().await;
    let one = ask(&server, IN_BODY, "").await.json();
    let two = ask(&server, IN_BODY, "").await.json();
    assert_ne!(one["access_token"], two["access_token"]);
}

#[tokio::test]
async fn what_is_wrong_is_said_as_rfc_6749_has_it() {
    let server = start().await;
    let right = basic("hr-client", "s%2Bcret+%26%3D%25");
    let twice = format!("{GRANT}&{GRANT}");
    let cases = [
        ("", right.as_str(), 400, "invalid_request"),
        ("grant_type=password&username=a&password=b", &right, 400, "unsupported_grant_type"),
        (&twice, &right, 400, "invalid_request"),
        (IN_BODY, &right, 400, "invalid_request"),
        (GRANT, "", 401, "invalid_client"),
        (GRANT, "Bearer x", 401, "invalid_client"),
        (GRANT, &basic("hr-client", "wrong"), 401, "invalid_client"),
        (GRANT, &basic("nobody", "wrong"), 401, "invalid_client"),
        ("grant_type=client_credentials&client_id=hr-client", "", 401, "invalid_client"),
        (
            "grant_type=client_credentials&client_id=hr-client&client_secret=x",
            "",
            401,
            "invalid_client",
        ),
    ];
    for (form, authorization, status, error) in cases {
        let answer = ask(&server, form, authorization).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.json()["error"]),
            (status, &json!(error)),
            "{form} {authorization}"
        );
        assert_eq!(answer.headers.contains_key("www-authenticate"), status == 401);
        assert_eq!(answer.header("cache-control"), "no-store");
        assert!(answer.text.contains(answer.header("x-request-id")));
    }
    let json = [("content-type", "application/json"), ("authorization", right.as_str())];
    let answer = server.raw(Method::POST, "/oauth2/token", Some("{}"), &json).await;
    assert_eq!(answer.json()["error"], "invalid_request");
    let tokens = server.ledger.tokens(None, true).await.unwrap();
    assert!(tokens.iter().all(|t| t.kind == TokenKind::Bearer), "{tokens:?}");
}

#[tokio::test]
async fn a_token_request_is_a_post_and_is_short() {
    let server = start().await;
    let answer = server.get("/oauth2/token").await;
    answer.refused(405, None);
    assert_eq!(answer.header("allow"), "POST");
    let long = format!("{GRANT}&x={}", "y".repeat(20_000));
    assert_eq!(ask(&server, &long, "").await.status, 413);
}
