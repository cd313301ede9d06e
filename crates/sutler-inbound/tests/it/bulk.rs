//! Bulk requests, executed (rules T-B).

#![expect(
    clippy::needless_pass_by_value,
    reason = "operations are put together from values, and read better without a `&` before each"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use axum::body::Body;
use http::{Method, Request};
use secrecy::SecretString;
use serde_json::{Value, json};
use sutler_engine::provision::{HashFailed, PasswordHasher};
use sutler_inbound::{BulkLimits, Settings};
use sutler_model::estate::Permission;
use sutler_testkit::Dice;

use crate::server::{Answer, ENTERPRISE, PATCH, Server, TestClock, group, members, sorted, user};

const BULK: &str = "/scim/v2/Bulk";
const BASE: &str = "http://id.example.org/scim/v2";
const BULK_REQUEST: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
const BULK_RESPONSE: &str = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";

fn post(bulk_id: &str, endpoint: &str, data: Value) -> Value {
    json!({"method": "POST", "path": endpoint, "bulkId": bulk_id, "data": data})
}

fn new_user(bulk_id: &str) -> Value {
    post(bulk_id, "/Users", user(bulk_id))
}

fn new_group(bulk_id: &str, members: &[&str]) -> Value {
    post(bulk_id, "/Groups", group(bulk_id, members))
}

fn patch(path: &str, operations: Value) -> Value {
    let data = json!({"schemas": [PATCH], "Operations": operations});
    json!({"method": "PATCH", "path": path, "data": data})
}

fn title(path: &str, title: &str) -> Value {
    patch(path, json!([{"op": "add", "path": "title", "value": title}]))
}

async fn send(server: &Server, operations: Value) -> Answer {
    server.post(BULK, &json!({"schemas": [BULK_REQUEST], "Operations": operations})).await
}

async fn send_until(server: &Server, fail_on_errors: usize, operations: Value) -> Vec<Value> {
    let body = json!({
        "schemas": [BULK_REQUEST], "failOnErrors": fail_on_errors, "Operations": operations
    });
    results(&server.post(BULK, &body).await)
}

fn results(answer: &Answer) -> Vec<Value> {
    assert_eq!(answer.status, 200, "{answer:?}");
    let body = answer.json();
    assert_eq!(body["schemas"], json!([BULK_RESPONSE]));
    assert_eq!(body.as_object().unwrap().len(), 2, "{body}");
    body["Operations"].as_array().unwrap().clone()
}

async fn done(server: &Server, operations: Value) -> Vec<Value> {
    results(&send(server, operations).await)
}

fn statuses(results: &[Value]) -> Vec<&str> {
    results.iter().map(|result| result["status"].as_str().unwrap()).collect()
}

fn path_of(result: &Value) -> String {
    let location = result["location"].as_str().unwrap_or_else(|| panic!("no location: {result}"));
    format!("/scim/v2{}", location.strip_prefix(BASE).unwrap())
}

fn id_of(result: &Value) -> String {
    path_of(result).rsplit('/').next().unwrap().to_owned()
}

#[track_caller]
fn failed(result: &Value, status: &str, scim_type: Option<&str>, names: &str) {
    assert_eq!(result["status"], status, "{result}");
    let response = &result["response"];
    assert_eq!(response["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:Error"]));
    assert_eq!(response["status"], status, "{result}");
    assert_eq!(response["scimType"].as_str(), scim_type, "{result}");
    assert!(response["detail"].as_str().unwrap().contains(names), "{result}");
}

async fn total(server: &Server, endpoint: &str) -> Value {
    server.get(&format!("/scim/v2/{endpoint}?count=0")).await.json()["totalResults"].clone()
}

