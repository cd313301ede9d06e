//! Groups in groups: what a user's `groups` shows of them (rules T-G10, T-G11).

use serde_json::{Value, json};

use crate::server::Server;

/// The groups of a user as (name, type), sorted.
async fn groups(server: &Server, user: &str) -> Vec<(String, String)> {
    let shown = server.get(&format!("/scim/v2/Users/{user}")).await.json();
    let all = shown["groups"].as_array().cloned().unwrap_or_default();
    let text = |group: &Value, name: &str| group[name].as_str().unwrap().to_owned();
    let mut all: Vec<_> = all.iter().map(|g| (text(g, "display"), text(g, "type"))).collect();
    all.sort();
    all
}

fn expected(groups: &[(&str, &str)]) -> Vec<(String, String)> {
    groups.iter().map(|(name, r#type)| ((*name).to_owned(), (*r#type).to_owned())).collect()
}

async fn add(server: &Server, group: &str, member: &str) {
    let add = json!([{"op": "add", "path": "members", "value": [{"value": member}]}]);
    assert_eq!(server.patch(&format!("/scim/v2/Groups/{group}"), &add).await.status, 200);
}

#[tokio::test]
async fn groups_of_groups_are_shown_as_indirect_t_g10() {
    let server = Server::start().await;
    let anna = server.user("anna").await;
    let team = server.group("team", &[&anna]).await;
    let unit = server.group("unit", &[&team]).await;
    let firm = server.group("firm", &[&unit, &anna]).await;
    server.group("other", &[]).await;
    let all = [("firm", "direct"), ("team", "direct"), ("unit", "indirect")];
    assert_eq!(groups(&server, &anna).await, expected(&all));
    let shown = server.get(&format!("/scim/v2/Users/{anna}")).await.json();
    let of = |id: &str| {
        let all = shown["groups"].as_array().unwrap();
        all.iter().find(|g| g["value"] == id).unwrap().clone()
    };
    assert_eq!(of(&unit)["$ref"], format!("http://id.example.org/scim/v2/Groups/{unit}"));
    assert_eq!(of(&firm)["type"], "direct");
    let list = server.get("/scim/v2/Users").await.json();
    assert_eq!(list["Resources"][0]["groups"], shown["groups"]);
    let out = json!([{"op": "remove", "path": "members"}]);
    server.patch(&format!("/scim/v2/Groups/{unit}"), &out).await;
    let all = [("firm", "direct"), ("team", "direct")];
    assert_eq!(groups(&server, &anna).await, expected(&all));
}

#[tokio::test]
async fn filters_see_the_groups_that_are_shown_t_g10() {
    let server = Server::start().await;
    let (anna, berta) = (server.user("anna").await, server.user("berta").await);
    let team = server.group("team", &[&anna]).await;
    let unit = server.group("unit", &[&team, &berta]).await;
    for (filter, expected) in [
        (format!("groups eq \"{unit}\""), &["anna", "berta"][..]),
        (format!("groups.value eq \"{team}\""), &["anna"]),
        (format!("groups[value eq \"{unit}\" and type eq \"direct\"]"), &["berta"]),
        ("groups.type eq \"indirect\"".to_owned(), &["anna"]),
        ("groups.display sw \"UNI\"".to_owned(), &["anna", "berta"]),
        (format!("not (groups.value eq \"{team}\")"), &["berta"]),
    ] {
        let query: String = form_urlencoded::byte_serialize(filter.as_bytes()).collect();
        let found = server.get(&format!("/scim/v2/Users?filter={query}")).await.json();
        let names: Vec<&str> = found["Resources"]
            .as_array()
            .unwrap()
            .iter()
            .map(|user| user["userName"].as_str().unwrap())
            .collect();
        assert_eq!(names, expected, "{filter}");
    }
}

#[tokio::test]
async fn circles_of_groups_do_no_harm_t_g10_t_g11() {
    let server = Server::start().await;
    let anna = server.user("anna").await;
    let (a, b, c) = (
        server.group("a", &[&anna]).await,
        server.group("b", &[]).await,
        server.group("c", &[]).await,
    );
    for (outer, inner) in [(&b, &a), (&c, &b), (&a, &c)] {
        add(&server, outer, inner).await;
    }
    let all = [("a", "direct"), ("b", "indirect"), ("c", "indirect")];
    assert_eq!(groups(&server, &anna).await, expected(&all));
    let shown = server.get(&format!("/scim/v2/Groups/{a}")).await.json();
    assert_eq!(shown["members"].as_array().unwrap().len(), 2);
    assert_eq!(server.delete(&format!("/scim/v2/Groups/{b}")).await.status, 204);
    assert_eq!(groups(&server, &anna).await, expected(&[("a", "direct")]));
}

#[tokio::test]
async fn a_thousand_groups_are_shown_and_no_more_t_g10() {
    let server = Server::start().await;
    let anna = server.user("anna").await;
    let mut inner = server.group("group0", &[&anna]).await;
    for number in 1..1_010 {
        inner = server.group(&format!("group{number}"), &[&inner]).await;
    }
    let all = groups(&server, &anna).await;
    assert_eq!(all.len(), 1_000);
    assert_eq!(all.iter().filter(|(_, r#type)| r#type == "direct").count(), 1);
}

#[tokio::test]
async fn groups_are_written_through_the_groups_only_t_g10() {
    let server = Server::start().await;
    let anna = server.user("anna").await;
    let staff = server.group("staff", &[]).await;
    let path = format!("/scim/v2/Users/{anna}");
    let mut body = crate::server::user("anna");
    body["groups"] = json!([{"value": staff}]);
    assert!(server.put(&path, &body).await.json().get("groups").is_none());
    body["userName"] = json!("berta");
    assert!(server.post("/scim/v2/Users", &body).await.json().get("groups").is_none());
    for operation in [
        json!({"op": "add", "path": "groups", "value": [{"value": staff}]}),
        json!({"op": "add", "value": {"groups": [{"value": staff}]}}),
        json!({"op": "remove", "path": "groups"}),
    ] {
        server.patch(&path, &json!([operation])).await.refused(400, Some("mutability"));
    }
    assert_eq!(groups(&server, &anna).await, []);
}
