//! Lists of attributes against documents.

use serde_json::{Value, json};

use super::{Access, AttributeList};
use crate::schema::ENTERPRISE_USER;
use crate::{Document, Kind};

fn list(paths: &[&str]) -> AttributeList {
    paths.iter().map(|path| (*path).to_owned()).collect::<Vec<_>>().into()
}

fn access(read: Option<&[&str]>, write: Option<&[&str]>) -> Access {
    Access { read: read.map(list), write: write.map(list) }
}

fn document(value: &Value) -> Document {
    value.as_object().unwrap().clone()
}

#[test]
fn a_list_shows_what_it_names_and_what_is_always_shown() {
    let department = format!("{ENTERPRISE_USER}:department");
    let check = |paths: &[&str], expected: Value| {
        let mut resource = document(&json!({
            "id": "1", "meta": {"version": "1"},
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE_USER],
            "userName": "anna", "name": {"givenName": "Anna", "familyName": "A"},
            "emails": [{"value": "a@x", "type": "work"}, {"type": "home"}],
            ENTERPRISE_USER: {"department": "d", "costCenter": "c"},
        }));
        list(paths).show(&mut resource);
        let schemas = resource.remove("schemas").unwrap();
        let with_extension = schemas.as_array().unwrap().len() == 2;
        assert_eq!(with_extension, resource.contains_key(ENTERPRISE_USER), "{paths:?}");
        for always in ["id", "meta"] {
            assert!(resource.remove(always).is_some(), "{paths:?}");
        }
        assert_eq!(Value::Object(resource), expected, "{paths:?}");
    };
    check(&[], json!({}));
    check(&["user"], json!({}));
    check(&["userName"], json!({"userName": "anna"}));
    check(&["name.givenName", "phoneNumbers"], json!({"name": {"givenName": "Anna"}}));
    check(&["emails.value"], json!({"emails": [{"value": "a@x"}]}));
    check(&[ENTERPRISE_USER], json!({ENTERPRISE_USER: {"department": "d", "costCenter": "c"}}));
    check(&[&department], json!({ENTERPRISE_USER: {"department": "d"}}));
    check(&["department", "urn:x:department"], json!({}));
}

/// The stored user of the tests below.
fn stored() -> Document {
    document(&json!({
        "userName": "anna", "active": true, "title": "CEO",
        "name": {"givenName": "Anna", "familyName": "A"},
        "emails": [{"value": "a@x", "type": "work"}],
        ENTERPRISE_USER: {"department": "d", "costCenter": "c"},
    }))
}

/// What a PUT of `body` comes to: the differences to the stored document, or what is refused.
fn put(access: &Access, body: &Value) -> Result<Document, String> {
    access.replaced(&stored(), document(body)).map_err(|refused| refused.0.to_string())
}

#[test]
fn what_may_not_be_written_keeps_its_value_when_a_put_leaves_it_out_sc_2() {
    let access = access(None, Some(&["title", "name.givenName", ENTERPRISE_USER]));
    let check = |body: Value, expected: Value| {
        assert_eq!(put(&access, &body), Ok(document(&expected)), "{body}");
    };
    let mut kept = json!({
        "userName": "anna", "active": true, "name": {"familyName": "A"},
        "emails": [{"value": "a@x", "type": "work"}],
    });
    check(json!({}), kept.clone());
    check(json!({"userName": "anna"}), kept.clone());
    kept["name"]["givenName"] = json!("B");
    kept["title"] = json!("CTO");
    check(json!({"title": "CTO", "name": {"givenName": "B"}}), kept);
    let refused = |body: Value, path: &str| assert_eq!(put(&access, &body), Err(path.to_owned()));
    refused(json!({"userName": "ANNA"}), "userName");
    refused(json!({"active": false}), "active");
    refused(json!({"name": {"familyName": "B"}}), "name.familyName");
    refused(json!({"emails": []}), "emails");
    refused(json!({"nickName": "A"}), "nickName");
}

#[test]
fn what_may_not_be_read_keeps_its_value_when_a_put_leaves_it_out() {
    let access = access(Some(&["userName", "name.familyName"]), None);
    let mut expected = stored();
    expected.remove("userName");
    expected.insert("name".to_owned(), json!({"givenName": "Anna"}));
    assert_eq!(put(&access, &json!({})), Ok(expected.clone()));
    expected.insert("title".to_owned(), json!("CTO"));
    assert_eq!(put(&access, &json!({"title": "CTO"})), Ok(expected));
}

#[test]
fn what_may_neither_be_read_nor_written_is_put_back_and_never_confirmed_sc_2() {
    let department = format!("{ENTERPRISE_USER}:department");
    let access =
        access(Some(&["userName", "emails.value", "name.givenName"]), Some(&[&department]));
    let stored = stored();
    let known = access.known(&stored).into_owned();
    let expected = json!({
        "userName": "anna", "name": {"givenName": "Anna"}, "emails": [{"value": "a@x"}],
        ENTERPRISE_USER: {"department": "d"},
    });
    assert_eq!(Value::Object(known.clone()), expected);
    assert_eq!(access.modified(&stored, known.clone()).unwrap(), stored);
    let with = |key: &str, value: Value| {
        let mut wanted = known.clone();
        wanted.insert(key.to_owned(), value);
        access.modified(&stored, wanted).map_err(|refused| refused.0.to_string())
    };
    // The stored value and another one are refused alike.
    for title in ["CEO", "CTO"] {
        assert_eq!(with("title", json!(title)), Err("title".to_owned()));
    }
    let cost_center = Err(format!("{ENTERPRISE_USER}:costCenter"));
    let extension = json!({"department": "d", "costCenter": "c"});
    assert_eq!(with(ENTERPRISE_USER, extension), cost_center);
    let changed = with(ENTERPRISE_USER, json!({"department": "e"})).unwrap();
    assert_eq!(changed[ENTERPRISE_USER], json!({"department": "e", "costCenter": "c"}));
    assert_eq!(changed["emails"], stored["emails"]);
}

#[test]
fn a_new_resource_holds_only_what_may_be_written_sc_2() {
    let access = access(None, Some(&["userName"]));
    let check = |body: Value, refused: Option<&str>| {
        let created = access.created(Kind::User, &document(&body));
        let created = created.err().map(|refused| refused.0.to_string());
        assert_eq!(created.as_deref(), refused, "{body}");
    };
    check(json!({"userName": "anna", "active": true}), None);
    check(json!({"userName": "anna", "active": false}), Some("active"));
    check(json!({"userName": "anna", "active": true, "title": "CEO"}), Some("title"));
}

#[test]
fn nothing_is_copied_where_nothing_is_restricted() {
    let stored = stored();
    for access in [access(None, None), access(Some(&[]), None), access(None, Some(&[]))] {
        assert!(matches!(access.known(&stored), std::borrow::Cow::Borrowed(_)));
    }
}

#[test]
fn a_list_is_stored_as_a_list() {
    let access = access(Some(&["userName", ENTERPRISE_USER]), None);
    let stored = serde_json::to_value(&access).unwrap();
    assert_eq!(stored, json!({"read": ["userName", ENTERPRISE_USER]}));
    assert_eq!(serde_json::from_value::<Access>(stored).unwrap(), access);
}