#[tokio::test]
async fn w24_every_method_is_done_and_answered_in_the_clients_order_t_b1_t_b2() {
    let server = Server::start().await;
    let (ann, ben, tom) =
        (server.user("ann").await, server.user("ben").await, server.user("tom").await);
    let put = json!({"method": "put", "path": format!("/Users/{ann}"), "data": user("anna")});
    let gone = json!({"method": "DELETE", "path": format!("/Users/{tom}")});
    let all = json!([put, gone, new_user("new"), title(&format!("/Users/{ben}"), "Dr")]);
    let answer = send(&server, all).await;
    assert_eq!(answer.header("content-type"), "application/scim+json");
    let results = results(&answer);
    let new = server.get(&path_of(&results[2])).await;
    assert_eq!(
        results,
        [
            json!({"method": "PUT", "status": "200", "version": "W/\"2\"",
                "location": format!("{BASE}/Users/{ann}")}),
            json!({"method": "DELETE", "status": "204", "location": format!("{BASE}/Users/{tom}")}),
            json!({"method": "POST", "status": "201", "version": "W/\"1\"", "bulkId": "new",
                "location": new.json()["meta"]["location"]}),
            json!({"method": "PATCH", "status": "200", "version": "W/\"2\"",
                "location": format!("{BASE}/Users/{ben}")}),
        ]
    );
    assert_eq!(new.json()["userName"], "new");
    let ann = server.get(&format!("/scim/v2/Users/{ann}")).await;
    assert_eq!((&ann.json()["userName"], ann.header("etag")), (&json!("anna"), "W/\"2\""));
    assert_eq!(server.get(&format!("/scim/v2/Users/{ben}")).await.json()["title"], "Dr");
    server.get(&format!("/scim/v2/Users/{tom}")).await.refused(404, None);
}

#[tokio::test]
async fn a_failure_says_why_and_leaves_the_others_alone_t_b2_t_b4() {
    let server = Server::start().await;
    server.user("ann").await;
    let all = json!([
        new_user("ann"),
        new_user("ben"),
        {"method": "PUT", "path": "/Users/nobody", "data": user("x")},
        {"method": "GET", "path": "/Users/nobody"},
        {"method": "DELETE", "path": "/Devices/1"},
        post("wrong", "/Users", json!({"schemas": []})),
        new_user("tom"),
    ]);
    let results = done(&server, all).await;
    assert_eq!(statuses(&results), ["409", "201", "404", "405", "404", "400", "201"]);
    failed(&results[0], "409", Some("uniqueness"), "userName");
    assert_eq!((&results[0]["bulkId"], results[0].get("location")), (&json!("ann"), None));
    assert_eq!(results[2]["location"], format!("{BASE}/Users/nobody"));
    failed(&results[3], "405", None, "`GET`");
    assert_eq!(results[4]["location"], format!("{BASE}/Devices/1"));
    failed(&results[5], "400", Some("invalidSyntax"), "`schemas`");
    assert_eq!(total(&server, "Users").await, 3);
}

#[tokio::test]
async fn a_new_user_is_put_into_a_new_group_whichever_comes_first_t_b3() {
    let server = Server::start().await;
    for (name, forward) in [("back", false), ("forward", true)] {
        let mut all = vec![
            new_user(&format!("{name}-user")),
            new_group(name, &[&format!("bulkId:{name}-user")]),
        ];
        if forward {
            all.reverse();
        }
        let mut results = done(&server, all.into()).await;
        assert_eq!(statuses(&results), ["201", "201"]);
        if forward {
            results.reverse();
        }
        let group = server.get(&path_of(&results[1])).await.json();
        assert_eq!(members(&group), [id_of(&results[0])]);
    }
}

#[tokio::test]
async fn bulk_ids_are_understood_in_paths_managers_and_patches_t_b3() {
    let server = Server::start().await;
    let team = server.group("team", &[]).await;
    let mut worker = new_user("worker");
    worker["data"]["schemas"] = json!([crate::server::USER, ENTERPRISE]);
    worker["data"][ENTERPRISE] = json!({"manager": {"value": "bulkId:boss"}});
    let member = json!([{"op": "add", "path": "members", "value": [{"value": "bulkId:boss"}]}]);
    let manager = format!("{ENTERPRISE}:manager");
    let own = json!([{"op": "add", "path": manager, "value": {"value": "bulkId:worker"}}]);
    let all = json!([
        title("/Users/bulkId:boss", "Dr"),
        patch(&format!("/Groups/{team}"), member),
        worker,
        new_user("boss"),
        patch("/Users/bulkId:worker", own),
    ]);
    let results = done(&server, all).await;
    assert_eq!(statuses(&results), ["200", "200", "201", "201", "200"]);
    let (worker, boss) = (path_of(&results[2]), path_of(&results[3]));
    assert_eq!((path_of(&results[0]), path_of(&results[4])), (boss.clone(), worker.clone()));
    assert_eq!(server.get(&boss).await.json()["title"], "Dr");
    let worker = server.get(&worker).await.json();
    assert_eq!(worker[ENTERPRISE]["manager"]["value"], worker["id"]);
    let team = server.get(&format!("/scim/v2/Groups/{team}")).await.json();
    assert_eq!(members(&team), [id_of(&results[3])]);
}

