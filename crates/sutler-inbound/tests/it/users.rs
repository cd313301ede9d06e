//! Users: create, read, replace, delete (rules T-C, T-U, T-D, T-A).

use http::Method;
use serde_json::{Value, json};
use sutler_model::change::Flags;
use sutler_model::{Kind, TenantId, Uid};

use crate::server::{ENTERPRISE, Server, USER, user};

#[tokio::test]
async fn a_created_user_is_answered_whole_t_c1() {
    let server = Server::start().await;
    let body = json!({
        "schemas": [USER, ENTERPRISE],
        "id": "mine", "meta": {"version": "mine"}, "groups": [{"value": "mine"}],
        "userName": "Anna", "externalId": "E-1",
        "name": {"givenName": "Anna"},
        ENTERPRISE: {"department": "Sales"},
    });
    let answer = server.post("/scim/v2/Users", &body).await;
    assert_eq!(answer.status, 201);
    let made = answer.json();
    let id = answer.id();
    assert_ne!(id, "mine");
    assert_eq!(answer.header("location"), format!("http://id.example.org/scim/v2/Users/{id}"));
    assert_eq!(made["meta"]["location"], answer.header("location"));
    assert_eq!(made["meta"]["version"], answer.header("etag"));
    assert_eq!(made["meta"]["created"], made["meta"]["lastModified"]);
    assert_eq!(made["meta"]["resourceType"], "User");
    assert_eq!(made["active"], true);
    assert_eq!(made["schemas"], json!([USER, ENTERPRISE]));
    assert!(made.get("groups").is_none());
    let read = server.get(&format!("/scim/v2/Users/{id}")).await;
    assert_eq!(read.status, 200);
    assert_eq!(read.json(), made);
    assert_eq!(read.header("etag"), answer.header("etag"));
}

#[tokio::test]
async fn ids_are_version_7_and_of_this_moment_sc_1() {
    let server = Server::start().await;
    let first = server.user("anna").await;
    server.clock.advance(1);
    let second = server.user("berta").await;
    assert_eq!(first.as_bytes()[14], b'7');
    assert!(first < second, "{first} {second}");
}

#[tokio::test]
async fn both_roots_serve_the_same_resources() {
    let server = Server::start().await;
    let id = server.user("anna").await;
    let read = server.get(&format!("/scim2/Users/{id}")).await.json();
    assert_eq!(read["meta"]["location"], format!("http://id.example.org/scim2/Users/{id}"));
}

#[tokio::test]
async fn w23_w27_a_password_is_kept_hashed_and_never_shown_t_a2_t_g12() {
    let server = Server::start().await;
    let mut body = user("anna");
    body["password"] = json!("correct horse");
    let path = "/scim/v2/Users?attributes=password,userName";
    let answer = server.post(path, &body).await;
    assert_eq!(answer.status, 201);
    assert!(!answer.text.contains("correct horse"));
    assert!(answer.json().get("password").is_none());
    let id = answer.id();
    let stored = async || {
        let uid = Uid(id.clone());
        let ledger = &server.ledger;
        let found = ledger.resource(TenantId::DEFAULT, Kind::User, &uid).await.unwrap().unwrap();
        assert!(!Value::from(found.body.clone()).to_string().contains("horse"));
        ledger.password(found.rid).await.unwrap()
    };
    let hash = stored().await.unwrap();
    assert!(hash.starts_with("$argon2id$"), "{hash}");
    // T-U1: a PUT without it keeps it.
    let path = format!("/scim/v2/Users/{id}");
    assert_eq!(server.put(&path, &user("anna")).await.status, 200);
    assert_eq!(stored().await, Some(hash.clone()));
    body["password"] = json!("another one");
    assert_eq!(server.put(&path, &body).await.status, 200);
    assert_ne!(stored().await, Some(hash));
}

