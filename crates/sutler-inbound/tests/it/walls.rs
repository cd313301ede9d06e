//! Another tenant's ids, in every place of every request, are answered like ids that do not exist
//! (threat SC-5).

#![expect(
    clippy::needless_pass_by_value,
    reason = "requests are put together from values, and read better without a `&` before each"
)]

use http::Method;
use serde_json::{Value, json};
use sutler_model::estate::TokenKind;
use sutler_testkit::build;

use crate::server::{Answer, ENTERPRISE, PATCH, Server, USER, group, user};

const MISSING: &str = "0199a000-0000-7000-8000-000000000000";
const BULK: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
const SEARCH: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";

/// A request that names an id.
type Request = (Method, String, Option<Value>, Option<(&'static str, &'static str)>);

fn patch(operation: Value) -> Value {
    json!({"schemas": [PATCH], "Operations": [operation]})
}

fn bulk(method: &str, path: &str, data: Option<Value>) -> Request {
    let operation = json!({"method": method, "path": path, "bulkId": "one", "data": data});
    let body = json!({"schemas": [BULK], "Operations": [operation], "failOnErrors": 1});
    (Method::POST, "/Bulk".to_owned(), Some(body), None)
}

/// Every method on the resource of this id.
fn addressed(id: &str) -> Vec<Request> {
    let mut requests = Vec::new();
    let external = || patch(json!({"op": "replace", "path": "externalId", "value": "1"}));
    for (endpoint, body) in [("/Users", user("x")), ("/Groups", group("x", &[]))] {
        let at = format!("{endpoint}/{id}");
        let calls = [
            (Method::GET, None),
            (Method::PUT, Some(body)),
            (Method::PATCH, Some(external())),
            (Method::DELETE, None),
        ];
        for (method, body) in calls {
            if method != Method::GET {
                requests.push(bulk(method.as_str(), &at, body.clone()));
            }
            let condition = if method == Method::GET { "if-none-match" } else { "if-match" };
            for tag in ["*", "W/\"1\""] {
                requests.push((method.clone(), at.clone(), body.clone(), Some((condition, tag))));
            }
            requests.push((method, at.clone(), body, None));
        }
        let search = json!({"schemas": [SEARCH], "filter": "id pr"});
        requests.push((Method::POST, format!("{at}/.search"), Some(search), None));
    }
    requests
}

/// Every way to refer to this id: as a member of the group `own`, as the manager of `person`, in
/// a filter.
fn referring(id: &str, own: &str, person: &str) -> Vec<Request> {
    let mut requests = Vec::new();
    let mut both = |method: Method, path: String, body: Value| {
        requests.push(bulk(method.as_str(), &path, Some(body.clone())));
        requests.push((method, path, Some(body), None));
    };
    let group_at = || format!("/Groups/{own}");
    both(Method::POST, "/Groups".to_owned(), group("new", &[id]));
    both(Method::PUT, group_at(), group("own", &[id]));
    for operation in [
        json!({"op": "add", "path": "members", "value": [{"value": id}]}),
        json!({"op": "replace", "path": "members", "value": [{"value": id}]}),
        json!({"op": "add", "value": {"members": [{"value": id}]}}),
        json!({"op": "remove", "path": format!("members[value eq \"{id}\"]")}),
        json!({"op": "remove", "path": format!("members[value eq \"{id}\" and type eq \"User\"]")}),
        json!({"op": "remove", "path": "members", "value": [{"value": id}]}),
    ] {
        both(Method::PATCH, group_at(), patch(operation));
    }
    let managed = |name: &str| {
        json!({
            "schemas": [USER, ENTERPRISE], "userName": name, ENTERPRISE: {"manager": {"value": id}},
        })
    };
    let person_at = || format!("/Users/{person}");
    both(Method::POST, "/Users".to_owned(), managed("new"));
    both(Method::PUT, person_at(), managed("person"));
    let path = format!("{ENTERPRISE}:manager");
    both(
        Method::PATCH,
        person_at(),
        patch(json!({"op": "add", "path": path, "value": {"value": id}})),
    );
    for (endpoint, filter) in [
        ("/Users", format!("id eq \"{id}\"")),
        ("/Users", format!("groups.value eq \"{id}\"")),
        ("/Users", format!("{path}.value eq \"{id}\"")),
        ("/Groups", format!("members.value eq \"{id}\"")),
        ("", format!("id eq \"{id}\"")),
    ] {
        let mut encoded = form_urlencoded::Serializer::new(String::new());
        encoded.append_pair("filter", &filter);
        requests.push((Method::GET, format!("{endpoint}?{}", encoded.finish()), None, None));
    }
    requests
}

/// All that a client can tell from an answer, with the id in question and the request's own id
/// written the same everywhere.
fn told(answer: &Answer, id: &str) -> String {
    let mut headers = answer.headers.clone();
    headers.remove("x-request-id");
    let plain = format!("{} {headers:?} {}", answer.status, answer.text);
    plain.replace(answer.header("x-request-id"), "REQUEST").replace(id, "ID")
}

#[tokio::test]
async fn another_tenants_id_is_told_from_no_other_that_does_not_exist_sc_5() {
    let server = Server::start().await;
    let anna = server.user("anna").await;
    let staff = server.group("staff", &[&anna]).await;
    server.edit(vec![("acme", build::provider("crm", &[]))]).await;
    let token = format!("Bearer {}", server.issue("crm", TokenKind::Bearer, None).await);
    let send = async |(method, path, body, more): Request| {
        let mut headers = vec![("authorization", token.as_str())];
        headers.extend(more);
        let path = format!("/t/acme/scim/v2{path}");
        server.call(method, &path, body.as_ref(), &headers).await
    };
    let make = async |endpoint: &str, body: Value| {
        send((Method::POST, endpoint.to_owned(), Some(body), None)).await.id()
    };
    let own = make("/Groups", group("own", &[])).await;
    let person = make("/Users", user("person")).await;
    let before = server.committed().await;
    for theirs in [&anna, &staff] {
        let all = |id: &str| [addressed(id), referring(id, &own, &person)].concat();
        let pairs = all(theirs).into_iter().zip(all(MISSING));
        for (foreign, absent) in pairs {
            let shown = format!("{foreign:?}");
            let (foreign, absent) = (send(foreign).await, send(absent).await);
            assert_eq!(told(&foreign, theirs), told(&absent, MISSING), "{shown}");
        }
    }
    for theirs in [&anna, &staff] {
        for request in addressed(theirs) {
            let (method, path) = (request.0.clone(), request.1.clone());
            let answer = send(request).await;
            let status = if path == "/Bulk" { 200 } else { 404 };
            assert_eq!(answer.status, status, "{method} {path}: {answer:?}");
        }
    }
    assert_eq!(server.committed().await, before);
}