#[tokio::test]
async fn groups_that_hold_each_other_are_both_created_t_b3() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let all = json!([
        new_group("a", &["bulkId:b", &ann]),
        new_group("b", &["bulkId:c"]),
        new_group("c", &["bulkId:a"]),
        new_group("outer", &["bulkId:a"]),
    ]);
    let results = done(&server, all).await;
    assert_eq!(statuses(&results), ["201"; 4]);
    let ids: Vec<String> = results.iter().map(id_of).collect();
    let expected: [&[&str]; 4] = [&[&ids[1], &ann], &[&ids[2]], &[&ids[0]], &[&ids[0]]];
    for (result, expected) in results.iter().zip(expected) {
        let group = server.get(&path_of(result)).await;
        assert_eq!(members(&group.json()), sorted(expected));
        assert_eq!(result["version"], group.header("etag"));
    }
}

#[tokio::test]
async fn users_who_manage_each_other_are_both_created_t_b3() {
    let server = Server::start().await;
    let managed = |name: &str, manager: &str| {
        let mut new = new_user(name);
        new["data"]["schemas"] = json!([crate::server::USER, ENTERPRISE]);
        new["data"][ENTERPRISE] = json!({"manager": {"value": format!("bulkId:{manager}")}});
        new
    };
    let all = json!([managed("a", "b"), managed("b", "a"), managed("own", "own")]);
    let results = done(&server, all).await;
    assert_eq!(statuses(&results), ["201"; 3]);
    for (result, manager) in results.iter().zip([&results[1], &results[0], &results[2]]) {
        let user = server.get(&path_of(result)).await;
        assert_eq!(user.json()[ENTERPRISE]["manager"]["value"], id_of(manager));
        assert_eq!(result["version"], user.header("etag"));
    }
}

#[tokio::test]
async fn of_a_circle_all_or_nothing_stays_t_b3() {
    let server = Server::start().await;
    server.group("taken", &[]).await;
    let committed = server.committed().await;
    // What can be seen beforehand is not even begun.
    let mut wrong = new_group("b", &["bulkId:a"]);
    wrong["data"]["unknown"] = json!(1);
    let all = json!([new_group("a", &["bulkId:b"]), wrong, new_group("c", &["bulkId:a"])]);
    let results = done(&server, all).await;
    assert_eq!(statuses(&results), ["409", "400", "409"]);
    failed(&results[0], "409", None, "circle");
    failed(&results[2], "409", None, "`a`");
    assert_eq!(server.committed().await, committed);
    // A name that is taken is seen only when it is tried.
    let mut taken = new_group("b", &["bulkId:a"]);
    taken["data"]["displayName"] = json!("taken");
    let all = json!([new_group("a", &["bulkId:b"]), taken, new_group("c", &["bulkId:a"])]);
    let results = done(&server, all).await;
    assert_eq!(statuses(&results), ["409", "409", "409"]);
    failed(&results[1], "409", Some("uniqueness"), "displayName");
    assert!(results.iter().all(|result| result.get("location").is_none()));
    // A group cannot be its own member.
    let results = done(&server, json!([new_group("own", &["bulkId:own"])])).await;
    failed(&results[0], "400", Some("invalidValue"), "own member");
    assert_eq!(total(&server, "Groups").await, 1);
}

