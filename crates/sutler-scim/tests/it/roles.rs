//! Roles in the words of WSO2's clients: what their bodies, operations and queries come to.

use serde_json::{Map, Value, json};
use sutler_model::document::{MemberRef, create, replace};
use sutler_model::patch::{MemberChange, apply};
use sutler_model::schema::{GROUP, ROLE, standard};
use sutler_model::{Invalid, InvalidKind, Kind, Leniencies};
use sutler_scim::patch::{PATCH_OP, parse};
use sutler_scim::query::Query;
use sutler_scim::roles::{Shape, group, group_query, operations};

use Shape::{V1, V2};

fn map(value: Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap()
}

fn read(shape: Shape, body: Value, organisation: Option<&str>) -> Result<Value, Invalid> {
    group(shape, &map(body), organisation).map(Value::Object)
}

#[test]
fn a_role_is_a_group_with_the_extension() {
    let everything = json!({
        "schemas": [ROLE],
        "displayName": "Editors",
        "audience": {"value": "app-1", "type": "application"},
        "users": [{"value": "u1", "display": "ann"}],
        "groups": [{"$ref": "https://h/scim2/Groups/g1"}],
        "permissions": [{"value": "read", "display": "Read"}],
    });
    let expected = json!({
        "schemas": [GROUP, ROLE],
        "displayName": "Editors",
        "members": [
            {"value": "u1", "type": "User"},
            {"value": "g1", "type": "Group"},
        ],
        ROLE: {
            "audience": {"value": "app-1", "type": "application"},
            "permissions": [{"value": "read", "display": "Read"}],
        },
    });
    assert_eq!(read(V2, everything, Some("default")).unwrap(), expected);
    let old = json!({"DisplayName": "Editors", "permissions": ["read"]});
    let made = read(V1, old.clone(), Some("default")).unwrap();
    let organisation = json!({"type": "organization", "value": "default", "display": "default"});
    assert_eq!(made[ROLE]["audience"], organisation);
    assert_eq!(made[ROLE]["permissions"], json!([{"value": "read"}]));
    assert_eq!(made["members"], json!([]));
    for nothing in [json!(null), json!([]), json!({}), json!({"type": null})] {
        let body = json!({"displayName": "r", "audience": nothing});
        assert_eq!(read(V2, body, Some("default")).unwrap()[ROLE]["audience"], organisation);
    }
    assert_eq!(read(V1, old, None).unwrap()[ROLE].get("audience"), None);
    let draft = create(standard(Kind::Group), Leniencies::STRICT, &map(made)).unwrap();
    assert!(sutler_scim::roles::is_role(&draft.document));
}

#[test]
fn an_immutable_value_that_is_required_stays_when_it_is_left_out() {
    let audience = json!({"type": "application", "value": "app-1"});
    let old = map(json!({"displayName": "r", ROLE: {"audience": audience}}));
    let new = |body: Value| {
        let body = map(read(V2, body, None)?);
        let draft = replace(standard(Kind::Group), Leniencies::STRICT, &body, &old)?;
        Ok::<_, Invalid>(Value::Object(draft.document))
    };
    let bare = new(json!({"displayName": "s"})).unwrap();
    assert_eq!(bare, json!({"displayName": "s", ROLE: {"audience": audience}}));
    let permitted = json!([{"value": "read"}]);
    let body = json!({"displayName": "s", "permissions": permitted});
    assert_eq!(new(body).unwrap()[ROLE], json!({"audience": audience, "permissions": permitted}));
    let moved = json!({"displayName": "s", "audience": {"type": "organization"}});
    assert_eq!(new(moved).unwrap_err().kind, InvalidKind::Mutability);
}

#[test]
fn what_is_not_understood_is_refused_t_c2_t_c5() {
    let check = |shape, body: Value, kind, word: &str| {
        let refused = read(shape, body.clone(), Some("default")).unwrap_err();
        assert_eq!(refused.kind, kind, "{body}: {refused}");
        assert!(refused.detail.contains(word), "{body}: {refused}");
    };
    let (syntax, value) = (InvalidKind::Syntax, InvalidKind::Value);
    check(V2, json!({"displayName": "r", "members": []}), syntax, "`members`");
    check(V1, json!({"displayName": "r", "audience": {"type": "x"}}), syntax, "`audience`");
    check(V2, json!({"users": [], "USERS": []}), syntax, "`users` is given twice");
    check(V2, json!({"id": "1", "ID": "1"}), syntax, "`id` is given twice");
    check(V2, json!({"schemas": [GROUP]}), syntax, "`schemas`");
    check(V2, json!({"schemas": ROLE}), syntax, "`schemas`");
    check(V2, json!({"users": "ann"}), value, "`users`");
    check(V2, json!({"users": [{"display": "ann"}]}), value, "`users`");
    check(V2, json!({"groups": [{"value": 7}]}), value, "`groups`");
    check(V2, json!({"groups": [{"value": "1", "type": "Group"}]}), syntax, "`type`");
    check(V1, json!({"permissions": [{"value": "read"}]}), value, "`permissions`");
    check(V1, json!({"permissions": "read"}), value, "`permissions`");
}

