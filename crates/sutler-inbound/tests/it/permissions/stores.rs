//! Stores, which clients call domains: `domain` of a query, and before a name (threat SC-1).

use http::Method;
use serde_json::{Value, json};
use sutler_model::Store;
use sutler_model::estate::ServiceProvider;
use sutler_testkit::build;

use super::{Call, call, client, get, patch, send};
use crate::server::{Server, group, user};

const SEARCH: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";

/// The requests that can name a domain.
fn naming(domain: &str, n: usize) -> Vec<Call> {
    let search = json!({"schemas": [SEARCH], "domain": domain});
    let parameter = domain.replace(' ', "%20");
    vec![
        get(&format!("/scim/v2/Users?domain={parameter}")),
        get(&format!("/scim/v2/Groups?DOMAIN={parameter}&cursor=")),
        get(&format!("/scim/v2?domain={parameter}")),
        call(Method::POST, "/scim/v2/Users/.search", Some(search.clone())),
        call(Method::POST, "/scim/v2/.search", Some(search)),
        call(
            Method::POST,
            &format!("/scim/v2/Users?domain={parameter}"),
            Some(user(&format!("user{n}"))),
        ),
        call(
            Method::POST,
            &format!("/scim/v2/Groups?domain={parameter}"),
            Some(group(&format!("group{n}"), &[])),
        ),
    ]
}

#[tokio::test]
async fn a_domain_is_known_in_any_spelling_or_refused_with_the_known_ones() {
    let server = Server::start().await;
    server.user("anna").await;
    let credential = format!("Bearer {}", server.token);
    for (n, domain) in ["PRIMARY", "primary", "Primary", "", " "].into_iter().enumerate() {
        for call in naming(domain, n) {
            let answer = send(&server, &credential, &call).await;
            assert!(answer.status.is_success(), "{call:?}: {answer:?}");
        }
    }
    let before = server.committed().await;
    for call in naming("ldap1", 9) {
        let said = send(&server, &credential, &call).await.refused(400, Some("invalidValue"));
        let detail = said["detail"].as_str().unwrap();
        assert!(detail.contains("`ldap1`") && detail.contains("PRIMARY"), "{detail}");
    }
    server
        .get("/scim/v2/Users?domain=PRIMARY&domain=PRIMARY")
        .await
        .refused(400, Some("invalidValue"));
    let number = json!({"schemas": [SEARCH], "domain": 1});
    server.post("/scim/v2/Users/.search", &number).await.refused(400, Some("invalidValue"));
    assert_eq!(server.committed().await, before);
}

#[tokio::test]
async fn who_may_use_no_store_may_do_nothing_in_one() {
    let server = Server::start().await;
    let anna = server.user("anna").await;
    let with = async |name: &str, stores: Vec<Store>| {
        let provider = ServiceProvider { stores: Some(stores), ..build::provider(name, &[]) };
        client(&server, provider).await
    };
    let some = with("some", vec![Store::Primary]).await;
    let none = with("none", vec![]).await;
    let at = format!("/scim/v2/Users/{anna}");
    let title = json!([{"op": "add", "path": "title", "value": "CEO"}]);
    let mut calls = naming("PRIMARY", 1);
    calls.extend([
        get("/scim/v2/Users"),
        get(&at),
        patch(&at, title),
        call(Method::PUT, &at, Some(user("anna"))),
        call(Method::POST, "/scim/v2/Users", Some(user("ben"))),
        call(Method::DELETE, &at, None),
    ]);
    let before = server.committed().await;
    for call in &calls {
        super::forbidden(&send(&server, &none, call).await, "PRIMARY");
    }
    assert_eq!(server.committed().await, before);
    for call in &calls {
        let answer = send(&server, &some, call).await;
        assert!(answer.status.is_success(), "{call:?}: {answer:?}");
    }
}

#[tokio::test]
async fn a_domain_before_a_name_is_no_part_of_it_sc_1() {
    let server = Server::start().await;
    let made = server.post("/scim/v2/Users", &user("PRIMARY/Anna")).await;
    assert_eq!((made.status.as_u16(), &made.json()["userName"]), (201, &json!("Anna")));
    let at = format!("/scim/v2/Users/{}", made.id());
    for name in ["anna", "primary/anna", "PRIMARY/PRIMARY/anna", "ＰＲＩＭＡＲＹ／anna"] {
        server.post("/scim/v2/Users", &user(name)).await.refused(409, Some("uniqueness"));
    }
    let version = server.get(&at).await.header("etag").to_owned();
    let same = json!([{"op": "replace", "path": "userName", "value": "Primary/Anna"}]);
    for answer in [server.patch(&at, &same).await, server.put(&at, &user("PRIMARY/Anna")).await] {
        assert_eq!((answer.status.as_u16(), answer.header("etag")), (200, version.as_str()));
    }
    let found = async |filter: &str| -> Value {
        let path = format!("/scim/v2/Users?filter=userName%20{filter}");
        server.get(&path).await.json()["totalResults"].clone()
    };
    for filter in ["eq%20%22PRIMARY/anna%22", "sw%20%22primary/a%22", "sw%20%22PRIMARY/%22"] {
        assert_eq!(found(filter).await, 1, "{filter}");
    }
    assert_eq!(found("eq%20%22ldap1/anna%22").await, 0);
    server.post("/scim/v2/Users", &user("PRIMARY/")).await.refused(400, Some("invalidValue"));
    // What names no store is a name like others.
    let other = server.post("/scim/v2/Users", &user("ldap1/anna")).await;
    assert_eq!((other.status.as_u16(), &other.json()["userName"]), (201, &json!("ldap1/anna")));
    // Of groups it is the displayName, of users it is not.
    let staff = server.post("/scim/v2/Groups", &group("PRIMARY/staff", &[])).await;
    assert_eq!(staff.json()["displayName"], "staff");
    let display = json!([{"op": "add", "path": "displayName", "value": "PRIMARY/Anna"}]);
    assert_eq!(server.patch(&at, &display).await.json()["displayName"], "PRIMARY/Anna");
}
