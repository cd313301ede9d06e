//! Messages for people: signed, repeated until they are taken, and shown (R15).

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::harness::{APP_TOKEN, Place, Server, emulator, until, user, usual_estate};

const SECRET: &str = "the-secret-of-the-pager";

/// What was sent: id, time, signature and body; and how many are still to be refused.
#[derive(Default)]
struct Received {
    messages: Vec<[String; 4]>,
    fail: usize,
}

type Shared = Arc<Mutex<Received>>;

async fn receive(State(shared): State<Shared>, headers: HeaderMap, body: String) -> StatusCode {
    let header = |name: &str| headers[name].to_str().unwrap().to_owned();
    let signed =
        [header("webhook-id"), header("webhook-timestamp"), header("webhook-signature"), body];
    let mut received = shared.lock().unwrap();
    received.messages.push(signed);
    if received.fail > 0 {
        received.fail -= 1;
        return StatusCode::INTERNAL_SERVER_ERROR;
    }
    StatusCode::NO_CONTENT
}

async fn listen(shared: &Shared) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new().route("/hooks", post(receive)).with_state(Arc::clone(shared));
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}

/// The receiver's own check: HMAC-SHA-256 (RFC 2104) over `id.time.body`.
fn verifies(secret: &str, [id, time, signature, body]: &[String; 4]) -> bool {
    let mut key = secret.as_bytes().to_vec();
    assert!(key.len() <= 64);
    key.resize(64, 0);
    let pad = |with: u8| key.iter().map(|byte| byte ^ with).collect::<Vec<u8>>();
    let signed = format!("{id}.{time}.{body}");
    let inner = Sha256::digest([pad(0x36).as_slice(), signed.as_bytes()].concat());
    let mac = Sha256::digest([pad(0x5c).as_slice(), inner.as_slice()].concat());
    *signature == format!("v1,{}", STANDARD.encode(mac))
}

fn notification(address: SocketAddr, events: &str) -> String {
    format!(
        r#"
[[notification]]
name = "pager"
url = "http://{address}/hooks"
events = [{events}]
secret = "env:PAGER_SECRET"
allow_private_addresses = true
"#
    )
}

fn pager(place: &Place) -> Value {
    place.json(&["status", "--notifications", "--json"])["notifications"][0].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn w17_a_parked_pair_is_told_by_a_signed_message_until_it_is_taken() {
    let emulator = emulator().await;
    let shared = Shared::default();
    shared.lock().unwrap().fail = 1;
    let address = listen(&shared).await;
    let place = Place::new();
    let estate = usual_estate(&emulator.url("app"));
    place.apply(&format!("{estate}{}", notification(address, "\"parked\"")));
    let variables =
        [("APP_TOKEN", APP_TOKEN), ("HR_SECRET", "hr-secret"), ("PAGER_SECRET", SECRET)];
    let server = Server::start_with(&place, &variables).await;
    let token = place.token("hr");
    // Somebody else's account holds the name.
    let foreign = server
        .client()
        .post(format!("{}/Users", emulator.url("app")))
        .bearer_auth(APP_TOKEN)
        .header("Content-Type", "application/scim+json")
        .body(user("ada").to_string());
    assert_eq!(foreign.send().await.unwrap().status(), 201);
    server.send("POST", "/scim/v2/Users", &token, Some(user("ada"))).await;
    until("the message is taken", async || {
        shared.lock().unwrap().messages.len() == 2 && pager(&place)["waiting"] == 0
    })
    .await;

    let messages = shared.lock().unwrap().messages.clone();
    let [first, second] = messages.as_slice() else { panic!("{messages:?}") };
    assert_eq!((&first[0], &first[3]), (&second[0], &second[3]), "the same one, sent again");
    assert!(verifies(SECRET, second));
    let mut tampered = second.clone();
    tampered[3] = tampered[3].replace("\"count\":1", "\"count\":0");
    assert_ne!(tampered[3], second[3]);
    assert!(!verifies(SECRET, &tampered));
    assert!(!verifies("another-secret", second));
    let body: Value = serde_json::from_str(&second[3]).unwrap();
    assert_eq!(body["type"], "pair.parked");
    assert_eq!((&body["data"]["target"], &body["data"]["count"]), (&json!("app"), &json!(1)));
    assert_eq!(pager(&place)["fault"], Value::Null, "the last one was taken");
    let told = place.done(&["status", "--notifications"]);
    assert!(told.contains("pager") && told.contains("parked"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn r15_a_quarantine_is_told_and_new_credentials_end_it_at_once() {
    let emulator = emulator().await;
    let shared = Shared::default();
    let address = listen(&shared).await;
    let place = Place::new();
    let secret = place.file("app-token", "wrong");
    let estate = usual_estate(&emulator.url("app"))
        .replace("env:APP_TOKEN", &format!("file:{}", secret.display()));
    let events = "\"quarantined\", \"recovered\"";
    place.apply(&format!("{estate}{}", notification(address, events)));
    let variables = [("HR_SECRET", "hr-secret"), ("PAGER_SECRET", SECRET)];
    let server = Server::start_with(&place, &variables).await;
    let token = place.token("hr");
    server.send("POST", "/scim/v2/Users", &token, Some(user("ada"))).await;
    let kinds = || {
        let received = shared.lock().unwrap();
        let kind = |message: &[String; 4]| {
            let body: Value = serde_json::from_str(&message[3]).unwrap();
            body["type"].as_str().unwrap().to_owned()
        };
        received.messages.iter().map(kind).collect::<Vec<_>>()
    };
    until("the quarantine is told", async || kinds() == ["target.quarantined"]).await;
    let state = place.json(&["status", "--json"])["targets"][0]["state"].clone();
    let state = state.as_str().unwrap();
    assert!(state.starts_with("auth since ") && state.contains("next probe"), "{state}");
    let why = place.done(&["explain", "ada", "app"]);
    assert!(why.contains("the next probe is at") && why.contains("sutler check"), "{why}");

    place.file("app-token", APP_TOKEN);
    until("it is over", async || kinds() == ["target.quarantined", "target.recovered"]).await;
    let target = || place.json(&["status", "--json"])["targets"][0].clone();
    until("ada is in sync", async || target()["in_sync"] == 1).await;
    assert_eq!(target().get("state"), None);
}

#[test]
fn receivers_are_checked_and_exported() {
    let place = Place::new();
    let address = SocketAddr::from(([127, 0, 0, 1], 9));
    let check = |text: &str, says: &str| {
        let file = place.file("wrong.toml", text);
        let ran = place.run(&["apply", "-f", file.to_str().unwrap()]);
        assert_eq!(ran.code, 1);
        assert!(ran.err.contains(says), "{}", ran.err);
    };
    check(&notification(address, ""), "`events` is missing in [[notification]]");
    check(&notification(address, "\"fire\""), "expected some of held, parked, quarantined");
    check(&notification(address, "\"held\", \"held\""), "`held` is named twice");
    let twice = notification(address, "\"held\"");
    check(&format!("{twice}{twice}"), "the notification `pager` is declared twice");
    place.apply(&twice);
    let exported = place.done(&["export"]);
    assert!(exported.contains("[[notification]]"), "{exported}");
    assert!(exported.contains("secret = \"env:PAGER_SECRET\""), "{exported}");
    assert_eq!(pager(&place)["events"], json!(["held"]));
    place.apply("[[tenant]]\nname = \"default\"\n");
    assert!(place.done(&["status", "--notifications"]).starts_with("Nobody is told"));
}
