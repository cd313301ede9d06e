//! Events: what a change yields, how a receiver fetches it, and whose signature it has
//! (rules T-V2, T-V3, T-V4, T-V6).

use std::collections::BTreeSet;

use http::Method;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Value, json};
use sutler_model::TenantId;
use sutler_model::estate::TokenKind;
use sutler_model::event::{EventKind, EventStream, SigningKey};
use sutler_testkit::build;

use crate::server::{Answer, ENTERPRISE, Server, USER, group, user};

pub(crate) const ISSUER: &str = "http://id.example.org/scim/v2";
const PREFIX: &str = "urn:ietf:params:scim:event:";

/// The claims of a token whose signature is right by the published keys.
pub(crate) async fn verified(server: &Server, keys: &str, audience: &str, token: &str) -> Value {
    let published = server.call(Method::GET, keys, None, &[("authorization", "")]).await;
    let keys: JwkSet = serde_json::from_str(&published.text).unwrap();
    let header = jsonwebtoken::decode_header(token).unwrap();
    assert_eq!(header.typ.as_deref(), Some("secevent+jwt"));
    assert_eq!(header.alg, Algorithm::ES256);
    let key = keys.find(header.kid.as_deref().unwrap()).expect("the key is published");
    let mut validation = Validation::new(Algorithm::ES256);
    validation.set_required_spec_claims(&["iss", "aud"]);
    validation.validate_exp = false;
    validation.set_audience(&[audience]);
    let key = DecodingKey::from_jwk(key).unwrap();
    jsonwebtoken::decode::<Value>(token, &key, &validation).unwrap().claims
}

/// A server whose stream `crm` has these events; `hr` fetches them.
async fn start(events: &[EventKind]) -> Server {
    let server = Server::start().await;
    server.stream(vec![("default", build::event_stream("crm", "hr", events))]).await;
    server
}

async fn ask(server: &Server, body: Value) -> Answer {
    server.post("/scim/v2/events/crm", &body).await
}

/// What waits, verified, in order.
async fn fetch(server: &Server) -> Vec<Value> {
    let answer = ask(server, json!({"returnImmediately": true})).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let sets = answer.json()["sets"].as_object().unwrap().clone();
    let mut claims = Vec::new();
    for (jti, token) in &sets {
        let one = verified(server, "/scim/v2/jwks.json", "crm", token.as_str().unwrap()).await;
        assert_eq!(one["jti"], jti.as_str());
        claims.push(one);
    }
    claims
}

async fn acknowledge(server: &Server) {
    let names: Vec<Value> = fetch(server).await.into_iter().map(|c| c["jti"].clone()).collect();
    ask(server, json!({"maxEvents": 0, "returnImmediately": true, "ack": names})).await;
}

/// The one event of a token: its short name and its payload.
fn event(claims: &Value) -> (String, Value) {
    let events = claims["events"].as_object().unwrap();
    assert_eq!(events.len(), 1);
    let (uri, payload) = events.iter().next().unwrap();
    (uri.strip_prefix(PREFIX).unwrap().to_owned(), payload.clone())
}

fn of<'a>(claims: &'a [Value], name: &str) -> &'a Value {
    claims.iter().find(|one| event(one).0 == name).unwrap_or_else(|| panic!("no {name}"))
}

fn names(claims: &[Value]) -> BTreeSet<String> {
    claims.iter().map(|one| event(one).0).collect()
}

#[tokio::test]
async fn every_request_has_its_events_t_v2_t_v3() {
    use EventKind::{
        Activate, CreateFull, CreateNotice, Deactivate, Delete, PatchFull, PatchNotice, PutFull,
        PutNotice,
    };
    let all = [
        CreateNotice,
        CreateFull,
        PatchNotice,
        PatchFull,
        PutNotice,
        PutFull,
        Delete,
        Activate,
        Deactivate,
    ];
    let server = start(&all).await;
    let mut body = user("ann");
    body["externalId"] = json!("e1");
    let ann = server.post("/scim/v2/Users", &body).await.id();
    let path = format!("/scim/v2/Users/{ann}");
    let made = fetch(&server).await;
    assert_eq!(names(&made), ["prov:create:full", "prov:create:notice"].map(str::to_owned).into());
    for one in &made {
        assert_eq!((&one["iss"], &one["aud"]), (&json!(ISSUER), &json!("crm")));
        assert_eq!(one["iat"], 1_790_000_000);
        assert!(one.get("sub").is_none());
        let subject = json!({
            "format": "scim", "uri": format!("/Users/{ann}"), "id": ann, "externalId": "e1"
        });
        assert_eq!(one["sub_id"], subject);
    }
    assert_eq!(made[0]["txn"], made[1]["txn"]);
    assert_ne!(made[0]["jti"], made[1]["jti"]);
    acknowledge(&server).await;

    server.patch(&path, &json!([{"op": "replace", "path": "active", "value": false}])).await;
    let patched = fetch(&server).await;
    let expected = ["prov:deactivate", "prov:patch:full", "prov:patch:notice"];
    assert_eq!(names(&patched), expected.map(str::to_owned).into());
    let transactions: BTreeSet<&str> =
        patched.iter().map(|one| one["txn"].as_str().unwrap()).collect();
    assert_eq!(transactions.len(), 1);
    assert_ne!(patched[0]["txn"], made[0]["txn"]);
    acknowledge(&server).await;

    server.put(&path, &body).await;
    let replaced = fetch(&server).await;
    let expected = ["prov:activate", "prov:put:full", "prov:put:notice"];
    assert_eq!(names(&replaced), expected.map(str::to_owned).into());
    acknowledge(&server).await;

    server.put(&path, &body).await;
    assert!(fetch(&server).await.is_empty(), "nothing differed");
    server.delete(&path).await;
    let gone = fetch(&server).await;
    assert_eq!(event(&gone[0]), ("prov:delete".to_owned(), json!({})));
    assert_eq!(gone[0]["sub_id"]["externalId"], "e1");
    assert_eq!(gone.len(), 1);
}

