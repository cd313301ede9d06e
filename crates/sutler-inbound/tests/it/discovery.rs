//! Discovery, and paths that are not served (rules T-R4, T-R5).

use http::Method;
use serde_json::json;

use crate::server::{ENTERPRISE, GROUP, Server, USER};

const PATHS: [&str; 5] = [
    "/scim/v2/ServiceProviderConfig",
    "/scim/v2/Schemas",
    "/scim/v2/Schemas/urn:ietf:params:scim:schemas:core:2.0:User",
    "/scim/v2/ResourceTypes",
    "/scim/v2/ResourceTypes/Group",
];

#[tokio::test]
async fn discovery_needs_no_token_and_takes_no_filter_t_r5() {
    let server = Server::start().await;
    for path in PATHS {
        let answer = server.call(Method::GET, path, None, &[("authorization", "")]).await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.header("content-type"), "application/scim+json");
        server.get(&format!("{path}?filter=id%20pr")).await.refused(403, None);
        assert_eq!(
            server.get(&format!("{path}?startIndex=9&count=1&sortBy=id")).await.json(),
            answer.json()
        );
    }
}

#[tokio::test]
async fn every_schema_and_type_is_found_t_r5() {
    let server = Server::start().await;
    let ids = |list: &serde_json::Value| -> Vec<String> {
        list["Resources"]
            .as_array()
            .unwrap()
            .iter()
            .map(|r| r["id"].as_str().unwrap().to_owned())
            .collect()
    };
    let schemas = ids(&server.get("/scim/v2/Schemas").await.json());
    for urn in [USER, GROUP, ENTERPRISE] {
        assert!(schemas.iter().any(|id| id == urn), "{urn}");
        let upper = format!("/scim/v2/Schemas/{}", urn.to_uppercase());
        assert_eq!(server.get(&upper).await.json()["id"], urn);
    }
    assert_eq!(ids(&server.get("/scim/v2/ResourceTypes").await.json()), ["User", "Group"]);
    let config = server.get("/scim/v2/ServiceProviderConfig").await.json();
    assert_eq!(config["patch"]["supported"], true);
    assert_eq!(config["etag"]["supported"], true);
    assert_eq!(
        config["bulk"],
        json!({"supported": true, "maxOperations": 1_000, "maxPayloadSize": 4_194_304})
    );
    assert_eq!(config["filter"]["maxResults"], 1000);
    assert!(!config["authenticationSchemes"].as_array().unwrap().is_empty());
    server.get("/scim/v2/Schemas/urn:nothing").await.refused(404, None);
    server.get("/scim/v2/ResourceTypes/Nothing").await.refused(404, None);
}

#[tokio::test]
async fn a_wrong_method_is_told_the_right_ones_t_r4() {
    let server = Server::start().await;
    let all = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
    let cases = [
        ("/scim/v2/Users", "GET,HEAD,POST"),
        ("/scim/v2/Groups", "GET,HEAD,POST"),
        ("/scim/v2/Users/1", "GET,HEAD,PUT,PATCH,DELETE"),
        ("/scim2/Groups/.search", "POST"),
        ("/scim/v2/.search", "POST"),
        ("/scim/v2/Bulk", "POST"),
        ("/t/default/scim/v2/Schemas", "GET,HEAD"),
        ("/oauth2/token", "POST"),
        ("/readyz", "GET,HEAD"),
    ];
    let plain = PATHS.map(|path| (path, "GET,HEAD"));
    for (path, allow) in cases.into_iter().chain(plain) {
        for method in &all {
            if allow.split(',').any(|known| known == method.as_str()) {
                continue;
            }
            let answer = server.call(method.clone(), path, Some(&json!({})), &[]).await;
            answer.refused(405, None);
            assert_eq!(answer.header("allow"), allow, "{method} {path}");
        }
    }
}

#[tokio::test]
async fn what_is_not_offered_says_so() {
    let server = Server::start().await;
    server.post("/scim/v2/Me", &json!({})).await.refused(501, None);
    for path in [
        "/",
        "/scim",
        "/scim/v2/Nothing",
        "/scim/v2/Users/1/2",
        "/scim/v3/Users",
        "/t/acme",
        "/favicon.ico",
    ] {
        server.get(path).await.refused(404, None);
    }
}
