//! What functions do at their edges; the page for administrators shows what they are for.

use serde_json::json;

use super::*;

fn attempt(attempt: u32, text: &str) -> Value {
    let body = ann();
    run(&Case { kind: Kind::User, body: &body, manager: None, attempt }, text)
        .unwrap()
        .unwrap_or_default()
}

#[test]
fn unique_counts_the_names_that_were_taken() {
    assert_eq!(attempt(0, "unique('jsmith')"), json!("jsmith"));
    assert_eq!(attempt(1, "unique('jsmith')"), json!("jsmith1"));
    assert_eq!(attempt(12, "unique('jsmith')"), json!("jsmith12"));
    assert_eq!(attempt(1, "unique('ann@x')"), json!("ann1@x"));
    assert_eq!(attempt(0, "unique('jsmith', 4)"), json!("jsmi"));
    assert_eq!(attempt(10, "unique('jsmith', 6)"), json!("jsmi10"));
    assert_eq!(attempt(3, "unique('annette@x.y', 8)"), json!("ann3@x.y"));
    refused("unique('ann@example.com', 5)", FaultKind::Argument, &["no room"]);
    refused("unique('ann', -1)", FaultKind::Argument, &["must not be negative"]);
}

#[test]
fn languages_write_letters_in_their_own_way() {
    check(
        "transliterate('Äößü Ærø Łódź Ñandú Ёлка 東京')",
        &json!("Aossu Aero Lodz Nandu Elka DongJing"),
    );
    check("transliterate('Äößü Ü', 'de')", &json!("Aeoessue Ue"));
    check("transliterate('u\u{308}ber', 'de')", &json!("ueber"));
    check("transliterate('u\u{308}ber')", &json!("uber"));
    check("transliterate('Åse Ærø', 'da')", &json!("Aase Aeroe"));
    check("transliterate('Ångström', 'nb')", &json!("Aangstrom"));
    check("user.name.familyName|username('de')", &json!("mueller"));
}

#[test]
fn user_names_and_slugs_have_single_gaps_inside() {
    check("username(\"  Ann-Marie   O'Neil, Jr. \")", &json!("ann-marie.oneil.jr"));
    check("username('..a__b..')", &json!("a_b"));
    check("slug('Sales & Marketing (EMEA)')", &json!("sales-marketing-emea"));
    check("slug('***')", &json!(""));
}

#[test]
fn dates_are_written_in_the_zone_that_they_name() {
    check(
        "date_format(user['urn:example:Badge'].since, '%d.%m.%Y %H:%M')",
        &json!("31.01.2026 23:30"),
    );
    check("date_format('2026-01-31T08:00:00Z', '%Y%m%d%H%M%SZ')", &json!("20260131080000Z"));
    check("date_format('2026-01-31', '%d.%m.%Y')", &json!("31.01.2026"));
    check("date_format('31.01.2026', '%d.%m.%Y', '%Y-%m-%d')", &json!("2026-01-31"));
    check("date_format(user.title, '%Y')", &Value::Null);
    refused("date_format('yesterday', '%Y')", FaultKind::Type, &["2026-01-31T08:00:00Z"]);
    refused("date_format('31.02.2026', '%d.%m.%Y', '%Y')", FaultKind::Type, &["argument 2"]);
}

#[test]
fn texts_are_cut_and_filled_by_characters() {
    check("substr('Müller', 1, 2)", &json!("ül"));
    check("substr('Müller', -3)", &json!("ler"));
    check("substr('Müller', 9)", &json!(""));
    check("truncate('Ann Müller', 4)", &json!("Ann"));
    check("pad(7, 3)", &json!("007"));
    check("pad('12345', 3)", &json!("12345"));
    check("pad('7', 3, 'ü')", &json!("üü7"));
    check("title(\"JEAN-LUC o'neil\")", &json!("Jean-Luc O'neil"));
    check("capitalize('éCOLE')", &json!("École"));
    check("trim('xxaxx', 'x')", &json!("a"));
    check("split('a,,b', ',')", &json!(["a", "", "b"]));
    check("split('  a  b ')", &json!(["a", "b"]));
    check("int(' 42 ')", &json!(42));
    check("string(42) ~ string(true)", &json!("42true"));
    refused("pad('a', 3, 'xy')", FaultKind::Argument, &["one character"]);
    refused("replace('a', '', 'b')", FaultKind::Argument, &["empty"]);
    refused("split('a', '')", FaultKind::Argument, &["empty"]);
    refused("substr('a', 'b')", FaultKind::Type, &["whole number", "a text"]);
    refused("int('4x')", FaultKind::Type, &["no whole number"]);
}

