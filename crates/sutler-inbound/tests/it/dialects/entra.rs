//! Microsoft Entra ID as a client, after the request shapes that Microsoft publishes for its
//! provisioning service: the default PATCH form, and the form of `aadOptscim062020`.

use serde_json::{Value, json};
use sutler_model::Dialect;
use sutler_model::Leniency::{
    BooleanText, FlatKeys, ForeignSchemas, ListedSingle, MissingSchemas, OldEnterpriseUrn,
    OperationCase, PlainManager, RemoveByValue, ReplaceCreates, ShortNames, UnquotedText,
    ValuePathFilter,
};

use super::Strict::{Accepts, Refuses};
use super::{Call, Play, call, delete, get, patch, post, query};
use crate::server::{ENTERPRISE, GROUP, USER, members, sorted};

const AD_GROUP: &str = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group";
const CUSTOM: &str = "urn:ietf:params:scim:schemas:extension:CustomExtensionName:2.0:User";
const OLD_ENTERPRISE: &str = "urn:scim:schemas:extension:enterprise:1.0";

/// The body of a create as Entra sends it.
fn person(name: &str) -> Value {
    json!({
        "schemas": [USER, ENTERPRISE],
        "externalId": format!("{name}-ext"),
        "userName": format!("{name}@example.com"),
        "active": true,
        "addresses": null,
        "displayName": name,
        "emails": [{"primary": true, "type": "work", "value": format!("{name}@example.com")}],
        "meta": {"resourceType": "User"},
        "name": {"formatted": name, "familyName": "Young", "givenName": name},
        "roles": [],
    })
}

fn with(mut body: Value, key: &str, value: Value) -> Value {
    body[key] = value;
    body
}

#[tokio::test]
async fn entra_in_its_default_form_is_understood_t_p1_t_p7_t_p8_t_g13() {
    for strict_first in [false, true] {
        let mut play = Play::start("Entra, default form", Dialect::Entra, strict_first).await;
        let (boss, anna) = people(&mut play).await;
        lookups(&mut play).await;
        attributes(&mut play, &format!("/Users/{anna}"), &boss).await;
        disabled(&mut play, &boss, &anna).await;
        groups(&mut play, &boss, &anna).await;
        play.step("delete a user", &[], Accepts, delete(&format!("/Users/{anna}"))).await;
        play.finish();
    }
}

async fn people(play: &mut Play) -> (String, String) {
    let guid = query("/Users", "userName eq \"7f2c0a52-0000-4000-8000-1b2c3d4e5f60\"", "");
    let answer =
        play.step("test the connection: look for a `userName` that nobody has", &[], Accepts, guid);
    assert_eq!(answer.await.json()["totalResults"], 0);
    let create = post("/Users", person("boss"));
    let boss =
        play.step("create a user, with `null` and empty lists", &[], Accepts, create).await.id();

    let data = json!({"department": "Sales", "manager": boss});
    let create = post("/Users", with(person("anna"), ENTERPRISE, data));
    let answer = play
        .step(
            "create a user with `manager` as text",
            &[PlainManager],
            Refuses("invalidValue"),
            create,
        )
        .await;
    let made = answer.json();
    assert_eq!(made[ENTERPRISE]["manager"]["value"], json!(boss));
    assert!(made.get("addresses").is_none() && made.get("roles").is_none());

    let create = post("/Users", with(person("cleo"), CUSTOM, json!({"tag": "x"})));
    let answer = play
        .step(
            "create a user with an extension that is not declared",
            &[ForeignSchemas],
            Refuses("invalidSyntax"),
            create,
        )
        .await;
    assert!(answer.json().get(CUSTOM).is_none());

    let mut old = with(person("dan"), OLD_ENTERPRISE, json!({"department": "Sales"}));
    old["schemas"] = json!([USER, OLD_ENTERPRISE]);
    let answer = play
        .step(
            "create a user with the enterprise URN of SCIM 1.x",
            &[OldEnterpriseUrn],
            Refuses("invalidSyntax"),
            post("/Users", old),
        )
        .await;
    assert_eq!(answer.json()[ENTERPRISE]["department"], "Sales");
    (boss, made["id"].as_str().unwrap().to_owned())
}

/// An app role as Entra sends it: JSON inside a string.
fn role() -> Value {
    json!([{"value": "{\"id\":\"7\",\"value\":\"Admin\",\"displayName\":\"Admin\"}"}])
}

