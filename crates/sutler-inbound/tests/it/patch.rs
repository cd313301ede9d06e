//! PATCH as clients send it (rules T-P).

use serde_json::{Value, json};

use crate::server::{ENTERPRISE, Server, user};

async fn start() -> (Server, String) {
    let server = Server::start().await;
    let mut body = user("anna");
    body["title"] = json!("Dr");
    body["name"] = json!({"givenName": "Anna", "familyName": "Ek"});
    body["emails"] = json!([{"value": "a@example.com", "type": "work", "primary": true}]);
    let id = server.post("/scim/v2/Users", &body).await.id();
    (server, format!("/scim/v2/Users/{id}"))
}

#[tokio::test]
async fn the_usual_shapes_are_applied() {
    let (server, path) = start().await;
    let department = format!("{ENTERPRISE}:department");
    for (operation, pointer, expected) in [
        (json!({"op": "replace", "path": "title", "value": "Prof"}), "/title", json!("Prof")),
        (json!({"op": "Replace", "value": {"nickName": "An"}}), "/nickName", json!("An")),
        (
            json!({"op": "add", "path": "name.middleName", "value": "M"}),
            "/name/familyName",
            json!("Ek"),
        ),
        (
            json!({"op": "replace", "path": "emails[type eq \"work\"].value", "value": "b@example.com"}),
            "/emails/0/value",
            json!("b@example.com"),
        ),
        (
            json!({"op": "add", "path": department, "value": "Sales"}),
            &format!("/{ENTERPRISE}/department"),
            json!("Sales"),
        ),
        (json!({"op": "remove", "path": "title"}), "/title", Value::Null),
        (json!({"op": "replace", "path": "active", "value": false}), "/active", json!(false)),
    ] {
        let answer = server.patch(&path, &json!([operation])).await;
        assert_eq!(answer.status, 200, "{operation} {answer:?}");
        let now = answer.json();
        assert_eq!(now.pointer(pointer).unwrap_or(&Value::Null), &expected, "{operation}");
        assert_eq!(server.get(&path).await.json(), now);
    }
}

#[tokio::test]
async fn an_extension_is_patched_by_its_urn_t_p4() {
    let (server, path) = start().await;
    let value = json!({"schemas": [ENTERPRISE], "department": "Sales", "costCenter": "7"});
    let operations = json!([{"op": "add", "path": ENTERPRISE, "value": value}]);
    let now = server.patch(&path, &operations).await.json();
    assert_eq!(now[ENTERPRISE], json!({"department": "Sales", "costCenter": "7"}));
    let foreign = json!({"schemas": ["urn:another"], "department": "Sales"});
    let operations = json!([{"op": "add", "path": ENTERPRISE, "value": foreign}]);
    server.patch(&path, &operations).await.refused(400, Some("invalidPath"));
    let operations = json!([{"op": "remove", "path": ENTERPRISE}]);
    assert!(server.patch(&path, &operations).await.json().get(ENTERPRISE).is_none());
}

#[tokio::test]
async fn all_operations_or_none_t_p2() {
    let (server, path) = start().await;
    let before = server.get(&path).await;
    let operations = json!([
        {"op": "replace", "path": "title", "value": "Prof"},
        {"op": "replace", "path": "id", "value": "another"},
    ]);
    server.patch(&path, &operations).await.refused(400, Some("mutability"));
    let after = server.get(&path).await;
    assert_eq!((after.json(), after.header("etag")), (before.json(), before.header("etag")));
    assert_eq!(server.committed().await, 1);
}

#[tokio::test]
async fn no_change_raises_no_version_t_p6() {
    let (server, path) = start().await;
    let before = server.get(&path).await.json();
    server.clock.advance(5_000);
    let operations = json!([
        {"op": "replace", "path": "title", "value": "Dr"},
        {"op": "add", "path": "emails", "value": [{"value": "a@example.com", "type": "work", "primary": true}]},
        {"op": "remove", "path": "nickName"},
    ]);
    let answer = server.patch(&path, &operations).await;
    assert_eq!((answer.status.as_u16(), answer.json()), (200, before));
    assert_eq!(server.committed().await, 1);
}

#[tokio::test]
async fn what_cannot_be_applied_is_refused_by_its_kind() {
    let (server, path) = start().await;
    for (operation, kind) in [
        (json!({"op": "remove"}), "noTarget"),
        (json!({"op": "remove", "path": "userName"}), "mutability"),
        (
            json!({"op": "replace", "path": "meta.created", "value": "2020-01-01T00:00:00Z"}),
            "mutability",
        ),
        (json!({"op": "replace", "path": "groups", "value": []}), "mutability"),
        (json!({"op": "replace", "path": "emails[type eq", "value": "x"}), "invalidFilter"),
        (
            json!({"op": "replace", "path": "emails[type eq \"home\"].value", "value": "x"}),
            "noTarget",
        ),
        (json!({"op": "replace", "path": "!", "value": "x"}), "invalidPath"),
        (json!({"op": "replace", "path": "active", "value": "yes"}), "invalidValue"),
        (json!({"op": "add", "path": "title"}), "invalidValue"),
        (json!({"op": "replace", "path": "userName", "value": ""}), "invalidValue"),
        (json!({"op": "move", "path": "title"}), "invalidSyntax"),
    ] {
        let answer = server.patch(&path, &json!([operation])).await;
        let refused = answer.json();
        assert_eq!(
            (answer.status.as_u16(), refused["scimType"].as_str()),
            (400, Some(kind)),
            "{operation} {refused}"
        );
    }
    server.patch(&path, &json!([])).await.refused(400, Some("invalidSyntax"));
    assert_eq!(server.committed().await, 1);
}
