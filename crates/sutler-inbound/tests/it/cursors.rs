//! Pages by cursor (RFC 9865; rules T-K).

use http::Method;
use serde_json::{Value, json};
use sutler_inbound::Settings;
use sutler_model::estate::{Permission, TokenKind};
use sutler_testkit::build;

use crate::server::{Answer, Server};

const SEARCH: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";
const HOUR: i64 = 3_600_000;

async fn start() -> Server {
    let server = Server::start().await;
    for name in ["Dora", "Anna", "Carla", "Berta", "Emma"] {
        server.user(name).await;
    }
    server
}

fn names(page: &Value) -> Vec<&str> {
    let resources = page["Resources"].as_array().unwrap();
    let name = |r: &'_ Value| r.get("userName").or(r.get("displayName")).is_some();
    assert!(resources.iter().all(name), "{page}");
    resources
        .iter()
        .map(|r| r.get("userName").or(r.get("displayName")).unwrap().as_str().unwrap())
        .collect()
}

fn cursor(page: &Answer) -> String {
    assert_eq!(page.status, 200, "{page:?}");
    page.json()["nextCursor"].as_str().unwrap_or_else(|| panic!("{page:?}")).to_owned()
}

async fn first(server: &Server, path: &str) -> String {
    cursor(&server.get(path).await)
}

async fn get_as(server: &Server, token: &str, path: &str) -> Answer {
    let bearer = format!("Bearer {token}");
    server.call(Method::GET, path, None, &[("authorization", &bearer)]).await
}

#[tokio::test]
async fn a_walk_goes_from_page_to_page_t_k1_t_k2() {
    let server = start().await;
    let mut seen = Vec::new();
    let mut path = "/scim/v2/Users?cursor&count=2".to_owned();
    for page in 0..3 {
        let answer = server.get(&path).await.json();
        seen.extend(names(&answer).iter().map(|&name| name.to_owned()));
        assert_eq!(answer["totalResults"], 5);
        assert_eq!(answer["itemsPerPage"], if page < 2 { 2 } else { 1 });
        assert_eq!(answer.get("startIndex"), None);
        assert_eq!(answer.get("previousCursor"), None);
        match answer.get("nextCursor") {
            Some(next) => {
                path = format!("/scim/v2/Users?cursor={}&count=2", next.as_str().unwrap());
            }
            None => assert_eq!(page, 2),
        }
    }
    assert_eq!(seen, ["Dora", "Anna", "Carla", "Berta", "Emma"]);
}

#[tokio::test]
async fn a_full_last_page_has_no_cursor_t_k2() {
    let server = start().await;
    for query in ["cursor=&count=5", "cursor=", "cursor=&count=0"] {
        let page = server.get(&format!("/scim/v2/Users?{query}")).await.json();
        assert_eq!((&page["totalResults"], page.get("nextCursor")), (&json!(5), None), "{query}");
    }
    let nobody = server.get("/scim/v2/Users?cursor=&filter=userName%20eq%20%22x%22").await.json();
    assert_eq!((&nobody["totalResults"], nobody.get("nextCursor")), (&json!(0), None));
}

#[tokio::test]
async fn a_count_is_held_to_its_bounds_t_k3() {
    let server = Server::with(Settings { page_max: 2, ..Settings::default() }).await;
    for name in ["Anna", "Berta", "Carla"] {
        server.user(name).await;
    }
    let page = server.get("/scim/v2/Users?cursor=&count=-1").await.json();
    assert_eq!((&page["totalResults"], &page["itemsPerPage"]), (&json!(3), &json!(0)));
    let clamped = server.get("/scim/v2/Users?cursor=&count=9999").await;
    assert_eq!(clamped.json()["itemsPerPage"], 2);
    let path = format!("/scim/v2/Users?cursor={}&count=9999", cursor(&clamped));
    assert_eq!(names(&server.get(&path).await.json()), ["Carla"]);
    server.get("/scim/v2/Users?cursor=&count=two").await.refused(400, Some("invalidCount"));
}

