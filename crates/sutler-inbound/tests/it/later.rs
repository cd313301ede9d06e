//! Requests that are answered later (rule T-V5).

use http::Method;
use serde_json::{Value, json};
use sutler_model::estate::{Permission, TokenKind};
use sutler_model::event::EventKind;
use sutler_testkit::build;

use crate::events::verified;
use crate::server::{Answer, PATCH, Server, user};

const BASE: &str = "http://id.example.org/scim/v2";
const LATER: [(&str, &str); 1] = [("prefer", "respond-async")];
const BULK_REQUEST: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";

async fn send(server: &Server, method: Method, path: &str, body: Option<&Value>) -> Answer {
    server.call(method, path, body, &LATER).await
}

/// The path of the result, after a look at the answer.
fn accepted(answer: &Answer) -> String {
    assert_eq!(answer.status, 202, "{answer:?}");
    assert_eq!(answer.text, "");
    assert_eq!(answer.header("preference-applied"), "respond-async");
    let txn = answer.header("set-txn");
    assert!(!txn.is_empty());
    assert_eq!(answer.header("location"), format!("{BASE}/AsyncResponses/{txn}"));
    format!("/scim/v2/AsyncResponses/{txn}")
}

/// The claims of the result, and its payload.
async fn result(server: &Server, answer: &Answer) -> (Value, Value) {
    let found = server.get(&accepted(answer)).await;
    assert_eq!(found.status, 200, "{found:?}");
    assert_eq!(found.header("content-type"), "application/secevent+jwt");
    let claims = verified(server, "/scim/v2/jwks.json", "hr", &found.text).await;
    let payload = claims["events"]["urn:ietf:params:scim:event:misc:asyncresp"].clone();
    assert_eq!(claims["txn"], answer.header("set-txn"));
    (claims, payload)
}

#[tokio::test]
async fn every_method_is_carried_out_and_its_end_is_kept_t_v5() {
    let server = Server::start().await;
    let made = send(&server, Method::POST, "/scim/v2/Users", Some(&user("ann"))).await;
    let (claims, payload) = result(&server, &made).await;
    let location = payload["location"].as_str().unwrap().to_owned();
    let path = format!("/scim/v2{}", location.strip_prefix(BASE).unwrap());
    assert_eq!(server.get(&path).await.json()["userName"], "ann");
    let expected = json!({
        "method": "POST", "status": "201", "version": "W/\"1\"", "location": location
    });
    assert_eq!(payload, expected);
    let subject = json!({"format": "scim", "uri": location.strip_prefix(BASE).unwrap()});
    assert_eq!(claims["sub_id"], subject);

    let patch =
        json!({"schemas": [PATCH], "Operations": [{"op": "add", "path": "title", "value": "Dr"}]});
    let calls = [
        (Method::PATCH, Some(patch), "200", Some("W/\"2\"")),
        (Method::PUT, Some(user("anna")), "200", Some("W/\"3\"")),
        (Method::DELETE, None, "204", None),
    ];
    for (method, body, status, version) in calls {
        let answer = send(&server, method.clone(), &path, body.as_ref()).await;
        let (_, payload) = result(&server, &answer).await;
        assert_eq!(payload["method"], method.as_str());
        assert_eq!((&payload["status"], payload["version"].as_str()), (&json!(status), version));
        assert_eq!(payload["location"], location);
    }
    server.get(&path).await.refused(404, None);
}

#[tokio::test]
async fn a_refusal_is_an_end_too_t_v5() {
    let server = Server::start().await;
    server.user("ann").await;
    let taken = send(&server, Method::POST, "/scim/v2/Users", Some(&user("ann"))).await;
    let (claims, payload) = result(&server, &taken).await;
    assert_eq!((&payload["status"], payload.get("location")), (&json!("409"), None));
    assert_eq!(payload["response"]["scimType"], "uniqueness");
    assert_eq!(claims["sub_id"]["uri"], "/Users");
    let missing = send(&server, Method::DELETE, "/scim/v2/Users/nobody", None).await;
    let (claims, payload) = result(&server, &missing).await;
    assert_eq!(payload["status"], "404");
    assert_eq!(claims["sub_id"]["uri"], "/Users/nobody");
}

#[tokio::test]
async fn who_waits_long_enough_is_answered_as_usual_t_v5() {
    let server = Server::start().await;
    let wait = [("prefer", "respond-async, wait=10")];
    let made = server.call(Method::POST, "/scim/v2/Users", Some(&user("ann")), &wait).await;
    assert_eq!((made.status.as_u16(), made.header("set-txn")), (201, ""));
    let none = [("prefer", "return=minimal")];
    let made = server.call(Method::POST, "/scim/v2/Users", Some(&user("ben")), &none).await;
    assert_eq!(made.status, 201);
}

