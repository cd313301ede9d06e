//! Writes whose rules need more than one resource or a second look (rules T-P, T-C, T-U, T-D).

use http::Method;
use serde_json::{Value, json};

use crate::server::{ENTERPRISE, PATCH, Server, USER, group, user};

fn operations(operations: &Value) -> Value {
    json!({"schemas": [PATCH], "Operations": operations})
}

#[tokio::test]
async fn a_new_primary_value_is_the_only_one_t_p11() {
    let server = Server::start().await;
    let mut body = user("anna");
    body["emails"] = json!([{"value": "a@x.example", "primary": true}, {"value": "b@x.example"}]);
    let path = format!("/scim/v2/Users/{}", server.post("/scim/v2/Users", &body).await.id());
    let primary = async || -> Vec<String> {
        let emails = server.get(&path).await.json()["emails"].clone();
        let emails = emails.as_array().unwrap().clone();
        let primary = emails.iter().filter(|e| e["primary"] == json!(true));
        primary.map(|e| e["value"].as_str().unwrap().to_owned()).collect()
    };
    for (operation, expected) in [
        (
            json!({"op": "add", "path": "emails", "value": {"value": "c@x.example", "primary": true}}),
            "c@x.example",
        ),
        (
            json!({"op": "replace", "path": "emails[value eq \"b@x.example\"].primary", "value": true}),
            "b@x.example",
        ),
        (
            json!({"op": "add", "path": "emails[type eq \"home\"]", "value": {"value": "d@x.example", "primary": true}}),
            "d@x.example",
        ),
    ] {
        assert_eq!(server.patch(&path, &json!([operation])).await.status, 200, "{operation}");
        assert_eq!(primary().await, [expected], "{operation}");
    }
    let two = json!([{"value": "1", "primary": true}, {"value": "2", "primary": true}]);
    let before = server.get(&path).await.json();
    for verb in ["add", "replace"] {
        let twice = json!([{"op": verb, "path": "emails", "value": two}]);
        server.patch(&path, &twice).await.refused(400, Some("invalidValue"));
    }
    body["emails"] = two;
    server.put(&path, &body).await.refused(400, Some("invalidValue"));
    body["userName"] = json!("berta");
    server.post("/scim/v2/Users", &body).await.refused(400, Some("invalidValue"));
    assert_eq!(server.get(&path).await.json(), before);
}

#[tokio::test]
async fn schemas_follow_the_data_t_p12() {
    let server = Server::start().await;
    let path = format!("/scim/v2/Users/{}", server.user("anna").await);
    let department = format!("{ENTERPRISE}:department");
    let check = async |operation: Value, schemas: &[&str], data: Option<Value>| {
        let answer = server.patch(&path, &json!([operation])).await;
        assert_eq!(answer.status, 200, "{operation} {answer:?}");
        let now = answer.json();
        assert_eq!(now["schemas"], json!(schemas), "{operation}");
        assert_eq!(now.get(ENTERPRISE), data.as_ref(), "{operation}");
        assert_eq!(server.get(&path).await.json(), now);
    };
    let sales = Some(json!({"department": "Sales"}));
    let both = [USER, ENTERPRISE];
    let set = json!({"op": "add", "path": department, "value": "Sales"});
    check(set.clone(), &both, sales.clone()).await;
    check(json!({"op": "remove", "path": department}), &[USER], None).await;
    check(set.clone(), &both, sales.clone()).await;
    check(json!({"op": "replace", "path": department, "value": null}), &[USER], None).await;
    check(set.clone(), &both, sales.clone()).await;
    check(json!({"op": "replace", "path": "schemas", "value": both}), &both, sales.clone()).await;
    check(json!({"op": "remove", "path": "schemas", "value": [ENTERPRISE]}), &[USER], None).await;
    check(json!({"op": "add", "path": "schemas", "value": [ENTERPRISE]}), &[USER], None).await;
    check(set, &both, sales).await;
    check(json!({"op": "replace", "path": "schemas", "value": [USER]}), &[USER], None).await;
    let none = json!([{"op": "remove", "path": "schemas"}]);
    server.patch(&path, &none).await.refused(400, Some("mutability"));
}

#[tokio::test]
async fn a_patched_name_must_be_free_unless_it_is_its_own_t_p14() {
    let server = Server::start().await;
    server.user("anna").await;
    let path = format!("/scim/v2/Users/{}", server.user("berta").await);
    let rename = |to: &str| json!([{"op": "replace", "path": "userName", "value": to}]);
    for taken in ["anna", "ANNA", "ａｎｎａ"] {
        server.patch(&path, &rename(taken)).await.refused(409, Some("uniqueness"));
    }
    assert_eq!(server.get(&path).await.json()["userName"], "berta");
    assert_eq!(server.patch(&path, &rename("BERTA")).await.json()["userName"], "BERTA");
    server.group("staff", &[]).await;
    let crew = format!("/scim/v2/Groups/{}", server.group("crew", &[]).await);
    let rename = |to: &str| json!([{"op": "replace", "path": "displayName", "value": to}]);
    server.patch(&crew, &rename("Staff")).await.refused(409, Some("uniqueness"));
    assert_eq!(server.patch(&crew, &rename("Crew")).await.json()["displayName"], "Crew");
}

#[tokio::test]
async fn a_patch_of_another_media_type_is_refused_t_p15() {
    let server = Server::start().await;
    let path = format!("/scim/v2/Users/{}", server.user("anna").await);
    let body = operations(&json!([{"op": "replace", "path": "title", "value": "Dr"}]));
    for media in ["application/json-patch+json", "application/merge-patch+json", "text/json", ""] {
        let answer =
            server.call(Method::PATCH, &path, Some(&body), &[("content-type", media)]).await;
        answer.refused(415, None);
    }
    assert_eq!(server.committed().await, 1);
    let json = [("content-type", "application/json")];
    assert_eq!(server.call(Method::PATCH, &path, Some(&body), &json).await.status, 200);
}

