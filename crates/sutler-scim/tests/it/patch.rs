//! PATCH: section 2 of the SCIM rules.

use secrecy::ExposeSecret;
use serde_json::{Value, json};
use sutler_model::document::{MemberRef, NewPassword};
use sutler_model::patch::{MemberChange, Patched, apply};
use sutler_model::schema::{ENTERPRISE_USER, GROUP, USER, standard};
use sutler_model::{Invalid, InvalidKind, Kind, Leniencies};
use sutler_scim::patch::{PATCH_OP, parse};

fn ann() -> Value {
    json!({
        "userName": "ann", "active": true, "title": "Head",
        "name": {"givenName": "Ann", "familyName": "Lee"},
        "emails": [{"value": "a@work", "type": "work", "primary": true}, {"value": "a@home", "type": "home"}],
        ENTERPRISE_USER: {"department": "Sales", "manager": {"value": "7"}},
    })
}

fn patch(kind: Kind, old: &Value, operations: &Value) -> Result<Patched, Invalid> {
    let body = json!({"schemas": [PATCH_OP], "Operations": operations});
    let parsed = parse(Leniencies::STRICT, body.as_object().unwrap(), 5_000)?;
    let operations = parsed.operations;
    apply(standard(kind), Leniencies::STRICT, "id-1", old.as_object().unwrap(), &operations)
}

/// The changed members of the user; `null` for those that are gone.
fn changes(operations: Value, expected: Value) {
    let patched =
        patch(Kind::User, &ann(), &operations).unwrap_or_else(|e| panic!("{operations}: {e}"));
    let mut whole = ann();
    for (key, value) in expected.as_object().unwrap() {
        let map = whole.as_object_mut().unwrap();
        if value.is_null() {
            map.remove(key);
        } else {
            map.insert(key.clone(), value.clone());
        }
    }
    assert_eq!(Value::Object(patched.document), whole, "{operations}");
    assert_eq!(patched.members, [], "{operations}");
}

fn refused(operations: Value, kind: InvalidKind) {
    let refusal = patch(Kind::User, &ann(), &operations).expect_err(&operations.to_string());
    assert_eq!(refusal.kind, kind, "{operations}: {refusal}");
}

fn members(operations: Value, expected: &[MemberChange]) {
    let patched = patch(Kind::Group, &json!({"displayName": "g"}), &operations);
    let patched = patched.unwrap_or_else(|e| panic!("{operations}: {e}"));
    assert_eq!(patched.members, expected, "{operations}");
    assert_eq!(Value::Object(patched.document), json!({"displayName": "g"}));
}

fn members_refused(operations: Value, kind: InvalidKind) {
    let refusal = patch(Kind::Group, &json!({"displayName": "g"}), &operations);
    assert_eq!(refusal.map_err(|e| e.kind).unwrap_err(), kind, "{operations}");
}

fn named(ids: &[&str]) -> Vec<MemberRef> {
    ids.iter().map(|id| MemberRef { value: (*id).to_owned(), kind: None }).collect()
}

#[test]
fn operations_see_the_result_of_those_before_t_p2() {
    changes(
        json!([
            {"op": "remove", "path": "emails"},
            {"op": "add", "path": "emails", "value": {"value": "n@x"}},
            {"op": "replace", "path": "emails[value eq \"n@x\"].type", "value": "other"},
        ]),
        json!({"emails": [{"value": "n@x", "type": "other"}]}),
    );
}

#[test]
fn one_bad_operation_refuses_all_and_is_named_t_p2() {
    let operations =
        json!([{"op": "remove", "path": "title"}, {"op": "remove", "path": "userName"}]);
    let refusal = patch(Kind::User, &ann(), &operations).unwrap_err();
    assert_eq!(refusal.kind, InvalidKind::Mutability);
    assert!(
        refusal.detail.contains("operation 2") && refusal.detail.contains("userName"),
        "{refusal}"
    );
}

