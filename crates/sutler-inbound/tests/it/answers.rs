//! What every answer has in common: headers, media types, the form of errors (rules T-R, T-E, T-A).

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::server::{Answer, PATCH, Server, group, sorted, user};

const SEARCH: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";

fn title(text: &str) -> Value {
    json!([{"op": "replace", "path": "title", "value": text}])
}

fn keys(resource: &Value) -> Vec<String> {
    resource.as_object().unwrap().keys().cloned().collect()
}

/// The answer to every operation that returns one resource.
async fn one_of_each(server: &Server, parameters: &str) -> Vec<Answer> {
    let made = server.post(&format!("/scim/v2/Users{parameters}"), &user("anna")).await;
    let path = format!("/scim/v2/Users/{}{parameters}", made.id());
    let mut replaced = user("anna");
    replaced["title"] = json!("Prof");
    vec![
        made,
        server.get(&path).await,
        server.patch(&path, &title("Dr")).await,
        server.put(&path, &replaced).await,
    ]
}

#[tokio::test]
async fn every_answer_has_the_tag_that_its_body_tells_t_e1_t_e3() {
    let server = Server::start().await;
    let answers = one_of_each(&server, "").await;
    for answer in &answers {
        let version = answer.json()["meta"]["version"].clone();
        assert_eq!(version, answer.header("etag"));
        assert!(version.as_str().unwrap().starts_with("W/\""), "{version}");
    }
    let tags: Vec<&str> = answers.iter().map(|answer| answer.header("etag")).collect();
    assert!(tags[0] == tags[1] && tags[1] != tags[2] && tags[2] != tags[3], "{tags:?}");
    let config = server.get("/scim/v2/ServiceProviderConfig").await.json();
    assert_eq!(config["etag"]["supported"], true);
}

#[tokio::test]
async fn every_answer_says_where_the_resource_is_t_r11_t_r10() {
    let server = Server::start().await;
    for answer in one_of_each(&server, "").await {
        let place = answer.json()["meta"]["location"].clone();
        assert_eq!(place, format!("http://id.example.org/scim/v2/Users/{}", answer.id()));
        assert_eq!((answer.header("location"), answer.header("content-location")), {
            let place = place.as_str().unwrap();
            (place, place)
        });
    }
}

#[tokio::test]
async fn a_patch_is_always_answered_with_the_resource_t_p3() {
    let server = Server::start().await;
    let path = format!("/scim/v2/Users/{}", server.user("anna").await);
    let whole = server.patch(&path, &title("Dr")).await;
    assert_eq!((whole.status, &whole.json()["title"]), (StatusCode::OK, &json!("Dr")));
    let nothing_new = server.patch(&path, &title("Dr")).await;
    assert_eq!((nothing_new.status, nothing_new.json()), (StatusCode::OK, whole.json()));
    let only = server.patch(&format!("{path}?attributes=title"), &title("Prof")).await;
    assert_eq!(
        (only.status, keys(&only.json())),
        (StatusCode::OK, sorted(&["id", "schemas", "title"]))
    );
    let without = server.patch(&format!("{path}?excludedAttributes=title"), &title("X")).await;
    assert_eq!((without.status, without.json().get("title")), (StatusCode::OK, None));
}

#[tokio::test]
async fn both_lists_of_names_are_refused_everywhere_t_a1() {
    let server = Server::start().await;
    let path = format!("/scim/v2/Users/{}", server.user("anna").await);
    let before = server.committed().await;
    let both = "attributes=title&excludedAttributes=meta";
    let patch = json!({"schemas": [PATCH], "Operations": title("Dr")});
    for (method, path, body) in [
        (Method::GET, &*path, None),
        (Method::GET, "/scim/v2/Users", None),
        (Method::GET, "/scim/v2", None),
        (Method::POST, "/scim/v2/Users", Some(user("berta"))),
        (Method::PUT, &path, Some(user("berta"))),
        (Method::PATCH, &path, Some(patch)),
    ] {
        let answer = server.call(method, &format!("{path}?{both}"), body.as_ref(), &[]).await;
        answer.refused(400, Some("invalidValue"));
    }
    let search =
        json!({"schemas": [SEARCH], "attributes": ["title"], "excludedAttributes": ["meta"]});
    let answer = server.post("/scim/v2/Users/.search", &search).await;
    answer.refused(400, Some("invalidValue"));
    assert_eq!(server.committed().await, before);
}

