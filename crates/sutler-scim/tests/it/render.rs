//! Resources as JSON: sections 4, 5 and 10 of the SCIM rules.

use serde_json::{Value, json};
use sutler_model::resource::{Membership, Related, Resource};
use sutler_model::schema::{ENTERPRISE_USER, USER, standard};
use sutler_model::{Kind, Rid, TenantId, Time, Uid, Version};
use sutler_scim::render::{Relations, list, resource};
use sutler_scim::selection::Selection;

const BASE: &str = "https://id.example/scim/v2";

fn stored(kind: Kind, body: Value) -> Resource {
    Resource {
        rid: Rid(1),
        uid: Uid("u1".to_owned()),
        tenant: TenantId::DEFAULT,
        kind,
        version: Version { body: 5, members: 0 },
        active: true,
        gone: false,
        body: body.as_object().cloned().unwrap(),
        set: None,
        created: Time(0),
        changed: Time(1_000),
    }
}

fn ann() -> Resource {
    stored(
        Kind::User,
        json!({
            "userName": "ann", "active": true, "name": {"givenName": "Ann", "familyName": "Lee"},
            "emails": [{"value": "a@x", "type": "work"}, {"value": "b@x"}],
            ENTERPRISE_USER: {"department": "Sales", "manager": {"value": "u2"}},
        }),
    )
}

fn related(uid: &str, kind: Kind) -> Related {
    Related { rid: Rid(9), uid: Uid(uid.to_owned()), kind, display: Some("Somebody".to_owned()) }
}

fn selected(attributes: Option<&str>, excluded: Option<&str>) -> Value {
    let parameters: Vec<(String, String)> =
        [("attributes", attributes), ("excludedAttributes", excluded)]
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())))
            .collect();
    let selection = Selection::from_parameters(&parameters).unwrap();
    let groups = [Membership { group: related("g1", Kind::Group), direct: true }];
    let relations = Relations { groups: Some(&groups), members: None };
    resource(standard(Kind::User), &ann(), relations, BASE, &selection)
}

#[test]
fn a_user_is_whole_t_c1_t_e1_t_g10_t_g16() {
    let user = selected(None, None);
    assert_eq!(user["schemas"], json!([USER, ENTERPRISE_USER]));
    assert_eq!(
        user["meta"],
        json!({
            "resourceType": "User", "created": "1970-01-01T00:00:00.000Z",
            "lastModified": "1970-01-01T00:00:01.000Z", "location": format!("{BASE}/Users/u1"),
            "version": "W/\"5\"",
        })
    );
    assert_eq!(
        user["groups"],
        json!([{"value": "g1", "$ref": format!("{BASE}/Groups/g1"), "type": "direct", "display": "Somebody"}])
    );
    assert_eq!(user[ENTERPRISE_USER]["manager"]["$ref"], format!("{BASE}/Users/u2"));
}

#[test]
fn members_are_addressed_and_absent_when_there_are_none_t_g11() {
    let group = stored(Kind::Group, json!({"displayName": "g"}));
    let members = [related("u1", Kind::User), related("g2", Kind::Group)];
    let relations = Relations { members: Some(&members), groups: None };
    let shown = resource(standard(Kind::Group), &group, relations, BASE, &Selection::all());
    assert_eq!(shown["members"][0]["type"], "User");
    assert_eq!(shown["members"][1]["$ref"], format!("{BASE}/Groups/g2"));
    let relations = Relations { members: Some(&[]), groups: None };
    assert_eq!(
        resource(standard(Kind::Group), &group, relations, BASE, &Selection::all()).get("members"),
        None
    );
}

