//! Groups and their members (rules T-G10, T-G11, T-P8, T-P10).

use serde_json::{Value, json};

use crate::server::{Server, group, members, sorted};

#[tokio::test]
async fn members_are_shown_with_type_and_address_t_g11() {
    let server = Server::start().await;
    let anna = server.user("anna").await;
    let inner = server.group("inner", &[]).await;
    let id = server.group("outer", &[&anna, &inner]).await;
    let shown = server.get(&format!("/scim/v2/Groups/{id}")).await.json();
    let all = shown["members"].as_array().unwrap();
    let of = |id: &str| all.iter().find(|m| m["value"] == id).unwrap().clone();
    assert_eq!(of(&anna)["type"], "User");
    assert_eq!(of(&anna)["$ref"], format!("http://id.example.org/scim/v2/Users/{anna}"));
    assert_eq!(of(&inner)["type"], "Group");
    let asked =
        server.get(&format!("/scim/v2/Groups/{id}?attributes=members.display")).await.json();
    assert_eq!(asked["members"][1]["display"], "inner");
    let user = server.get(&format!("/scim/v2/Users/{anna}")).await.json();
    assert_eq!(user["groups"][0]["value"], json!(id));
    assert_eq!(user["groups"][0]["display"], "outer");
    let without = server.get(&format!("/scim/v2/Groups/{id}?excludedAttributes=members")).await;
    assert!(without.json().get("members").is_none());
}

#[tokio::test]
async fn a_member_that_does_not_exist_is_named() {
    let server = Server::start().await;
    let anna = server.user("anna").await;
    let id = server.group("staff", &[&anna]).await;
    let committed = server.committed().await;
    let path = format!("/scim/v2/Groups/{id}");
    let nobody = json!([{"value": "nobody"}]);
    for answer in [
        server.post("/scim/v2/Groups", &group("other", &["nobody"])).await,
        server.put(&path, &group("staff", &["nobody"])).await,
        server.patch(&path, &json!([{"op": "add", "path": "members", "value": nobody}])).await,
        server.patch(&path, &json!([{"op": "replace", "path": "members", "value": nobody}])).await,
    ] {
        let refused = answer.refused(400, Some("invalidValue"));
        assert!(refused["detail"].as_str().unwrap().contains("`nobody`"), "{refused}");
    }
    assert_eq!(server.committed().await, committed);
}

#[tokio::test]
async fn members_come_and_go_by_patch() {
    let server = Server::start().await;
    let (anna, berta, carla) =
        (server.user("anna").await, server.user("berta").await, server.user("carla").await);
    let id = server.group("staff", &[&anna]).await;
    let path = format!("/scim/v2/Groups/{id}");
    let check = async |operations: Value, expected: &[&str]| {
        let answer = server.patch(&path, &operations).await;
        assert_eq!(answer.status, 200, "{operations} {answer:?}");
        assert_eq!(members(&answer.json()), sorted(expected), "{operations}");
        assert_eq!(members(&server.get(&path).await.json()), sorted(expected), "{operations}");
    };
    let value = |ids: &[&String]| -> Value { ids.iter().map(|id| json!({"value": id})).collect() };
    check(
        json!([{"op": "add", "path": "members", "value": value(&[&berta, &anna])}]),
        &[&anna, &berta],
    )
    .await;
    check(json!([{"op": "Add", "value": {"members": value(&[&carla])}}]), &[&anna, &berta, &carla])
        .await;
    check(
        json!([{"op": "remove", "path": format!("members[value eq \"{anna}\"]")}]),
        &[&berta, &carla],
    )
    .await;
    // T-P8: a filter that matches nobody is no error.
    check(json!([{"op": "remove", "path": "members[value eq \"nobody\"]"}]), &[&berta, &carla])
        .await;
    check(json!([{"op": "remove", "path": "members", "value": value(&[&carla])}]), &[&berta]).await;
    check(
        json!([{"op": "replace", "path": "members", "value": value(&[&anna, &carla])}]),
        &[&anna, &carla],
    )
    .await;
    check(
        json!([{"op": "remove", "path": "members[display eq \"ANNA\" or display sw \"x\"]"}]),
        &[&carla],
    )
    .await;
    check(json!([{"op": "remove", "path": "members"}]), &[]).await;
}

