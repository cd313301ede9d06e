//! SCIM 2.0 as the emulated targets speak it.

use serde_json::{Value, json};
use sutler_emulator::TargetOptions;

use crate::support::{App, start};

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";

fn user(name: &str) -> Value {
    json!({"schemas": [USER], "userName": name, "externalId": format!("c-{name}")})
}

async fn id(app: &App, name: &str) -> String {
    let made = app.post("/Users", user(name)).await;
    assert_eq!(made.status, 201, "{}", made.body);
    made.body["id"].as_str().unwrap().to_owned()
}

async fn app() -> App {
    start(TargetOptions::new("app", "t")).await
}

#[tokio::test]
async fn a_user_lives_from_post_to_delete() {
    let app = app().await;
    let made = app.post("/Users", user("Ann")).await;
    assert_eq!(made.status, 201);
    assert_eq!(made.body["meta"]["version"].as_str(), made.etag.as_deref());
    let path = format!("/Users/{}", made.body["id"].as_str().unwrap());
    assert_eq!(app.get(&path).await.body, made.body);
    let patch = json!({"Operations": [{"op": "replace", "path": "active", "value": false}]});
    let patched = app.send("PATCH", &path, Some(&patch), None).await;
    assert_eq!((patched.status, &patched.body["active"]), (200, &json!(false)));
    assert_ne!(patched.etag, made.etag);
    let put = app.send("PUT", &path, Some(&user("Bob")), None).await;
    assert_eq!((put.status, put.body.get("active")), (200, None));
    assert_eq!(app.send("DELETE", &path, None, None).await.status, 204);
    assert_eq!(app.send("DELETE", &path, None, None).await.status, 404);
    assert_eq!(app.get(&path).await.status, 404);
}

#[tokio::test]
async fn names_are_unique_whatever_their_case_and_free_after_a_delete() {
    let app = app().await;
    let ann = id(&app, "ann").await;
    let again = app.post("/Users", user("ANN")).await;
    assert_eq!((again.status, again.body["scimType"].as_str()), (409, Some("uniqueness")));
    let bob = format!("/Users/{}", id(&app, "bob").await);
    let rename = json!({"Operations": [{"op": "replace", "path": "userName", "value": "Ann"}]});
    assert_eq!(app.send("PATCH", &bob, Some(&rename), None).await.status, 409);
    app.send("DELETE", &format!("/Users/{ann}"), None, None).await;
    assert_eq!(app.send("PATCH", &bob, Some(&rename), None).await.status, 200);
    assert_ne!(id(&app, "bob").await, ann, "an id is never given twice");
}

#[tokio::test]
async fn a_stale_version_is_refused() {
    let app = app().await;
    let path = format!("/Users/{}", id(&app, "ann").await);
    let stale = app.get(&path).await.etag.unwrap();
    app.send("PUT", &path, Some(&user("bob")), Some(&stale)).await;
    for method in ["PUT", "PATCH", "DELETE"] {
        let answer = app.send(method, &path, Some(&user("eve")), Some(&stale)).await;
        assert_eq!(answer.status, 412, "{method}");
    }
}

#[tokio::test]
async fn searches_filter_and_page() {
    let app = start(TargetOptions { page: 2, ..TargetOptions::new("app", "t") }).await;
    for name in ["a", "b", "c"] {
        id(&app, name).await;
    }
    let names = |body: &Value| -> Vec<String> {
        let list = body["Resources"].as_array().unwrap();
        list.iter().map(|u| u["userName"].as_str().unwrap().to_owned()).collect()
    };
    let page = app.get("/Users?startIndex=2&count=9").await.body;
    assert_eq!(
        (page["totalResults"].as_u64(), names(&page)),
        (Some(3), vec!["b".into(), "c".into()])
    );
    let found = app.get("/Users?filter=userName%20eq%20%22B%22").await.body;
    assert_eq!(names(&found), ["b"]);
    let found = app.get("/Users?filter=externalId+eq+%22c-a%22+or+userName+sw+%22c%22").await.body;
    assert_eq!(names(&found), ["a", "c"]);
    let none = app.get("/Users?filter=externalId%20eq%20%22C-A%22").await.body;
    assert_eq!(none["totalResults"], 0);
    assert_eq!(app.get("/Users?filter=userName%20eq%20b").await.status, 400);
}