#[tokio::test]
async fn each_resource_of_a_list_is_cut_and_the_list_is_not_t_a6_t_a1() {
    let server = Server::start().await;
    server.user("anna").await;
    server.group("staff", &[]).await;
    let frame = sorted(&["Resources", "itemsPerPage", "schemas", "startIndex", "totalResults"]);
    let search = |more: Value| {
        let mut body = json!({"schemas": [SEARCH]});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    for answer in [
        server.get("/scim/v2?attributes=userName,displayName,totalResults").await,
        server
            .post("/scim/v2/.search", &search(json!({"attributes": ["userName", "displayName"]})))
            .await,
    ] {
        assert_eq!(sorted_keys(&answer.json()), frame);
        let resources = answer.json()["Resources"].clone();
        assert_eq!(sorted_keys(&resources[0]), ["id", "schemas", "userName"]);
        assert_eq!(sorted_keys(&resources[1]), ["displayName", "id", "schemas"]);
    }
    for answer in [
        server.get("/scim/v2?excludedAttributes=meta,schemas,totalResults").await,
        server
            .post("/scim/v2/.search", &search(json!({"excludedAttributes": ["meta", "schemas"]})))
            .await,
    ] {
        assert_eq!(sorted_keys(&answer.json()), frame);
        let resources = answer.json()["Resources"].clone();
        assert_eq!(sorted_keys(&resources[0]), ["active", "id", "schemas", "userName"]);
        assert_eq!(sorted_keys(&resources[1]), ["displayName", "id", "schemas"]);
    }
}

fn sorted_keys(value: &Value) -> Vec<String> {
    let mut keys = keys(value);
    keys.sort();
    keys
}

#[tokio::test]
async fn w23_a_password_is_in_no_answer_t_a2_t_g12() {
    let server = Server::start().await;
    let secret = "correct horse";
    let mut body = user("anna");
    body["password"] = json!(secret);
    let made = server.post("/scim/v2/Users?attributes=password", &body).await;
    let path = format!("/scim/v2/Users/{}", made.id());
    let set = json!([{"op": "replace", "path": "password", "value": secret}]);
    body["active"] = json!("no boolean");
    let refused = json!([{"op": "add", "path": "password", "value": {"value": secret}}]);
    let answers = [
        made,
        server.patch(&format!("{path}?attributes=password"), &set).await,
        server.patch(&path, &refused).await,
        server.put(&path, &body).await,
        server.get(&format!("{path}?attributes=password,userName")).await,
        server.get("/scim/v2/Users?attributes=password").await,
        server.get("/scim/v2/Users?excludedAttributes=userName").await,
        server
            .post("/scim/v2/.search", &json!({"schemas": [SEARCH], "attributes": ["password"]}))
            .await,
    ];
    for answer in answers {
        assert!(!answer.text.contains("horse"), "{answer:?}");
        assert!(
            !answer.text.contains("\"password\"") && !answer.text.contains("argon2"),
            "{answer:?}"
        );
    }
}

#[tokio::test]
async fn whatever_is_accepted_the_answer_is_scim_t_r3() {
    let server = Server::start().await;
    let path = format!("/scim/v2/Users/{}", server.user("anna").await);
    for accept in [
        "",
        "*/*",
        "application/*",
        "application/json",
        "application/scim+json",
        "application/scim+json; charset=utf-8, */*;q=0.1",
        "text/html",
    ] {
        for path in [&*path, "/scim/v2/Users", "/scim/v2/Schemas"] {
            let answer = server.call(Method::GET, path, None, &[("accept", accept)]).await;
            assert_eq!(answer.status, 200, "{accept} {path}");
            assert_eq!(answer.header("content-type"), "application/scim+json", "{accept}");
        }
        let missing =
            server.call(Method::GET, "/scim/v2/Users/1", None, &[("accept", accept)]).await;
        missing.refused(404, None);
    }
    let marked = format!("\u{feff}{}", user("berta"));
    let answer = server.raw(Method::POST, "/scim/v2/Users", Some(&marked), &[]).await;
    answer.refused(400, Some("invalidSyntax"));
}

#[tokio::test]
async fn head_is_get_without_the_body_t_r3() {
    let server = Server::start().await;
    let path = format!("/scim/v2/Users/{}", server.user("anna").await);
    for path in [&*path, "/scim/v2/Users", "/scim/v2", "/scim/v2/Schemas", "/scim/v2/Users/none"] {
        let (head, get) =
            (server.call(Method::HEAD, path, None, &[]).await, server.get(path).await);
        assert_eq!((head.status, head.text.as_str()), (get.status, ""), "{path}");
        for name in ["content-type", "etag", "location"] {
            assert_eq!(head.header(name), get.header(name), "{path} {name}");
        }
    }
    let etag = server.get(&path).await.header("etag").to_owned();
    let known = server.call(Method::HEAD, &path, None, &[("if-none-match", &etag)]).await;
    assert_eq!((known.status.as_u16(), known.header("etag")), (304, &*etag));
}

/// Method, path, body, a header; status and kind.
type Case<'a> = (Method, &'a str, Option<Value>, (&'a str, &'a str), u16, Option<&'a str>);

#[tokio::test]
async fn every_failure_is_told_in_the_same_form_t_r1_t_r2() {
    let server = Server::start().await;
    let anna = server.user("anna").await;
    let path = format!("/scim/v2/Users/{anna}");
    let patch = json!({"schemas": [PATCH], "Operations": title("Dr")});
    let cases: [Case<'_>; 12] = [
        (Method::GET, &path, None, ("authorization", ""), 401, None),
        (Method::GET, "/scim/v2/Nothing", None, ("x", "y"), 404, None),
        (Method::GET, "/nothing", None, ("x", "y"), 404, None),
        (Method::DELETE, "/scim/v2/Users/none", None, ("x", "y"), 404, None),
        (Method::PUT, "/scim/v2/Users", None, ("x", "y"), 405, None),
        (Method::POST, "/scim/v2/Users", Some(user("Anna")), ("x", "y"), 409, Some("uniqueness")),
        (Method::PATCH, &path, Some(patch), ("if-match", "W/\"9\""), 412, None),
        (
            Method::POST,
            "/scim/v2/Users",
            Some(user("x")),
            ("content-length", "99999999"),
            413,
            None,
        ),
        (
            Method::POST,
            "/scim/v2/Users",
            Some(user("x")),
            ("content-type", "text/plain"),
            415,
            None,
        ),
        (Method::GET, "/scim/v2/Users?filter=x", None, ("x", "y"), 400, Some("invalidFilter")),
        (Method::GET, "/scim/v2/Schemas?filter=x", None, ("x", "y"), 403, None),
        (Method::POST, "/scim/v2/Me", None, ("x", "y"), 501, None),
    ];
    for (method, path, body, header, status, kind) in cases {
        server.call(method, path, body.as_ref(), &[header]).await.refused(status, kind);
    }
}

#[tokio::test]
async fn a_filter_on_one_resource_is_not_heeded_t_r9_t_r12() {
    let server = Server::start().await;
    let path = format!("/scim/v2/Users/{}", server.user("anna").await);
    let plain = server.get(&path).await.json();
    for parameters in
        ["filter=userName%20eq%20%22x%22", "filter=((", "count=x&sortBy=y", "a=b&c", "_=1"]
    {
        assert_eq!(server.get(&format!("{path}?{parameters}")).await.json(), plain, "{parameters}");
    }
    let list = server.get("/scim/v2/Users").await.json();
    assert_eq!(server.get("/scim/v2/Users?shoe=43&_=x&").await.json(), list);
    assert_eq!(server.post("/scim/v2/Users?shoe=43", &user("berta")).await.status, 201);
}

#[tokio::test]
async fn another_version_is_not_spoken_t_r10() {
    let server = Server::start().await;
    for path in ["/scim/v1/Users", "/scim/v3/Users", "/scim/Users", "/v2/Users", "/scim/v2.0/Users"]
    {
        server.get(path).await.refused(404, None);
    }
    let anna = server.user("anna").await;
    server.group("staff", &[&anna]).await;
    for root in ["/scim/v2", "/scim2", "/t/default/scim/v2", "/t/default/scim2"] {
        let base = format!("http://id.example.org{root}");
        let text = server.get(root).await.text;
        assert_eq!(text.matches(&format!("\"{base}/")).count(), 4, "{text}");
        assert_eq!(text.matches("http://").count(), 4, "{text}");
    }
}

#[tokio::test]
async fn ids_are_the_servers_and_are_not_used_again_t_r13() {
    let server = Server::start().await;
    let mut ids = Vec::new();
    for number in 0..20 {
        let mut body = if number % 2 == 0 { user("anna") } else { group("staff", &[]) };
        body["id"] = json!("mine");
        let endpoint = if number % 2 == 0 { "/scim/v2/Users" } else { "/scim/v2/Groups" };
        let id = server.post(endpoint, &body).await.id();
        let path = format!("{endpoint}/{id}");
        server.get(&format!("{endpoint}/{}", id.to_uppercase())).await.refused(404, None);
        assert_eq!(server.delete(&path).await.status, 204);
        ids.push(id);
    }
    let all = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), all);
    assert!(ids.iter().all(|id| !id.is_empty() && id != "mine"));
    let bytes = ids.iter().flat_map(|id| id.bytes());
    assert!(bytes.into_iter().all(|b| b.is_ascii_alphanumeric() || b == b'-'), "need no escapes");
}