#[tokio::test]
async fn a_filter_over_members_sees_the_operations_before_it() {
    let server = Server::start().await;
    let (anna, berta) = (server.user("anna").await, server.user("berta").await);
    let id = server.group("staff", &[]).await;
    let answer = server
        .patch(
            &format!("/scim/v2/Groups/{id}"),
            &json!([
                {"op": "add", "path": "members", "value": [{"value": anna}, {"value": berta}]},
                {"op": "remove", "path": "members[display sw \"an\"]"},
            ]),
        )
        .await;
    assert_eq!(members(&answer.json()), [berta]);
}

#[tokio::test]
async fn adding_who_is_there_changes_nothing_t_p6() {
    let server = Server::start().await;
    let anna = server.user("anna").await;
    let id = server.group("staff", &[&anna]).await;
    let path = format!("/scim/v2/Groups/{id}");
    let before = server.get(&path).await.json();
    let committed = server.committed().await;
    server.clock.advance(1_000);
    let again = json!([{"op": "add", "path": "members", "value": [{"value": anna}]}]);
    assert_eq!(server.patch(&path, &again).await.json(), before);
    assert_eq!(server.committed().await, committed);
}

#[tokio::test]
async fn a_membership_raises_the_groups_version_and_not_the_users() {
    let server = Server::start().await;
    let anna = server.user("anna").await;
    let id = server.group("staff", &[]).await;
    let path = format!("/scim/v2/Groups/{id}");
    let version = async |path: &str| server.get(path).await.header("etag").to_owned();
    let user = format!("/scim/v2/Users/{anna}");
    let (group_before, user_before) = (version(&path).await, version(&user).await);
    let add = json!([{"op": "add", "path": "members", "value": [{"value": anna}]}]);
    let answer = server.patch(&path, &add).await;
    assert_ne!(answer.header("etag"), group_before);
    assert_eq!(answer.header("etag"), version(&path).await);
    assert_eq!(version(&user).await, user_before);
}

#[tokio::test]
async fn many_members_are_left_out_of_a_patch_answer_unless_asked_for() {
    let server = Server::start().await;
    let mut ids = Vec::new();
    for number in 0..101 {
        ids.push(server.user(&format!("user{number}")).await);
    }
    let all: Vec<&str> = ids.iter().map(String::as_str).collect();
    let id = server.group("staff", &all).await;
    let path = format!("/scim/v2/Groups/{id}");
    let rename = |to: &str| json!([{"op": "replace", "path": "displayName", "value": to}]);
    let answer = server.patch(&path, &rename("all")).await.json();
    assert_eq!((answer.get("members"), &answer["displayName"]), (None, &json!("all")));
    let asked = server.patch(&format!("{path}?attributes=members"), &rename("every")).await;
    assert_eq!(members(&asked.json()).len(), 101);
    assert_eq!(members(&server.get(&path).await.json()).len(), 101);
    let one = json!([{"op": "remove", "path": format!("members[value eq \"{}\"]", ids[0])}]);
    assert_eq!(members(&server.patch(&path, &one).await.json()).len(), 100);
}

#[tokio::test]
async fn put_makes_the_membership_exactly_what_it_says_t_u1() {
    let server = Server::start().await;
    let (anna, berta) = (server.user("anna").await, server.user("berta").await);
    let id = server.group("staff", &[&anna]).await;
    let path = format!("/scim/v2/Groups/{id}");
    let answer = server.put(&path, &group("crew", &[&berta])).await.json();
    assert_eq!((members(&answer), &answer["displayName"]), (vec![berta], &json!("crew")));
    assert_eq!(members(&server.put(&path, &group("crew", &[])).await.json()), [""; 0]);
}

