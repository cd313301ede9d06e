//! Searches give the same whether rows answer them or the evaluator does.

use sutler_model::filter::Operator::{Contains, EndsWith, NotEqual, StartsWith};
use sutler_model::filter::{Filter, Literal, Operator};
use sutler_model::path::AttributePath;
use sutler_model::port::Directory;
use sutler_model::query::{Search, Sort, Start};
use sutler_model::schema::Schemas;
use sutler_model::{Kind, TenantId};
use sutler_store_sql::SqliteLedger;

use crate::support::{block_on, group, ledger, put, user};

fn path(attribute: &str, sub: Option<&str>) -> AttributePath {
    AttributePath { schema: None, attribute: attribute.to_owned(), sub: sub.map(str::to_owned) }
}

fn compare(attribute: &str, operator: Operator, text: &str) -> Filter {
    Filter::Compare(path(attribute, None), operator, Literal::Text(text.to_owned()))
}

fn equal(attribute: &str, sub: Option<&str>, text: &str) -> Filter {
    Filter::Compare(path(attribute, sub), Operator::Equal, Literal::Text(text.to_owned()))
}

fn search(filter: Option<Filter>) -> Search {
    Search {
        tenant: TenantId::DEFAULT,
        schemas: Schemas::standard(),
        kinds: Vec::new(),
        filter,
        sort: None,
        start: Start::Offset(0),
        limit: 100,
    }
}

fn found(ledger: &SqliteLedger, search: &Search) -> (usize, Vec<String>) {
    let found = block_on(ledger.search(search)).unwrap();
    (found.total, found.resources.into_iter().map(|r| r.uid.0).collect())
}

/// Everything that matches, and the same again with a part that rows cannot answer.
#[track_caller]
fn check(ledger: &SqliteLedger, filter: Filter, expected: &[&str]) {
    let pushed = found(ledger, &search(Some(filter.clone())));
    assert_eq!(pushed.1, expected, "{filter:?}");
    assert_eq!(pushed.0, expected.len());
    let always = Filter::Not(Box::new(compare("nickName", Operator::Equal, "nobody")));
    let walked = found(ledger, &search(Some(Filter::And(vec![filter, always]))));
    assert_eq!(walked, pushed);
}

fn filled() -> (std::sync::Arc<SqliteLedger>, tempfile::TempDir) {
    let (ledger, folder) = ledger();
    let ann = put(&ledger, user("Ann"));
    put(&ledger, user("Anton"));
    put(&ledger, user("bea_100%"));
    put(&ledger, group("Team", vec![ann]));
    (ledger, folder)
}

#[test]
fn filters_that_rows_answer_match_what_the_evaluator_matches() {
    let (ledger, _folder) = filled();
    check(&ledger, compare("userName", Operator::Equal, "ANN"), &["uid-ann"]);
    check(&ledger, compare("userName", StartsWith, "an"), &["uid-ann", "uid-anton"]);
    check(&ledger, compare("userName", Contains, "%"), &["uid-bea_100%"]);
    check(&ledger, compare("userName", EndsWith, "TON"), &["uid-anton"]);
    check(
        &ledger,
        compare("userName", NotEqual, "ann"),
        &["uid-anton", "uid-bea_100%", "uid-team"],
    );
    check(&ledger, compare("displayName", Operator::Equal, "team"), &["uid-team"]);
    check(&ledger, compare("id", Operator::Equal, "uid-ann"), &["uid-ann"]);
    check(&ledger, equal("emails", Some("value"), "ANTON@example.org"), &["uid-anton"]);
    check(&ledger, equal("members", Some("value"), "uid-ann"), &["uid-team"]);
    check(&ledger, equal("groups", Some("value"), "uid-team"), &["uid-ann"]);
    check(
        &ledger,
        Filter::Not(Box::new(compare("userName", StartsWith, "an"))),
        &["uid-bea_100%", "uid-team"],
    );
    check(
        &ledger,
        Filter::Compare(path("active", None), Operator::Equal, Literal::Boolean(true)),
        &["uid-ann", "uid-anton", "uid-bea_100%"],
    );
    check(
        &ledger,
        Filter::Present(path("userName", None)),
        &["uid-ann", "uid-anton", "uid-bea_100%"],
    );
    check(
        &ledger,
        equal("meta", Some("lastModified"), "1970-01-01T00:00:01Z"),
        &["uid-ann", "uid-anton", "uid-bea_100%", "uid-team"],
    );
}

#[test]
fn a_page_knows_the_total() {
    let (ledger, _folder) = filled();
    let mut page = search(None);
    page.start = Start::Offset(1);
    page.limit = 2;
    assert_eq!(found(&ledger, &page), (4, vec!["uid-anton".into(), "uid-bea_100%".into()]));
    page.filter = Some(compare("title", Operator::StartsWith, "title"));
    assert_eq!(found(&ledger, &page), (3, vec!["uid-anton".into(), "uid-bea_100%".into()]));
    page.limit = 0;
    assert_eq!(found(&ledger, &page), (3, Vec::new()));
}

#[test]
fn what_is_missing_is_sorted_last_and_reversed_first() {
    let (ledger, _folder) = filled();
    let mut sorted = search(None);
    for by in [path("userName", None), path("title", None)] {
        sorted.sort = Some(Sort { by, descending: false });
        let up = found(&ledger, &sorted).1;
        assert_eq!(up, ["uid-ann", "uid-anton", "uid-bea_100%", "uid-team"]);
        if let Some(sort) = &mut sorted.sort {
            sort.descending = true;
        }
        let down = found(&ledger, &sorted).1;
        assert_eq!(down, ["uid-team", "uid-bea_100%", "uid-anton", "uid-ann"]);
    }
}

#[test]
fn another_tenant_finds_nothing() {
    let (ledger, _folder) = filled();
    let mut other = search(None);
    other.tenant = TenantId(2);
    other.kinds = vec![Kind::User];
    assert_eq!(found(&ledger, &other).0, 0);
}