#[tokio::test]
async fn no_literal_bulk_id_is_ever_stored_t_b3() {
    let server = Server::start().await;
    server.user("taken").await;
    let ben = server.user("ben").await;
    let add = json!([{"op": "add", "path": "title", "value": "bulkId:nobody"}]);
    let mut taken = new_user("t");
    taken["data"]["userName"] = json!("taken");
    let all = json!([
        new_group("g", &["bulkId:nobody"]),
        new_group("h", &["bulkId:t"]),
        taken,
        patch(&format!("/Users/{ben}"), add),
        title("/Users/bulkId:t", "Dr"),
        {"method": "DELETE", "path": "/Users/bulkId:nobody"},
    ]);
    let results = done(&server, all).await;
    assert_eq!(statuses(&results), ["400", "409", "409", "400", "409", "400"]);
    failed(&results[0], "400", Some("invalidValue"), "`bulkId:nobody`");
    failed(&results[1], "409", None, "`t`");
    for endpoint in ["Users", "Groups"] {
        let stored = server.get(&format!("/scim/v2/{endpoint}")).await;
        assert!(!stored.text.contains("bulkId"), "{stored:?}");
    }
}

#[tokio::test]
async fn after_enough_errors_it_stops_t_b4() {
    let server = Server::start().await;
    server.user("taken").await;
    let taken = |bulk_id: &str| post(bulk_id, "/Users", user("taken"));
    let all = json!([new_user("a"), taken("b"), new_user("c"), taken("d"), new_user("e")]);
    let one = send_until(&server, 1, all.clone()).await;
    assert_eq!(statuses(&one), ["201", "409"]);
    assert_eq!(total(&server, "Users").await, 2);
    let two = send_until(&server, 2, all.clone()).await;
    assert_eq!(statuses(&two), ["409", "409"]);
    let many = send_until(&server, 9, all).await;
    assert_eq!(statuses(&many), ["409", "409", "201", "409", "201"]);
}

#[tokio::test]
async fn whatever_exceeds_a_limit_is_refused_whole_t_b5() {
    let bulk = BulkLimits { operations: 2, payload: 1_000 };
    let server = Server::with(Settings { bulk, ..Settings::default() }).await;
    let three = json!([new_user("a"), new_user("b"), new_user("c")]);
    let refused = send(&server, three).await.refused(413, None);
    assert!(refused["detail"].as_str().unwrap().contains("maxOperations (2)"), "{refused}");
    let long = json!([title("/Users/1", &"x".repeat(1_000))]);
    let refused = send(&server, long).await.refused(413, None);
    assert!(refused["detail"].as_str().unwrap().contains("maxPayloadSize (1000)"), "{refused}");
    assert_eq!(server.committed().await, 0);
    assert_eq!(statuses(&done(&server, json!([new_user("a"), new_user("b")])).await), ["201"; 2]);
}

#[tokio::test]
async fn a_body_over_the_limit_is_not_read_t_b5() {
    let bulk = BulkLimits { payload: 2_000_000, ..BulkLimits::default() };
    let server = Server::with(Settings { bulk, ..Settings::default() }).await;
    let request = |length: Option<&str>, body: Body| {
        let mut request = Request::post(BULK)
            .header("authorization", format!("Bearer {}", server.token))
            .header("content-type", "application/scim+json");
        if let Some(length) = length {
            request = request.header("content-length", length);
        }
        request.body(body).unwrap()
    };
    // Announced: would never end if it were read.
    let never = Body::from_stream(futures::stream::pending::<Result<Vec<u8>, std::io::Error>>());
    let refused = server.send(request(Some("2000001"), never)).await.refused(413, None);
    assert!(refused["detail"].as_str().unwrap().contains("maxPayloadSize (2000000)"));
    // Not announced: counted, and the rest is left.
    let chunks = futures::stream::iter((0..2_000).map(|_| vec![b' '; 1_024]));
    let chunks = futures::StreamExt::chain(chunks, futures::stream::pending());
    let chunks = futures::StreamExt::map(chunks, Ok::<_, std::io::Error>);
    let refused = server.send(request(None, Body::from_stream(chunks))).await.refused(413, None);
    assert!(refused["detail"].as_str().unwrap().contains("maxPayloadSize (2000000)"));
    // More than a single request may hold.
    let long = json!([post("a", "/Groups", group("a", &[&"x".repeat(1_100_000)]))]);
    assert!(long.to_string().len() > Settings::default().body_limit);
    assert_eq!(statuses(&done(&server, long).await), ["400"]);
}