#[tokio::test]
async fn what_is_not_there_is_neither_changed_nor_created_t_p16_t_u1() {
    let server = Server::start().await;
    let set = operations(&json!([{"op": "add", "value": {"userName": "anna"}}]));
    for id in ["none", "0199a000-0000-7000-8000-000000000000"] {
        let path = format!("/scim/v2/Users/{id}");
        let any = [("if-match", "*")];
        for headers in [&[][..], &any] {
            for (method, body) in [(Method::PATCH, &set), (Method::PUT, &user("anna"))] {
                server.call(method, &path, Some(body), headers).await.refused(404, None);
            }
            server.call(Method::DELETE, &path, None, headers).await.refused(404, None);
        }
    }
    assert_eq!(server.committed().await, 0);
    assert_eq!(server.get("/scim/v2").await.json()["totalResults"], 0);
}

#[tokio::test]
async fn an_external_id_is_not_unique_t_c3() {
    let server = Server::start().await;
    for name in ["anna", "berta"] {
        let mut body = user(name);
        body["externalId"] = json!("E-1");
        assert_eq!(server.post("/scim/v2/Users", &body).await.status, 201);
    }
    let found = server.get("/scim/v2/Users?filter=externalId%20eq%20%22E-1%22").await.json();
    assert_eq!(found["totalResults"], 2);
}

#[tokio::test]
async fn an_attribute_twice_is_refused_wherever_it_stands_t_c5() {
    let server = Server::start().await;
    let path = format!("/scim/v2/Users/{}", server.user("anna").await);
    let department = format!("{ENTERPRISE}:department");
    for value in [
        json!({"title": "a", "Title": "b"}),
        json!({"name.givenName": "a", "NAME.givenname": "b"}),
        json!({"title": "a", format!("{USER}:title"): "b"}),
        json!({"title": "a", USER: {"title": "b"}}),
        json!({USER: {"title": "a", "TITLE": "b"}}),
        json!({ENTERPRISE: {"department": "a", "Department": "b"}}),
        json!({department.clone(): "a", ENTERPRISE: {"department": "b"}}),
        json!({"name": {"givenName": "a", "GivenName": "b"}}),
        json!({"emails": [{"value": "a", "VALUE": "b"}]}),
    ] {
        for verb in ["add", "replace"] {
            let answer = server.patch(&path, &json!([{"op": verb, "value": value}])).await;
            assert_eq!(answer.status, 400, "{value} {answer:?}");
            answer.refused(400, Some("invalidSyntax"));
        }
    }
    let inside = json!({"department": "a", "DEPARTMENT": "b"});
    let answer =
        server.patch(&path, &json!([{"op": "add", "path": ENTERPRISE, "value": inside}])).await;
    answer.refused(400, Some("invalidSyntax"));
    let literal = format!(
        "{{\"schemas\":[\"{PATCH}\"],\"Operations\":[{{\"op\":\"add\",\"op\":\"remove\",\"path\":\"title\"}}]}}"
    );
    server.raw(Method::PATCH, &path, Some(&literal), &[]).await.refused(400, Some("invalidSyntax"));
    assert_eq!(server.committed().await, 1);
}

#[tokio::test]
async fn a_put_without_what_is_required_changes_nothing_t_u1() {
    let server = Server::start().await;
    let path = format!("/scim/v2/Users/{}", server.user("anna").await);
    let staff = format!("/scim/v2/Groups/{}", server.group("staff", &[]).await);
    for (path, body) in [
        (&path, json!({"schemas": [USER]})),
        (&path, json!({"schemas": [USER], "userName": null})),
        (&path, json!({"schemas": [USER], "userName": " "})),
        (&staff, group("", &[])),
    ] {
        server.put(path, &body).await.refused(400, Some("invalidValue"));
    }
    assert_eq!(server.committed().await, 2);
}

#[tokio::test]
async fn a_deleted_manager_hinders_no_change_and_is_not_given_anew_t_d1() {
    let server = Server::start().await;
    let boss = server.user("boss").await;
    let mut body = user("anna");
    body["schemas"] = json!([USER, ENTERPRISE]);
    body[ENTERPRISE] = json!({"manager": {"value": boss}});
    let path = format!("/scim/v2/Users/{}", server.post("/scim/v2/Users", &body).await.id());
    assert_eq!(server.delete(&format!("/scim/v2/Users/{boss}")).await.status, 204);
    let change = json!([{"op": "replace", "path": "active", "value": false}]);
    let changed = server.patch(&path, &change).await;
    assert_eq!((changed.status.as_u16(), &changed.json()["active"]), (200, &json!(false)));
    assert_eq!(changed.json()[ENTERPRISE]["manager"]["value"], json!(boss));
    body["title"] = json!("Dr");
    assert_eq!(server.put(&path, &body).await.json()["title"], "Dr");
    body["userName"] = json!("berta");
    server.post("/scim/v2/Users", &body).await.refused(400, Some("invalidValue"));
    let gone = json!([{"op": "remove", "path": format!("{ENTERPRISE}:manager")}]);
    assert!(server.patch(&path, &gone).await.json().get(ENTERPRISE).is_none());
    let again =
        json!([{"op": "add", "path": format!("{ENTERPRISE}:manager.value"), "value": boss}]);
    server.patch(&path, &again).await.refused(400, Some("invalidValue"));
}
