//! What may not be read is in no answer, and no answer tells of it.

use http::Method;
use serde_json::{Value, json};
use sutler_model::access::{Access, AttributeAccess};
use sutler_model::estate::{Permission, ServiceProvider};
use sutler_testkit::build;

use super::{call, client, forbidden, get, list, of_users, patch, restricted, send};
use crate::server::{ENTERPRISE, Server, USER, group};

/// A user with more than the client below may read.
fn anna() -> Value {
    json!({
        "schemas": [USER, ENTERPRISE], "userName": "anna", "title": "secret",
        "name": {"familyName": "A", "givenName": "secret"},
        "emails": [{"value": "a@x.example", "display": "secret"}],
        "roles": [{"value": "secret"}],
        ENTERPRISE: {"costCenter": "secret"},
    })
}

const READ: [&str; 3] = ["userName", "name.familyName", "emails.value"];

/// The parameters of a query, encoded.
fn query(path: &str, parameters: &[(&str, &str)]) -> super::Call {
    let mut encoded = form_urlencoded::Serializer::new(String::new());
    encoded.extend_pairs(parameters);
    get(&format!("{path}?{}", encoded.finish()))
}

#[tokio::test]
async fn what_may_not_be_read_is_in_no_answer() {
    let server = Server::start().await;
    let credential = restricted(&server, "desk", of_users(Some(&READ), None)).await;
    let made = call(Method::POST, "/scim/v2/Users", Some(anna()));
    let made = send(&server, &credential, &made).await;
    assert_eq!(made.status, 201);
    let at = format!("/scim/v2/Users/{}", made.id());
    let schema = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";
    let search = json!({"schemas": [schema], "attributes": ["title", "roles", "name"]});
    let nickname = json!([{"op": "add", "path": "nickName", "value": "secret"}]);
    let calls = [
        get(&at),
        query(&at, &[("attributes", "title,roles,name.givenName,emails.display,nickName")]),
        query(&at, &[("attributes", &format!("{ENTERPRISE},userName"))]),
        query(&at, &[("excludedAttributes", "userName")]),
        get("/scim/v2/Users"),
        query("/scim/v2/Users", &[("filter", "userName eq \"anna\""), ("cursor", "")]),
        get("/scim/v2"),
        call(Method::POST, "/scim/v2/Users/.search", Some(search.clone())),
        call(Method::POST, "/scim/v2/.search", Some(search.clone())),
        call(Method::POST, &format!("{at}/.search"), Some(search)),
        patch(&at, nickname.clone()),
        patch(&format!("{at}?attributes=nickName"), nickname),
        call(Method::PUT, &at, Some(anna())),
    ];
    for call in calls {
        let answer = send(&server, &credential, &call).await;
        assert_eq!(answer.status, 200, "{call:?}: {answer:?}");
        assert!(!answer.text.contains("secret"), "{call:?}: {answer:?}");
        assert!(!answer.text.contains(ENTERPRISE), "{call:?}: {answer:?}");
    }
    let seen = send(&server, &credential, &get(&at)).await;
    let body = seen.json();
    assert_eq!(body["name"], json!({"familyName": "A"}));
    assert_eq!(body["emails"], json!([{"value": "a@x.example"}]));
    assert_eq!(body["schemas"], json!([USER]));
    // The version is the resource's, whoever asks.
    let whole = server.get(&at).await;
    assert!(whole.text.contains("secret"));
    assert_eq!(seen.header("etag"), whole.header("etag"));
    assert_eq!(body["meta"], whole.json()["meta"]);
}