#[tokio::test]
async fn put_replaces_and_clears_t_u1() {
    let server = Server::start().await;
    let mut body = user("anna");
    body["title"] = json!("Dr");
    body["nickName"] = json!("Ann");
    let id = server.post("/scim/v2/Users", &body).await.id();
    body["title"] = json!("Prof");
    body.as_object_mut().unwrap().remove("nickName");
    body["id"] = json!("another");
    server.clock.advance(1_000);
    let answer = server.put(&format!("/scim/v2/Users/{id}"), &body).await;
    assert_eq!(answer.status, 200);
    let now = answer.json();
    assert_eq!(
        (&now["id"], &now["title"], now.get("nickName")),
        (&json!(id), &json!("Prof"), None)
    );
    assert_ne!(now["meta"]["created"], now["meta"]["lastModified"]);
}

#[tokio::test]
async fn a_put_of_the_same_content_changes_nothing_t_u2() {
    let server = Server::start().await;
    let id = server.user("anna").await;
    let before = server.get(&format!("/scim/v2/Users/{id}")).await.json();
    let committed = server.committed().await;
    server.clock.advance(1_000);
    let answer = server.put(&format!("/scim/v2/Users/{id}"), &user("anna")).await;
    assert_eq!(answer.json(), before);
    assert_eq!(server.committed().await, committed);
}

#[tokio::test]
async fn a_deleted_user_is_gone_and_its_name_is_free_t_d1_t_c3() {
    let server = Server::start().await;
    let id = server.user("anna").await;
    let path = format!("/scim/v2/Users/{id}");
    let answer = server.delete(&path).await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (204, ""));
    server.get(&path).await.refused(404, None);
    server.put(&path, &user("anna")).await.refused(404, None);
    server.patch(&path, &json!([{"op": "remove", "path": "title"}])).await.refused(404, None);
    server.delete(&path).await.refused(404, None);
    assert_eq!(server.get("/scim/v2/Users").await.json()["totalResults"], 0);
    assert_ne!(server.user("ANNA").await, id);
}

#[tokio::test]
async fn a_taken_name_is_a_conflict_in_any_spelling_t_c3() {
    let server = Server::start().await;
    server.user("anna").await;
    let other = server.user("berta").await;
    for name in ["anna", "ANNA", "ａｎｎａ"] {
        let answer = server.post("/scim/v2/Users", &user(name)).await;
        answer.refused(409, Some("uniqueness"));
        let answer = server.put(&format!("/scim/v2/Users/{other}"), &user(name)).await;
        answer.refused(409, Some("uniqueness"));
    }
    // A variant of its own name is no conflict (T-P14).
    let renamed = server.put(&format!("/scim/v2/Users/{other}"), &user("BERTA")).await;
    assert_eq!(renamed.json()["userName"], "BERTA");
}

#[tokio::test]
async fn r3_one_of_many_concurrent_creates_wins_sc_8() {
    let server = std::sync::Arc::new(Server::start().await);
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..64 {
        let server = std::sync::Arc::clone(&server);
        let name = if number % 2 == 0 { "anna" } else { "Anna" };
        tasks
            .spawn(async move { server.post("/scim/v2/Users", &user(name)).await.status.as_u16() });
    }
    let mut statuses = tasks.join_all().await;
    statuses.sort_unstable();
    assert_eq!(statuses[0], 201);
    assert!(statuses[1..].iter().all(|s| *s == 409), "{statuses:?}");
    assert_eq!(server.get("/scim/v2/Users").await.json()["totalResults"], 1);
    assert_eq!(server.committed().await, 1);
}

#[tokio::test]
async fn concurrent_patches_of_one_user_all_count_sc_10() {
    let server = std::sync::Arc::new(Server::start().await);
    let id = server.user("anna").await;
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..6 {
        let (server, id) = (std::sync::Arc::clone(&server), id.clone());
        tasks.spawn(async move {
            let value = json!([{"value": format!("+4930{number}"), "type": "work"}]);
            let operation = json!([{"op": "add", "path": "phoneNumbers", "value": value}]);
            server.patch(&format!("/scim/v2/Users/{id}"), &operation).await.status.as_u16()
        });
    }
    assert_eq!(tasks.join_all().await, [200; 6]);
    let read = server.get(&format!("/scim/v2/Users/{id}")).await.json();
    assert_eq!(read["phoneNumbers"].as_array().unwrap().len(), 6);
}

