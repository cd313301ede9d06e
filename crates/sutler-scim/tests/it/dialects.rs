//! Dialects: what each leniency changes, what is refused without it, and that it changes
//! nothing else.

use serde_json::{Map, Value, json};
use sutler_model::document::{create, replace};
use sutler_model::patch::apply;
use sutler_model::schema::{ENTERPRISE_USER, GROUP, USER, standard};
use sutler_model::{Dialect, Invalid, InvalidKind, Kind, Leniencies, Leniency};
use sutler_scim::patch::{PATCH_OP, parse};
use sutler_scim::query::{Query, SEARCH_REQUEST};

const OLD_ENTERPRISE: &str = "urn:scim:schemas:extension:enterprise:1.0";

/// What a reader made of a request, and what it tolerated.
type Read = Result<(Value, Leniencies), Invalid>;

fn map(value: &Value) -> &Map<String, Value> {
    value.as_object().unwrap()
}

fn post(allowed: Leniencies, body: &Value) -> Read {
    let draft = create(standard(Kind::User), allowed, map(body))?;
    Ok((Value::Object(draft.document), draft.tolerated))
}

fn put(allowed: Leniencies, body: &Value) -> Read {
    let draft = replace(standard(Kind::User), allowed, map(body), &Map::new())?;
    Ok((Value::Object(draft.document), draft.tolerated))
}

fn patch_body(allowed: Leniencies, body: &Value) -> Read {
    let old = json!({"userName": "ann", "emails": [{"value": "a@work", "type": "work"}]});
    let parsed = parse(allowed, map(body), sutler_scim::patch::USUAL_MAXIMUM)?;
    let patched = apply(standard(Kind::User), allowed, "1", map(&old), &parsed.operations)?;
    let mut after = patched.document;
    after.retain(|key, value| old.get(key) != Some(value));
    Ok((Value::Object(after), parsed.tolerated.with(patched.tolerated)))
}

fn patch(allowed: Leniencies, operation: &Value) -> Read {
    patch_body(allowed, &json!({"schemas": [PATCH_OP], "Operations": [operation]}))
}

fn filter(allowed: Leniencies, text: &Value) -> Read {
    let pairs = [("filter".to_owned(), text.as_str().unwrap().to_owned())];
    let query = Query::from_parameters(&pairs, &[standard(Kind::User)], allowed)?;
    Ok((Value::from(query.filter.unwrap().to_string()), query.tolerated))
}

fn search(allowed: Leniencies, body: &Value) -> Read {
    let query = Query::from_search(map(body), &[standard(Kind::User)], allowed)?;
    Ok((Value::from(query.filter.unwrap().to_string()), query.tolerated))
}

/// With just this leniency it is read so; without it, it is refused.
#[track_caller]
fn check(
    read: fn(Leniencies, &Value) -> Read,
    leniency: Leniency,
    given: &Value,
    expected: &Value,
    otherwise: InvalidKind,
) {
    let only = Leniencies::of(&[leniency]);
    match read(only, given) {
        Ok(made) => assert_eq!(made, (expected.clone(), only), "{given}"),
        Err(refused) => panic!("{given}: {refused}"),
    }
    let others: Vec<Leniency> = Leniency::ALL.into_iter().filter(|l| *l != leniency).collect();
    let refused = read(Leniencies::of(&others), given).expect_err(&given.to_string());
    assert_eq!(refused.kind, otherwise, "{given}: {refused}");
}

fn user(extra: &Value) -> Value {
    let mut body = json!({"schemas": [USER, ENTERPRISE_USER], "userName": "ann"});
    let members = body.as_object_mut().unwrap();
    members.extend(map(extra).clone());
    body
}

fn ann(extra: &Value) -> Value {
    let mut document = json!({"userName": "ann", "active": true});
    document.as_object_mut().unwrap().extend(map(extra).clone());
    document
}