#[tokio::test]
async fn members_are_a_set_and_leave_with_their_account() {
    let app = app().await;
    let (ann, bob) = (id(&app, "ann").await, id(&app, "bob").await);
    let group = json!({"schemas": [GROUP], "displayName": "G", "members": [{"value": ann}]});
    let group = app.post("/Groups", group).await.body["id"].clone();
    let path = format!("/Groups/{}", group.as_str().unwrap());
    let add = json!({"Operations": [{"op": "add", "path": "members", "value": [{"value": ann}, {"value": bob}]}]});
    assert_eq!(app.send("PATCH", &path, Some(&add), None).await.status, 204);
    assert_eq!(app.get(&path).await.body["members"].as_array().unwrap().len(), 2);
    let lean = app.get(&format!("{path}?excludedAttributes=members")).await.body;
    assert_eq!((lean.get("members"), &lean["displayName"]), (None, &json!("G")));
    let shown = app.get(&format!("/Users/{ann}")).await.body;
    assert_eq!(shown["groups"], json!([{"value": group}]));
    let remove =
        json!({"Operations": [{"op": "remove", "path": format!("members[value eq \"{ann}\"]")}]});
    app.send("PATCH", &path, Some(&remove), None).await;
    app.send("DELETE", &format!("/Users/{bob}"), None, None).await;
    assert_eq!(app.get(&path).await.body.get("members"), None);
    let counters = app.target.counters();
    assert_eq!((counters.member_adds, counters.member_removes), (2, 1));
}

#[tokio::test]
async fn a_patch_is_applied_whole_or_not_at_all() {
    let app = app().await;
    let path = format!("/Users/{}", id(&app, "ann").await);
    let before = app.get(&path).await.body;
    let patch = json!({"Operations": [
        {"op": "replace", "path": "title", "value": "T"},
        {"op": "replace", "path": "active", "value": "yes"},
    ]});
    assert_eq!(app.send("PATCH", &path, Some(&patch), None).await.status, 400);
    assert_eq!(app.get(&path).await.body, before);
}

#[tokio::test]
async fn limits_and_missing_features_are_told() {
    let app =
        start(TargetOptions { patch: false, max_members: 1, ..TargetOptions::new("app", "t") })
            .await;
    let (ann, bob) = (id(&app, "ann").await, id(&app, "bob").await);
    assert_eq!(app.get("/ServiceProviderConfig").await.body["patch"]["supported"], false);
    let patch = app.send("PATCH", &format!("/Users/{ann}"), Some(&json!({})), None).await;
    assert_eq!(patch.status, 501);
    let group = json!({"schemas": [GROUP], "displayName": "G", "members": [{"value": ann}, {"value": bob}]});
    assert_eq!(app.post("/Groups", group).await.status, 413);
}

#[tokio::test]
async fn bad_bodies_are_refused() {
    let app = app().await;
    for body in [
        json!([]),
        json!({"userName": "a"}),
        json!({"schemas": [USER]}),
        json!({"schemas": [USER], "userName": "a", "active": "true"}),
        json!({"schemas": [USER], "userName": "a", "emails": "a@x.test"}),
        json!({"schemas": [USER], "userName": "a", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "D"}}),
    ] {
        assert_eq!(app.post("/Users", body.clone()).await.status, 400, "{body}");
    }
    let group = json!({"schemas": [GROUP], "displayName": "G", "members": [{"value": "nobody"}]});
    assert_eq!(app.post("/Groups", group).await.status, 400);
    assert_eq!(app.get("/Nothing").await.status, 404);
    assert!(app.target.journal().is_empty());
}

#[tokio::test]
async fn a_changed_group_is_not_sent_back_with_its_members() {
    let app = app().await;
    let mut ids = Vec::new();
    for i in 0..200 {
        ids.push(json!({"value": id(&app, &format!("u{i}")).await}));
    }
    let group = json!({"schemas": [GROUP], "displayName": "G", "members": ids[..199]});
    let group = app.post("/Groups", group).await.body["id"].as_str().unwrap().to_owned();
    let add = json!({"Operations": [{"op": "add", "path": "members", "value": [ids[199]]}]});
    let answer = app.send("PATCH", &format!("/Groups/{group}"), Some(&add), None).await;
    assert_eq!((answer.status, answer.body), (204, Value::Null), "the members are not sent back");
    assert_eq!(app.target.counters().member_adds, 200);
}
