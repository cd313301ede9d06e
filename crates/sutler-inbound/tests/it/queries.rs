//! Queries at their edges: spelling in a URL, secrets, one resource, order (rules T-F, T-S, T-G, T-R).

use http::Method;
use serde_json::{Value, json};

use crate::server::{Answer, Server, user};

const SEARCH: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";

fn names(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 200, "{answer:?}");
    let body = answer.json();
    let resources = body["Resources"].as_array().cloned().unwrap_or_default();
    resources.iter().map(|r| r["userName"].as_str().unwrap().to_owned()).collect()
}

async fn with(users: &[(&str, Value)]) -> Server {
    let server = Server::start().await;
    for (name, more) in users {
        let mut body = user(name);
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        assert_eq!(server.post("/scim/v2/Users", &body).await.status, 201);
        server.clock.advance(1_000);
    }
    server
}

fn search(more: Value) -> Value {
    let mut body = json!({"schemas": [SEARCH]});
    if let (Value::Object(body), Value::Object(more)) = (&mut body, more) {
        body.extend(more);
    }
    body
}

#[tokio::test]
async fn what_the_server_filled_in_is_compared_t_f13() {
    let server = with(&[("anna", json!({})), ("berta", json!({"active": false}))]).await;
    for (filter, expected) in [
        ("active%20eq%20true", &["anna"][..]),
        ("active%20eq%20false", &["berta"]),
        ("active%20pr", &["anna", "berta"]),
        ("active%20ne%20null", &["anna", "berta"]),
    ] {
        let found = server.get(&format!("/scim/v2/Users?filter={filter}")).await;
        assert_eq!(names(&found), expected, "{filter}");
        assert!(found.json()["Resources"][0]["active"].is_boolean());
    }
}

#[tokio::test]
async fn spaces_and_quotes_in_a_url_are_understood_t_f14() {
    let omalley = json!({"name": {"familyName": "O'Malley \"Red\""}});
    let server = with(&[("anna b", omalley), ("berta", json!({}))]).await;
    for filter in [
        "userName%20eq%20%22anna%20b%22",
        "userName+eq+%22anna+b%22",
        "++userName++eq%20+%22anna+b%22++",
        "%20userName%09eq%20%22ANNA%20b%22%20",
        "name.familyName+sw+%22o'malley%22",
        "name.familyName%20eq%20%22O%27Malley%20%5C%22Red%5C%22%22",
        "name.familyName+co+%22%5Cu0022Red%5Cu0022%22",
        "not+(userName+eq+%22berta%22)",
        "not(userName+eq+%22berta%22)",
    ] {
        let found = server.get(&format!("/scim/v2/Users?filter={filter}")).await;
        assert_eq!(names(&found), ["anna b"], "{filter}");
    }
    for filter in ["%FF", "userName%00pr", "userName+pr%0A"] {
        let answer = server.get(&format!("/scim/v2/Users?filter={filter}")).await;
        answer.refused(400, Some("invalidFilter"));
    }
}

#[tokio::test]
async fn a_secret_is_no_part_of_a_url_t_f15_t_f12() {
    let server = with(&[("anna", json!({"password": "correct horse"}))]).await;
    for filter in [
        "password eq \"correct horse\"",
        "PASSWORD sw \"c\"",
        "userName pr and not (password co \"x\")",
        "urn:ietf:params:scim:schemas:core:2.0:User:password eq \"x\"",
    ] {
        let query: String = form_urlencoded::byte_serialize(filter.as_bytes()).collect();
        for path in ["/scim/v2/Users", "/scim/v2"] {
            let answer = server.get(&format!("{path}?filter={query}")).await;
            answer.refused(403, Some("sensitive"));
        }
        let body = search(json!({"filter": filter}));
        for path in ["/scim/v2/Users/.search", "/scim/v2/.search"] {
            server.post(path, &body).await.refused(400, Some("invalidFilter"));
        }
    }
    let present = server.get("/scim/v2/Users?filter=password%20pr").await;
    present.refused(400, Some("invalidFilter"));
}

#[tokio::test]
async fn one_resource_is_searched_like_many_t_r7_t_r9() {
    let server = with(&[("anna", json!({"title": "Dr"})), ("berta", json!({"title": "Dr"}))]).await;
    let list = server.get("/scim/v2/Users").await.json();
    let anna = list["Resources"][0]["id"].as_str().unwrap();
    let path = format!("/scim/v2/Users/{anna}/.search");
    for (body, expected) in [
        (json!({}), &["anna"][..]),
        (json!({"filter": "title eq \"dr\""}), &["anna"]),
        (json!({"FILTER": "userName eq \"berta\""}), &[]),
        (json!({"filter": "userName eq \"berta\" or title pr"}), &["anna"]),
        (json!({"count": 0}), &[]),
    ] {
        assert_eq!(names(&server.post(&path, &search(body.clone())).await), expected, "{body}");
    }
    let cut = server.post(&path, &search(json!({"attributes": ["userName"]}))).await.json();
    assert_eq!(cut["Resources"][0].as_object().unwrap().len(), 3);
    assert_eq!((&cut["totalResults"], &cut["startIndex"]), (&json!(1), &json!(1)));
    let none = "/scim/v2/Users/none/.search";
    server.post(none, &search(json!({}))).await.refused(404, None);
    server
        .post(&format!("/scim/v2/Groups/{anna}/.search"), &search(json!({})))
        .await
        .refused(404, None);
    server.post(&path, &json!({"count": 1})).await.refused(400, Some("invalidSyntax"));
    for method in [Method::GET, Method::PUT, Method::PATCH, Method::DELETE] {
        let answer = server.call(method, &path, Some(&json!({})), &[]).await;
        answer.refused(405, None);
        assert_eq!(answer.header("allow"), "POST");
    }
}