fn patched(shape: Shape, given: Value) -> Result<(Value, Vec<MemberChange>), Invalid> {
    let body = map(json!({"schemas": [PATCH_OP], "Operations": given}));
    let parsed = parse(Leniencies::STRICT, &body, 100)?;
    let operations = operations(shape, &parsed.operations)?;
    let audience = json!({"type": "organization"});
    let old = map(json!({
        "displayName": "r",
        ROLE: {"audience": audience, "permissions": [{"value": "read"}]},
    }));
    let patched = apply(standard(Kind::Group), Leniencies::STRICT, "1", &old, &operations)?;
    Ok((Value::Object(patched.document), patched.members))
}

fn refs(kind: Kind, ids: &[&str]) -> Vec<MemberRef> {
    ids.iter().map(|id| MemberRef { value: (*id).to_owned(), kind: Some(kind) }).collect()
}

fn matching(text: &str) -> MemberChange {
    MemberChange::RemoveMatching(sutler_scim::filter::parse(text).unwrap())
}

#[test]
fn what_is_added_and_removed_in_one_request_both_count_w10() {
    let given = json!([
        {"op": "add", "path": "users", "value": [{"value": "u1"}]},
        {"op": "remove", "path": "users[value eq \"u2\"]"},
        {"op": "add", "path": "groups", "value": [{"value": "g1"}]},
    ]);
    let (_, steps) = patched(V2, given).unwrap();
    assert_eq!(
        steps,
        [
            MemberChange::Add(refs(Kind::User, &["u1"])),
            matching("type eq \"User\" and value eq \"u2\""),
            MemberChange::Add(refs(Kind::Group, &["g1"])),
        ]
    );
}

#[test]
fn users_and_groups_change_apart_from_each_other_t_p8() {
    let check = |given: Value, expected: &[MemberChange]| {
        let (_, steps) = patched(V2, json!([given])).unwrap();
        assert_eq!(steps, expected, "{given}");
    };
    let users = || matching("type eq \"User\"");
    let added = || MemberChange::Add(refs(Kind::User, &["u1"]));
    let one = json!([{"value": "u1"}]);
    check(json!({"op": "remove", "path": "users"}), &[users()]);
    check(json!({"op": "remove", "path": "users", "value": []}), &[]);
    let two = json!([{"value": "u1"}, {"value": "u2"}]);
    check(
        json!({"op": "remove", "path": "users", "value": two}),
        &[matching("type eq \"User\" and (value eq \"u1\" or value eq \"u2\")")],
    );
    check(json!({"op": "replace", "path": "users", "value": one}), &[users(), added()]);
    check(json!({"op": "replace", "path": "users", "value": []}), &[users()]);
    check(json!({"op": "replace", "path": "users", "value": null}), &[users()]);
    check(json!({"op": "add", "path": "users", "value": []}), &[]);
    check(json!({"op": "add", "path": "users", "value": {"value": "u1"}}), &[added()]);
    check(json!({"op": "add", "value": {"Users": one}}), &[added()]);
    check(json!({"op": "add", "path": format!("{ROLE}:users"), "value": one}), &[added()]);
    check(
        json!({"op": "remove", "path": "groups[display sw \"a\" or value eq \"g1\"]"}),
        &[matching("type eq \"Group\" and (display sw \"a\" or value eq \"g1\")")],
    );
}

#[test]
fn permissions_and_the_name_change_in_each_shape() {
    let check = |shape, given: Value, expected: Value| {
        let (document, _) = patched(shape, json!([given])).unwrap();
        assert_eq!(document[ROLE]["permissions"], expected, "{given}");
    };
    let both = json!([{"value": "read"}, {"value": "write"}]);
    check(V1, json!({"op": "add", "path": "permissions", "value": ["write"]}), both.clone());
    let write = json!([{"value": "write"}]);
    check(V2, json!({"op": "add", "path": "permissions", "value": write}), both);
    check(V2, json!({"op": "replace", "value": {"permissions": write}}), write.clone());
    check(V1, json!({"op": "replace", "path": "permissions", "value": ["write"]}), write);
    check(V2, json!({"op": "remove", "path": "permissions[value eq \"read\"]"}), Value::Null);
    let named = json!([{"op": "replace", "value": {"displayName": "s", "schemas": [ROLE]}}]);
    assert_eq!(patched(V1, named).unwrap().0["displayName"], "s");
}