#[test]
fn the_name_of_a_member_is_returned_on_request_t_a2_t_g11() {
    let group = stored(Kind::Group, json!({"displayName": "g"}));
    let members = [related("u1", Kind::User)];
    let shown = |attributes: Option<&[&str]>| {
        let relations = Relations { members: Some(&members), groups: None };
        let selection = Selection::new(attributes, None).unwrap();
        let shape = standard(Kind::Group);
        let member = resource(shape, &group, relations, BASE, &selection)["members"][0].clone();
        // What need not be loaded is what is not shown.
        let named = selection.names_part(shape, "members", "display");
        assert_eq!(named, member.get("display").is_some(), "{attributes:?}");
        member
    };
    assert_eq!(keys(&shown(None)), ["$ref", "type", "value"]);
    assert_eq!(keys(&shown(Some(&["members"]))), ["$ref", "type", "value"]);
    assert_eq!(keys(&shown(Some(&["members.value", "members.display"]))), ["display", "value"]);
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn only_what_is_asked_for_is_returned_t_a2_t_a3_t_a5() {
    assert_eq!(keys(&selected(Some("userName"), None)), ["id", "schemas", "userName"]);
    assert_eq!(
        keys(&selected(Some(" USERNAME , nothing,a b"), None)),
        ["id", "schemas", "userName"]
    );
    assert_eq!(keys(&selected(Some("password"), None)), ["id", "schemas"]);
    assert_eq!(selected(Some("name.GivenName"), None)["name"], json!({"givenName": "Ann"}));
    assert_eq!(selected(Some("emails.type"), None)["emails"], json!([{"type": "work"}]));
    assert_eq!(selected(Some("meta.version"), None)["meta"], json!({"version": "W/\"5\""}));
    assert_eq!(selected(Some(""), None), selected(None, None));
}

#[test]
fn an_extension_is_asked_for_by_its_urn_t_a3_t_a4() {
    let whole = selected(Some(ENTERPRISE_USER), None);
    assert_eq!(keys(&whole), ["id", "schemas", ENTERPRISE_USER]);
    assert_eq!(keys(&whole[ENTERPRISE_USER]), ["department", "manager"]);
    let part = selected(Some(&format!("{ENTERPRISE_USER}:manager.value")), None);
    assert_eq!(part[ENTERPRISE_USER], json!({"manager": {"value": "u2"}}));
    assert_eq!(selected(Some("userName"), None)["schemas"], json!([USER]));
    let without = selected(None, Some(ENTERPRISE_USER));
    assert_eq!(without["schemas"], json!([USER]));
    assert_eq!(without.get(ENTERPRISE_USER), None);
}

#[test]
fn what_is_excluded_goes_but_not_what_is_always_there_t_a2_t_a3() {
    let shown = selected(None, Some("id,schemas,emails,name.familyName,meta"));
    assert_eq!(shown["id"], "u1");
    assert_eq!(shown["schemas"], json!([USER, ENTERPRISE_USER]));
    assert_eq!(shown["name"], json!({"givenName": "Ann"}));
    assert_eq!((shown.get("emails"), shown.get("meta")), (None, None));
}

#[test]
fn both_lists_exclude_each_other_t_a1() {
    assert!(Selection::new(Some(&["a"]), Some(&["b"])).is_err());
}

#[test]
fn members_need_not_be_loaded_when_nobody_sees_them_t_g11() {
    let check = |attributes: Option<&[&str]>, excluded: Option<&[&str]>, expected: bool| {
        let selection = Selection::new(attributes, excluded).unwrap();
        assert_eq!(selection.names(standard(Kind::Group), "members"), expected);
    };
    check(None, None, true);
    check(None, Some(&["MEMBERS"]), false);
    check(None, Some(&["members.display"]), true);
    check(Some(&["displayName"]), None, false);
    check(Some(&["members.value"]), None, true);
}

#[test]
fn a_list_has_exactly_its_keys_t_g2() {
    let page = list(vec![json!({"id": "1"})], 7, 3);
    assert_eq!(keys(&page), ["Resources", "itemsPerPage", "schemas", "startIndex", "totalResults"]);
    assert_eq!(
        (&page["totalResults"], &page["itemsPerPage"], &page["startIndex"]),
        (&json!(7), &json!(1), &json!(3))
    );
}
