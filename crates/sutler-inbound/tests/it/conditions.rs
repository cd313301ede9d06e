//! Versions: `ETag`, `If-Match`, `If-None-Match` (rules T-E1 to T-E3).

use http::Method;
use serde_json::json;

use crate::server::{PATCH, Server, user};

#[tokio::test]
async fn w24_a_client_that_has_it_already_is_told_so_t_e2() {
    let server = Server::start().await;
    let path = format!("/scim/v2/Users/{}", server.user("anna").await);
    let etag = server.get(&path).await.header("etag").to_owned();
    let opaque = etag.trim_start_matches("W/").to_owned();
    for tags in [etag.clone(), opaque, format!("W/\"9999\", {etag}"), "*".to_owned()] {
        let answer = server.call(Method::GET, &path, None, &[("if-none-match", &tags)]).await;
        assert_eq!((answer.status.as_u16(), answer.text.as_str()), (304, ""), "{tags}");
        assert_eq!(answer.header("etag"), etag);
    }
    let answer = server.call(Method::GET, &path, None, &[("if-none-match", "W/\"9999\"")]).await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn a_stale_version_changes_nothing_t_e2() {
    let server = Server::start().await;
    let path = format!("/scim/v2/Users/{}", server.user("anna").await);
    let before = server.get(&path).await.json();
    let patch = json!({"schemas": [PATCH], "Operations": [{"op": "replace", "path": "title", "value": "Dr"}]});
    for tag in ["W/\"9999\"", "\"nonsense\"", "nonsense"] {
        let headers = [("if-match", tag)];
        for (method, body) in [
            (Method::PUT, Some(user("berta"))),
            (Method::PATCH, Some(patch.clone())),
            (Method::DELETE, None),
        ] {
            server.call(method, &path, body.as_ref(), &headers).await.refused(412, None);
        }
    }
    assert_eq!(server.get(&path).await.json(), before);
    assert_eq!(server.committed().await, 1);
}

#[tokio::test]
async fn the_right_version_is_let_through_once_t_e1() {
    let server = Server::start().await;
    let path = format!("/scim/v2/Users/{}", server.user("anna").await);
    let etag = server.get(&path).await.header("etag").to_owned();
    let headers = [("if-match", etag.as_str())];
    let mut body = user("anna");
    body["title"] = json!("Dr");
    let answer = server.call(Method::PUT, &path, Some(&body), &headers).await;
    assert_eq!(answer.status, 200);
    assert_ne!(answer.header("etag"), etag);
    server.call(Method::PUT, &path, Some(&body), &headers).await.refused(412, None);
    let any = [("if-match", "*")];
    assert_eq!(server.call(Method::DELETE, &path, None, &any).await.status, 204);
    server.call(Method::DELETE, &path, None, &any).await.refused(404, None);
}

#[tokio::test]
async fn a_membership_change_makes_a_groups_version_stale() {
    let server = Server::start().await;
    let anna = server.user("anna").await;
    let path = format!("/scim/v2/Groups/{}", server.group("staff", &[]).await);
    let etag = server.get(&path).await.header("etag").to_owned();
    let add = json!([{"op": "add", "path": "members", "value": [{"value": anna}]}]);
    server.patch(&path, &add).await;
    let headers = [("if-match", etag.as_str())];
    server.call(Method::DELETE, &path, None, &headers).await.refused(412, None);
}

#[tokio::test]
async fn one_of_two_writers_with_the_same_version_is_refused() {
    let server = std::sync::Arc::new(Server::start().await);
    let path = format!("/scim/v2/Users/{}", server.user("anna").await);
    let etag = server.get(&path).await.header("etag").to_owned();
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..8 {
        let (server, path, etag) = (std::sync::Arc::clone(&server), path.clone(), etag.clone());
        tasks.spawn(async move {
            let mut body = user("anna");
            body["title"] = json!(number.to_string());
            let headers = [("if-match", etag.as_str())];
            server.call(Method::PUT, &path, Some(&body), &headers).await.status.as_u16()
        });
    }
    let mut statuses = tasks.join_all().await;
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412, 412, 412, 412, 412, 412, 412]);
}
