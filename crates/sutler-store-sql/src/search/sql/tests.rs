use sutler_model::TenantId;
use sutler_model::query::Start;
use sutler_model::schema::{ENTERPRISE_USER, ROLE, Schemas};

use super::*;

fn read(filter: &Filter) -> Clause {
    let schemas = Schemas::standard();
    clause(filter, Scope { tenant: 1, schemas: &schemas, users_only: false })
}

fn path(text: &str) -> AttributePath {
    let (attribute, sub) = match text.split_once('.') {
        Some((attribute, sub)) => (attribute, Some(sub.to_owned())),
        None => (text, None),
    };
    AttributePath { schema: None, attribute: attribute.to_owned(), sub }
}

fn equal(name: &str, text: &str) -> Filter {
    Filter::Compare(path(name), Operator::Equal, Literal::Text(text.to_owned()))
}

#[test]
fn values_are_bound_and_never_written() {
    let hostile = "x' OR '1'='1";
    for name in
        ["id", "title", "userName", "displayName", "externalId", "emails", "members", "groups"]
    {
        let clause = read(&equal(name, hostile));
        assert!(!clause.sql.contains("1'='1"), "{name}");
        assert_eq!(clause.sql.matches('?').count(), clause.values.len(), "{name}");
        assert!(clause.exact, "{name}");
    }
}

#[test]
fn what_rows_cannot_answer_lets_everything_through() {
    let locale = equal("locale", "en");
    assert_eq!(read(&locale), Clause::anything());
    assert_eq!(read(&Filter::Not(Box::new(locale))), Clause::anything());
}

#[test]
fn a_conjunction_narrows_by_what_it_can() {
    let both = Filter::And(vec![equal("userName", "ann"), equal("locale", "en")]);
    let clause = read(&both);
    assert!(clause.sql.contains("FROM name"));
    assert!(!clause.exact);
}

#[test]
fn beside_what_few_have_the_others_are_asked_one_by_one() {
    let family = equal("name.familyName", "x");
    let alone = read(&family);
    assert!(alone.sql.starts_with("r.rid IN"), "{}", alone.sql);
    let both = |other: Filter| read(&Filter::And(vec![family.clone(), other]));
    for name in ["id", "userName", "externalId", "emails"] {
        let sql = both(equal(name, "y")).sql;
        assert!(sql.starts_with("(EXISTS (SELECT 1 FROM attr"), "{name}: {sql}");
    }
    // Many can have one title: nothing is known of which is the better way.
    assert!(both(equal("title", "y")).sql.starts_with("(r.rid IN"));
    let not = both(Filter::Not(Box::new(equal("userName", "y"))));
    assert!(not.sql.starts_with("(r.rid IN"), "{}", not.sql);
}

#[test]
fn an_alternative_that_rows_cannot_answer_widens_all() {
    let either = Filter::Or(vec![equal("userName", "ann"), equal("locale", "en")]);
    let clause = read(&either);
    assert!(clause.sql.ends_with("OR 1)") && !clause.exact);
}

#[test]
fn a_search_stays_in_its_tenant_and_among_the_living() {
    let search = Search {
        tenant: TenantId(7),
        schemas: Schemas::standard(),
        kinds: vec![Kind::User],
        filter: None,
        sort: None,
        start: sutler_model::query::Start::Offset(0),
        limit: 10,
    };
    let clause = candidates(&search, &search.kinds);
    assert!(clause.sql.contains("r.tenant = ?") && clause.sql.contains("r.gone IS NULL"));
    assert_eq!(clause.values, [Value::Integer(7)]);
}

/// Without statistics the planner would rather walk all of a tenant than trust an index.
#[test]
fn equality_with_an_indexed_attribute_never_walks_the_tenant() {
    let connection = rusqlite::Connection::open_in_memory().unwrap();
    crate::migrate::migrate(&connection).unwrap();
    for name in
        ["id", "title", "userName", "displayName", "externalId", "emails", "members", "groups"]
    {
        let search = Search {
            tenant: TenantId(1),
            schemas: Schemas::standard(),
            kinds: vec![Kind::User],
            filter: Some(equal(name, "x")),
            sort: None,
            start: Start::Offset(0),
            limit: 10,
        };
        let clause = candidates(&search, &search.kinds);
        let sql = format!(
            "EXPLAIN QUERY PLAN SELECT * FROM resource r WHERE {} ORDER BY r.rid LIMIT 100",
            clause.sql
        );
        let mut statement = connection.prepare(&sql).unwrap();
        let values = rusqlite::params_from_iter(&clause.values);
        let plan: Vec<String> =
            statement.query_map(values, |row| row.get(3)).unwrap().map(Result::unwrap).collect();
        // What is found by these alone is all that a tenant has.
        let coarse = ["tenant=?)", "kind=?)", "gone=?)"];
        let walks =
            |step: &String| step.starts_with("SCAN r") || coarse.iter().any(|c| step.ends_with(c));
        assert!(!plan.iter().any(walks), "{name}: {plan:#?}");
    }
}

#[test]
fn the_use_of_an_extension_is_answered_by_its_rows() {
    let used = |urn: &str| read(&Filter::Present(AttributePath::extension(urn, "", None)));
    let role = used(ROLE);
    assert!(role.exact && role.sql.contains("FROM attr"), "{role:?}");
    assert_eq!(role.sql.matches('?').count(), role.values.len());
    assert_eq!(used(&ROLE.to_uppercase()), role);
    assert_eq!(used(ENTERPRISE_USER), Clause::anything());
    assert_eq!(used("urn:none"), Clause::anything());
}