#[tokio::test]
async fn where_bulk_is_switched_off_it_says_so_t_b5() {
    let bulk = BulkLimits { operations: 0, ..BulkLimits::default() };
    let server = Server::with(Settings { bulk, ..Settings::default() }).await;
    send(&server, json!([new_user("a")])).await.refused(501, None);
    let config = server.get("/scim/v2/ServiceProviderConfig").await.json();
    assert_eq!(config["bulk"]["supported"], false);
    assert_eq!(server.committed().await, 0);
}

#[tokio::test]
async fn a_request_in_doubt_changes_nothing_t_b1_t_b6() {
    let server = Server::start().await;
    let good = new_user("a");
    for (body, kind) in [
        (json!({"Operations": [good]}), "invalidSyntax"),
        (json!({"schemas": [BULK_REQUEST]}), "invalidSyntax"),
        (json!({"schemas": [BULK_REQUEST], "Operations": []}), "invalidSyntax"),
        (json!({"schemas": [BULK_REQUEST], "Operations": [good, good]}), "invalidValue"),
        (
            json!({"schemas": [BULK_REQUEST], "failOnErrors": 0, "Operations": [good]}),
            "invalidValue",
        ),
    ] {
        server.post(BULK, &body).await.refused(400, Some(kind));
    }
    server.raw(Method::POST, BULK, Some("{"), &[]).await.refused(400, Some("invalidSyntax"));
    let text = [("content-type", "text/plain")];
    server.raw(Method::POST, BULK, Some("{}"), &text).await.refused(415, None);
    server.raw(Method::POST, BULK, Some("{}"), &[("authorization", "")]).await.refused(401, None);
    assert_eq!(server.committed().await, 0);
}

#[tokio::test]
async fn what_cannot_stand_in_a_bulk_request_is_refused_alone_t_b6() {
    let server = Server::start().await;
    let nested = json!({"schemas": [BULK_REQUEST], "Operations": [new_user("inner")]});
    let all = json!([
        post("n", "/Bulk", nested),
        post("s", "/Users/.search", json!({})),
        post("r", "/.search", json!({})),
        post("m", "/Me", user("me")),
        post("t", "/Schemas", json!({})),
        {"method": "GET", "path": "/Users"},
        {"method": "POST", "path": "/Users", "data": user("nameless")},
        new_user("a"),
    ]);
    let results = done(&server, all).await;
    assert_eq!(statuses(&results), ["400", "400", "400", "501", "404", "405", "400", "201"]);
    assert_eq!(total(&server, "Users").await, 1);
}

#[tokio::test]
async fn each_operation_needs_its_own_permission_t_b7() {
    let mut server = Server::start().await;
    let team = server.group("team", &[]).await;
    server.token = server.token_with("users only", &[Permission::UsersWrite]).await;
    let gone = json!({"method": "DELETE", "path": format!("/Groups/{team}")});
    let all = json!([new_group("g", &[]), new_user("a"), gone, new_group("h", &["bulkId:g"])]);
    let results = done(&server, all).await;
    assert_eq!(statuses(&results), ["403", "201", "403", "409"]);
    failed(&results[0], "403", None, "`groups:write`");
    assert_eq!(results[2]["location"], format!("{BASE}/Groups/{team}"));
}

#[tokio::test]
async fn no_password_comes_back_t_b7() {
    let server = Server::start().await;
    let secret = "correct horse battery";
    let mut new = new_user("ann");
    new["data"]["password"] = json!(secret);
    let mut wrong = new_user("ben");
    wrong["data"]["password"] = json!({"value": secret});
    let change = json!([{"op": "replace", "path": "password", "value": secret}]);
    let all = json!([new, wrong, patch("/Users/bulkId:ann", change)]);
    let answer = send(&server, all).await;
    assert_eq!(statuses(&results(&answer)), ["201", "400", "200"]);
    assert!(!answer.text.contains("horse"), "{answer:?}");
}