#[tokio::test]
async fn a_deleted_user_is_no_longer_a_member_t_d1() {
    let server = Server::start().await;
    let (anna, berta) = (server.user("anna").await, server.user("berta").await);
    let id = server.group("staff", &[&anna, &berta]).await;
    server.delete(&format!("/scim/v2/Users/{anna}")).await;
    assert_eq!(
        members(&server.get(&format!("/scim/v2/Groups/{id}")).await.json()),
        [berta.as_str()]
    );
    server.delete(&format!("/scim/v2/Groups/{id}")).await;
    let user = server.get(&format!("/scim/v2/Users/{berta}")).await.json();
    assert!(user.get("groups").is_none());
}

#[tokio::test]
async fn a_group_name_is_unique_and_a_group_is_not_its_own_member() {
    let server = Server::start().await;
    let id = server.group("staff", &[]).await;
    server.post("/scim/v2/Groups", &group("STAFF", &[])).await.refused(409, Some("uniqueness"));
    let path = format!("/scim/v2/Groups/{id}");
    let own = json!([{"op": "add", "path": "members", "value": [{"value": id}]}]);
    server.patch(&path, &own).await.refused(400, Some("invalidValue"));
}

#[tokio::test]
async fn a_member_of_another_type_than_said_is_refused() {
    let server = Server::start().await;
    let anna = server.user("anna").await;
    let mut body = group("staff", &[]);
    body["members"] = json!([{"value": anna, "type": "Group"}]);
    server.post("/scim/v2/Groups", &body).await.refused(400, Some("invalidValue"));
}

#[tokio::test]
async fn concurrent_additions_to_one_group_all_count_sc_10() {
    let server = std::sync::Arc::new(Server::start().await);
    let id = server.group("staff", &[]).await;
    let mut ids = Vec::new();
    for number in 0..30 {
        ids.push(server.user(&format!("user{number}")).await);
    }
    let mut tasks = tokio::task::JoinSet::new();
    for user in ids.clone() {
        let (server, id) = (std::sync::Arc::clone(&server), id.clone());
        tasks.spawn(async move {
            let add = json!([{"op": "add", "path": "members", "value": [{"value": user}]}]);
            server.patch(&format!("/scim/v2/Groups/{id}"), &add).await.status.as_u16()
        });
    }
    assert_eq!(tasks.join_all().await, [200; 30]);
    ids.sort();
    assert_eq!(members(&server.get(&format!("/scim/v2/Groups/{id}")).await.json()), ids);
}

#[tokio::test]
async fn a_group_of_many_is_shown_whole() {
    let server = Server::start().await;
    let mut ids = Vec::new();
    for number in 0..2_000 {
        ids.push(server.user(&format!("user{number}")).await);
    }
    ids.sort();
    for count in [999, 1_000, 1_001, 2_000] {
        let named: Vec<&str> = ids[..count].iter().map(String::as_str).collect();
        let made = server.post("/scim/v2/Groups", &group(&format!("g{count}"), &named)).await;
        assert_eq!(members(&made.json()), ids[..count], "{count}");
        let path = format!("/scim/v2/Groups/{}", made.id());
        let read = server.get(&path).await;
        assert_eq!(read.json(), made.json());
        assert_eq!(read.header("content-type"), "application/scim+json");
        assert_eq!(read.header("etag"), made.header("etag"));
        let values = server.get(&format!("{path}?attributes=members.value")).await.json();
        assert_eq!(members(&values), ids[..count]);
        assert_eq!(values["members"][count - 1].as_object().unwrap().len(), 1);
        let without = server.get(&format!("{path}?excludedAttributes=members")).await.json();
        assert!(without.get("members").is_none());
    }
    let listed = server.get("/scim/v2/Groups?filter=displayName%20eq%20%22g2000%22").await.json();
    assert_eq!(members(&listed["Resources"][0]), ids);
}