#[test]
fn values_of_a_type_are_found_in_any_case_and_the_primary_first() {
    check("by_type(user.emails, 'WORK').value", &json!("ann@work.example"));
    check("by_type(user.emails, 'other')", &Value::Null);
    check("primary(user.emails).value", &json!("ann@work.example"));
    check("primary(user.phoneNumbers).value", &json!("+41 44 123 45 67"));
    check("where(user.emails, 'primary', true)|pluck('value')", &json!(["ann@work.example"]));
    check("user.emails|pluck('primary')", &json!([true]));
    check("user['urn:example:Badge'].floors|distinct|sort|join(',')", &json!("1,2"));
    check("[10, 9]|sort", &json!([9, 10]));
    check("in_group('sales') and not in_group('Board')", &json!(true));
    refused("join(user.emails, ',')", FaultKind::Type, &["an object in the list", "pluck("]);
    refused("primary('x')", FaultKind::Type, &["a list", "met a text"]);
}

#[test]
fn a_switch_needs_a_table() {
    check("switch(user.enterprise.department, {'Sales': 'S', 'HR': 'H'}, '?')", &json!("S"));
    check("switch('x', {'Sales': 'S'}, '?')", &json!("?"));
    check("switch('x', {'Sales': 'S'})", &Value::Null);
    check("switch(user['urn:example:Badge'].level, {'3': 'senior'})", &json!("senior"));
    check("first_of(user.title, '', user.userName)", &json!("ann.mueller"));
    check("first_of(user.title, user.nickName)", &Value::Null);
    refused("switch('x', 'y')", FaultKind::Type, &["a table"]);
}

#[test]
fn groups_become_roles_by_a_table_with_a_default() {
    let roles = "{'sales': 'seller', 'BERLIN OFFICE': 'seller', 'Board': 'admin'}";
    check(&format!("translate(groups, {roles})"), &json!(["seller"]));
    check(&format!("translate(groups, {roles}, 'guest')|as_values"), &json!([{"value": "seller"}]));
    check("translate(groups, {'Board': 'admin'}, 'guest')", &json!(["guest"]));
    check("translate(groups, {'Board': 'admin'})", &Value::Null);
    check("translate(user.roles, {'a': 'b'}, 'guest')", &json!(["guest"]));
    check("as_values(['a', {'value': 'b'}])", &json!([{"value": "a"}, {"value": "b"}]));
    refused("translate(groups, 'x')", FaultKind::Type, &["a table"]);
    refused("translate(user.emails, {})", FaultKind::Type, &["an object in the list", "pluck("]);
}

#[test]
fn ids_follow_the_pattern_of_wso2() {
    check("wso2_id('{UD,UN,TD,IDP}', '_')", &json!("primary_ann.mueller_acme_crm"));
    check("wso2_id('{UN}', '')", &json!("ann.mueller"));
    check("wso2_id('{IDP, UN}', 'm')", &json!("crmann.mueller"));
    let body = document(json!({"userName": "primary/Ann"}));
    let case = Case { kind: Kind::User, body: &body, manager: None, attempt: 0 };
    assert_eq!(run(&case, "wso2_id('{UD,UN}', '-')"), Ok(Some(json!("primary-ann"))));
}

#[test]
fn patterns_replace_with_groups() {
    check(r"regex_replace('+41 44 123', '[^0-9+]', '')", &json!("+4144123"));
    check(r"regex_replace('Ann Lee', '(\\w+) (\\w+)', '$2, $1')", &json!("Lee, Ann"));
    check(r"regex_match(user.userName, '^[a-z.]+$')", &json!(true));
    check(r"regex_match(user.title, 'x')", &json!(false));
}
