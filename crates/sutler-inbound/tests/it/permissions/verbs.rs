//! Creating, updating and deleting are permitted one by one.

use http::Method;
use serde_json::{Value, json};
use sutler_model::estate::{Permission, ServiceProvider};
use sutler_testkit::build;

use super::{call, client, patch, send};
use crate::server::{Server, group, members, sorted, user};

async fn with(server: &Server, name: &str, permissions: &[Permission]) -> String {
    let permissions = permissions.to_vec();
    client(server, ServiceProvider { permissions, ..build::provider(name, &[]) }).await
}

#[tokio::test]
async fn each_verb_has_its_own_permission_rb_1() {
    use Permission::{
        GroupsCreate, GroupsDelete, GroupsRead, GroupsUpdate, UsersCreate, UsersDelete, UsersRead,
        UsersUpdate,
    };
    let server = Server::start().await;
    let kinds = [
        ("Users", user("x"), [UsersRead, UsersCreate, UsersUpdate, UsersDelete]),
        ("Groups", group("x", &[]), [GroupsRead, GroupsCreate, GroupsUpdate, GroupsDelete]),
    ];
    for (endpoint, body, [read, create, update, delete]) in kinds {
        let all = format!("/scim/v2/{endpoint}");
        let one = server.post(&all, &body).await.id();
        let path = format!("{all}/{one}");
        let mut new = body.clone();
        new["externalId"] = json!("new");
        let name = if endpoint == "Users" { "userName" } else { "displayName" };
        new[name] = json!("new");
        let title = json!([{"op": "replace", "path": "externalId", "value": "1"}]);
        let calls = [
            (call(Method::GET, &path, None), read),
            (call(Method::POST, &all, Some(new)), create),
            (call(Method::PUT, &path, Some(body)), update),
            (patch(&path, title), update),
            (call(Method::DELETE, &path, None), delete),
        ];
        for (index, (call, needed)) in calls.into_iter().enumerate() {
            let mut others = Permission::EACH.to_vec();
            others.retain(|held| !held.grants(needed));
            let without = with(&server, &format!("w{endpoint}{index}"), &others).await;
            let before = server.committed().await;
            let said = send(&server, &without, &call).await.refused(403, None);
            assert!(said["detail"].as_str().unwrap().contains(needed.name()), "{said}");
            assert_eq!(server.committed().await, before);
            let just = with(&server, &format!("j{endpoint}{index}"), &[needed]).await;
            let answer = send(&server, &just, &call).await;
            assert!(answer.status.is_success(), "{call:?}: {answer:?}");
        }
    }
}

#[tokio::test]
async fn who_may_not_read_is_answered_with_what_addresses_the_resource() {
    let server = Server::start().await;
    let credential =
        with(&server, "push", &[Permission::UsersWrite, Permission::GroupsWrite]).await;
    let new = call(Method::POST, "/scim/v2/Users?attributes=userName", Some(user("anna")));
    let made = send(&server, &credential, &new).await;
    assert_eq!(made.status, 201);
    assert_eq!(made.json()["userName"], Value::Null);
    let anna = made.id();
    server
        .patch(
            &format!("/scim/v2/Users/{anna}"),
            &json!([{"op": "add", "path": "title", "value": "CEO"}]),
        )
        .await;
    let nothing = json!([{"op": "add", "path": "nickName", "value": "A"}]);
    let changed =
        send(&server, &credential, &patch(&format!("/scim/v2/Users/{anna}"), nothing)).await.json();
    let keys: Vec<&String> = changed.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["id", "meta", "schemas"]);
    let new = call(Method::POST, "/scim/v2/Groups", Some(group("staff", &[&anna])));
    let made = send(&server, &credential, &new).await;
    assert_eq!(made.json()["members"], Value::Null);
}

#[tokio::test]
async fn a_circle_of_a_bulk_request_is_a_creation_t_b3() {
    let server = Server::start().await;
    let credential = with(&server, "maker", &[Permission::GroupsCreate]).await;
    let new = |bulk_id: &str, member: &str| {
        let data = group(bulk_id, &[member]);
        json!({"method": "POST", "path": "/Groups", "bulkId": bulk_id, "data": data})
    };
    let schema = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
    let bulk = |operations: Value| {
        let body = json!({"schemas": [schema], "Operations": operations});
        call(Method::POST, "/scim/v2/Bulk", Some(body))
    };
    let circle = bulk(json!([new("a", "bulkId:b"), new("b", "bulkId:a")]));
    let answer = send(&server, &credential, &circle).await.json();
    let results = answer["Operations"].as_array().unwrap();
    assert!(results.iter().all(|result| result["status"] == "201"), "{answer}");
    let ids: Vec<&str> = results
        .iter()
        .map(|result| result["location"].as_str().unwrap().rsplit('/').next().unwrap())
        .collect();
    let a = server.get(&format!("/scim/v2/Groups/{}", ids[0])).await.json();
    assert_eq!(members(&a), sorted(&[ids[1]]));
    // What could not be completed is taken back.
    let taken = bulk(json!([new("e", "bulkId:a"), new("a", "bulkId:e")]));
    let answer = send(&server, &credential, &taken).await.json();
    assert_eq!(answer["Operations"][0]["status"], "409", "{answer}");
    let left = server.get("/scim/v2/Groups?filter=displayName%20eq%20%22e%22").await.json();
    assert_eq!(left["totalResults"], 0);
}
