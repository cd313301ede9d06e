//! Bodies of POST and PUT: section 3 of the SCIM rules, and what sections 9 and 10 say of them.

use secrecy::ExposeSecret;
use serde_json::{Value, json};
use sutler_model::document::{Draft, NewPassword, create, replace};
use sutler_model::schema::{ENTERPRISE_USER, GROUP, USER, standard};
use sutler_model::{Document, Invalid, InvalidKind, Kind, Leniencies};

fn user(extra: &Value) -> Result<Draft, Invalid> {
    let mut body = json!({"schemas": [USER, ENTERPRISE_USER], "userName": "ann"});
    let map = body.as_object_mut().unwrap();
    for (key, value) in extra.as_object().unwrap() {
        map.insert(key.clone(), value.clone());
    }
    create(standard(Kind::User), Leniencies::STRICT, map)
}

fn stored(extra: Value, expected: Value) {
    let draft = user(&extra).unwrap_or_else(|refused| panic!("{extra}: {refused}"));
    let mut expected = expected.as_object().cloned().unwrap();
    expected.entry("userName").or_insert("ann".into());
    expected.entry("active").or_insert(true.into());
    assert_eq!(Value::Object(draft.document), Value::Object(expected), "{extra}");
}

fn refused(extra: Value, kind: InvalidKind, names: &str) {
    let refusal = user(&extra).expect_err(&extra.to_string());
    assert_eq!(refusal.kind, kind, "{extra}: {refusal}");
    assert!(refusal.detail.contains(names), "{extra}: {refusal}");
}

fn group(body: Value) -> Result<Draft, Invalid> {
    create(standard(Kind::Group), Leniencies::STRICT, body.as_object().unwrap())
}

#[test]
fn what_the_server_makes_is_passed_over_t_c1_t_g10() {
    stored(json!({"id": "x", "meta": {"version": 1}, "groups": [{"value": "g"}]}), json!({}));
}

#[test]
fn schemas_must_be_listed_rightly_t_c1() {
    let with = |schemas: Value| {
        let body = json!({"schemas": schemas, "userName": "ann"});
        create(standard(Kind::User), Leniencies::STRICT, body.as_object().unwrap())
            .map(|_| ())
            .map_err(|e| e.kind)
    };
    assert_eq!(with(json!([USER])), Ok(()));
    assert_eq!(with(json!([USER.to_uppercase()])), Ok(()));
    for wrong in [
        json!(null),
        json!([]),
        json!(USER),
        json!([1]),
        json!([GROUP]),
        json!([USER, USER]),
        json!([ENTERPRISE_USER]),
        json!([USER, "urn:x:y"]),
    ] {
        assert_eq!(with(wrong.clone()), Err(InvalidKind::Syntax), "{wrong}");
    }
    let silent = json!({"userName": "ann"});
    assert_eq!(
        create(standard(Kind::User), Leniencies::STRICT, silent.as_object().unwrap())
            .unwrap_err()
            .kind,
        InvalidKind::Syntax
    );
}

#[test]
fn what_is_required_must_be_there_t_c2() {
    refused(json!({"userName": null}), InvalidKind::Value, "userName");
    refused(json!({"userName": ""}), InvalidKind::Value, "userName");
    refused(json!({"userName": "  "}), InvalidKind::Value, "userName");
    assert_eq!(group(json!({"schemas": [GROUP]})).unwrap_err().kind, InvalidKind::Value);
}

#[test]
fn a_wrong_type_is_refused_with_its_name_t_c2() {
    refused(json!({"active": "true"}), InvalidKind::Value, "active");
    refused(json!({"title": {"a": 1}}), InvalidKind::Value, "title");
    refused(json!({"title": ["a"]}), InvalidKind::Value, "title");
    refused(json!({"name": "Ann"}), InvalidKind::Value, "name");
    refused(json!({"emails": {"value": "a"}}), InvalidKind::Value, "emails");
    refused(json!({"emails": ["a@x"]}), InvalidKind::Value, "emails");
    refused(json!({"emails": [{"primary": "yes"}]}), InvalidKind::Value, "emails.primary");
    refused(json!({ENTERPRISE_USER: []}), InvalidKind::Value, "enterprise");
    refused(json!({ENTERPRISE_USER: {"manager": "x"}}), InvalidKind::Value, "manager");
    refused(json!({"password": 5}), InvalidKind::Value, "password");
    refused(json!({"members": []}), InvalidKind::Syntax, "members");
}

#[test]
fn null_and_an_empty_list_are_absent_t_c4() {
    stored(
        json!({"title": null, "emails": [], "name": {"givenName": null}, "phoneNumbers": [{"value": null}],
            ENTERPRISE_USER: {"department": null}}),
        json!({}),
    );
}

#[test]
fn what_is_unknown_is_refused_t_c5() {
    refused(json!({"shoeSize": 43}), InvalidKind::Syntax, "shoeSize");
    refused(json!({"name": {"shoe": "x"}}), InvalidKind::Syntax, "shoe");
    refused(json!({"urn:x:y:Z": {}}), InvalidKind::Syntax, "urn:x:y:Z");
    refused(json!({ENTERPRISE_USER: {"shoe": "x"}}), InvalidKind::Syntax, "shoe");
    let unlisted = json!({"schemas": [USER], ENTERPRISE_USER: {"department": "d"}});
    refused(unlisted, InvalidKind::Syntax, ENTERPRISE_USER);
    stored(json!({"schemas": [USER], ENTERPRISE_USER: {}}), json!({}));
}

