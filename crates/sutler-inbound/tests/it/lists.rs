//! Queries: filters, pages, order, `.search` (rules T-F, T-G1, T-G2, T-S1, T-R7, T-R8).

use serde_json::{Value, json};

use crate::server::{Answer, ENTERPRISE, Server, USER, user};

const SEARCH: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";

fn names(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 200, "{answer:?}");
    let body = answer.json();
    let resources = body["Resources"].as_array().cloned().unwrap_or_default();
    let name = |r: &Value| {
        r.get("userName").or(r.get("displayName")).unwrap().as_str().unwrap().to_owned()
    };
    resources.iter().map(name).collect()
}

/// Anna, Berta, Carla, Dora; the second and third in a department.
async fn start() -> Server {
    let server = Server::start().await;
    for (index, name) in ["Anna", "Berta", "Carla", "Dora"].into_iter().enumerate() {
        let mut body = user(name);
        body["schemas"] = json!([USER, ENTERPRISE]);
        body["title"] = json!(format!("T{}", 9 - index));
        body["emails"] = json!([{"value": format!("{name}@example.com"), "type": "work"}]);
        if (1..3).contains(&index) {
            body[ENTERPRISE] = json!({"department": "Sales"});
        }
        assert_eq!(server.post("/scim/v2/Users", &body).await.status, 201);
    }
    server
}

async fn filtered(server: &Server, filter: &str) -> Answer {
    let query: String = form_urlencoded::byte_serialize(filter.as_bytes()).collect();
    server.get(&format!("/scim/v2/Users?filter={query}")).await
}

#[tokio::test]
async fn filters_find_what_they_say() {
    let server = start().await;
    let department = format!("{ENTERPRISE}:department eq \"SALES\"");
    for (filter, expected) in [
        ("userName eq \"anna\"", &["Anna"][..]),
        ("USERNAME SW \"b\" or userName sw \"d\"", &["Berta", "Dora"]),
        ("emails.value eq \"CARLA@example.com\"", &["Carla"]),
        ("emails[type eq \"work\" and value co \"dora\"]", &["Dora"]),
        (department.as_str(), &["Berta", "Carla"]),
        ("not (title eq \"T9\") and active eq true", &["Berta", "Carla", "Dora"]),
        ("externalId pr", &[]),
        ("meta.resourceType eq \"Group\"", &[]),
    ] {
        assert_eq!(names(&filtered(&server, filter).await), expected, "{filter}");
    }
}

#[tokio::test]
async fn pages_have_a_place_and_a_total_t_g1_t_g2() {
    let server = start().await;
    let page = async |query: &str| server.get(&format!("/scim/v2/Users?{query}")).await.json();
    let second = page("startIndex=2&count=2").await;
    assert_eq!(
        (&second["totalResults"], &second["startIndex"], &second["itemsPerPage"]),
        (&json!(4), &json!(2), &json!(2))
    );
    assert_eq!(second["Resources"][0]["userName"], "Berta");
    for (query, total, items) in [
        ("count=0", 4, 0),
        ("startIndex=0&count=-5", 4, 0),
        ("startIndex=99", 4, 0),
        ("count=99999", 4, 4),
    ] {
        let shown = page(query).await;
        assert_eq!(
            (&shown["totalResults"], &shown["itemsPerPage"]),
            (&json!(total), &json!(items)),
            "{query}"
        );
    }
    server.get("/scim/v2/Users?count=many").await.refused(400, Some("invalidValue"));
}

#[tokio::test]
async fn w24_order_is_as_asked_t_s1() {
    let server = start().await;
    let by = async |query: &str| names(&server.get(&format!("/scim/v2/Users?{query}")).await);
    assert_eq!(by("sortBy=title").await, ["Dora", "Carla", "Berta", "Anna"]);
    assert_eq!(
        by("sortBy=userName&sortOrder=descending").await,
        ["Dora", "Carla", "Berta", "Anna"]
    );
    server
        .get("/scim/v2/Users?sortBy=userName&sortOrder=up")
        .await
        .refused(400, Some("invalidValue"));
}

#[tokio::test]
async fn a_search_by_post_is_the_same_query_t_r7() {
    let server = start().await;
    let body = json!({"schemas": [SEARCH], "filter": "userName sw \"c\"", "attributes": ["userName"], "startIndex": 1, "count": 10});
    let answer = server.post("/scim/v2/Users/.search", &body).await;
    assert_eq!(names(&answer), ["Carla"]);
    assert!(answer.json()["Resources"][0].get("emails").is_none());
    server
        .post("/scim/v2/Users/.search", &json!({"schemas": [SEARCH], "count": "ten"}))
        .await
        .refused(400, Some("invalidValue"));
    server
        .post("/scim/v2/Users/.search", &json!({"count": 1}))
        .await
        .refused(400, Some("invalidSyntax"));
}

#[tokio::test]
async fn w24_the_root_finds_all_types_t_r8() {
    let server = start().await;
    server.group("Crew", &[]).await;
    let body =
        json!({"schemas": [SEARCH], "filter": "displayName eq \"crew\" or userName eq \"anna\""});
    assert_eq!(names(&server.post("/scim/v2/.search", &body).await), ["Anna", "Crew"]);
    assert_eq!(server.get("/scim/v2").await.json()["totalResults"], 5);
    let groups = server.get("/scim/v2?filter=meta.resourceType%20eq%20%22Group%22").await;
    assert_eq!(names(&groups), ["Crew"]);
}
