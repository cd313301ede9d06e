//! Filters: section 1 of the SCIM rules, and sorting.

use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};
use sutler_model::filter::{Filter, compare};
use sutler_model::query::Sort;
use sutler_model::schema::{ENTERPRISE_USER, standard};
use sutler_model::{InvalidKind, Kind};
use sutler_scim::filter::parse;

fn ann() -> Map<String, Value> {
    let user = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE_USER],
        "id": "Id-1",
        "externalId": "Ext-1",
        "userName": "Ann.O'Malley",
        "displayName": "",
        "active": true,
        "name": {"familyName": "O'Malley", "givenName": "Änn"},
        "emails": [
            {"value": "ann@work.example", "type": "work"},
            {"value": "ann@home.example", "type": "home", "primary": true},
        ],
        "meta": {"resourceType": "User", "created": "2011-05-13T04:42:34Z", "version": "W/\"3\""},
        ENTERPRISE_USER: {"manager": {"value": "Boss-1"}, "department": "Sales"},
    });
    user.as_object().cloned().unwrap()
}

fn matches(text: &str, expected: bool) {
    let filter = parse(text).and_then(|filter| filter.check(&[standard(Kind::User)]));
    let filter = filter.unwrap_or_else(|refused| panic!("{text}: {refused}"));
    assert_eq!(filter.matches(standard(Kind::User), &ann()), expected, "{text}");
    let again = parse(&filter.to_string()).unwrap();
    assert_eq!(again, filter, "{text} prints as {filter}");
}

fn refused(text: &str) {
    let result = parse(text).and_then(|filter| filter.check(&[standard(Kind::User)]));
    assert_eq!(result.map_err(|e| e.kind), Err(InvalidKind::Filter), "{text}");
}

#[test]
fn and_binds_more_than_or_and_not_more_than_both_t_f1() {
    matches("active eq true or active eq false and active eq false", true);
    matches("(active eq true or active eq false) and active eq false", false);
    matches("not (active eq false) and active eq true", true);
    matches("not(active eq false and active eq true)", true);
    matches("not (not (active eq true))", true);
    refused("not active eq true");
}

