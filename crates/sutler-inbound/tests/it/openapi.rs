//! `/api/openapi.json`: the committed copy is the one that is served, and it tells the truth
//! about which paths and methods there are.

use std::path::Path;

use http::Method;
use serde_json::Value;

use crate::server::Server;

const METHODS: [Method; 5] =
    [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];

/// `SUTLER_UPDATE=1` writes it anew.
#[tokio::test]
async fn the_committed_document_is_the_one_that_is_served() {
    let server = Server::start().await;
    let path = "/api/openapi.json";
    let answer = server.call(Method::GET, path, None, &[("authorization", "")]).await;
    assert_eq!(answer.status, 200);
    let served = format!("{}\n", serde_json::to_string_pretty(&answer.json()).unwrap());
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/openapi.json");
    if std::env::var_os("SUTLER_UPDATE").is_some() {
        std::fs::write(&file, &served).unwrap();
    }
    let committed = std::fs::read_to_string(&file).unwrap();
    assert!(committed == served, "docs/reference/openapi.json is out of date: SUTLER_UPDATE=1");
}

#[tokio::test]
async fn what_is_described_is_served_and_nothing_else_of_it_is() {
    let server = Server::start().await;
    let document = server.get("/api/openapi.json").await.json();
    for (path, operations) in document["paths"].as_object().unwrap() {
        let root = operations["servers"][0]["url"].as_str().unwrap_or("/scim/v2");
        let root = root.trim_end_matches('/');
        let url = format!("{root}{}", path.replace("{id}", "User"));
        for method in METHODS {
            let described = operations.get(method.as_str().to_lowercase()).is_some();
            let answer = server.call(method.clone(), &url, None, &[]).await;
            let served = !matches!(answer.status.as_u16(), 405 | 501);
            assert_eq!(served, described, "{method} {url}: {}", answer.status);
            if described && !path.contains("{id}") {
                assert_ne!(answer.status, 404, "{method} {url}");
            }
        }
    }
}

#[tokio::test]
async fn it_holds_no_address_of_the_server() {
    let server = Server::start().await;
    let document: Value = server.get("/api/openapi.json").await.json();
    assert!(!document.to_string().contains("http://"));
}