#[tokio::test]
async fn reading_and_who_is_not_let_in_are_answered_as_usual_t_v5() {
    let server = Server::start().await;
    assert_eq!(send(&server, Method::GET, "/scim/v2/Users", None).await.status, 200);
    let search = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"]});
    let found = send(&server, Method::POST, "/scim/v2/Users/.search", Some(&search)).await;
    assert_eq!(found.status, 200);
    let headers = [("prefer", "respond-async"), ("authorization", "")];
    let refused = server.call(Method::POST, "/scim/v2/Users", Some(&user("a")), &headers).await;
    refused.refused(401, None);
    send(&server, Method::PATCH, "/scim/v2/Users", Some(&json!({}))).await.refused(405, None);
    assert_eq!(server.committed().await, 0);
}

#[tokio::test]
async fn a_result_is_for_who_asked_and_for_a_day_t_v5() {
    let server = Server::start().await;
    let path = accepted(&send(&server, Method::POST, "/scim/v2/Users", Some(&user("a"))).await);
    server.edit(vec![("default", build::provider("other", &[]))]).await;
    let other = format!("Bearer {}", server.issue("other", TokenKind::Bearer, None).await);
    let headers = [("authorization", other.as_str())];
    server.call(Method::GET, &path, None, &headers).await.refused(404, None);
    server.call(Method::GET, &path, None, &[("authorization", "")]).await.refused(401, None);
    server.clock.advance(24 * 3_600_000 - 1);
    assert_eq!(server.get(&path).await.status, 200);
    server.clock.advance(1);
    server.get(&path).await.refused(404, None);
}

#[tokio::test]
async fn each_operation_of_a_bulk_request_has_its_end_t_v5() {
    let mut server = Server::start().await;
    let all = build::event_stream("crm", "hr", &EventKind::ALL);
    server.user("taken").await;
    server.stream(vec![("default", all)]).await;
    let post = |id: &str, name: &str| json!({"method": "POST", "path": "/Users", "bulkId": id, "data": user(name)});
    let body = json!({"schemas": [BULK_REQUEST], "Operations": [
        post("a", "ann"), post("b", "taken"), post("c", "cid"),
    ]});
    let answer = send(&server, Method::POST, "/scim/v2/Bulk", Some(&body)).await;
    let path = accepted(&answer);
    let txn = answer.header("set-txn").to_owned();
    let together = server.get(&path).await.json();
    assert_eq!(together["sets"].as_object().unwrap().len(), 3);
    for (index, id, status) in [(0, "a", "201"), (1, "b", "409"), (2, "c", "201")] {
        let one = server.get(&format!("{path}:{index}")).await;
        let claims = verified(&server, "/scim/v2/jwks.json", "hr", &one.text).await;
        assert_eq!(claims["txn"], format!("{txn}:{index}"));
        let payload = &claims["events"]["urn:ietf:params:scim:event:misc:asyncresp"];
        assert_eq!((&payload["bulkId"], &payload["status"]), (&json!(id), &json!(status)));
        assert_eq!(payload.get("response").is_some(), status == "409");
    }
    server.get(&format!("{path}:3")).await.refused(404, None);
    // The stream is told the same, and what was made belongs to its operation.
    let poll = json!({"returnImmediately": true});
    let told = server.post("/scim/v2/events/crm", &poll).await.json();
    let mut seen = Vec::new();
    for token in told["sets"].as_object().unwrap().values() {
        let claims = verified(&server, "/scim/v2/jwks.json", "crm", token.as_str().unwrap()).await;
        let uri = claims["events"].as_object().unwrap().keys().next().unwrap().clone();
        let name = uri.rsplit("event:").next().unwrap().to_owned();
        seen.push((claims["txn"].as_str().unwrap().rsplit(':').next().unwrap().to_owned(), name));
    }
    seen.sort();
    let expected = [
        ("0", "misc:asyncresp"),
        ("0", "prov:create:full"),
        ("0", "prov:create:notice"),
        ("1", "misc:asyncresp"),
        ("2", "misc:asyncresp"),
        ("2", "prov:create:full"),
        ("2", "prov:create:notice"),
    ];
    assert_eq!(seen, expected.map(|(txn, name)| (txn.to_owned(), name.to_owned())));
    server.token = server.token_with("reader", &[Permission::UsersRead]).await;
    server.get(&path).await.refused(404, None);
}

#[tokio::test]
async fn what_was_not_processed_has_no_end_and_the_rest_keeps_its_place_t_v5() {
    let server = Server::start().await;
    server.user("taken").await;
    let post = |id: &str, name: &str| json!({"method": "POST", "path": "/Users", "bulkId": id, "data": user(name)});
    let body = json!({"schemas": [BULK_REQUEST], "failOnErrors": 1, "Operations": [
        post("a", "ann"), post("b", "taken"), post("c", "cid"),
    ]});
    let path = accepted(&send(&server, Method::POST, "/scim/v2/Bulk", Some(&body)).await);
    assert_eq!(server.get(&path).await.json()["sets"].as_object().unwrap().len(), 2);
    server.get(&format!("{path}:2")).await.refused(404, None);
    let whole = send(&server, Method::POST, "/scim/v2/Bulk", Some(&json!({}))).await;
    let (claims, payload) = result(&server, &whole).await;
    assert_eq!((&payload["status"], &claims["sub_id"]["uri"]), (&json!("400"), &json!("/Bulk")));
}