#[test]
fn unknown_paths_are_refused_t_p4() {
    for path in [
        "shoeSize",
        "name.shoe",
        "urn:x:y:z",
        "department",
        "userName[value eq \"x\"]",
        "name[givenName pr]",
        &format!("{ENTERPRISE_USER}[a pr]"),
    ] {
        refused(json!([{"op": "replace", "path": path, "value": "x"}]), InvalidKind::Path);
    }
    refused(json!([{"op": "remove", "path": "emails[shoe eq \"x\"]"}]), InvalidKind::Filter);
    refused(json!([{"op": "remove", "path": "emails[primary gt true]"}]), InvalidKind::Filter);
}

#[test]
fn without_a_path_every_key_is_a_target_t_p5() {
    changes(
        json!([{"op": "replace", "value": {
            "active": false, "name.givenName": "Anna", ENTERPRISE_USER: {"division": "D"},
            format!("{ENTERPRISE_USER}:department"): "Law", USER: {"TITLE": "Boss"}, "id": "id-1",
        }}]),
        json!({
            "active": false, "title": "Boss", "name": {"givenName": "Anna", "familyName": "Lee"},
            ENTERPRISE_USER: {"department": "Law", "division": "D", "manager": {"value": "7"}},
        }),
    );
    refused(json!([{"op": "add", "value": "x"}]), InvalidKind::Value);
    refused(json!([{"op": "add", "value": {"shoeSize": 1}}]), InvalidKind::Path);
    refused(json!([{"op": "replace", "value": {"id": "other"}}]), InvalidKind::Mutability);
}

#[test]
fn add_appends_to_lists_and_merges_into_objects_t_p6() {
    refused(json!([{"op": "add", "path": "title"}]), InvalidKind::Value);
    changes(json!([{"op": "add", "path": "title", "value": "Boss"}]), json!({"title": "Boss"}));
    changes(
        json!([{"op": "add", "path": "name", "value": {"middleName": "M", "givenName": "Anna"}}]),
        json!({"name": {"givenName": "Anna", "familyName": "Lee", "middleName": "M"}}),
    );
    changes(
        json!([{"op": "add", "path": "phoneNumbers", "value": {"value": "1"}}]),
        json!({"phoneNumbers": [{"value": "1"}]}),
    );
    changes(
        json!([{"op": "add", "path": "phoneNumbers", "value": [{"value": "1"}, {"value": "2"}]}]),
        json!({"phoneNumbers": [{"value": "1"}, {"value": "2"}]}),
    );
}

#[test]
fn adding_what_is_there_changes_nothing_t_p6() {
    changes(
        json!([{"op": "add", "path": "emails", "value": [{"value": "A@HOME", "type": "home"}]}]),
        json!({
            "emails": [{"value": "a@work", "type": "work", "primary": true}, {"value": "A@HOME", "type": "home"}],
        }),
    );
    changes(
        json!([{"op": "add", "path": "emails", "value": [{"value": "a@home", "type": "home"}]}]),
        json!({}),
    );
    changes(json!([{"op": "add", "path": "title", "value": "Head"}]), json!({}));
}

#[test]
fn add_to_brackets_without_a_match_creates_what_they_describe_t_p6() {
    changes(
        json!([{"op": "add", "path": "phoneNumbers[type eq \"work\"].value", "value": "1"}]),
        json!({"phoneNumbers": [{"type": "work", "value": "1"}]}),
    );
    changes(
        json!([{"op": "add", "path": "phoneNumbers[type eq \"work\" and primary eq true]", "value": {"value": "1"}}]),
        json!({"phoneNumbers": [{"type": "work", "primary": true, "value": "1"}]}),
    );
    refused(
        json!([{"op": "add", "path": "phoneNumbers[type ne \"work\"].value", "value": "1"}]),
        InvalidKind::NoTarget,
    );
    refused(
        json!([{"op": "add", "path": "phoneNumbers[type eq \"a\" or type eq \"b\"].value", "value": "1"}]),
        InvalidKind::NoTarget,
    );
}

