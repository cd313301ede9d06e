//! A document at an address: had whole and sensible, or not at all (OA-5, SS-1, SS-2).

use serde_json::{Value, json};
use sutler_outbound::{Settings, document};

use crate::support::{Act, Scripted, Then};

async fn fetched(act: impl Fn() -> Act + Send + Sync + 'static) -> Result<Value, String> {
    let server = Scripted::always(act).await;
    let fetched = document(&server.url(), true, 300, &Settings::default()).await;
    assert_eq!(server.asked().len(), 1, "asked once, and nobody else: {fetched:?}");
    fetched
}

#[tokio::test]
async fn a_document_is_had() {
    let keys = json!({"keys": []});
    let found = keys.clone();
    assert_eq!(fetched(move || Act::json(200, &found)).await, Ok(keys));
}

#[tokio::test]
async fn what_is_no_document_is_none_oa_5() {
    let check = async |act: fn() -> Act| assert!(fetched(act).await.is_err());
    check(|| Act::json(500, &json!({"keys": []}))).await;
    check(|| Act::json(404, &json!({"keys": []}))).await;
    check(|| Act::json(201, &json!({"keys": []}))).await;
    check(|| Act::answer(200, "", "")).await;
    check(|| Act::answer(200, "", "<html><body>{\"keys\": []}</body></html>")).await;
    check(|| Act::answer(200, "", "{\"keys\": [")).await;
    check(|| Act::answer(200, "", format!("{{\"keys\": \"{}\"}}", "x".repeat(300_000)))).await;
    check(|| Act::answer(302, "location: /elsewhere\r\n", "{\"keys\": []}")).await;
    check(|| {
        Act::bytes("HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{\"keys\": []}", Then::Close)
    })
    .await;
    check(|| Act::bytes("", Then::Reset)).await;
    check(|| Act::bytes("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{", Then::Hang)).await;
    check(|| Act::bytes("", Then::Hang)).await;
}

#[tokio::test]
async fn private_addresses_need_leave() {
    let server = Scripted::always(|| Act::json(200, &json!({"keys": []}))).await;
    let port = server.address.port();
    for url in [
        format!("http://127.0.0.1:{port}/"),
        format!("https://127.0.0.1:{port}/"),
        format!("https://localhost:{port}/"),
        "https://169.254.169.254/latest".to_owned(),
        "file:///etc/passwd".to_owned(),
        "https://user:pass@example.test/".to_owned(),
    ] {
        let refused = document(&url, false, 300, &Settings::default()).await.unwrap_err();
        assert!(!refused.contains("pass@"), "{refused}");
    }
    assert!(server.asked().is_empty());
}