#[tokio::test]
async fn the_index_is_the_default_and_excludes_a_cursor_t_k4() {
    let server = start().await;
    let page = server.get("/scim/v2/Users?count=2").await.json();
    assert_eq!((&page["startIndex"], page.get("nextCursor")), (&json!(1), None));
    server.get("/scim/v2/Users?cursor=&startIndex=1").await.refused(400, Some("invalidValue"));
}

#[tokio::test]
async fn the_config_tells_how_lists_are_paged_t_k5() {
    let server = Server::start().await;
    let config = server.get("/scim/v2/ServiceProviderConfig").await.json();
    let expected = json!({
        "cursor": true, "index": true, "defaultPaginationMethod": "index",
        "defaultPageSize": 100, "maxPageSize": 1000, "cursorTimeout": 3600,
    });
    assert_eq!(config["pagination"], expected);
}

#[tokio::test]
async fn a_search_by_post_and_the_root_are_walked_too_t_k6() {
    let server = start().await;
    server.group("Crew", &[]).await;
    for (path, expected) in [
        ("/scim/v2/Users/.search", vec!["Emma", "Dora", "Carla", "Berta", "Anna"]),
        ("/scim/v2/.search", vec!["Crew", "Emma", "Dora", "Carla", "Berta", "Anna"]),
    ] {
        let mut body = json!({
            "schemas": [SEARCH], "cursor": "", "count": 2,
            "sortBy": "userName", "sortOrder": "descending",
        });
        let mut seen = Vec::new();
        loop {
            let page = server.post(path, &body).await.json();
            seen.extend(names(&page).iter().map(|&name| name.to_owned()));
            let Some(next) = page.get("nextCursor") else {
                break;
            };
            body["cursor"] = next.clone();
        }
        assert_eq!(seen, expected, "{path}");
    }
    let root = first(&server, "/scim/v2?cursor=&count=5").await;
    let rest = server.get(&format!("/scim/v2?cursor={root}&count=5")).await.json();
    assert_eq!(names(&rest), ["Crew"]);
    let groups = server.get("/scim/v2/Groups?cursor=").await.json();
    assert_eq!((names(&groups), groups.get("nextCursor")), (vec!["Crew"], None));
}

#[tokio::test]
async fn a_cursor_is_refused_with_other_parameters_t_k1() {
    let server = start().await;
    let query = "count=2&sortBy=userName&filter=active%20eq%20true&attributes=userName";
    let next = first(&server, &format!("/scim/v2/Users?cursor=&{query}")).await;
    let path = |root: &str, query: &str| format!("/scim/v2/{root}?cursor={next}&{query}");
    assert_eq!(server.get(&path("Users", query)).await.status, 200);
    for other in [
        "count=2",
        "count=2&filter=active%20eq%20true&attributes=userName",
        "count=2&sortBy=id&filter=active%20eq%20true&attributes=userName",
        "count=2&sortBy=userName&sortOrder=descending&filter=active%20eq%20true&attributes=userName",
        "count=2&sortBy=userName&filter=active%20eq%20false&attributes=userName",
        "count=2&sortBy=userName&filter=active%20eq%20true&attributes=title",
    ] {
        server.get(&path("Users", other)).await.refused(400, Some("invalidCursor"));
    }
    for root in ["", "/Groups"] {
        let sorted = "count=2&sortBy=id&filter=id%20pr";
        let next = first(&server, &format!("/scim/v2/Users?cursor=&{sorted}")).await;
        server
            .get(&format!("/scim/v2{root}?cursor={next}&{sorted}"))
            .await
            .refused(400, Some("invalidCursor"));
    }
    for other in ["count=3", "count=0", ""] {
        let query =
            format!("{other}&sortBy=userName&filter=active%20eq%20true&attributes=userName");
        server.get(&path("Users", &query)).await.refused(400, Some("invalidCount"));
    }
}