#[test]
fn booleans_may_be_text_where_that_is_tolerated_t_g13_t_f10() {
    let check = |read, given: Value, expected: Value, otherwise| {
        check(read, Leniency::BooleanText, &given, &expected, otherwise);
    };
    for (text, truth) in [("True", true), ("false", false), ("FALSE", false)] {
        check(
            post,
            user(&json!({"active": text})),
            ann(&json!({"active": truth})),
            InvalidKind::Value,
        );
    }
    let emails = json!([{"value": "a", "primary": "true"}]);
    let read = json!([{"value": "a", "primary": true}]);
    check(
        post,
        user(&json!({"emails": emails})),
        ann(&json!({"emails": read})),
        InvalidKind::Value,
    );
    check(
        patch,
        json!({"op": "replace", "path": "active", "value": "False"}),
        json!({"active": false}),
        InvalidKind::Value,
    );
    check(
        patch,
        json!({"op": "replace", "value": {"active": "False"}}),
        json!({"active": false}),
        InvalidKind::Value,
    );
    check(
        patch,
        json!({"op": "add", "path": "emails[type eq \"work\"].primary", "value": "True"}),
        json!({"emails": [{"value": "a@work", "type": "work", "primary": true}]}),
        InvalidKind::Value,
    );
    check(filter, json!("active eq \"True\""), json!("active eq true"), InvalidKind::Filter);
    check(
        filter,
        json!("emails[primary eq \"True\" and type pr]"),
        json!("emails[primary eq true and type pr]"),
        InvalidKind::Filter,
    );
    check(
        patch,
        json!({"op": "add", "path": "roles[primary eq \"True\"].value", "value": "Admin"}),
        json!({"roles": [{"primary": true, "value": "Admin"}]}),
        InvalidKind::Filter,
    );
}

#[test]
fn text_may_lack_its_quotes_where_that_is_tolerated_t_f3() {
    let check = |read, given: &str, expected: &str| {
        let (given, expected) = (json!(given), json!(expected));
        check(read, Leniency::UnquotedText, &given, &expected, InvalidKind::Filter);
    };
    check(filter, "externalId eq jyoung", "externalId eq \"jyoung\"");
    check(filter, "externalId eq 1042", "externalId eq \"1042\"");
    check(filter, "externalId eq 007", "externalId eq \"007\"");
    check(filter, "externalId eq 1.50", "externalId eq \"1.50\"");
    check(
        filter,
        "meta.resourceType eq User and active eq true",
        "meta.resourceType eq \"User\" and active eq true",
    );
    check(filter, "emails[type eq work]", "emails[type eq \"work\"]");
}

#[test]
fn schemas_may_be_made_up_where_that_is_tolerated_t_c1_t_c5_t_p1() {
    let check = |read, given: Value, expected: Value| {
        check(read, Leniency::MissingSchemas, &given, &expected, InvalidKind::Syntax);
    };
    check(post, json!({"userName": "ann"}), ann(&json!({})));
    check(post, json!({"schemas": null, "userName": "ann"}), ann(&json!({})));
    check(post, json!({"Schemas": [], "userName": "ann"}), ann(&json!({})));
    let sales = json!({ENTERPRISE_USER: {"department": "Sales"}});
    check(
        post,
        json!({"schemas": [USER], "userName": "ann", ENTERPRISE_USER: {"department": "Sales"}}),
        ann(&sales),
    );
    check(
        patch_body,
        json!({"Operations": [{"op": "add", "path": "title", "value": "Dr"}]}),
        json!({"title": "Dr"}),
    );
    check(search, json!({"filter": "userName pr"}), json!("userName pr"));
}

#[test]
fn old_urns_stand_for_those_of_today_where_that_is_tolerated_t_c1() {
    for old in
        ["urn:scim:schemas:core:1.0", "URN:scim:schemas:core:2.0", "urn:scim:schemas:core:2.0:User"]
    {
        let body = json!({"schemas": [old], "userName": "ann"});
        check(post, Leniency::OldCoreUrns, &body, &ann(&json!({})), InvalidKind::Syntax);
    }
    let body = json!({"schemas": ["urn:scim:api:messages:2.0:PatchOp"], "Operations": [{"op": "add", "path": "title", "value": "Dr"}]});
    check(patch_body, Leniency::OldCoreUrns, &body, &json!({"title": "Dr"}), InvalidKind::Syntax);
    let check = |read, given: Value, expected: Value, otherwise| {
        check(read, Leniency::OldEnterpriseUrn, &given, &expected, otherwise);
    };
    let sales = json!({ENTERPRISE_USER: {"department": "Sales"}});
    let path = format!("{OLD_ENTERPRISE}:department");
    check(
        patch,
        json!({"op": "add", "path": path, "value": "Sales"}),
        sales.clone(),
        InvalidKind::Path,
    );
    check(
        patch,
        json!({"op": "add", "path": OLD_ENTERPRISE, "value": {"department": "Sales"}}),
        sales.clone(),
        InvalidKind::Path,
    );
    check(
        patch,
        json!({"op": "add", "value": {OLD_ENTERPRISE: {"department": "Sales"}}}),
        sales,
        InvalidKind::Path,
    );
    check(
        filter,
        json!(format!("{path} eq \"x\"")),
        json!(format!("{ENTERPRISE_USER}:department eq \"x\"")),
        InvalidKind::Filter,
    );
}