#[tokio::test]
async fn an_event_tells_data_or_attributes_and_never_a_password_t_v4() {
    let server = start(&EventKind::ALL).await;
    let mut body = user("ann");
    body["password"] = json!("correct horse");
    body["schemas"] = json!([USER, ENTERPRISE]);
    body[ENTERPRISE] = json!({"department": "x"});
    let ann = server.post("/scim/v2/Users", &body).await;
    let path = format!("/scim/v2/Users/{}", ann.id());
    let made = fetch(&server).await;
    let data = event(of(&made, "prov:create:full")).1;
    assert_eq!(data["data"], ann.json(), "the final representation");
    assert_eq!(data["version"], ann.header("etag"));
    let notice = event(of(&made, "prov:create:notice")).1;
    let attributes: BTreeSet<&str> =
        notice["attributes"].as_array().unwrap().iter().map(|a| a.as_str().unwrap()).collect();
    let department = format!("{ENTERPRISE}:department");
    let expected = ["id", "userName", "active", "password", department.as_str()];
    assert_eq!(attributes, expected.into());
    assert!(notice.get("data").is_none() && data.get("attributes").is_none());
    let steps = json!([
        {"op": "replace", "value": {"title": "Dr", "password": "battery staple"}},
        {"op": "add", "path": "password", "value": "battery staple"},
    ]);
    server.patch(&path, &steps).await;
    body["password"] = json!("third secret");
    server.put(&path, &body).await;
    let all = fetch(&server).await;
    let patch = event(of(&all, "prov:patch:full")).1;
    assert_eq!(
        patch["data"]["Operations"],
        json!([
            {"op": "replace", "value": {"title": "Dr"}},
            {"op": "replace", "path": "password"},
            {"op": "add", "path": "password"},
        ])
    );
    let put = event(of(&all, "prov:put:full")).1;
    assert_eq!((&put["data"]["userName"], put["data"].get("meta")), (&json!("ann"), None));
    let text = json!(all).to_string();
    for secret in ["horse", "staple", "third", "argon2"] {
        assert!(!text.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn groups_are_told_with_their_members_t_v4() {
    let server = start(&[EventKind::CreateFull, EventKind::PatchNotice]).await;
    let ann = server.user("ann").await;
    acknowledge(&server).await;
    let staff = server.post("/scim/v2/Groups", &group("staff", &[&ann])).await;
    let made = fetch(&server).await;
    assert_eq!(event(&made[0]).1["data"], staff.json());
    acknowledge(&server).await;
    let path = format!("/scim/v2/Groups/{}", staff.id());
    server.patch(&path, &json!([{"op": "remove", "path": "members"}])).await;
    let patched = fetch(&server).await;
    assert_eq!(event(&patched[0]).1["attributes"], json!(["members"]));
    assert_eq!(patched[0]["sub_id"]["uri"], format!("/Groups/{}", staff.id()));
}

#[tokio::test]
async fn an_event_comes_again_until_it_is_acknowledged_t_v6() {
    let server = start(&[EventKind::CreateNotice]).await;
    for name in ["a", "b", "c"] {
        server.user(name).await;
    }
    let two = ask(&server, json!({"maxEvents": 2, "returnImmediately": true})).await.json();
    assert_eq!(two["sets"].as_object().unwrap().len(), 2);
    assert_eq!(two["moreAvailable"], true);
    let again = ask(&server, json!({"maxEvents": 2, "returnImmediately": true})).await.json();
    let keys = |answer: &Value| -> Vec<String> {
        answer["sets"].as_object().unwrap().keys().cloned().collect()
    };
    assert_eq!(keys(&two), keys(&again));
    let names = keys(&two);
    let rest = json!({
        "returnImmediately": true,
        "ack": [names[0]],
        "setErrs": {names[1].as_str(): {"err": "jwtAud", "description": "not for us"}},
    });
    let rest = ask(&server, rest).await.json();
    assert_eq!((keys(&rest).len(), &rest["moreAvailable"]), (1, &json!(false)));
    let state = server.ledger.event_streams().await.unwrap().remove(0);
    assert_eq!(state.waiting, 1);
    assert_eq!(state.fault.unwrap().0, "jwtAud: not for us");
    ask(&server, json!({"maxEvents": "x"})).await.refused(400, Some("invalidValue"));
}

#[tokio::test]
async fn a_receiver_that_waits_is_answered_when_something_happens_t_v6() {
    let server = std::sync::Arc::new(start(&[EventKind::CreateNotice]).await);
    let asking = std::sync::Arc::clone(&server);
    let waiting = tokio::spawn(async move { ask(&asking, json!({})).await });
    tokio::task::yield_now().await;
    tokio::task::yield_now().await;
    assert!(!waiting.is_finished());
    server.user("ann").await;
    let answer = waiting.await.unwrap().json();
    assert_eq!(answer["sets"].as_object().unwrap().len(), 1);
}

#[tokio::test]
async fn only_the_provider_that_is_named_may_fetch_t_v6() {
    let server = start(&[EventKind::CreateNotice]).await;
    server.edit(vec![("default", build::provider("other", &[]))]).await;
    let other = server.issue("other", TokenKind::Bearer, None).await;
    let body = json!({"returnImmediately": true});
    let path = "/scim/v2/events/crm";
    for (credential, status) in [(format!("Bearer {other}"), 404), (String::new(), 401)] {
        let headers = [("authorization", credential.as_str())];
        server.call(Method::POST, path, Some(&body), &headers).await.refused(status, None);
    }
    server.post("/scim/v2/events/nothing", &body).await.refused(404, None);
}

#[tokio::test]
async fn a_full_stream_says_what_it_has_lost_t_v6() {
    let server = Server::start().await;
    let stream = EventStream { limit: 1, ..build::event_stream("crm", "hr", &EventKind::ALL) };
    server.stream(vec![("default", stream)]).await;
    server.user("ann").await;
    let answer = ask(&server, json!({"returnImmediately": true})).await;
    assert_eq!(answer.json()["sets"].as_object().unwrap().len(), 1);
    assert_eq!(answer.header("sutler-events-lost"), "1");
}

#[tokio::test]
async fn no_tenant_shares_a_key_or_an_event_with_another_oa_8() {
    let server = start(&[EventKind::CreateNotice]).await;
    server.edit(vec![("acme", build::provider("far", &[]))]).await;
    let far = build::event_stream("crm", "far", &[EventKind::CreateNotice]);
    server.stream(vec![("acme", far)]).await;
    let token = format!("Bearer {}", server.issue("far", TokenKind::Bearer, None).await);
    let headers = [("authorization", token.as_str())];
    server.user("ann").await;
    let poll = json!({"returnImmediately": true});
    let path = "/t/acme/scim/v2/events/crm";
    let nothing = server.call(Method::POST, path, Some(&poll), &headers).await.json();
    assert_eq!(nothing["sets"], json!({}));
    let users = "/t/acme/scim/v2/Users";
    assert_eq!(server.call(Method::POST, users, Some(&user("bea")), &headers).await.status, 201);
    let theirs = server.call(Method::POST, path, Some(&poll), &headers).await.json();
    let theirs = theirs["sets"].as_object().unwrap().values().next().unwrap().clone();
    let keys = "/t/acme/scim/v2/jwks.json";
    let claims = verified(&server, keys, "crm", theirs.as_str().unwrap()).await;
    assert_eq!(claims["iss"], "http://id.example.org/t/acme/scim/v2");
    fetch(&server).await;
    let both = [server.get("/scim/v2/jwks.json").await.json(), server.get(keys).await.json()];
    for part in ["kid", "x", "y"] {
        assert_ne!(both[0]["keys"][0][part], both[1]["keys"][0][part]);
    }
    assert!(both.iter().all(|keys| keys["keys"][0].get("d").is_none()));
    server.get("/t/nobody/scim/v2/jwks.json").await.refused(404, None);
}

#[tokio::test]
async fn a_key_that_is_lost_with_the_key_file_is_replaced() {
    let server = start(&[EventKind::CreateNotice]).await;
    let public = vec![4; 65];
    let lost =
        SigningKey { kid: "old".to_owned(), sealed: "under another key file".to_owned(), public };
    server.ledger.keep_signing_key(TenantId::DEFAULT, lost, None).await.unwrap();
    server.user("ann").await;
    assert_eq!(fetch(&server).await.len(), 1);
    let keys = server.get("/scim/v2/jwks.json").await.json();
    assert_eq!(keys["keys"].as_array().unwrap().len(), 1);
    assert_ne!(keys["keys"][0]["kid"], "old");
}

#[tokio::test]
async fn without_a_stream_nothing_is_kept() {
    let server = Server::start().await;
    server.user("ann").await;
    server.stream(vec![("default", build::event_stream("crm", "hr", &EventKind::ALL))]).await;
    assert!(fetch(&server).await.is_empty());
    assert_eq!(server.get("/scim/v2/jwks.json").await.json(), json!({"keys": []}));
}
