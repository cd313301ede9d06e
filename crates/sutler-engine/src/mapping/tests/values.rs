//! Values, and what is none.

use serde_json::json;

use super::*;

#[test]
fn json_types_survive() {
    check("user.active", &json!(true));
    check("user['urn:example:Badge'].level", &json!(3));
    check("user['urn:example:Badge'].rate", &json!(0.5));
    check("user['urn:example:Badge'].floors", &json!(["2", "1", "2"]));
    check("user.name", &json!({"givenName": "Ann", "familyName": "Müller"}));
    check("user.emails[0]", &json!({"value": "ann@home.example", "type": "home"}));
    check(
        "[{'value': user.userName, 'primary': true}]",
        &json!([{"value": "ann.mueller", "primary": true}]),
    );
    check("{'a': {'b': 1}}", &json!({"a": {"b": 1}}));
    check("1.5", &json!(1.5));
    check("18446744073709551615", &json!(u64::MAX));
}

#[test]
fn a_text_that_looks_like_a_number_stays_a_text() {
    check("user.externalId", &json!("42"));
    check("user.enterprise.employeeNumber", &json!("007"));
    check("user.externalId ~ ''", &json!("42"));
    check("user.externalId == 42", &json!(false));
}

#[test]
fn an_attribute_without_a_value_is_no_value() {
    for text in [
        "user.title",
        "user.name.middleName",
        "user.enterprise.costCenter",
        "user.enterprise.costCenter|lower|trim",
        "user.addresses",
        "user.addresses[0]",
        "user.addresses[0].locality",
        "primary(user.photos).value",
        "user.x509Certificates|first",
        "user.title if user.title",
        "none",
        "[]",
        "[user.title]",
        "{'value': user.title}",
        "switch(user.title, {'x': 'y'})",
        "unique(user.title)",
    ] {
        check(text, &Value::Null);
    }
    assert_eq!(of_nobody("user.name"), Ok(None));
    assert_eq!(of_nobody("user.name.familyName"), Ok(None));
    assert_eq!(of_nobody("user.enterprise.manager.value"), Ok(None));
    assert_eq!(of_nobody("user['urn:example:Badge'].level"), Ok(None));
    assert_eq!(of_nobody("user.userName|username"), Ok(None));
    assert_eq!(of_nobody("wso2_id('{UD,UN}', '_')"), Ok(None));
    assert_eq!(of_nobody("user.emails|length"), Ok(Some(json!(0))));
    assert_eq!(of_nobody("''"), Ok(Some(json!(""))));
}

#[test]
fn no_value_can_be_asked_for_and_replaced() {
    check("'yes' if user.title else 'no'", &json!("no"));
    check("user.title is defined", &json!(false));
    check("user.addresses is defined", &json!(false));
    check("user.emails is defined", &json!(true));
    check("user.title is undefined and user.title is none", &json!(true));
    check("user.title|default('x')", &json!("x"));
    check("user.addresses|default('x')", &json!("x"));
    check("''|default('x')", &json!(""));
    check("''|default('x', true)", &json!("x"));
    check("user.active|default(false)", &json!(true));
    check("user.title or user.userName", &json!("ann.mueller"));
    check("user.title == 'Boss'", &json!(false));
    check("user.title != 'Boss'", &json!(true));
    check("user.title == none", &json!(true));
    check("user.title in ['Boss']", &json!(false));
    check("user.title not in ['Boss']", &json!(true));
    check("'x' in user.title", &json!(false));
    check("user.title < 'x' or user.title >= 'x'", &json!(false));
    check("not user.title", &json!(true));
}

#[test]
fn no_value_never_becomes_text() {
    use FaultKind::NoValue;
    refused("user.title ~ '!'", NoValue, &["`user.title` has no value", "default("]);
    refused("'!' ~ user.name.middleName", NoValue, &["`user.name.middleName`"]);
    refused("user.title|lower ~ '!'", NoValue, &["`user.title`"]);
    refused("user.userName + user.title", NoValue, &["`user.title`"]);
    refused("user.enterprise.division ~ 'x'", NoValue, &["`user.enterprise.division`"]);
    refused("(('a' if user.title)) ~ 'b'", NoValue, &["`~`"]);
    refused("[user.title][0] ~ 'x'", NoValue, &["`~`"]);
    refused("{'a': none}['a'] ~ 'x'", NoValue, &["`~`"]);
    refused(
        "user.userName|replace('a', user.title)",
        NoValue,
        &["argument 3 of `replace`", "`user.title`"],
    );
    refused("none ~ 'x'", FaultKind::Argument, &["`none`"]);
    let (body, case) = (ann(), |body| Case { kind: Kind::User, body, manager: None, attempt: 0 });
    faulty(
        "manager",
        run(&case(&body), "manager.displayName ~ '!'"),
        NoValue,
        &["`manager.displayName`"],
    );
}