#[tokio::test]
async fn the_version_of_an_operation_is_its_condition_t_e3() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let path = format!("/Users/{ann}");
    let with = |version: &str, mut operation: Value| {
        operation["version"] = json!(version);
        operation
    };
    let delete = json!({"method": "DELETE", "path": path});
    let all = json!([
        with("W/\"1\"", title(&path, "Dr")),
        with("W/\"1\"", title(&path, "Prof")),
        with("W/\"9\"", delete.clone()),
        with("*", title(&path, "Sir")),
    ]);
    let results = done(&server, all).await;
    assert_eq!(statuses(&results), ["200", "412", "412", "200"]);
    failed(&results[1], "412", None, "version");
    assert_eq!(results[1]["location"], format!("{BASE}{path}"));
    let ann = server.get(&format!("/scim/v2{path}")).await;
    assert_eq!((&ann.json()["title"], ann.header("etag")), (&json!("Sir"), "W/\"3\""));
    let results = done(&server, json!([with("W/\"3\"", delete)])).await;
    assert_eq!(statuses(&results), ["204"]);
}

#[tokio::test]
async fn locations_lie_under_the_tenant_of_the_request() {
    let server = Server::start().await;
    let body = json!({"schemas": [BULK_REQUEST], "Operations": [new_user("a")]});
    let answer = server.post("/t/default/scim2/Bulk", &body).await;
    let location = results(&answer)[0]["location"].as_str().unwrap().to_owned();
    assert!(location.starts_with("http://id.example.org/t/default/scim2/Users/"), "{location}");
}

/// Hashes only when so many are asked for at once, and counts how many ever were.
struct Together {
    barrier: tokio::sync::Barrier,
    now: AtomicUsize,
    most: Arc<AtomicUsize>,
}

#[async_trait]
impl PasswordHasher for Together {
    async fn hash(&self, _: &SecretString) -> Result<String, HashFailed> {
        let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        self.barrier.wait().await;
        self.now.fetch_sub(1, Ordering::SeqCst);
        Ok("hash".to_owned())
    }
}

#[tokio::test]
async fn independent_operations_are_under_way_together() {
    let most = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&most);
    let server = Server::with_hasher(Settings::default(), |_| {
        let barrier = tokio::sync::Barrier::new(32);
        Arc::new(Together { barrier, now: AtomicUsize::new(0), most: counted })
    })
    .await;
    let users: Vec<Value> = (0..96)
        .map(|number| {
            let mut new = new_user(&format!("user{number}"));
            new["data"]["password"] = json!("secret");
            new
        })
        .collect();
    let results = done(&server, users.into()).await;
    assert_eq!(statuses(&results), ["201"; 96]);
    for (number, result) in results.iter().enumerate() {
        assert_eq!(result["bulkId"], format!("user{number}"));
    }
    assert_eq!(most.load(Ordering::SeqCst), 32);
}

/// A hash that takes a quarter of a minute.
struct Slow(Arc<TestClock>);

#[async_trait]
impl PasswordHasher for Slow {
    async fn hash(&self, _: &SecretString) -> Result<String, HashFailed> {
        self.0.advance(15_000);
        Ok("hash".to_owned())
    }
}

#[tokio::test]
async fn what_there_was_no_time_for_is_reported_and_not_done() {
    let server = Server::with_hasher(Settings::default(), |clock| Arc::new(Slow(clock))).await;
    let mut all = Vec::new();
    for number in 0..4_usize {
        let mut new = new_group(&format!("g{number}"), &[]);
        if let Some(before) = number.checked_sub(1) {
            new["data"]["members"] = json!([{"value": format!("bulkId:u{before}")}]);
        }
        all.push(new);
        let mut new = new_user(&format!("u{number}"));
        new["data"]["password"] = json!("secret");
        all.push(new);
    }
    let results = send_until(&server, 9, all.into()).await;
    assert_eq!(statuses(&results), ["201", "201", "201", "201", "503", "503", "503", "503"]);
    failed(&results[4], "503", None, "was not done");
    assert_eq!(total(&server, "Users").await, 2);
}