#[test]
fn replace_is_whole_for_lists_and_in_part_for_objects_t_p7() {
    changes(json!([{"op": "replace", "path": "nickName", "value": "N"}]), json!({"nickName": "N"}));
    changes(
        json!([{"op": "replace", "path": "name", "value": {"givenName": "Anna"}}]),
        json!({"name": {"givenName": "Anna", "familyName": "Lee"}}),
    );
    changes(
        json!([{"op": "replace", "path": "emails", "value": [{"value": "n@x"}]}]),
        json!({"emails": [{"value": "n@x"}]}),
    );
    changes(
        json!([{"op": "replace", "path": "emails[type eq \"home\"]", "value": {"value": "n@x"}}]),
        json!({"emails": [{"value": "a@work", "type": "work", "primary": true}, {"value": "n@x"}]}),
    );
    changes(
        json!([{"op": "replace", "path": "emails[value co \"a@\"].display", "value": "A"}]),
        json!({"emails": [
            {"value": "a@work", "type": "work", "primary": true, "display": "A"}, {"value": "a@home", "type": "home", "display": "A"},
        ]}),
    );
    refused(
        json!([{"op": "replace", "path": "emails[type eq \"x\"].value", "value": "v"}]),
        InvalidKind::NoTarget,
    );
}

#[test]
fn remove_takes_what_is_named_and_no_more_t_p8() {
    refused(json!([{"op": "remove"}]), InvalidKind::NoTarget);
    changes(json!([{"op": "remove", "path": "title"}]), json!({"title": null}));
    changes(json!([{"op": "remove", "path": "nickName"}]), json!({}));
    changes(
        json!([{"op": "remove", "path": "name.givenName"}]),
        json!({"name": {"familyName": "Lee"}}),
    );
    changes(json!([{"op": "remove", "path": "emails"}]), json!({"emails": null}));
    changes(
        json!([{"op": "remove", "path": "emails[type eq \"work\"]"}]),
        json!({"emails": [{"value": "a@home", "type": "home"}]}),
    );
    changes(json!([{"op": "remove", "path": "emails[value pr]"}]), json!({"emails": null}));
    changes(json!([{"op": "remove", "path": "emails[type eq \"x\"]"}]), json!({}));
    changes(
        json!([{"op": "remove", "path": "emails", "value": [{"value": "a@home"}]}]),
        json!({"emails": [{"value": "a@work", "type": "work", "primary": true}]}),
    );
    refused(json!([{"op": "remove", "path": "title", "value": "Another"}]), InvalidKind::Value);
}

#[test]
fn what_is_required_or_read_only_stays_t_p9_t_p10() {
    for operation in [
        json!({"op": "remove", "path": "userName"}),
        json!({"op": "replace", "path": "userName", "value": null}),
        json!({"op": "remove", "path": "id"}),
        json!({"op": "replace", "path": "id", "value": "other"}),
        json!({"op": "remove", "path": "schemas"}),
        json!({"op": "replace", "path": "meta.version", "value": "x"}),
        json!({"op": "add", "path": "groups", "value": [{"value": "g"}]}),
        json!({"op": "add", "value": {"groups": [{"value": "g"}]}}),
        json!({"op": "replace", "path": format!("{ENTERPRISE_USER}:manager.displayName"), "value": "x"}),
    ] {
        refused(json!([operation]), InvalidKind::Mutability);
    }
    refused(json!([{"op": "replace", "path": "userName", "value": ""}]), InvalidKind::Value);
}

