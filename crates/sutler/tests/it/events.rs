//! Events pushed to a receiver that fails, goes away and comes back, across a restart; and event
//! streams in the estate (rule T-V6).

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::harness::{Place, Server, until, user};

/// What a receiver has been sent, and what it answers next.
#[derive(Default)]
struct Received {
    claims: Vec<Value>,
    refuse: usize,
    fail: usize,
    calls: usize,
}

type Shared = Arc<Mutex<Received>>;

async fn receive(State(received): State<Shared>, headers: HeaderMap, body: String) -> Response {
    assert_eq!(headers["content-type"], "application/secevent+jwt");
    assert_eq!(headers["authorization"], "Bearer the-receivers-token");
    let mut received = received.lock().unwrap();
    received.calls += 1;
    if received.fail > 0 {
        received.fail -= 1;
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    if received.refuse > 0 {
        received.refuse -= 1;
        let error = json!({"err": "invalid_audience", "description": "not for us"}).to_string();
        return (StatusCode::BAD_REQUEST, error).into_response();
    }
    let claims = URL_SAFE_NO_PAD.decode(body.split('.').nth(1).unwrap()).unwrap();
    received.claims.push(serde_json::from_slice(&claims).unwrap());
    StatusCode::ACCEPTED.into_response()
}

/// Listens at this address; a port of 0 takes any.
async fn listen(address: SocketAddr, received: &Shared) -> (SocketAddr, JoinHandle<()>) {
    let listener = tokio::net::TcpListener::bind(address).await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new().route("/events", post(receive)).with_state(Arc::clone(received));
    let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (address, task)
}

fn estate(address: SocketAddr) -> String {
    format!(
        r#"
[[service_provider]]
name = "hr"
mode = "store"

[[event_stream]]
name = "crm"
events = ["prov:create:notice", "urn:ietf:params:scim:event:prov:delete"]
audience = "https://crm.example.org"
push = {{ url = "http://{address}/events", bearer = "env:CRM_TOKEN", allow_private_addresses = true }}
"#
    )
}

const VARIABLES: [(&str, &str); 1] = [("CRM_TOKEN", "the-receivers-token")];

fn uris(received: &Shared) -> Vec<String> {
    let received = received.lock().unwrap();
    let uri = |claims: &Value| claims["sub_id"]["uri"].as_str().unwrap().to_owned();
    received.claims.iter().map(uri).collect()
}

fn stream(place: &Place) -> Value {
    place.json(&["status", "--events", "--json"])["event_streams"][0].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_is_repeated_in_order_until_it_is_taken_also_after_a_kill_t_v6() {
    let received = Shared::default();
    let (address, task) = listen(([127, 0, 0, 1], 0).into(), &received).await;
    let place = Place::new();
    place.apply(&estate(address));
    let token = place.token("hr");
    let server = Server::start_with(&place, &VARIABLES).await;
    received.lock().unwrap().fail = 1;
    let mut expected = Vec::new();
    let create = async |server: &Server, name: &str| -> String {
        let (status, made) = server.send("POST", "/scim/v2/Users", &token, Some(user(name))).await;
        assert_eq!(status, 201, "{made}");
        format!("/Users/{}", made["id"].as_str().unwrap())
    };
    expected.push(create(&server, "ann").await);
    expected.push(create(&server, "ben").await);
    until("both came, the failed one first", async || uris(&received) == expected).await;

    // Nobody there, then a kill, then somebody again.
    task.abort();
    let _ = task.await;
    expected.push(create(&server, "cid").await);
    until("the fault is shown", async || stream(&place)["fault"].is_string()).await;
    drop(server);
    let server = Server::start_with(&place, &VARIABLES).await;
    expected.push(create(&server, "dan").await);
    let (_, task) = listen(address, &received).await;
    until("what waited came, in order", async || uris(&received) == expected).await;
    let names: std::collections::BTreeSet<String> =
        received.lock().unwrap().claims.iter().map(|one| one["jti"].to_string()).collect();
    assert_eq!(names.len(), 4);
    until("nothing waits", async || {
        stream(&place)
            == json!({"name": "crm", "waiting": 0, "lost": 0, "lost_at": null, "fault": null})
    })
    .await;

    // Refused for good: the next one goes through.
    received.lock().unwrap().refuse = 1;
    create(&server, "eve").await;
    expected.push(create(&server, "fay").await);
    until("the next one came", async || uris(&received) == expected).await;
    until("the refusal is shown", async || {
        stream(&place)["fault"].as_str().is_some_and(|fault| fault.contains("invalid_audience"))
    })
    .await;
    let last = received.lock().unwrap().claims.last().unwrap().clone();
    assert_eq!(last["aud"], "https://crm.example.org");
    assert_eq!(last["iss"], format!("{}/scim/v2", server.url()));
    task.abort();
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn event_streams_are_planned_applied_and_exported() {
    let place = Place::new();
    let text = estate(([127, 0, 0, 1], 9).into());
    let said = place.apply(&text);
    assert!(said.contains("event stream crm"), "{said}");
    let exported = place.done(&["export"]);
    assert!(exported.contains("[[event_stream]]"), "{exported}");
    assert!(exported.contains("events = [\"prov:create:notice\", \"prov:delete\"]"), "{exported}");
    assert!(exported.contains("bearer = \"env:CRM_TOKEN\""), "{exported}");
    assert!(exported.contains("max_waiting = 100000"), "{exported}");
    let file = place.file("again.toml", &exported);
    let again = place.json(&["plan", "-f", file.to_str().unwrap(), "--json"]);
    assert_eq!((&again["changed"], &again["added"]), (&json!([]), &json!([])), "{again}");
    let without = "[[service_provider]]\nname = \"hr\"\nmode = \"store\"\n";
    let said = place.apply(without);
    assert!(said.contains("event stream crm"), "{said}");
    assert!(!place.done(&["export"]).contains("event_stream"));
}

#[test]
fn faults_of_event_streams_are_named() {
    let place = Place::new();
    let check = |stream: &str, expected: &str| {
        let text = format!(
            "[[service_provider]]\nname = \"hr\"\n[[event_stream]]\nname = \"crm\"\n{stream}"
        );
        let file = place.file("bad.toml", text);
        let ran = place.run(&["apply", "-f", file.to_str().unwrap()]);
        assert_eq!(ran.code, 1, "{stream}");
        assert!(ran.err.contains(expected), "{stream}\n{}", ran.err);
    };
    let whole = "audience = \"a\"\npoll = \"hr\"\n";
    check(whole, "`events` is missing");
    check(&format!("events = [\"feed:add\"]\n{whole}"), "every resource of its tenant");
    check(&format!("events = [\"prov:fly\"]\n{whole}"), "expected some of prov:create:notice");
    let both = format!("events = [\"prov:put:full\", \"prov:put:notice\"]\n{whole}");
    check(&both, "choose one");
    check("events = [\"prov:delete\"]\npoll = \"hr\"\n", "`audience` is missing");
    check("events = [\"prov:delete\"]\naudience = \"a\"\n", "needs one of `poll");
    let nobody = "events = [\"prov:delete\"]\naudience = \"a\"\npoll = \"nobody\"\n";
    check(nobody, "a service provider `nobody` that does not exist");
    let push = "events = [\"prov:delete\"]\naudience = \"a\"\n";
    check(&format!("{push}push = {{ url = \"ftp://x\" }}\n"), "`https://` or `http://`");
    check(&format!("{push}push = {{ url = \"https://x\", bearer = \"abc\" }}\n"), "env:NAME");
}
