//! `members` is an attribute like others.

use http::Method;
use serde_json::{Value, json};

use super::{Call, call, forbidden, get, of_groups, of_users, patch, restricted, send};
use crate::server::{Server, group, members, sorted};

/// A group `staff` with one member, another user, and the path of the group.
async fn start() -> (Server, String, String, String) {
    let server = Server::start().await;
    let anna = server.user("anna").await;
    let ben = server.user("ben").await;
    let staff = server.group("staff", &[&anna]).await;
    (server, anna, ben, format!("/scim/v2/Groups/{staff}"))
}

/// The ways to change the membership.
fn ways(at: &str, anna: &str, ben: &str) -> Vec<Call> {
    let one = json!([{"value": ben}]);
    let operations = [
        json!({"op": "add", "path": "members", "value": one}),
        json!({"op": "add", "value": {"members": one}}),
        json!({"op": "replace", "path": "members", "value": one}),
        json!({"op": "replace", "value": {"members": one}}),
        json!({"op": "remove", "path": "members"}),
        json!({"op": "remove", "path": format!("members[value eq \"{anna}\"]")}),
        json!({"op": "remove", "path": "members[type eq \"User\"]"}),
        json!({"op": "remove", "path": "members", "value": [{"value": anna}]}),
    ];
    let mut calls: Vec<Call> =
        operations.into_iter().map(|operation| patch(at, json!([operation]))).collect();
    calls.push(call(Method::PUT, at, Some(group("staff", &[ben]))));
    calls.push(call(Method::PUT, at, Some(group("staff", &[]))));
    calls.push(call(Method::PUT, at, Some(group("staff", &[anna, ben]))));
    calls
}

#[tokio::test]
async fn a_membership_is_changed_by_who_may_write_members_and_by_nobody_else_sc_2() {
    let (server, anna, ben, at) = start().await;
    let without = of_groups(None, Some(&["displayName", "externalId"]));
    let without = restricted(&server, "without", without).await;
    let just = restricted(&server, "just", of_groups(None, Some(&["members"]))).await;
    let usual = call(Method::PUT, &at, Some(group("staff", &[&anna])));
    for call in ways(&at, &anna, &ben) {
        let before = (server.get(&at).await.text, server.committed().await);
        forbidden(&send(&server, &without, &call).await, "members");
        assert_eq!((server.get(&at).await.text, server.committed().await), before);
        let answer = send(&server, &just, &call).await;
        assert_eq!(answer.status, 200, "{call:?}: {answer:?}");
        assert!(server.committed().await > before.1, "{call:?}");
        assert_eq!(send(&server, &just, &usual).await.status, 200);
    }
    // Repeated or left out by a PUT they stay.
    let mut silent = group("Staff", &[]);
    silent.as_object_mut().unwrap().remove("members");
    for body in [group("STAFF", &[&anna]), silent] {
        let answer = send(&server, &without, &call(Method::PUT, &at, Some(body))).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(members(&server.get(&at).await.json()), sorted(&[&anna]));
    }
    let new = call(Method::POST, "/scim/v2/Groups", Some(group("new", &[&anna])));
    forbidden(&send(&server, &without, &new).await, "members");
    let empty = call(Method::POST, "/scim/v2/Groups", Some(group("new", &[])));
    assert_eq!(send(&server, &without, &empty).await.status, 201);
    forbidden(&send(&server, &just, &new).await, "displayName");
}

#[tokio::test]
async fn members_that_may_not_be_read_are_not_shown_and_not_looked_for() {
    let (server, anna, ben, at) = start().await;
    let access = of_groups(Some(&["displayName"]), None);
    let credential = restricted(&server, "adder", access).await;
    for path in [at.clone(), format!("{at}?attributes=members"), "/scim/v2/Groups".to_owned()] {
        let answer = send(&server, &credential, &get(&path)).await;
        assert_eq!(answer.status, 200);
        assert!(!answer.text.contains(&anna), "{answer:?}");
    }
    let asked = format!("/scim/v2/Groups?filter=members%20eq%20%22{anna}%22");
    forbidden(&send(&server, &credential, &get(&asked)).await, "members.value");
    let remove = |path: &str| patch(&at, json!([{"op": "remove", "path": path}]));
    let looking = remove("members[type eq \"User\"]");
    forbidden(&send(&server, &credential, &looking).await, "members.type");
    // To name a member is not to look for one.
    let add = patch(&at, json!([{"op": "add", "path": "members", "value": [{"value": ben}]}]));
    let answer = send(&server, &credential, &add).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["members"]), (200, &Value::Null));
    let gone = remove(&format!("members[value eq \"{anna}\"]"));
    assert_eq!(send(&server, &credential, &gone).await.status, 200);
    assert_eq!(members(&server.get(&at).await.json()), sorted(&[&ben]));
    // A PUT that says nothing of what the client does not see leaves it.
    let mut silent = group("Staff", &[]);
    silent.as_object_mut().unwrap().remove("members");
    let put = call(Method::PUT, &at, Some(silent));
    assert_eq!(send(&server, &credential, &put).await.status, 200);
    assert_eq!(members(&server.get(&at).await.json()), sorted(&[&ben]));
}

#[tokio::test]
async fn members_that_may_neither_be_read_nor_written_cannot_be_guessed() {
    let (server, anna, ben, at) = start().await;
    let access = of_groups(Some(&["displayName"]), Some(&["displayName"]));
    let credential = restricted(&server, "namer", access).await;
    let nobody = "0199a000-0000-7000-8000-000000000000";
    for ids in [&[anna.as_str()][..], &[&ben], &[nobody], &[]] {
        let put = call(Method::PUT, &at, Some(group("staff", ids)));
        forbidden(&send(&server, &credential, &put).await, "members");
    }
    let renamed = json!([{"op": "replace", "path": "displayName", "value": "crew"}]);
    assert_eq!(send(&server, &credential, &patch(&at, renamed)).await.status, 200);
    assert_eq!(members(&server.get(&at).await.json()), sorted(&[&anna]));
}

#[tokio::test]
async fn a_group_of_many_is_shown_without_what_may_not_be_read() {
    let server = Server::start().await;
    let mut ids = Vec::new();
    for number in 0..1_001 {
        ids.push(server.user(&format!("secret{number}")).await);
    }
    ids.sort();
    let named: Vec<&str> = ids.iter().map(String::as_str).collect();
    let at = format!("/scim/v2/Groups/{}", server.group("staff", &named).await);
    let shown = format!("{at}?attributes=members.value,members.display");
    assert!(server.get(&shown).await.text.contains("secret"));
    let users = of_users(Some(&["externalId"]), None).users;
    let groups = of_groups(Some(&["members.value", "members.display"]), None).groups;
    let access = sutler_model::access::AttributeAccess { users, groups };
    let credential = restricted(&server, "counter", access).await;
    for path in [&at, &shown] {
        let answer = send(&server, &credential, &get(path)).await;
        assert_eq!(members(&answer.json()), ids);
        assert_eq!(answer.json()["members"][1_000].as_object().unwrap().len(), 1);
        assert!(!answer.text.contains("secret"));
    }
    let hidden = get(&format!("{at}?attributes=members.display"));
    let answer = send(&server, &credential, &hidden).await;
    assert!(members(&answer.json()).is_empty() && !answer.text.contains("secret"), "{answer:?}");
}