#[tokio::test]
async fn a_request_that_arrives_too_late_is_refused_whole() {
    let settings = Settings { request_timeout: Duration::from_millis(1), ..Settings::default() };
    let server = Server::with(settings).await;
    let answer = send(&server, json!([new_user("a")])).await;
    answer.refused(503, None);
    assert_eq!(server.committed().await, 0);
}

/// Ends when it is told to.
struct Gate(Arc<tokio::sync::Semaphore>);

#[async_trait]
impl PasswordHasher for Gate {
    async fn hash(&self, _: &SecretString) -> Result<String, HashFailed> {
        self.0.acquire().await.map_err(|_| HashFailed)?.forget();
        Ok("hash".to_owned())
    }
}

#[tokio::test]
async fn a_client_that_goes_away_does_not_cut_it_in_half() {
    let gate = Arc::new(tokio::sync::Semaphore::new(0));
    let hasher = Arc::new(Gate(Arc::clone(&gate)));
    let server = Server::with_hasher(Settings::default(), |_| hasher).await;
    let mut new = new_user("ann");
    new["data"]["password"] = json!("secret");
    let all = json!([new, new_group("g", &["bulkId:ann"])]);
    {
        let request = send(&server, all);
        tokio::pin!(request);
        // Under way when the client goes.
        for _ in 0..10 {
            assert!(futures::FutureExt::now_or_never(&mut request).is_none());
            tokio::task::yield_now().await;
        }
    }
    gate.add_permits(1);
    while total(&server, "Groups").await != 1 {
        tokio::task::yield_now().await;
    }
}

/// What would end differently if the order showed: names that are taken and set free, members
/// that come and go, versions.
fn any_operation(dice: &mut Dice, number: usize, known: &[String]) -> Value {
    let mut pick = |below: usize| dice.below(below);
    let name = format!("name{}", pick(6));
    let some = &known[pick(3)];
    let (path, team) = (format!("/Users/{some}"), format!("/Groups/{some}"));
    let member = match pick(2) {
        0 => known[pick(3)].clone(),
        _ => format!("bulkId:{}", pick(20)),
    };
    let bulk_id = number.to_string();
    match pick(9) {
        0 | 1 => post(&bulk_id, "/Users", user(&name)),
        2 => post(&bulk_id, "/Groups", group(&name, &[&member])),
        3 => json!({"method": "PUT", "path": path, "data": user(&name)}),
        4 => json!({"method": "DELETE", "path": path}),
        5 => title(&path, &name),
        6 => patch(&path, json!([{"op": "replace", "value": {"userName": name}}])),
        7 => patch(&team, json!([{"op": "add", "path": "members", "value": [{"value": member}]}])),
        _ => {
            let chosen = format!("members[display eq \"{name}\"]");
            patch(&team, json!([{"op": "remove", "path": chosen}]))
        }
    }
}

#[tokio::test]
async fn at_once_ends_as_one_by_one_t_b4() {
    for seed in 0..60 {
        let mut ends = Vec::new();
        for one_by_one in [false, true] {
            let server = Server::start().await;
            let (ann, ben) = (server.user("name0").await, server.user("name1").await);
            let team = server.group("name0", &[&ann, &ben]).await;
            let mut dice = Dice::new(seed);
            let known = [ann, ben, team];
            let all: Value =
                (0..20).map(|number| any_operation(&mut dice, number, &known)).collect();
            let results = if one_by_one {
                send_until(&server, 99, all).await
            } else {
                done(&server, all).await
            };
            let statuses: Vec<String> = statuses(&results).into_iter().map(str::to_owned).collect();
            ends.push((statuses, total(&server, "Users").await, names(&server).await));
        }
        assert_eq!(ends[0], ends[1], "seed {seed}");
    }
}

/// Everything that is stored, without what differs from run to run.
async fn names(server: &Server) -> Vec<(String, usize)> {
    let mut all = Vec::new();
    for endpoint in ["Users", "Groups"] {
        let listed = server.get(&format!("/scim/v2/{endpoint}")).await.json();
        for resource in listed["Resources"].as_array().cloned().unwrap_or_default() {
            let name = resource.get("userName").unwrap_or(&resource["displayName"]);
            all.push((format!("{name} {}", resource["title"]), members(&resource).len()));
        }
    }
    all.sort();
    all
}