#[test]
fn operations_that_a_role_does_not_know_are_refused() {
    let check = |shape, given: Value, kind| {
        let refused = patched(shape, json!([given])).unwrap_err();
        assert_eq!(refused.kind, kind, "{given}: {refused}");
        assert!(refused.detail.contains("operation 1"), "{refused}");
    };
    let one = json!([{"value": "u1"}]);
    let mutability = InvalidKind::Mutability;
    check(V2, json!({"op": "add", "path": "members", "value": one}), InvalidKind::Path);
    check(V2, json!({"op": "remove", "path": ROLE}), InvalidKind::Path);
    check(V2, json!({"op": "add", "value": {"shoe": 1}}), InvalidKind::Path);
    check(V2, json!({"op": "add", "value": {"users": one, "USERS": one}}), InvalidKind::Syntax);
    check(V2, json!({"op": "remove", "path": "schemas", "value": [ROLE]}), mutability);
    check(V2, json!({"op": "remove", "path": "audience"}), mutability);
    let elsewhere = json!({"type": "application"});
    check(V2, json!({"op": "replace", "path": "audience", "value": elsewhere}), mutability);
    check(V1, json!({"op": "replace", "path": "audience", "value": elsewhere}), InvalidKind::Path);
    check(V2, json!({"op": "replace", "path": "users.value", "value": "u1"}), mutability);
    check(V2, json!({"op": "replace", "path": "users[value eq \"u1\"]", "value": one}), mutability);
    check(V2, json!({"op": "remove", "path": "users[type eq \"Group\"]"}), InvalidKind::Filter);
    check(V1, json!({"op": "remove", "path": "permissions[value eq \"a\"]"}), InvalidKind::Path);
    check(V2, json!({"op": "add", "path": "users"}), InvalidKind::Value);
    check(V2, json!({"op": "remove"}), InvalidKind::NoTarget);
}

fn asked(shape: Shape, name: &str, text: &str) -> Result<Query, Invalid> {
    let parameters = [(name.to_owned(), text.to_owned())];
    let query = Query::from_parameters(&parameters, &[shape.listed()], Leniencies::STRICT)?;
    group_query(query)
}

#[test]
fn a_query_over_roles_is_one_over_groups_t_f5_t_f11() {
    let check = |shape, text: &str, expected: &str| {
        let filter = asked(shape, "filter", text).unwrap().filter.unwrap().to_string();
        let (used, rest) = filter.split_once(" and ").unwrap();
        assert_eq!((used, rest), (&*format!("{ROLE} pr"), expected), "{text}");
    };
    check(V2, "DISPLAYNAME eq \"a\"", "displayName eq \"a\"");
    check(V2, "users eq \"u\"", "members[type eq \"User\" and value eq \"u\"]");
    check(V1, "groups.value eq \"g\"", "members[type eq \"Group\" and value eq \"g\"]");
    check(V2, "users pr", "members[type eq \"User\"]");
    check(V2, "users[display sw \"a\"]", "members[type eq \"User\" and display sw \"a\"]");
    check(
        V2,
        "users.value ne \"u\"",
        "(not (members[type eq \"User\"]) or members[type eq \"User\" and value ne \"u\"])",
    );
    check(
        V2,
        "audience.type eq \"application\"",
        &format!("{ROLE}:audience.type eq \"application\""),
    );
    for (shape, text) in [(V1, "permissions"), (V2, "permissions"), (V2, "permissions.value")] {
        let expected = format!("{ROLE}:permissions.value co \"a\"");
        check(shape, &format!("{text} co \"a\""), &expected);
    }
    let all = asked(V2, "count", "1").unwrap().filter.unwrap();
    assert_eq!(all.to_string(), format!("{ROLE} pr"));
}

#[test]
fn what_a_role_cannot_be_asked_is_refused() {
    let check = |shape, name, text: &str, kind| {
        let refused = asked(shape, name, text).unwrap_err();
        assert_eq!(refused.kind, kind, "{text}: {refused}");
    };
    let refused = asked(V2, "filter", "shoe eq \"u\"").unwrap_err();
    assert_eq!(refused.detail, "a Role has no attribute `shoe`");
    check(V2, "filter", "members eq \"u\"", InvalidKind::Filter);
    check(V1, "filter", "audience.type eq \"u\"", InvalidKind::Filter);
    check(V2, "filter", "meta.resourceType eq \"Role\"", InvalidKind::Filter);
    check(V2, "filter", &format!("{ROLE} pr"), InvalidKind::Filter);
    check(V2, "sortBy", "users.value", InvalidKind::Path);
    check(V2, "sortBy", "shoe", InvalidKind::Path);
    let sorted = asked(V1, "sortBy", "permissions").unwrap().sort.unwrap();
    assert_eq!(sorted.by.to_string(), format!("{ROLE}:permissions.value"));
}