async fn lookups(play: &mut Play) {
    found(
        play,
        "look a user up by `userName`",
        &[],
        Accepts,
        query("/Users", "userName eq \"anna@example.com\"", ""),
    )
    .await;
    let unquoted = query("/Users", "externalId eq anna-ext", "");
    found(
        play,
        "look a user up without quotes: `externalId eq jyoung`",
        &[UnquotedText],
        Refuses("invalidFilter"),
        unquoted,
    )
    .await;
    let work = query("/Users", "emails[type eq \"work\"].value eq \"anna@example.com\"", "");
    found(
        play,
        "look a user up by `emails[type eq \"work\"].value`",
        &[ValuePathFilter],
        Accepts,
        work,
    )
    .await;
}

async fn attributes(play: &mut Play, path: &str, boss: &str) {
    let operations = json!([
        {"op": "Add", "path": "emails[type eq \"work\"].value", "value": "a@example.com"},
        {"op": "Replace", "path": format!("{ENTERPRISE}:employeeNumber"), "value": "1"},
        {"op": "Add", "path": "phoneNumbers[type eq \"mobile\"].value", "value": "555"},
    ]);
    play.step(
        "`Add` and `Replace` attributes; `Add` to a chosen value that is not there",
        &[OperationCase],
        Accepts,
        patch(path, operations),
    )
    .await;
    let operations = json!([{"op": "Replace", "path": "addresses[type eq \"work\"].formatted", "value": "Main St"}]);
    play.step(
        "`Replace` a chosen value that is not there",
        &[OperationCase, ReplaceCreates],
        Refuses("noTarget"),
        patch(path, operations),
    )
    .await;
    let operations = json!([{"op": "Add", "path": "manager",
        "value": [{"$ref": format!("http://id.example.org/scim/v2/Users/{boss}"), "value": boss}]}]);
    play.step(
        "`Add` the manager, without URN and in a list",
        &[OperationCase, ListedSingle, ShortNames],
        Refuses("invalidPath"),
        patch(path, operations),
    )
    .await;
    let operations = json!([{"op": "Add", "path": "roles", "value": role()}]);
    play.step(
        "`Add` a role: JSON inside a string, which is kept as text",
        &[OperationCase],
        Accepts,
        patch(path, operations),
    )
    .await;
    let operations =
        json!([{"op": "Add", "path": "emails[type eq \"work\"].primary", "value": "true"}]);
    play.step(
        "`Add` `primary` as text",
        &[OperationCase, BooleanText],
        Refuses("invalidValue"),
        patch(path, operations),
    )
    .await;
    let operations = json!({"Operations": [{"op": "Replace", "path": "title", "value": "Dr"}]});
    let bare = call(http::Method::PATCH, path, Some(operations));
    play.step(
        "a PATCH without `schemas`",
        &[OperationCase, MissingSchemas],
        Refuses("invalidSyntax"),
        bare,
    )
    .await;
}

async fn disabled(play: &mut Play, boss: &str, anna: &str) {
    let path = format!("/Users/{anna}");
    let check =
        query("/Users", &format!("id eq \"{anna}\" and manager eq \"{boss}\""), "&attributes=id");
    found(
        play,
        "check a reference: `id eq \"…\" and manager eq \"…\"`",
        &[ShortNames],
        Refuses("invalidFilter"),
        check,
    )
    .await;
    let operations = json!([{"op": "Replace", "path": "active", "value": "False"}]);
    play.step(
        "disable a user: `active` as `\"False\"`",
        &[OperationCase, BooleanText],
        Refuses("invalidValue"),
        patch(&path, operations),
    )
    .await;
    found(
        play,
        "look a disabled user up",
        &[],
        Accepts,
        query("/Users", "externalId eq \"anna-ext\"", ""),
    )
    .await;

    let now = play.seen(&path).await;
    assert_eq!(now["active"], json!(false));
    assert_eq!(now["title"], "Dr");
    assert_eq!(now["emails"], json!([{"primary": true, "type": "work", "value": "a@example.com"}]));
    assert_eq!(now["phoneNumbers"], json!([{"type": "mobile", "value": "555"}]));
    assert_eq!(now["addresses"], json!([{"type": "work", "formatted": "Main St"}]));
    assert_eq!(now["roles"], role());
    assert_eq!(now[ENTERPRISE]["employeeNumber"], "1");
    assert_eq!(now[ENTERPRISE]["manager"]["value"], json!(boss));
}

async fn found(
    play: &mut Play,
    title: &str,
    needs: &[sutler_model::Leniency],
    strict: super::Strict,
    call: Call,
) {
    assert_eq!(play.step(title, needs, strict, call).await.json()["totalResults"], 1, "{title}");
}