#[test]
fn a_new_primary_takes_the_place_of_the_old_one_t_p11() {
    changes(
        json!([{"op": "add", "path": "emails", "value": {"value": "n@x", "primary": true}}]),
        json!({"emails": [
            {"value": "a@work", "type": "work", "primary": false}, {"value": "a@home", "type": "home"}, {"value": "n@x", "primary": true},
        ]}),
    );
    changes(
        json!([{"op": "replace", "path": "emails[type eq \"home\"].primary", "value": true}]),
        json!({"emails": [
            {"value": "a@work", "type": "work", "primary": false}, {"value": "a@home", "type": "home", "primary": true},
        ]}),
    );
    refused(
        json!([{"op": "replace", "path": "emails", "value": [{"value": "1", "primary": true}, {"value": "2", "primary": true}]}]),
        InvalidKind::Value,
    );
    refused(
        json!([{"op": "replace", "path": "emails.primary", "value": true}]),
        InvalidKind::Value,
    );
}

#[test]
fn an_extension_comes_and_goes_with_its_attributes_t_p12() {
    let department = format!("{ENTERPRISE_USER}:department");
    let manager = format!("{ENTERPRISE_USER}:manager");
    changes(
        json!([{"op": "remove", "path": department}]),
        json!({ENTERPRISE_USER: {"manager": {"value": "7"}}}),
    );
    changes(
        json!([{"op": "remove", "path": department}, {"op": "remove", "path": manager}]),
        json!({ENTERPRISE_USER: null}),
    );
    changes(json!([{"op": "remove", "path": ENTERPRISE_USER}]), json!({ENTERPRISE_USER: null}));
    changes(
        json!([{"op": "remove", "path": ENTERPRISE_USER}, {"op": "add", "path": department, "value": "Law"}]),
        json!({ENTERPRISE_USER: {"department": "Law"}}),
    );
    changes(
        json!([{"op": "replace", "path": ENTERPRISE_USER, "value": {"department": "Law"}}]),
        json!({ENTERPRISE_USER: {"department": "Law", "manager": {"value": "7"}}}),
    );
    changes(
        json!([{"op": "replace", "path": "schemas", "value": [USER]}]),
        json!({ENTERPRISE_USER: null}),
    );
    changes(json!([{"op": "add", "path": "schemas", "value": [ENTERPRISE_USER]}]), json!({}));
    refused(json!([{"op": "add", "path": "schemas", "value": [GROUP]}]), InvalidKind::Syntax);
    refused(json!([{"op": "replace", "path": manager, "value": "7"}]), InvalidKind::Value);
}

#[test]
fn a_manager_is_set_by_id_or_by_address_t_g16() {
    let reference = format!("{ENTERPRISE_USER}:manager.$ref");
    changes(
        json!([{"op": "remove", "path": format!("{ENTERPRISE_USER}:manager")},
            {"op": "replace", "path": reference, "value": "https://h/v2/Users/9"}]),
        json!({ENTERPRISE_USER: {"department": "Sales", "manager": {"value": "9"}}}),
    );
    changes(
        json!([{"op": "add", "path": format!("{ENTERPRISE_USER}:manager"), "value": {"value": "9", "displayName": "B"}}]),
        json!({ENTERPRISE_USER: {"department": "Sales", "manager": {"value": "9"}}}),
    );
}

#[test]
fn null_and_an_empty_list_unassign_t_p13() {
    changes(json!([{"op": "replace", "path": "title", "value": null}]), json!({"title": null}));
    changes(json!([{"op": "add", "path": "title", "value": null}]), json!({"title": null}));
    changes(json!([{"op": "replace", "path": "emails", "value": []}]), json!({"emails": null}));
    changes(
        json!([{"op": "replace", "path": "name", "value": {"givenName": null}}]),
        json!({"name": {"familyName": "Lee"}}),
    );
}

#[test]
fn types_are_as_strict_as_in_a_body_t_c2() {
    refused(json!([{"op": "replace", "path": "active", "value": "False"}]), InvalidKind::Value);
    refused(json!([{"op": "add", "path": "emails", "value": "a@x"}]), InvalidKind::Value);
    refused(json!([{"op": "add", "path": "emails", "value": [{"shoe": 1}]}]), InvalidKind::Syntax);
    refused(json!([{"op": "add", "path": "title", "value": ["x"]}]), InvalidKind::Value);
}