#[test]
fn spelling_becomes_canonical_and_twice_is_refused_t_c5() {
    stored(
        json!({"NICKNAME": "a", "Emails": [{"VALUE": "a@x", "Type": "work"}],
            ENTERPRISE_USER.to_uppercase(): {"DEPARTMENT": "d"}}),
        json!({"nickName": "a", "emails": [{"value": "a@x", "type": "work"}],
            ENTERPRISE_USER: {"department": "d"}}),
    );
    refused(json!({"UserName": "b"}), InvalidKind::Syntax, "serName");
    refused(
        json!({"name": {"givenName": "a", "GivenName": "b"}}),
        InvalidKind::Syntax,
        "givenName",
    );
    refused(
        json!({ENTERPRISE_USER: {"division": "a", "Division": "a"}}),
        InvalidKind::Syntax,
        "ivision",
    );
}

#[test]
fn hidden_characters_are_no_part_of_a_name() {
    refused(json!({"userName": "ann\u{200B}"}), InvalidKind::Value, "U+200B");
    refused(json!({"userName": "ann\u{202E}"}), InvalidKind::Value, "userName");
    stored(json!({"userName": "Zoë"}), json!({"userName": "Zoë"}));
    let sly = group(json!({"schemas": [GROUP], "displayName": "a\u{0007}"}));
    assert_eq!(sly.unwrap_err().kind, InvalidKind::Value);
}

#[test]
fn a_list_has_one_primary_and_no_value_twice_t_p11_t_g14() {
    refused(
        json!({"emails": [{"value": "a", "primary": true}, {"value": "b", "primary": true}]}),
        InvalidKind::Value,
        "emails",
    );
    stored(
        json!({"emails": [
            {"value": "A@x", "type": "work"}, {"value": "b@x"}, {"value": "a@x", "type": "WORK", "primary": true},
        ]}),
        json!({"emails": [{"value": "a@x", "type": "WORK", "primary": true}, {"value": "b@x"}]}),
    );
    stored(
        json!({"emails": [{"value": "a@x", "type": "work"}, {"value": "a@x", "type": "home"}]}),
        json!({"emails": [{"value": "a@x", "type": "work"}, {"value": "a@x", "type": "home"}]}),
    );
    stored(
        json!({"addresses": [{"locality": "Rome"}, {"locality": "Rome"}, {"locality": "Oslo"}]}),
        json!({"addresses": [{"locality": "Rome"}, {"locality": "Oslo"}]}),
    );
}

#[test]
fn active_is_true_unless_given_t_g13() {
    stored(json!({}), json!({"active": true}));
    stored(json!({"active": false}), json!({"active": false}));
}

#[test]
fn a_manager_is_kept_by_id_t_g16() {
    stored(
        json!({ENTERPRISE_USER: {"manager": {"value": "7", "$ref": "https://h/v2/Users/8", "displayName": "B"}}}),
        json!({ENTERPRISE_USER: {"manager": {"value": "7"}}}),
    );
    stored(
        json!({ENTERPRISE_USER: {"manager": {"$ref": "https://h/v2/Users/8"}}}),
        json!({ENTERPRISE_USER: {"manager": {"value": "8"}}}),
    );
}

#[test]
fn a_password_goes_beside_the_document_t_g12_t_u1() {
    let draft = user(&json!({"password": "secret-1"})).unwrap();
    assert!(!draft.document.contains_key("password"));
    assert!(!format!("{draft:?}").contains("secret-1"));
    match draft.password {
        NewPassword::Set(password) => assert_eq!(password.expose_secret(), "secret-1"),
        other => panic!("{other:?}"),
    }
    assert!(matches!(user(&json!({})).unwrap().password, NewPassword::Keep));
    assert!(matches!(user(&json!({"password": null})).unwrap().password, NewPassword::Keep));
    refused(json!({"password": ""}), InvalidKind::Value, "password");
}

#[test]
fn members_go_beside_the_document_t_g11() {
    let draft = group(json!({"schemas": [GROUP], "displayName": "g", "members": [
        {"value": "1", "type": "User", "display": "Ann", "$ref": null}, {"value": "2", "type": "group"}, {"value": "1"},
    ]}));
    let draft = draft.unwrap();
    let members = draft.members.unwrap();
    let named: Vec<_> = members.iter().map(|m| (m.value.as_str(), m.kind)).collect();
    assert_eq!(named, [("1", Some(Kind::User)), ("2", Some(Kind::Group))]);
    assert_eq!(Value::Object(draft.document), json!({"displayName": "g"}));
    for wrong in [
        json!("1"),
        json!({"value": "1"}),
        json!(["1"]),
        json!([{}]),
        json!([{"value": 1}]),
        json!([{"value": ""}]),
        json!([{"value": "1", "shoe": 1}]),
    ] {
        let body = json!({"schemas": [GROUP], "displayName": "g", "members": wrong});
        assert!(group(body.clone()).is_err(), "{body}");
    }
    let silent = group(json!({"schemas": [GROUP], "displayName": "g"})).unwrap();
    assert_eq!(silent.members, None);
}

#[test]
fn put_clears_what_it_leaves_out_t_u1() {
    let mut old = Document::new();
    old.insert("userName".to_owned(), json!("ann"));
    old.insert("title".to_owned(), json!("Head"));
    old.insert("active".to_owned(), json!(false));
    let body = json!({"schemas": [USER], "userName": "Ann", "id": "another"});
    let draft =
        replace(standard(Kind::User), Leniencies::STRICT, body.as_object().unwrap(), &old).unwrap();
    assert_eq!(Value::Object(draft.document), json!({"userName": "Ann", "active": true}));
    assert!(matches!(draft.password, NewPassword::Keep));
}
