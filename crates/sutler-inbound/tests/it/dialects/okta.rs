//! Okta as a client, after the request shapes that Okta publishes for catalogue and custom
//! applications.

use serde_json::{Value, json};
use sutler_model::Dialect;
use sutler_model::Leniency::{MissingSchemas, PutKeepsMembers, UnknownInPut};

use super::Strict::{Accepts, Differs, Refuses};
use super::{Play, call, delete, get, patch, post, put, query};
use crate::server::{GROUP, USER, members, sorted};

fn person(name: &str) -> Value {
    json!({
        "schemas": [USER],
        "userName": name,
        "name": {"givenName": "Test", "familyName": "User"},
        "emails": [{"primary": true, "value": name, "type": "work"}],
        "displayName": "Test User",
        "locale": "en-US",
        "externalId": format!("{name}-okta"),
        "groups": [],
        "password": "1mz050nq",
        "active": true,
    })
}

#[tokio::test]
async fn okta_is_understood_t_u1_t_g13() {
    for strict_first in [false, true] {
        let mut play = Play::start("Okta", Dialect::Okta, strict_first).await;
        let anna = users(&mut play).await;
        groups(&mut play, &anna).await;
        play.finish();
    }
}

async fn users(play: &mut Play) -> String {
    let look = || query("/Users", "userName eq \"anna@example.com\"", "&startIndex=1&count=100");
    let none = play
        .step("look a user up by `userName`, with `startIndex` and `count`", &[], Accepts, look())
        .await;
    assert_eq!(none.json()["totalResults"], 0);
    let create = post("/Users", person("anna@example.com"));
    let made = play
        .step("create a user, with empty `groups` and a dummy `password`", &[], Accepts, create)
        .await;
    assert!(made.json().get("password").is_none());
    assert_eq!(made.json()["active"], json!(true));
    let anna = made.id();
    let path = format!("/Users/{anna}");

    let mut whole =
        play.step("read the user before an update", &[], Accepts, get(&path)).await.json();
    whole["displayName"] = json!("Anna");
    play.step(
        "update: PUT the whole object that was read",
        &[],
        Accepts,
        put(&path, whole.clone()),
    )
    .await;
    whole["displayName"] = json!("Anna User");
    whole["oktaStatus"] = json!("STAGED");
    let echo = put(&path, whole.clone());
    let now = play
        .step(
            "update: PUT with unknown fields echoed",
            &[UnknownInPut],
            Refuses("invalidSyntax"),
            echo,
        )
        .await
        .json();
    assert_eq!((&now["displayName"], now.get("oktaStatus")), (&json!("Anna User"), None));
    assert_eq!(now["name"], json!({"givenName": "Test", "familyName": "User"}));

    let operations = json!([{"op": "replace", "value": {"active": false}}]);
    play.step(
        "deactivate, catalogue application: `active` without a path",
        &[],
        Accepts,
        patch(&path, operations),
    )
    .await;
    let inactive =
        play.step("look up again: the inactive user is found", &[], Accepts, look()).await.json();
    assert_eq!(inactive["Resources"][0]["active"], json!(false));
    let bare = json!({"Operations": [{"op": "replace", "value": {"active": true}}]});
    let bare = call(http::Method::PATCH, &path, Some(bare));
    play.step("reactivate, without `schemas`", &[MissingSchemas], Refuses("invalidSyntax"), bare)
        .await;
    let now = play.seen(&path).await;
    assert_eq!(now["active"], json!(true));
    let mut whole = now;
    whole["active"] = json!(false);
    let now = play
        .step(
            "deactivate, custom application: PUT with `active` as `false`",
            &[],
            Accepts,
            put(&path, whole),
        )
        .await
        .json();
    assert_eq!(now["active"], json!(false));
    anna
}

async fn groups(play: &mut Play, anna: &str) {
    let create = post("/Users", person("boss@example.com"));
    let boss = play.step("create another user", &[], Accepts, create).await.id();
    let body = json!({"schemas": [GROUP], "displayName": "Staff", "members": []});
    let group = play
        .step("push a group: create it without members", &[], Accepts, post("/Groups", body))
        .await
        .id();
    let path = format!("/Groups/{group}");
    let named = json!({"id": group, "displayName": "All staff"});
    let rename = json!({"op": "replace", "value": named});
    play.step(
        "rename a group: `id` and `displayName` without a path",
        &[],
        Accepts,
        patch(&path, json!([rename])),
    )
    .await;
    let add = |id: &str| json!({"op": "add", "path": "members", "value": [{"value": id, "display": "u@example.com"}]});
    play.step(
        "push members: `add`, with the name again",
        &[],
        Accepts,
        patch(&path, json!([rename, add(anna)])),
    )
    .await;
    let operations =
        json!([{"op": "remove", "path": format!("members[value eq \"{anna}\"]")}, add(&boss)]);
    play.step(
        "push members: `remove` by a filter and `add`",
        &[],
        Accepts,
        patch(&path, operations),
    )
    .await;
    assert_eq!(members(&play.seen(&path).await), sorted(&[&boss]));
    let operations =
        json!([{"op": "replace", "path": "members", "value": [{"value": anna}, {"value": boss}]}]);
    play.step("push now: `replace` all members", &[], Accepts, patch(&path, operations)).await;
    assert_eq!(members(&play.seen(&path).await), sorted(&[anna, &boss]));

    let body = json!({"schemas": [GROUP], "id": group, "displayName": "Everybody"});
    play.step(
        "custom application: PUT a group without `members`",
        &[PutKeepsMembers],
        Differs("the group is emptied"),
        put(&path, body),
    )
    .await;
    let now = play.seen(&path).await;
    assert_eq!((&now["displayName"], members(&now)), (&json!("Everybody"), sorted(&[anna, &boss])));
    let body =
        json!({"schemas": [GROUP], "displayName": "Everybody", "members": [{"value": boss}]});
    play.step("custom application: PUT a group with all members", &[], Accepts, put(&path, body))
        .await;
    assert_eq!(members(&play.seen(&path).await), sorted(&[&boss]));
    let operations = json!([{"op": "replace", "path": "members", "value": []}]);
    play.step("push now: `replace` by nobody", &[], Accepts, patch(&path, operations)).await;
    assert_eq!(members(&play.seen(&path).await), sorted(&[]));
    play.step("unlink and delete a group", &[], Accepts, delete(&path)).await;
}
