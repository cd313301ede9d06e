//! Roles as WSO2's clients know them: groups that carry the role extension.

use std::sync::Arc;

use http::Method;
use serde_json::{Value, json};
use sutler_inbound::Settings;
use sutler_model::access::{Access, AttributeAccess, AttributeList};
use sutler_model::estate::{Permission, ServiceProvider, TokenKind};
use sutler_store_sql::{Options, SqliteLedger};
use sutler_testkit::build;

use crate::server::{GROUP, Server, members, sorted};

const ROLE: &str = "urn:ietf:params:scim:schemas:extension:2.0:Role";
const SEARCH: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";
const V1: &str = "/scim2/Roles";
const V2: &str = "/scim2/v2/Roles";

/// A new role of the second shape; its id.
async fn role(server: &Server, name: &str, users: &[&str], groups: &[&str]) -> String {
    let body = json!({"displayName": name, "users": values(users), "groups": values(groups)});
    let answer = server.post(V2, &body).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.id()
}

fn values(ids: &[&str]) -> Value {
    ids.iter().map(|id| json!({"value": id})).collect()
}

/// The ids of the users, or of the groups, of a role.
fn ids(role: &Value, list: &str) -> Vec<String> {
    members(&json!({"members": role[list]}))
}

fn names(list: &Value) -> Vec<&str> {
    let all = list["Resources"].as_array().unwrap();
    all.iter().map(|role| role["displayName"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_role_is_read_in_both_shapes_and_as_a_group() {
    let server = Server::start().await;
    let (anna, team) = (server.user("anna").await, server.group("team", &[]).await);
    let made = server
        .post(
            V2,
            &json!({
                "schemas": [ROLE],
                "displayName": "Editors",
                "audience": {"value": "app-1", "type": "application", "display": "Wiki"},
                "users": [{"value": anna}],
                "groups": [{"value": team}],
                "permissions": [{"value": "wiki:write", "display": "Write"}],
            }),
        )
        .await;
    assert_eq!(made.status, 201, "{made:?}");
    let id = made.id();
    let at = |root: &str| format!("http://id.example.org{root}/{id}");
    let role = made.json();
    assert_eq!(role["schemas"], json!([ROLE]));
    assert_eq!(role["meta"]["resourceType"], "Role");
    assert_eq!(role["meta"]["location"], at(V2));
    assert_eq!((made.header("location"), made.header("content-location")), (&*at(V2), &*at(V2)));
    assert_eq!(role["audience"]["display"], "Wiki");
    assert_eq!(role["permissions"], json!([{"value": "wiki:write", "display": "Write"}]));
    let user =
        json!({"value": anna, "$ref": at("/scim2/Users").replace(&id, &anna), "display": "anna"});
    assert_eq!(role["users"], json!([user]));
    assert_eq!(role["groups"][0]["$ref"], at("/scim2/Groups").replace(&id, &team));
    assert_eq!(server.get(&format!("{V2}/{id}")).await.json(), role);
    let old = server.get(&format!("{V1}/{id}")).await.json();
    assert_eq!(old["permissions"], json!(["wiki:write"]));
    assert_eq!((old.get("audience"), &old["meta"]["location"]), (None, &json!(at(V1))));
    let group = server.get(&format!("/scim2/Groups/{id}")).await.json();
    assert_eq!(group["schemas"], json!([GROUP, ROLE]));
    assert_eq!(group[ROLE]["audience"]["value"], "app-1");
    assert_eq!(members(&group), sorted(&[&anna, &team]));
    let of_anna = server.get(&format!("/scim2/Users/{anna}")).await.json();
    assert_eq!(of_anna["groups"][0]["display"], "Editors");
}

#[tokio::test]
async fn a_group_that_is_no_role_is_not_found() {
    let server = Server::start().await;
    let team = server.group("team", &[]).await;
    let committed = server.committed().await;
    for root in [V1, V2] {
        let path = format!("{root}/{team}");
        let body = json!({"displayName": "team"});
        let answers = [
            server.get(&path).await,
            server.put(&path, &body).await,
            server.patch(&path, &json!([{"op": "remove", "path": "users"}])).await,
            server.delete(&path).await,
            server.get(&format!("{root}/nothing")).await,
        ];
        for answer in answers {
            let refused = answer.refused(404, None);
            assert!(refused["detail"].as_str().unwrap().starts_with("there is no Role"));
        }
        server.get(&path.replace("/scim2", "/scim/v2")).await.refused(404, None);
    }
    assert_eq!(server.committed().await, committed);
    // A group becomes a role where it is a group, and takes its name from roles too.
    let audience = json!({"type": "organization"});
    let extend = json!([{"op": "add", "path": format!("{ROLE}:audience"), "value": audience}]);
    assert_eq!(server.patch(&format!("/scim2/Groups/{team}"), &extend).await.status, 200);
    assert_eq!(server.get(&format!("{V2}/{team}")).await.json()["audience"], audience);
    server.post(V1, &json!({"displayName": "TEAM"})).await.refused(409, Some("uniqueness"));
}

#[tokio::test]
async fn bad_bodies_change_nothing_t_c2() {
    let server = Server::start().await;
    let anna = server.user("anna").await;
    let id = role(&server, "editors", &[&anna], &[]).await;
    let committed = server.committed().await;
    let check = async |body: Value, kind: &str| {
        server.post(V2, &body).await.refused(400, Some(kind));
        server.put(&format!("{V2}/{id}"), &body).await.refused(400, Some(kind));
    };
    check(json!({"displayName": "r", "members": []}), "invalidSyntax").await;
    check(json!({"displayName": "r", "USERS": [], "users": []}), "invalidSyntax").await;
    check(json!({"users": []}), "invalidValue").await;
    check(json!({"displayName": "r", "users": [{"value": "nobody"}]}), "invalidValue").await;
    check(json!({"displayName": "r", "groups": [{"value": anna}]}), "invalidValue").await;
    check(json!({"displayName": "r", "permissions": ["read"]}), "invalidValue").await;
    check(json!({"displayName": "r", "permissions": [{"value": "a", "b": 1}]}), "invalidSyntax")
        .await;
    assert_eq!(server.committed().await, committed);
}

#[tokio::test]
async fn put_clears_what_is_left_out_and_keeps_the_audience() {
    let server = Server::start().await;
    let (anna, team) = (server.user("anna").await, server.group("team", &[]).await);
    let id = role(&server, "editors", &[&anna], &[&team]).await;
    let path = format!("{V2}/{id}");
    let before = server.get(&path).await;
    let organisation = json!({"type": "organization", "value": "default", "display": "default"});
    assert_eq!(before.json()["audience"], organisation);
    let stale = [("if-match", "W/\"77\"")];
    let body = json!({"displayName": "writers", "permissions": [{"value": "read"}]});
    server.call(Method::PUT, &path, Some(&body), &stale).await.refused(412, None);
    let known = [("if-match", before.header("etag"))];
    let answer = server.call(Method::PUT, &path, Some(&body), &known).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let role = answer.json();
    assert_eq!((role.get("users"), role.get("groups")), (None, None));
    assert_eq!((&role["displayName"], &role["audience"]), (&json!("writers"), &organisation));
    let moved = json!({"displayName": "writers", "audience": {"type": "application"}});
    server.put(&path, &moved).await.refused(400, Some("mutability"));
    let old = json!({"displayName": "writers", "permissions": ["a", "b"]});
    let answer = server.put(&format!("{V1}/{id}"), &old).await.json();
    assert_eq!(answer["permissions"], json!(["a", "b"]));
    assert_eq!(server.get(&path).await.json()["audience"], organisation);
    assert_eq!(server.delete(&path).await.status, 204);
    server.get(&path).await.refused(404, None);
    server.get(&format!("/scim2/Groups/{id}")).await.refused(404, None);
}

#[tokio::test]
async fn adds_and_removes_in_one_request_both_count_w10() {
    let server = Server::start().await;
    let (anna, berta, carla) =
        (server.user("anna").await, server.user("berta").await, server.user("carla").await);
    let (team, unit) = (server.group("team", &[]).await, server.group("unit", &[]).await);
    let id = role(&server, "editors", &[&anna, &berta], &[&team]).await;
    for root in [V1, V2] {
        let path = format!("{root}/{id}");
        let check = async |operations: Value, users: &[&str], groups: &[&str]| {
            let answer = server.patch(&path, &operations).await;
            assert_eq!(answer.status, 200, "{operations} {answer:?}");
            for role in [answer.json(), server.get(&path).await.json()] {
                assert_eq!(ids(&role, "users"), sorted(users), "{operations}");
                assert_eq!(ids(&role, "groups"), sorted(groups), "{operations}");
            }
        };
        let change = json!([
            {"op": "add", "path": "users", "value": values(&[&carla])},
            {"op": "remove", "path": format!("users[value eq \"{anna}\"]")},
            {"op": "add", "path": "groups", "value": values(&[&unit])},
            {"op": "remove", "path": format!("groups[value eq \"{team}\"]")},
        ]);
        check(change, &[&berta, &carla], &[&unit]).await;
        // What names a group as a user removes nobody.
        let other = format!("users[value eq \"{unit}\"]");
        check(json!([{"op": "remove", "path": other}]), &[&berta, &carla], &[&unit]).await;
        let named = json!([{"op": "remove", "path": "users", "value": values(&[&unit, &berta])}]);
        check(named, &[&carla], &[&unit]).await;
        let replace = json!([{"op": "replace", "value": {"users": values(&[&anna, &carla])}}]);
        check(replace, &[&anna, &carla], &[&unit]).await;
        let back = json!([
            {"op": "replace", "path": "groups", "value": values(&[&team])},
            {"op": "remove", "path": "users"},
            {"op": "add", "path": "users", "value": values(&[&anna, &berta])},
        ]);
        check(back, &[&anna, &berta], &[&team]).await;
    }
}

#[tokio::test]
async fn replacing_by_what_is_there_changes_nothing_t_p6() {
    let server = Server::start().await;
    let (anna, team) = (server.user("anna").await, server.group("team", &[]).await);
    let id = role(&server, "editors", &[&anna], &[&team]).await;
    let path = format!("{V2}/{id}");
    let before = server.get(&path).await;
    let committed = server.committed().await;
    server.clock.advance(1_000);
    let same = json!([{"op": "replace", "path": "users", "value": values(&[&anna])}]);
    assert_eq!(server.patch(&path, &same).await.json(), before.json());
    assert_eq!(server.committed().await, committed);
    let known = [("if-none-match", before.header("etag"))];
    assert_eq!(server.call(Method::GET, &path, None, &known).await.status, 304);
}

#[tokio::test]
async fn roles_are_found_by_what_they_are_called_t_f5_t_f11() {
    let server = Server::start().await;
    found(&server).await;
}

#[tokio::test]
async fn roles_are_found_in_the_built_in_store_t_f5_t_f11() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = SqliteLedger::open(folder.path(), &Options::default()).unwrap();
    found(&Server::over(Arc::new(ledger), Settings::default(), String::new).await).await;
}

async fn found(server: &Server) {
    let (anna, berta) = (server.user("anna").await, server.user("berta").await);
    let team = server.group("team", &[&anna]).await;
    role(server, "b-one", &[&anna, &berta], &[]).await;
    role(server, "a-two", &[&berta], &[&team]).await;
    let third = json!({
        "displayName": "c-three",
        "audience": {"value": "app-1", "type": "application"},
        "permissions": [{"value": "read"}],
    });
    assert_eq!(server.post(V2, &third).await.status, 201);
    let check = async |filter: String, expected: &[&str]| {
        let body = json!({"schemas": [SEARCH], "filter": filter, "sortBy": "displayName"});
        let answer = server.post(&format!("{V2}/.search"), &body).await;
        assert_eq!(answer.status, 200, "{filter} {answer:?}");
        assert_eq!(names(&answer.json()), expected, "{filter}");
    };
    check("displayName sw \"A-\"".to_owned(), &["a-two"]).await;
    check("displayName eq \"team\"".to_owned(), &[]).await;
    check(format!("users eq \"{anna}\""), &["b-one"]).await;
    check(format!("users.value eq \"{berta}\""), &["a-two", "b-one"]).await;
    check(format!("groups.value eq \"{team}\""), &["a-two"]).await;
    check(format!("users.value eq \"{team}\""), &[]).await;
    check(format!("users[value eq \"{anna}\"]"), &["b-one"]).await;
    check(format!("users.value ne \"{berta}\""), &["b-one", "c-three"]).await;
    check("not (users pr)".to_owned(), &["c-three"]).await;
    check("audience.type eq \"application\"".to_owned(), &["c-three"]).await;
    check("permissions.value eq \"read\" and audience.value pr".to_owned(), &["c-three"]).await;
    check("id pr".to_owned(), &["a-two", "b-one", "c-three"]).await;
    let all = server.get(V1).await.json();
    assert_eq!(names(&all), ["b-one", "a-two", "c-three"]);
    assert_eq!(all["totalResults"], 3);
    let page = server.get(&format!("{V1}?sortBy=displayName&startIndex=2&count=1")).await.json();
    assert_eq!((names(&page), &page["totalResults"]), (vec!["b-one"], &json!(3)));
    let first = server.get(&format!("{V2}?cursor&count=2")).await.json();
    let next = first["nextCursor"].as_str().unwrap();
    let last = server.get(&format!("{V2}?cursor={next}&count=2")).await.json();
    assert_eq!((names(&last), last.get("nextCursor")), (vec!["c-three"], None));
    server.get(&format!("{V2}?sortBy=users.value")).await.refused(400, Some("invalidPath"));
    server.get(&format!("{V2}?filter=members%20pr")).await.refused(400, Some("invalidFilter"));
}

#[tokio::test]
async fn what_is_asked_for_is_shown_t_a2_t_a3() {
    let server = Server::start().await;
    let (anna, team) = (server.user("anna").await, server.group("team", &[]).await);
    let id = role(&server, "editors", &[&anna], &[&team]).await;
    let keys = |role: &Value| role.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let check = async |query: &str, expected: &[&str]| {
        let one = server.get(&format!("{V2}/{id}{query}")).await.json();
        assert_eq!(keys(&one), sorted(expected), "{query}");
    };
    check("?attributes=users.value", &["id", "schemas", "users"]).await;
    check("?excludedAttributes=users,meta,audience", &["displayName", "groups", "id", "schemas"])
        .await;
    let listed = server.get(V2).await.json();
    assert_eq!(
        keys(&listed["Resources"][0]),
        sorted(&["audience", "displayName", "id", "meta", "schemas"])
    );
    let listed = server.get(&format!("{V2}?attributes=users,groups.value")).await.json();
    let shown = &listed["Resources"][0];
    assert_eq!(keys(shown), sorted(&["groups", "id", "schemas", "users"]));
    assert_eq!(shown["users"][0]["display"], "anna");
    assert_eq!(shown["groups"], json!([{"value": team}]));
}

#[tokio::test]
async fn a_role_of_many_is_whole_t_g11() {
    let server = Server::start().await;
    let mut users = Vec::new();
    for number in 0..1_203 {
        users.push(server.user(&format!("user{number}")).await);
    }
    let mut groups = [server.group("team", &[]).await, server.group("unit", &[]).await];
    groups.sort();
    let of = |ids: &[String]| values(&ids.iter().map(String::as_str).collect::<Vec<_>>());
    let body = json!({"displayName": "all", "users": of(&users), "groups": of(&groups)});
    let made = server.post(V2, &body).await;
    assert_eq!(made.status, 201);
    let path = format!("{V2}/{}", made.id());
    users.sort();
    for role in [made.json(), server.get(&path).await.json()] {
        assert_eq!(ids(&role, "users"), users);
        assert_eq!(ids(&role, "groups"), groups);
        assert_eq!(role["displayName"], "all");
    }
    let groups_only = server.get(&format!("{path}?attributes=groups")).await.json();
    assert_eq!((groups_only.get("users"), ids(&groups_only, "groups")), (None, groups.to_vec()));
    let rename = json!([{"op": "replace", "path": "displayName", "value": "many"}]);
    let brief = server.patch(&path, &rename).await.json();
    assert_eq!((brief.get("users"), &brief["displayName"]), (None, &json!("many")));
    let out = json!([{"op": "remove", "path": "users"}]);
    let left = server.patch(&path, &out).await.json();
    assert_eq!((left.get("users"), ids(&left, "groups")), (None, groups.to_vec()));
}

#[tokio::test]
async fn roles_need_the_permissions_for_groups() {
    let mut server = Server::start().await;
    let id = role(&server, "editors", &[], &[]).await;
    let path = format!("{V2}/{id}");
    let body = json!({"displayName": "other"});
    let rename = json!([{"op": "replace", "path": "displayName", "value": "r"}]);
    server.token = server.token_with("reader", &[Permission::GroupsRead]).await;
    assert_eq!(server.get(&path).await.status, 200);
    assert_eq!(server.get(V1).await.status, 200);
    for answer in [
        server.post(V2, &body).await,
        server.put(&path, &body).await,
        server.patch(&path, &rename).await,
        server.delete(&path).await,
    ] {
        answer.refused(403, None);
    }
    server.token = server.token_with("writer", &[Permission::GroupsWrite]).await;
    server.get(&path).await.refused(403, None);
    server.get(V2).await.refused(403, None);
    server.post(&format!("{V1}/.search"), &json!({"schemas": [SEARCH]})).await.refused(403, None);
    assert_eq!(server.patch(&path, &rename).await.status, 200);
    server.token = "none".to_owned();
    server.get(&path).await.refused(401, None);
}

#[tokio::test]
async fn what_a_caller_may_not_read_is_not_in_a_role_sc_1() {
    let mut server = Server::start().await;
    let anna = server.user("anna").await;
    let id = role(&server, "editors", &[&anna], &[]).await;
    let list: AttributeList = vec!["displayName".to_owned(), "members".to_owned()].into();
    let groups = Access { read: Some(list), write: None };
    let provider = ServiceProvider {
        permissions: vec![Permission::GroupsRead],
        attributes: AttributeAccess { groups, ..AttributeAccess::default() },
        ..build::provider("narrow", &[])
    };
    server.edit(vec![("default", provider)]).await;
    server.token = server.issue("narrow", TokenKind::Bearer, None).await;
    let role = server.get(&format!("{V2}/{id}")).await.json();
    assert_eq!((role.get("audience"), &role["displayName"]), (None, &json!("editors")));
    assert_eq!(ids(&role, "users"), [anna]);
    assert_eq!(role["users"][0].get("display"), None);
    let asked = server.get(&format!("{V2}?filter=permissions%20pr")).await;
    assert_eq!(asked.status, 403, "{asked:?}");
}

#[tokio::test]
async fn roles_stay_in_their_tenant_sc_5() {
    let server = Server::start().await;
    role(&server, "editors", &[], &[]).await;
    server.edit(vec![("acme", build::provider("crm", &[]))]).await;
    let token = format!("Bearer {}", server.issue("crm", TokenKind::Bearer, None).await);
    let there = [("authorization", token.as_str())];
    let root = "/t/acme/scim2/v2/Roles";
    let made =
        server.call(Method::POST, root, Some(&json!({"displayName": "editors"})), &there).await;
    assert_eq!(made.status, 201, "{made:?}");
    assert_eq!(made.json()["audience"]["display"], "acme");
    assert_eq!(made.header("location"), format!("http://id.example.org{root}/{}", made.id()));
    server.get(&format!("{V2}/{}", made.id())).await.refused(404, None);
    assert_eq!(server.get(V2).await.json()["totalResults"], 1);
    server.call(Method::DELETE, root, None, &there).await.refused(405, None);
}