#[test]
fn a_password_goes_beside_the_document_t_g12() {
    let check = |operations: Value, expected: &str| {
        let patched = patch(Kind::User, &ann(), &operations).unwrap();
        assert_eq!(Value::Object(patched.document), ann());
        let word = match patched.password {
            NewPassword::Keep => "keep".to_owned(),
            NewPassword::Clear => "clear".to_owned(),
            NewPassword::Set(secret) => secret.expose_secret().to_owned(),
        };
        assert_eq!(word, expected, "{operations}");
    };
    check(json!([{"op": "replace", "path": "password", "value": "s3"}]), "s3");
    check(json!([{"op": "replace", "value": {"PASSWORD": "s3"}}]), "s3");
    check(json!([{"op": "remove", "path": "password"}]), "clear");
    check(json!([{"op": "replace", "path": "title", "value": "Head"}]), "keep");
    refused(json!([{"op": "replace", "path": "password", "value": 3}]), InvalidKind::Value);
}

#[test]
fn members_come_out_as_steps_in_order_t_p8_t_g11() {
    members(
        json!([{"op": "add", "path": "members", "value": [{"value": "1", "$ref": null}, {"value": "2"}]}]),
        &[MemberChange::Add(named(&["1", "2"]))],
    );
    members(
        json!([{"op": "add", "path": "members", "value": {"value": "1"}}]),
        &[MemberChange::Add(named(&["1"]))],
    );
    members(
        json!([{"op": "add", "value": {"members": [{"value": "1"}]}}]),
        &[MemberChange::Add(named(&["1"]))],
    );
    members(
        json!([{"op": "remove", "path": "members[value eq \"1\"]"}]),
        &[MemberChange::Remove(named(&["1"]))],
    );
    members(
        json!([{"op": "remove", "path": "members[value eq \"1\" or value eq \"2\"]"}]),
        &[MemberChange::Remove(named(&["1", "2"]))],
    );
    members(
        json!([{"op": "remove", "path": "members[type eq \"Group\"]"}]),
        &[MemberChange::RemoveMatching(sutler_scim::filter::parse("type eq \"Group\"").unwrap())],
    );
    members(json!([{"op": "remove", "path": "members"}]), &[MemberChange::Clear]);
    members(json!([{"op": "replace", "path": "members", "value": []}]), &[MemberChange::Clear]);
    members(
        json!([{"op": "remove", "path": "members[value eq \"1\"]"}, {"op": "replace", "path": "members", "value": [{"value": "3"}]}]),
        &[MemberChange::Remove(named(&["1"])), MemberChange::Replace(named(&["3"]))],
    );
}

#[test]
fn a_remove_with_a_list_never_empties_the_group_t_p8() {
    members(
        json!([{"op": "Remove", "path": "members", "value": [{"value": "1"}]}]),
        &[MemberChange::Remove(named(&["1"]))],
    );
    members(json!([{"op": "Remove", "path": "members", "value": []}]), &[]);
    members(json!([{"op": "add", "path": "members", "value": []}]), &[]);
    members_refused(
        json!([{"op": "Remove", "path": "members", "value": ["1"]}]),
        InvalidKind::Value,
    );
    members_refused(
        json!([{"op": "Remove", "path": "members", "value": [{"display": "x"}]}]),
        InvalidKind::Value,
    );
}

#[test]
fn the_parts_of_a_member_are_immutable_t_p10() {
    for path in [
        "members[value eq \"1\"].value",
        "members.value",
        "members[value eq \"1\"]",
        "members[value eq \"1\"].display",
    ] {
        members_refused(
            json!([{"op": "replace", "path": path, "value": "2"}]),
            InvalidKind::Mutability,
        );
    }
    members_refused(json!([{"op": "remove", "path": "displayName"}]), InvalidKind::Mutability);
    members_refused(
        json!([{"op": "remove", "path": "members[shoe eq \"1\"]"}]),
        InvalidKind::Filter,
    );
}
