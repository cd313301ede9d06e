//! `OneLogin` as a client, after the request shapes of its SCIM 2.0 connectors as they appear in
//! the logs that servers have published: old schema URNs, and a `&` after the filter.

use serde_json::json;
use sutler_model::Dialect;
use sutler_model::Leniency::{MissingSchemas, OldCoreUrns, OldEnterpriseUrn, PutKeepsMembers};

use super::Strict::{Accepts, Differs, Refuses};
use super::{Play, call, delete, get, patch, post, put, query};
use crate::server::{ENTERPRISE, GROUP, USER, members, sorted};

const OLD_CORE: &str = "urn:scim:schemas:core:2.0";
const OLD_ENTERPRISE: &str = "urn:scim:schemas:extension:enterprise:1.0";

#[tokio::test]
async fn onelogin_is_understood_t_c1_t_u1() {
    for strict_first in [false, true] {
        let mut play = Play::start("OneLogin", Dialect::OneLogin, strict_first).await;
        let anna = users(&mut play).await;
        groups(&mut play, &anna).await;
        play.step("delete a user", &[], Accepts, delete(&format!("/Users/{anna}"))).await;
        play.finish();
    }
}

async fn users(play: &mut Play) -> String {
    let look = || query("/Users", "userName eq \"anna@example.com\"", "&");
    let none = play.step("look a user up, with a `&` after the filter", &[], Accepts, look()).await;
    assert_eq!(none.json()["totalResults"], 0);
    let body = json!({
        "schemas": [OLD_CORE, OLD_ENTERPRISE],
        "userName": "anna@example.com",
        "externalId": "101",
        "name": {"givenName": "Anna", "familyName": "Ek"},
        "emails": [{"value": "anna@example.com", "type": "work", "primary": true}],
        OLD_ENTERPRISE: {"department": "Sales"},
    });
    let made = play
        .step(
            "create a user with old URNs",
            &[OldCoreUrns, OldEnterpriseUrn],
            Refuses("invalidSyntax"),
            post("/Users", body.clone()),
        )
        .await;
    assert_eq!(made.json()["schemas"], json!([USER, ENTERPRISE]));
    let anna = made.id();
    let path = format!("/Users/{anna}");
    let mut whole = body;
    whole["title"] = json!("Dr");
    let now = play
        .step(
            "update: PUT with old URNs",
            &[OldCoreUrns, OldEnterpriseUrn],
            Refuses("invalidSyntax"),
            put(&path, whole),
        )
        .await
        .json();
    assert_eq!((&now["title"], &now[ENTERPRISE]), (&json!("Dr"), &json!({"department": "Sales"})));

    let value = json!({"title": "Prof", OLD_ENTERPRISE: {"department": "Law"}});
    let old = json!({"schemas": ["urn:scim:api:messages:2.0:PatchOp"],
        "Operations": [{"op": "replace", "value": value}]});
    let old = call(http::Method::PATCH, &path, Some(old));
    play.step(
        "PATCH with old URNs",
        &[OldCoreUrns, OldEnterpriseUrn],
        Refuses("invalidSyntax"),
        old,
    )
    .await;
    let department =
        json!([{"op": "replace", "path": format!("{OLD_ENTERPRISE}:department"), "value": "Tax"}]);
    play.step(
        "PATCH an attribute under the old enterprise URN",
        &[OldEnterpriseUrn],
        Refuses("invalidPath"),
        patch(&path, department),
    )
    .await;
    let found = query("/Users", &format!("{OLD_ENTERPRISE}:department eq \"Tax\""), "");
    let found = play
        .step(
            "filter by an attribute under the old enterprise URN",
            &[OldEnterpriseUrn],
            Refuses("invalidFilter"),
            found,
        )
        .await;
    assert_eq!(found.json()["Resources"][0]["title"], "Prof");
    let operations = json!([{"op": "replace", "path": "active", "value": false}]);
    play.step("deactivate", &[], Accepts, patch(&path, operations)).await;
    let inactive =
        play.step("look up again: the inactive user is found", &[], Accepts, look()).await.json();
    assert_eq!(inactive["Resources"][0]["active"], json!(false));
    anna
}

async fn groups(play: &mut Play, anna: &str) {
    let body = json!({"displayName": "Staff"});
    let made = play
        .step(
            "create a group without `schemas`",
            &[MissingSchemas],
            Refuses("invalidSyntax"),
            post("/Groups", body),
        )
        .await;
    assert_eq!(made.json()["schemas"], json!([GROUP]));
    let path = format!("/Groups/{}", made.id());
    let operations = json!([{"op": "add", "path": "members", "value": [{"value": anna}]}]);
    play.step("`add` a member", &[], Accepts, patch(&path, operations)).await;
    let body = json!({"schemas": [OLD_CORE], "displayName": "All staff"});
    play.step(
        "rename: PUT a group without `members`",
        &[OldCoreUrns, PutKeepsMembers],
        Differs("400 invalidSyntax; with today's URN the group is emptied"),
        put(&path, body),
    )
    .await;
    let now = play.step("read a group", &[], Accepts, get(&path)).await.json();
    assert_eq!((&now["displayName"], members(&now)), (&json!("All staff"), sorted(&[anna])));
    let operations = json!([{"op": "remove", "path": format!("members[value eq \"{anna}\"]")}]);
    play.step("`remove` a member by a filter in the path", &[], Accepts, patch(&path, operations))
        .await;
    assert_eq!(members(&play.seen(&path).await), sorted(&[]));
    play.step("delete a group", &[], Accepts, delete(&path)).await;
}