#[test]
fn one_schema_under_two_names_is_refused() {
    let body =
        user(&json!({ENTERPRISE_USER: {"department": "a"}, OLD_ENTERPRISE: {"department": "b"}}));
    let all = Leniencies::of(&Leniency::ALL);
    assert_eq!(post(all, &body).unwrap_err().kind, InvalidKind::Syntax);
}

#[test]
fn foreign_schemas_are_passed_over_where_that_is_tolerated_t_c5() {
    let foreign = "http://schemas.example.com/2006/11/Group";
    let listed = json!({"schemas": [USER, foreign], "userName": "ann"});
    let held = json!({"schemas": [USER], "userName": "ann", "urn:x:y:2.0:User": {"a": 1}});
    for body in [listed, held] {
        check(post, Leniency::ForeignSchemas, &body, &ann(&json!({})), InvalidKind::Syntax);
        check(put, Leniency::ForeignSchemas, &body, &ann(&json!({})), InvalidKind::Syntax);
    }
    let all = Leniencies::of(&Leniency::ALL);
    for own in [json!({format!("{USER}:title"): "x"}), json!({"schemas": [GROUP]})] {
        assert_eq!(post(all, &user(&own)).unwrap_err().kind, InvalidKind::Syntax, "{own}");
    }
}

#[test]
fn a_manager_may_be_text_or_in_a_list_where_that_is_tolerated_t_g16() {
    let manager = json!({ENTERPRISE_USER: {"manager": {"value": "7"}}});
    let plain = user(&json!({ENTERPRISE_USER: {"manager": "7"}}));
    check(post, Leniency::PlainManager, &plain, &ann(&manager), InvalidKind::Value);
    let path = format!("{ENTERPRISE_USER}:manager");
    let plain = json!({"op": "add", "path": path, "value": "7"});
    check(patch, Leniency::PlainManager, &plain, &manager, InvalidKind::Value);
    let listed = json!({"op": "add", "path": path, "value": [{"$ref": null, "value": "7"}]});
    check(patch, Leniency::ListedSingle, &listed, &manager, InvalidKind::Value);
    let name = user(&json!({"name": [{"givenName": "Ann"}]}));
    check(
        post,
        Leniency::ListedSingle,
        &name,
        &ann(&json!({"name": {"givenName": "Ann"}})),
        InvalidKind::Value,
    );
}

#[test]
fn extensions_may_go_without_their_urn_where_that_is_tolerated_t_p4_t_f7() {
    let manager = json!({ENTERPRISE_USER: {"manager": {"value": "7"}}});
    for (path, value) in [("manager", json!({"value": "7"})), ("manager.value", json!("7"))] {
        let operation = json!({"op": "add", "path": path, "value": value});
        check(patch, Leniency::ShortNames, &operation, &manager, InvalidKind::Path);
    }
    let keys = json!({"op": "add", "value": {"manager": {"value": "7"}}});
    check(patch, Leniency::ShortNames, &keys, &manager, InvalidKind::Path);
    let expected = json!(format!("id eq \"1\" and {ENTERPRISE_USER}:manager.value eq \"7\""));
    check(
        filter,
        Leniency::ShortNames,
        &json!("id eq \"1\" and manager eq \"7\""),
        &expected,
        InvalidKind::Filter,
    );
}

#[test]
fn replace_creates_what_is_not_there_where_that_is_tolerated_t_p7() {
    let check = |given: Value, expected: Value| {
        check(patch, Leniency::ReplaceCreates, &given, &expected, InvalidKind::NoTarget);
    };
    check(
        json!({"op": "replace", "path": "emails[type eq \"home\"].value", "value": "a@home"}),
        json!({"emails": [{"value": "a@work", "type": "work"}, {"type": "home", "value": "a@home"}]}),
    );
    check(
        json!({"op": "replace", "path": "addresses[type eq \"work\"]", "value": {"locality": "Oslo"}}),
        json!({"addresses": [{"type": "work", "locality": "Oslo"}]}),
    );
    let all = Leniencies::of(&Leniency::ALL);
    let vague = json!({"op": "replace", "path": "emails[type ne \"work\"].value", "value": "x"});
    assert_eq!(patch(all, &vague).unwrap_err().kind, InvalidKind::NoTarget);
}