#[tokio::test]
async fn what_may_not_be_read_cannot_be_asked_for() {
    let server = Server::start().await;
    let id = server.post("/scim/v2/Users", &anna()).await.id();
    let credential = restricted(&server, "desk", of_users(Some(&READ), None)).await;
    let cost_center = format!("{ENTERPRISE}:costCenter");
    let check = async |parameters: &[(&str, &str)], names: Option<&str>| {
        for endpoint in ["/scim/v2/Users", "/scim/v2"] {
            let answer = send(&server, &credential, &query(endpoint, parameters)).await;
            match names {
                Some(names) => forbidden(&answer, names),
                None => assert_eq!(answer.status, 200, "{parameters:?}: {answer:?}"),
            }
        }
    };
    for (filter, names) in [
        ("title eq \"secret\"", Some("title")),
        ("TITLE pr", Some("title")),
        ("not (title pr)", Some("title")),
        ("userName pr and (userName eq \"x\" or roles eq \"secret\")", Some("roles.value")),
        ("name.givenName sw \"s\"", Some("name.givenName")),
        ("emails[display eq \"secret\"]", Some("emails.display")),
        ("emails pr", Some("emails")),
        (&format!("{cost_center} eq \"secret\""), Some(&cost_center)),
        (&format!("schemas eq \"{ENTERPRISE}\""), Some(ENTERPRISE)),
        ("emails[value eq \"a@x.example\"]", None),
        ("emails eq \"a@x.example\"", None),
        ("name.familyName eq \"A\" and id pr and meta.created pr", None),
    ] {
        check(&[("filter", filter)], names).await;
        check(&[("filter", filter), ("count", "0")], names).await;
    }
    check(&[("sortBy", "title")], Some("title")).await;
    check(&[("sortBy", "name.familyName")], None).await;
    // Brackets of an operation look too.
    let at = format!("/scim/v2/Users/{id}");
    for (path, names) in [
        ("emails[display eq \"secret\"].type", Some("emails.display")),
        ("roles[value sw \"s\"]", Some("roles.value")),
        ("emails[value sw \"a\"].type", None),
    ] {
        let operation = json!([{"op": "replace", "path": path, "value": "work"}]);
        let answer = send(&server, &credential, &patch(&at, operation)).await;
        match names {
            Some(names) => forbidden(&answer, names),
            None => assert_eq!(answer.status, 200, "{answer:?}"),
        }
    }
}

#[tokio::test]
async fn groups_and_their_names_are_attributes_and_need_the_permission_too() {
    let server = Server::start().await;
    let anna = server.user("anna").await;
    server.group("secret project", &[&anna]).await;
    let at = format!("/scim/v2/Users/{anna}");
    let check = async |name: &str, provider: ServiceProvider, groups: bool, names: bool| {
        let provider = ServiceProvider { name: name.to_owned(), ..provider };
        let credential = client(&server, provider).await;
        let seen = send(&server, &credential, &get(&at)).await;
        assert_eq!(seen.json()["groups"].is_array(), groups, "{name}: {seen:?}");
        assert_eq!(seen.text.contains("secret"), names, "{name}: {seen:?}");
        for (filter, may) in [("groups pr", groups), ("groups.display sw \"s\"", names)] {
            let asked = query("/scim/v2/Users", &[("filter", filter)]);
            let answer = send(&server, &credential, &asked).await;
            let status = if may { 200 } else { 403 };
            assert_eq!(answer.status, status, "{name}, {filter}: {answer:?}");
        }
    };
    let provider = || build::provider("", &[]);
    let reading = |users: Option<&[&str]>, groups: Option<&[&str]>| AttributeAccess {
        users: Access { read: users.map(list), write: None },
        groups: Access { read: groups.map(list), write: None },
    };
    let with = |attributes| ServiceProvider { attributes, ..provider() };
    check("all", provider(), true, true).await;
    check("listed", with(reading(Some(&["groups"]), None)), true, true).await;
    check("not listed", with(reading(Some(&["userName"]), None)), false, false).await;
    check("nameless", with(reading(None, Some(&["members"]))), true, false).await;
    let permissions = vec![Permission::UsersRead];
    check("users only", ServiceProvider { permissions, ..provider() }, false, false).await;
}

#[tokio::test]
async fn names_of_members_are_shown_to_who_may_read_names() {
    let server = Server::start().await;
    let anna = server.user("secret").await;
    let staff = server.post("/scim/v2/Groups", &group("staff", &[&anna])).await.id();
    let shown = query(
        &format!("/scim/v2/Groups/{staff}"),
        &[("attributes", "members.display,members.value")],
    );
    assert!(server.get(&shown.path).await.text.contains("secret"));
    let restricted = restricted(&server, "desk", of_users(Some(&["displayName"]), None)).await;
    let permissions = vec![Permission::GroupsRead];
    let provider = ServiceProvider { permissions, ..build::provider("groups only", &[]) };
    let groups_only = client(&server, provider).await;
    for credential in [&restricted, &groups_only] {
        let answer = send(&server, credential, &shown).await;
        assert_eq!(answer.json()["members"][0]["value"], json!(anna));
        assert!(!answer.text.contains("secret"), "{answer:?}");
        let asked = query("/scim/v2/Groups", &[("filter", "members.display sw \"s\"")]);
        forbidden(&send(&server, credential, &asked).await, "members.display");
    }
}