#[test]
fn what_is_no_text_is_not_joined() {
    use FaultKind::Type;
    refused("user.emails ~ 'x'", Type, &["`user.emails` is a list", "primary(user.emails).value"]);
    refused("user['urn:example:Badge'].floors ~ 'x'", Type, &["is a list", "|first`"]);
    refused("user.name ~ 'x'", Type, &["`user.name` has parts"]);
    refused("[1] ~ 'x'", Type, &["met a list"]);
    refused("user.emails[0] ~ 'x'", Type, &["met an object"]);
    refused("user.userName * 2", Type, &["`*`", "a text and a number"]);
    refused("user.userName < 3", Type, &["`<`"]);
    refused("3 in user.userName", Type, &["`in`"]);
    refused("lower(user.active)", Type, &["argument 1 of `lower`", "true or false"]);
    check("user['urn:example:Badge'].level ~ '. ' ~ user.active", &json!("3. true"));
}

#[test]
fn a_fault_has_the_line_and_never_a_value() {
    let fault = of_ann("user.userName\n  ~ user.title\n").unwrap_err();
    assert_eq!(fault.line, Some(2));
    assert!(
        fault
            .to_string()
            .starts_with("`user.userName   ~ user.title `, line 2: `user.title` has no value")
    );
    let fault = of_ann("int(user.userName)").unwrap_err();
    assert!(!fault.to_string().contains("mueller"), "{fault}");
    let fault = of_ann("user.userName|date_format('%Y')").unwrap_err();
    assert!(!fault.message.contains("mueller"), "{fault}");
}

#[test]
fn numbers_are_computed_within_their_range() {
    check("1 + 2 * 3 - 4", &json!(3));
    check("7 / 2", &json!(3.5));
    check("7 // 2", &json!(3));
    check("7 % 4", &json!(3));
    check("2 ** 10", &json!(1024));
    check("2 ** -1", &json!(0.5));
    check("-user['urn:example:Badge'].level", &json!(-3));
    check("1 == 1.0 and 1 < 1.5 <= 2", &json!(true));
    check("3 < 2 < 1", &json!(false));
    refused("1 / 0", FaultKind::Type, &["divides by zero"]);
    refused("1 % 0", FaultKind::Type, &["divides by zero"]);
    refused("10 ** 400", FaultKind::Limit, &["too large"]);
    refused("(-8) ** 0.5", FaultKind::Limit, &["no number"]);
    refused("10.0 ** 400", FaultKind::Limit, &["too large"]);
    refused("18446744073709551615 * 2", FaultKind::Limit, &["too large"]);
}

#[test]
fn lists_and_texts_have_elements_and_slices() {
    check("user.emails[-1].type", &json!("work"));
    check("user.emails[9]", &Value::Null);
    check("user.userName[0]", &json!("a"));
    check("user.userName[-1]", &json!("r"));
    check("user.userName[99]", &Value::Null);
    check("user.userName[:3]", &json!("ann"));
    check("user.userName[4:]", &json!("mueller"));
    check("user.userName[-3:-1]", &json!("le"));
    check("user.name.familyName[1:2]", &json!("ü"));
    check("(user.emails[:1]|first).type", &json!("home"));
    check("['a'] + ['b']", &json!(["a", "b"]));
    check("user.name['givenName']", &json!("Ann"));
    check("{'a': 1}.a", &json!(1));
}

#[test]
fn tests_ask_for_types_and_parts() {
    check("'x' is string and 1 is number and 1 is integer and 1.5 is number", &json!(true));
    check("1.5 is integer", &json!(false));
    check(
        "user.active is boolean and user.emails is sequence and user.name is mapping",
        &json!(true),
    );
    check(
        "user.userName is startingwith('ann') and user.userName is endingwith 'ler'",
        &json!(true),
    );
    check("'Sales' is in(groups)", &json!(true));
    check("user.title is startingwith('x')", &json!(false));
    check("user.title is not defined", &json!(true));
}

#[test]
fn facts_of_target_tenant_store_groups_and_manager_are_there() {
    check("target.name ~ '-' ~ tenant ~ '-' ~ domain", &json!("crm-acme-PRIMARY"));
    check("user.id", &json!("a11"));
    check("'Sales' in groups", &json!(true));
    check("groups|sort|join('; ')", &json!("Berlin Office; Sales"));
    check("manager.displayName", &json!("Bob Boss"));
    check("manager.name.givenName", &json!("Bob"));
    check("'led' if manager else 'alone'", &json!("led"));
    check("manager is defined and not user.title", &json!(true));
    assert_eq!(of_nobody("manager.displayName"), Ok(None));
    assert_eq!(of_nobody("'led' if manager else 'alone'"), Ok(Some(json!("alone"))));
    assert_eq!(of_nobody("manager.displayName|default('nobody')"), Ok(Some(json!("nobody"))));
    let body = group();
    let case = Case { kind: Kind::Group, body: &body, manager: None, attempt: 0 };
    assert_eq!(run(&case, "group.displayName|slug"), Ok(Some(json!("sales-team"))));
    assert_eq!(run(&case, "wso2_id('{UN,IDP}', '_')"), Ok(Some(json!("sales team_crm"))));
}