#[test]
fn unknown_attributes_are_passed_over_in_put_alone_and_where_that_is_tolerated_t_c5() {
    let body = user(&json!({"shoeSize": 42}));
    check(put, Leniency::UnknownInPut, &body, &ann(&json!({})), InvalidKind::Syntax);
    let all = Leniencies::of(&Leniency::ALL);
    assert_eq!(post(all, &body).unwrap_err().kind, InvalidKind::Syntax);
    let operation = json!({"op": "add", "path": "shoeSize", "value": 42});
    assert_eq!(patch(all, &operation).unwrap_err().kind, InvalidKind::Path);
}

#[test]
fn put_without_members_empties_a_group_or_keeps_them_t_u1() {
    for silent in [
        json!({"schemas": [GROUP], "displayName": "g"}),
        json!({"schemas": [GROUP], "displayName": "g", "members": null}),
    ] {
        let put =
            |allowed| replace(standard(Kind::Group), allowed, map(&silent), &Map::new()).unwrap();
        let strict = put(Leniencies::STRICT);
        assert_eq!((strict.members, strict.tolerated), (Some(vec![]), Leniencies::NONE));
        let kept = put(Leniencies::of(&[Leniency::PutKeepsMembers]));
        assert_eq!(kept.members, None);
        assert!(kept.tolerated.iter().eq([Leniency::PutKeepsMembers]));
    }
    let empty = json!({"schemas": [GROUP], "displayName": "g", "members": []});
    let all = Leniencies::of(&Leniency::ALL);
    let emptied = replace(standard(Kind::Group), all, map(&empty), &Map::new()).unwrap();
    assert_eq!((emptied.members, emptied.tolerated), (Some(vec![]), Leniencies::NONE));
}

#[test]
fn what_everybody_may_do_is_counted_and_refused_where_it_is_not_allowed_t_p1_t_p5_t_p8_t_f6() {
    let title = json!({"op": "Add", "path": "title", "value": "Dr"});
    check(patch, Leniency::OperationCase, &title, &json!({"title": "Dr"}), InvalidKind::Syntax);
    let flat = json!({"op": "add", "value": {"name.givenName": "Ann"}});
    check(
        patch,
        Leniency::FlatKeys,
        &flat,
        &json!({"name": {"givenName": "Ann"}}),
        InvalidKind::Path,
    );
    let remove = json!({"op": "remove", "path": "emails", "value": [{"value": "other"}]});
    check(patch, Leniency::RemoveByValue, &remove, &json!({}), InvalidKind::Value);
    let after = json!("emails[type eq \"work\"].value eq \"x\"");
    let inside = json!("emails[type eq \"work\" and value eq \"x\"]");
    check(filter, Leniency::ValuePathFilter, &after, &inside, InvalidKind::Filter);
}

#[test]
fn what_strict_accepts_means_the_same_in_every_dialect() {
    let sales = json!({"department": "Sales", "manager": {"value": "7"}});
    let bodies = [
        user(&json!({"active": false, "name": {"givenName": "A"}, "title": "True"})),
        user(&json!({ENTERPRISE_USER: sales, "emails": [{"value": "a", "primary": true}]})),
    ];
    let operations = [
        json!({"op": "add", "path": "title", "value": "False"}),
        json!({"op": "replace", "path": "emails[type eq \"work\"].value", "value": "true"}),
        json!({"op": "add", "value": {ENTERPRISE_USER: {"manager": {"value": "7"}}}}),
        json!({"op": "remove", "path": "emails"}),
    ];
    let filters =
        ["externalId eq \"true\"", "active eq true", "emails[value eq \"12\"]", "title eq null"];
    for dialect in Dialect::ALL {
        let allowed = dialect.leniencies();
        let same = |read: fn(Leniencies, &Value) -> Read, given: &Value| {
            let strict = read(Leniencies::STRICT, given).unwrap();
            assert_eq!(read(allowed, given).unwrap(), strict, "{dialect:?} {given}");
            assert!(strict.1.is_empty(), "{given}");
        };
        for body in &bodies {
            same(post, body);
            same(put, body);
        }
        for operation in &operations {
            same(patch, operation);
        }
        for text in filters {
            same(filter, &json!(text));
        }
        same(search, &json!({"schemas": [SEARCH_REQUEST], "filter": "userName pr"}));
    }
}