#[tokio::test]
async fn what_is_no_cursor_is_refused_t_k1() {
    let server = start().await;
    let next = first(&server, "/scim/v2/Users?cursor=&count=2").await;
    let turned = |at: usize| {
        let mut bytes = next.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        String::from_utf8(bytes).unwrap()
    };
    for text in ["x".to_owned(), "%00".to_owned(), turned(0), turned(40), next[1..].to_owned()] {
        server
            .get(&format!("/scim/v2/Users?cursor={text}&count=2"))
            .await
            .refused(400, Some("invalidCursor"));
    }
    let body = json!({"schemas": [SEARCH], "cursor": 7});
    server.post("/scim/v2/Users/.search", &body).await.refused(400, Some("invalidCursor"));
}

#[tokio::test]
async fn a_cursor_expires_after_its_page_t_k1() {
    let server = start().await;
    let path = |cursor: &str| format!("/scim/v2/Users?cursor={cursor}&count=2");
    let next = first(&server, &path("")).await;
    server.clock.advance(HOUR);
    let second = server.get(&path(&next)).await;
    server.clock.advance(1);
    server.get(&path(&next)).await.refused(400, Some("expiredCursor"));
    server.clock.advance(HOUR - 1);
    assert_eq!(names(&server.get(&path(&cursor(&second))).await.json()), ["Emma"]);
}

#[tokio::test]
async fn a_cursor_is_its_callers_own_t_k7() {
    let server = start().await;
    let path = "/scim/v2/Users?count=2&cursor=";
    let next = first(&server, path).await;
    let path = format!("{path}{next}");
    let other = server.token_with("crm", &[Permission::UsersRead]).await;
    let refused = get_as(&server, &other, &path).await.refused(400, Some("invalidCursor"));
    let garbage = server.get("/scim/v2/Users?count=2&cursor=x").await;
    let garbage = garbage.refused(400, Some("invalidCursor"));
    let said = |body: &Value| {
        body["detail"].as_str().unwrap().split(" (request").next().unwrap().to_owned()
    };
    assert_eq!(said(&refused), said(&garbage));
    let second = server.issue("hr", TokenKind::Bearer, None).await;
    assert_eq!(get_as(&server, &second, &path).await.status, 200);
}

#[tokio::test]
async fn a_cursor_is_of_its_tenant_t_k7() {
    let server = start().await;
    let next = first(&server, "/scim/v2/Users?count=2&cursor=").await;
    server.edit(vec![("acme", build::provider("acme-hr", &[]))]).await;
    let foreign = server.issue("acme-hr", TokenKind::Bearer, None).await;
    let path = format!("/t/acme/scim/v2/Users?count=2&cursor={next}");
    get_as(&server, &foreign, &path).await.refused(400, Some("invalidCursor"));
}

#[tokio::test]
async fn permissions_are_asked_for_on_each_page_t_k7() {
    let server = start().await;
    let token = server.token_with("crm", &[Permission::UsersRead]).await;
    let page = get_as(&server, &token, "/scim/v2/Users?count=2&cursor=").await;
    let path = format!("/scim/v2/Users?count=2&cursor={}", cursor(&page));
    assert_eq!(get_as(&server, &token, &path).await.status, 200);
    server.token_with("crm", &[Permission::UsersWrite]).await;
    get_as(&server, &token, &path).await.refused(403, None);
}

#[tokio::test]
async fn the_size_of_a_page_may_be_left_to_the_server_t_k1() {
    let server = Server::with(Settings { page_default: 2, ..Settings::default() }).await;
    for name in ["Anna", "Berta", "Carla"] {
        server.user(name).await;
    }
    let next = first(&server, "/scim/v2/Users?cursor").await;
    let page = server.get(&format!("/scim/v2/Users?cursor={next}")).await.json();
    assert_eq!(names(&page), ["Carla"]);
}