#[test]
fn words_and_names_know_no_case_t_f2() {
    matches(r#"USERNAME Eq "ann.o'malley" AND NOT (active EQ false) and Name.FamilyName PR"#, true);
}

#[test]
fn literals_are_json_t_f3() {
    matches(r#"userName eq "ann.o\u0027malley""#, true);
    matches(r#"name.givenName eq "\u00e4NN""#, true);
    refused("userName eq ann");
    refused("userName eq 'ann'");
    refused(r#"userName eq "ann"#);
    refused(r#"userName eq "\x""#);
    refused("active eq TRUE");
}

#[test]
fn presence_needs_a_value_that_is_not_empty_t_f4() {
    matches("userName pr", true);
    matches("displayName pr", false);
    matches("title pr", false);
    matches("name pr", true);
    matches("emails pr", true);
    matches("emails.display pr", false);
    matches("title eq null", true);
    matches("title ne null", false);
    matches("userName eq null", false);
    matches("userName ne null", true);
    refused("userName gt null");
}

#[test]
fn any_value_may_match_but_brackets_mean_one_element_t_f5() {
    matches(r#"emails co "@home""#, true);
    matches(r#"emails.type eq "work" and emails.value co "@home""#, true);
    matches(r#"emails[type eq "work" and value co "@home"]"#, false);
    matches(r#"emails[type eq "home" and value co "@home"]"#, true);
    matches(r#"emails[type eq "work"].value co "@work""#, true);
    matches(r#"emails[type eq "work"].value co "@home""#, false);
}

#[test]
fn brackets_take_a_whole_filter_but_no_brackets_t_f6() {
    matches(
        r#"ims[value pr] or emails[not (type eq "work") and (value sw "x" or primary eq true)]"#,
        true,
    );
    refused("emails[emails[type pr]]");
    refused(r#"emails[type eq "work""#);
    refused(r#"emails[shoe eq "work"]"#);
    refused("userName[value pr]");
}

#[test]
fn a_urn_may_stand_before_a_name_t_f7() {
    matches(r#"urn:ietf:params:scim:schemas:core:2.0:User:userName sw "ANN""#, true);
    matches(
        r#"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value eq "Boss-1""#,
        true,
    );
    matches(
        r#"URN:ietf:params:scim:schemas:extension:ENTERPRISE:2.0:user:manager eq "Boss-1""#,
        true,
    );
    matches(r#"schemas eq "urn:ietf:params:scim:schemas:core:2.0:User""#, true);
    refused("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User pr");
    refused("urn:ietf:params:scim:schemas:core:9.0:User:userName pr");
}

#[test]
fn case_counts_where_the_schema_says_so_t_f8() {
    matches(r#"userName eq "ANN.O'MALLEY""#, true);
    matches(r#"emails.value eq "ANN@work.example""#, true);
    matches(r#"id eq "Id-1""#, true);
    matches(r#"id eq "id-1""#, false);
    matches(r#"externalId eq "ext-1""#, false);
    matches(r#"meta.resourceType eq "user""#, false);
    matches(r#"meta.version eq "W/\"3\"""#, true);
    matches(r#"userName sw """#, true);
    matches(r#"userName co """#, true);
    matches(r#"title ew """#, false);
}

#[test]
fn order_is_by_type_t_f9() {
    for same in ["2011-05-13T04:42:34Z", "2011-05-13T04:42:34.000Z", "2011-05-13T06:42:34+02:00"] {
        matches(&format!(r#"meta.created eq "{same}""#), true);
        matches(&format!(r#"meta.created ge "{same}""#), true);
        matches(&format!(r#"meta.created gt "{same}""#), false);
    }
    matches(r#"userName gt "AMA""#, true);
    refused("active gt true");
    refused(r#"x509Certificates ge "aGk=""#);
    refused(r#"active sw "t""#);
    refused(r#"meta.created sw "2011""#);
    refused(r#"meta.created gt "yesterday""#);
}

#[test]
fn a_literal_of_another_type_is_refused_t_f10() {
    refused(r#"active eq "true""#);
    refused("userName eq 5");
    refused("userName eq true");
}

#[test]
fn what_cannot_be_read_is_refused_t_f11() {
    for text in [
        "",
        " ",
        "userName",
        "userName is \"x\"",
        "userName eq",
        "and",
        "userName pr and",
        "userName pr userName pr",
        "(userName pr",
        "userName pr)",
        "()",
        "userName pr or or userName pr",
        "shoeSize eq 1",
        "name eq \"x\"",
        "name.shoe pr",
        "addresses co \"x\"",
        "emails[]",
    ] {
        refused(text);
    }
}

#[test]
fn an_absent_value_is_only_unequal_t_f11() {
    matches(r#"title eq "x""#, false);
    matches(r#"title gt "x""#, false);
    matches(r#"title co "x""#, false);
    matches(r#"title ne "x""#, true);
    matches(r#"userName ne "x""#, true);
    matches(r#"userName ne "ann.o'malley""#, false);
}

#[test]
fn an_attribute_that_no_type_has_is_empty_among_several_types_t_f11_t_r8() {
    let check = |text: &str, expected: bool| {
        let filter =
            parse(text).unwrap().check(&[standard(Kind::User), standard(Kind::Group)]).unwrap();
        assert_eq!(filter.matches(standard(Kind::User), &ann()), expected, "{text}");
    };
    check("shoeSize eq 1", false);
    check("shoeSize pr", false);
    check("shoeSize ne 1", true);
    check(r#"members.value eq "x""#, false);
    check(r#"meta.resourceType eq "User" and userName pr"#, true);
}

#[test]
fn secrets_and_addresses_cannot_be_filtered_by_t_f12() {
    refused(r#"password eq "x""#);
    refused("password pr");
    refused(r#"meta.location co "x""#);
    refused(r#"groups.$ref co "x""#);
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the ceiling is one of real time")]
fn a_bomb_is_refused_within_the_ceiling_t_f14() {
    let bombs = [
        "(".repeat(100_000),
        "not (".repeat(1_500),
        format!("userName eq \"{}\"", "x".repeat(1_000_000)),
        format!("{}userName pr{}", "(".repeat(33), ")".repeat(33)),
        vec!["id pr"; 257].join(" or "),
    ];
    for bomb in &bombs {
        let start = Instant::now();
        refused(bomb);
        assert!(start.elapsed() < Duration::from_secs(1));
    }
    matches(&format!("{}userName pr{}", "(".repeat(32), ")".repeat(32)), true);
    matches(&vec!["id pr"; 256].join(" or "), true);
    matches("  userName   pr  and \t active eq  true  ", true);
}

#[test]
fn paths_of_a_filter_are_joined_across_brackets() {
    let filter: Filter = parse(r#"userName pr and emails[type eq "x" or value pr]"#).unwrap();
    let paths: Vec<String> = filter.paths().iter().map(ToString::to_string).collect();
    assert_eq!(paths, ["userName", "emails.type", "emails.value"]);
}

#[test]
fn what_is_missing_sorts_last_and_the_primary_value_counts_t_s1() {
    let user = |json: Value| json.as_object().cloned().unwrap();
    let resources = [
        user(
            json!({"userName": "b", "emails": [{"value": "z@x"}, {"value": "a@x", "primary": true}]}),
        ),
        user(json!({"userName": "A", "emails": [{"value": "M@x"}, {"value": "a@x"}]})),
        user(json!({"userName": "c"})),
    ];
    let check = |by: &str, descending: bool, expected: [usize; 3]| {
        let by = sutler_model::filter::check_sort(&by.parse().unwrap(), &[standard(Kind::User)])
            .unwrap();
        let sort = Sort { by, descending };
        let mut places = [0, 1, 2];
        places.sort_by(|a, b| {
            compare(
                (standard(Kind::User), &resources[*a]),
                (standard(Kind::User), &resources[*b]),
                &sort,
            )
        });
        assert_eq!(places, expected, "{} {descending}", sort.by);
    };
    check("userName", false, [1, 0, 2]);
    check("userName", true, [2, 0, 1]);
    check("emails", false, [0, 1, 2]);
    check("emails.value", true, [2, 1, 0]);
}