#[tokio::test]
async fn a_search_needs_a_body_of_the_right_kind_t_r7() {
    let server = with(&[("anna", json!({}))]).await;
    for path in ["/scim/v2/.search", "/scim/v2/Users/.search", "/scim/v2/Groups/.search"] {
        for method in [Method::GET, Method::PUT, Method::PATCH, Method::DELETE] {
            let answer = server.call(method, path, Some(&json!({})), &[]).await;
            answer.refused(405, None);
            assert_eq!(answer.header("allow"), "POST");
        }
        for text in ["", "[]", "{}", "null"] {
            let answer = server.raw(Method::POST, path, Some(text), &[]).await;
            answer.refused(400, Some("invalidSyntax"));
        }
        for (body, kind) in [
            (json!({"filter": 1}), "invalidValue"),
            (json!({"count": "10"}), "invalidValue"),
            (json!({"startIndex": 1.5}), "invalidValue"),
            (json!({"attributes": "userName"}), "invalidValue"),
            (json!({"sortOrder": "up"}), "invalidValue"),
            (json!({"count": 1, "COUNT": 2}), "invalidSyntax"),
            (json!({"shoe": 1}), "invalidSyntax"),
        ] {
            server.post(path, &search(body)).await.refused(400, Some(kind));
        }
        let given =
            json!({"FILTER": "meta.resourceType pr", "StartIndex": 1, "COUNT": 1, "sortBy": null});
        assert_eq!(server.post(path, &search(given)).await.status, 200);
    }
}

#[tokio::test]
async fn order_goes_by_type_and_by_the_primary_value_t_s1() {
    let emails = |list: &[(&str, bool)]| -> Value {
        let one = |(value, primary): &(&str, bool)| json!({"value": value, "primary": primary});
        list.iter().map(one).collect()
    };
    let server = with(&[
        ("Zoe", json!({"emails": emails(&[("z@x.example", false), ("a@x.example", true)])})),
        ("anna", json!({"emails": emails(&[("m@x.example", false), ("b@x.example", false)]), "name": {"givenName": "b"}})),
        ("Berta", json!({"name": {"givenName": "A"}, "externalId": "a"})),
        ("carla", json!({"externalId": "B"})),
    ])
    .await;
    let by = async |query: &str| names(&server.get(&format!("/scim/v2/Users?{query}")).await);
    for (query, expected) in [
        ("sortBy=userName", ["anna", "Berta", "carla", "Zoe"]),
        ("sortBy=USERNAME&sortOrder=DESCENDING", ["Zoe", "carla", "Berta", "anna"]),
        ("sortBy=emails", ["Zoe", "anna", "Berta", "carla"]),
        ("sortBy=emails.value&sortOrder=descending", ["Berta", "carla", "anna", "Zoe"]),
        ("sortBy=name.givenName", ["Berta", "anna", "Zoe", "carla"]),
        ("sortBy=name.givenName&sortOrder=descending", ["Zoe", "carla", "anna", "Berta"]),
        ("sortBy=externalId", ["carla", "Berta", "Zoe", "anna"]),
        ("sortBy=meta.created&sortOrder=descending", ["carla", "Berta", "anna", "Zoe"]),
        ("sortOrder=descending", ["Zoe", "anna", "Berta", "carla"]),
    ] {
        assert_eq!(by(query).await, expected, "{query}");
    }
    for query in ["sortBy=nothing", "sortBy=name", "sortBy=password", "sortBy="] {
        let answer = server.get(&format!("/scim/v2/Users?{query}")).await;
        answer.refused(400, Some("invalidPath"));
    }
}

#[tokio::test]
async fn pages_together_are_the_whole_in_one_order_t_g1() {
    let many: Vec<String> = (0..23).map(|number| format!("user{number:02}")).collect();
    let users: Vec<(&str, Value)> =
        many.iter().map(|name| (name.as_str(), json!({"title": "Dr"}))).collect();
    let server = with(&users).await;
    for order in ["", "&sortBy=title", "&sortBy=title&sortOrder=descending", "&filter=title%20pr"] {
        let mut seen = Vec::new();
        for start in (1..=23).step_by(5) {
            let page =
                server.get(&format!("/scim/v2/Users?startIndex={start}&count=5{order}")).await;
            assert_eq!(page.json()["totalResults"], 23, "{order}");
            assert_eq!(page.json()["startIndex"], start, "{order}");
            let names = names(&page);
            assert_eq!(page.json()["itemsPerPage"], names.len(), "{order}");
            seen.extend(names);
        }
        assert_eq!(seen, many, "{order}");
    }
    for query in
        ["startIndex=x", "startIndex=1.5", "count=1e2", "count=", "startIndex=1&startIndex=2"]
    {
        let answer = server.get(&format!("/scim/v2/Users?{query}")).await;
        answer.refused(400, Some("invalidValue"));
    }
    let none = server.get("/scim/v2/Users?filter=userName%20eq%20%22nobody%22").await.json();
    assert_eq!((&none["totalResults"], &none["Resources"]), (&json!(0), &json!([])));
}