async fn groups(play: &mut Play, boss: &str, anna: &str) {
    let look = || query("/Groups", "displayName eq \"Staff\"", "&excludedAttributes=members");
    let none = play
        .step("look a group up by `displayName`, without its members", &[], Accepts, look())
        .await;
    assert_eq!(none.json()["totalResults"], 0);
    let body = json!({"schemas": [GROUP, AD_GROUP], "externalId": "g1", "displayName": "Staff",
        "meta": {"resourceType": "Group"}});
    let made = play
        .step(
            "create a group with a schema of Microsoft's",
            &[ForeignSchemas],
            Refuses("invalidSyntax"),
            post("/Groups", body),
        )
        .await;
    assert_eq!(made.json()["schemas"], json!([GROUP]));
    let group = made.id();
    let path = format!("/Groups/{group}");
    let operations = json!([
        {"op": "Add", "path": "members", "value": [{"$ref": null, "value": boss}]},
        {"op": "Add", "path": "members", "value": [{"$ref": null, "value": anna}]},
    ]);
    let added =
        play.step("`Add` members", &[OperationCase], Accepts, patch(&path, operations)).await;
    // Entra expects no body; strict answers with the group.
    assert!(matches!((added.status.as_u16(), added.text.is_empty()), (204, true) | (200, false)));
    assert!(!added.header("etag").is_empty() && added.header("location").ends_with(&group));
    assert_eq!(members(&play.seen(&path).await), sorted(&[boss, anna]));
    let check =
        query("/Groups", &format!("id eq \"{group}\" and members eq \"{anna}\""), "&attributes=id");
    found(play, "check a member: `id eq \"…\" and members eq \"…\"`", &[], Accepts, check).await;
    let operations = json!([{"op": "Remove", "path": "members", "value": [{"value": anna}]}]);
    play.step(
        "`Remove` a member by its value: only this one goes",
        &[OperationCase, RemoveByValue],
        Accepts,
        patch(&path, operations),
    )
    .await;
    assert_eq!(members(&play.seen(&path).await), sorted(&[boss]));
    let operations = json!([{"op": "Replace", "path": "displayName", "value": "All staff"}]);
    play.step("`Replace` the name of a group", &[OperationCase], Accepts, patch(&path, operations))
        .await;
    assert_eq!(play.seen(&path).await["displayName"], "All staff");
    play.step("delete a group", &[], Accepts, delete(&path)).await;
}

#[tokio::test]
async fn entra_in_its_compliant_form_is_understood_t_p5() {
    for strict_first in [false, true] {
        let mut play =
            Play::start("Entra with aadOptscim062020", Dialect::Entra, strict_first).await;
        let create = post("/Users", person("anna"));
        let anna = play
            .step("create a user, with `null` and empty lists", &[], Accepts, create)
            .await
            .id();
        let path = format!("/Users/{anna}");
        let number = format!("{ENTERPRISE}:employeeNumber");
        let value = json!({"displayName": "B", "name.givenName": "K", number: "A"});
        let flat = patch(&path, json!([{"op": "replace", "value": value}]));
        play.step("`replace` with dotted keys and keys with a URN", &[FlatKeys], Accepts, flat)
            .await;
        let operations = json!([{"op": "replace", "path": "phoneNumbers[type eq \"work\"].value", "value": "1"}]);
        play.step(
            "`replace` a chosen value that is not there",
            &[ReplaceCreates],
            Refuses("noTarget"),
            patch(&path, operations),
        )
        .await;
        let operations = json!([{"op": "replace", "value": {"active": false}}]);
        play.step("disable a user: `active` as `false`", &[], Accepts, patch(&path, operations))
            .await;
        let now = play.seen(&path).await;
        assert_eq!((&now["displayName"], &now["active"]), (&json!("B"), &json!(false)));
        assert_eq!(
            now["name"],
            json!({"formatted": "anna", "familyName": "Young", "givenName": "K"})
        );
        assert_eq!(now[ENTERPRISE], json!({"employeeNumber": "A"}));
        assert_eq!(now["phoneNumbers"], json!([{"type": "work", "value": "1"}]));

        let body = json!({"schemas": [GROUP], "displayName": "Staff"});
        let group = play.step("create a group", &[], Accepts, post("/Groups", body)).await.id();
        let path = format!("/Groups/{group}");
        let operations = json!([{"op": "add", "path": "members", "value": [{"value": anna}]}]);
        play.step("`add` a member", &[], Accepts, patch(&path, operations)).await;
        assert_eq!(members(&play.seen(&path).await), sorted(&[&anna]));
        let operations = json!([{"op": "remove", "path": format!("members[value eq \"{anna}\"]")}]);
        play.step(
            "`remove` a member by a filter in the path",
            &[],
            Accepts,
            patch(&path, operations),
        )
        .await;
        assert_eq!(members(&play.seen(&path).await), sorted(&[]));
        play.step("read a group", &[], Accepts, get(&path)).await;
        play.finish();
    }
}