#[tokio::test]
async fn a_deactivation_is_owed_to_the_targets() {
    let server = Server::start().await;
    let id = server.user("anna").await;
    let path = format!("/scim/v2/Users/{id}");
    let off = json!([{"op": "replace", "path": "active", "value": false}]);
    assert_eq!(server.patch(&path, &off).await.json()["active"], false);
    let flags = async || {
        let rows = server.ledger.unspread(100, sutler_model::port::Reads::default()).await.unwrap();
        rows.into_iter().map(|view| view.row.flags.has(Flags::DISABLED)).collect::<Vec<_>>()
    };
    assert_eq!(flags().await, [false, true]);
    // Absent is true: the user is active again.
    assert_eq!(server.put(&path, &user("anna")).await.json()["active"], true);
    let mut body = user("anna");
    body["active"] = json!(false);
    server.put(&path, &body).await;
    assert_eq!(flags().await, [false, true, false, true]);
}

#[tokio::test]
async fn a_manager_must_exist_and_is_shown_with_its_address() {
    let server = Server::start().await;
    let boss = server.user("boss").await;
    let mut body = user("anna");
    body["schemas"] = json!([USER, ENTERPRISE]);
    body[ENTERPRISE] = json!({"manager": {"value": boss}});
    let made = server.post("/scim/v2/Users", &body).await;
    assert_eq!(
        made.json()[ENTERPRISE]["manager"]["$ref"],
        format!("http://id.example.org/scim/v2/Users/{boss}")
    );
    body["userName"] = json!("berta");
    body[ENTERPRISE] = json!({"manager": {"value": "nobody"}});
    let refused = server.post("/scim/v2/Users", &body).await.refused(400, Some("invalidValue"));
    assert!(refused["detail"].as_str().unwrap().contains("`nobody`"), "{refused}");
    let group = server.group("staff", &[]).await;
    body[ENTERPRISE] = json!({"manager": {"value": group}});
    server.post("/scim/v2/Users", &body).await.refused(400, Some("invalidValue"));
}

#[tokio::test]
async fn attributes_are_selected_on_every_operation_t_a1_t_a5() {
    let server = Server::start().await;
    let mut body = user("anna");
    body["name"] = json!({"givenName": "Anna", "familyName": "Ek"});
    let keys = |answer: &crate::server::Answer| -> Vec<String> {
        answer.json().as_object().unwrap().keys().cloned().collect()
    };
    let made = server.post("/scim/v2/Users?attributes=name.givenName", &body).await;
    assert_eq!(keys(&made), ["id", "name", "schemas"]);
    assert_eq!(made.json()["name"], json!({"givenName": "Anna"}));
    let path = format!("/scim/v2/Users/{}", made.id());
    let only = format!("{path}?attributes=USERNAME");
    assert_eq!(keys(&server.get(&only).await), ["id", "schemas", "userName"]);
    assert_eq!(keys(&server.put(&only, &body).await), ["id", "schemas", "userName"]);
    let nothing = json!([{"op": "replace", "path": "title", "value": "Dr"}]);
    assert_eq!(keys(&server.patch(&only, &nothing).await), ["id", "schemas", "userName"]);
    let without = format!("{path}?excludedAttributes=name,meta,id");
    assert_eq!(keys(&server.get(&without).await), ["active", "id", "schemas", "title", "userName"]);
    let both = format!("{path}?attributes=name&excludedAttributes=meta");
    server.call(Method::GET, &both, None, &[]).await.refused(400, Some("invalidValue"));
}
