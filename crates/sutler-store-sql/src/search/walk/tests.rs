use rusqlite::StatementStatus;
use sutler_model::filter::{Filter, Literal, Operator};
use sutler_model::path::AttributePath;
use sutler_model::query::{Sort, Start};
use sutler_model::schema::Schemas;

use super::*;

const TENANT: sutler_model::TenantId = sutler_model::TenantId(1);

fn store() -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    crate::migrate::migrate(&connection).unwrap();
    connection
}

fn search(kinds: &[Kind], sort: Option<(&str, Option<&str>, bool)>) -> Search {
    Search {
        tenant: TENANT,
        schemas: Schemas::standard(),
        kinds: kinds.to_vec(),
        filter: None,
        sort: sort.map(|(attribute, sub, descending)| Sort {
            by: AttributePath::core(attribute, sub),
            descending,
        }),
        start: Start::Offset(0),
        limit: 10,
    }
}

fn plan(connection: &Connection, search: &Search, stretch: &Stretch) -> Option<String> {
    let order = sort::order(search).unwrap();
    let mut walked = statement(search, order, stretch)?;
    walked.values.push(Value::Integer(11));
    let mut explain =
        connection.prepare(&format!("EXPLAIN QUERY PLAN {}", walked.sql)).expect(&walked.sql);
    let lines = explain.query_map(params_from_iter(&walked.values), |row| row.get(3)).unwrap();
    let lines: Vec<String> = lines.collect::<Result<_, _>>().unwrap();
    Some(lines.join("\n"))
}

fn every_stretch(order: Order) -> Vec<Stretch> {
    let value = match order {
        Order::Created | Order::Changed => Value::Integer(5),
        _ => Value::Text("m".to_owned()),
    };
    vec![
        Stretch::Present,
        Stretch::Same(value.clone(), Rid(5)),
        Stretch::Beyond(value),
        Stretch::Missing(None),
        Stretch::Missing(Some(Rid(5))),
    ]
}

const USERS: &[Kind] = &[Kind::User];
const ALL: &[Kind] = &[];

#[test]
fn the_order_of_creation_is_walked_on_its_index_alone() {
    let connection = store();
    for kinds in [USERS, &[Kind::Group], ALL] {
        for after in [None, Some(Rid(5))] {
            let plan = plan(&connection, &search(kinds, None), &Stretch::Missing(after)).unwrap();
            assert!(plan.contains("SEARCH r USING COVERING INDEX resource_live"), "{plan}");
            assert!(!plan.contains("SCAN") && !plan.contains("TEMP B-TREE"), "{plan}");
        }
    }
}

/// Upwards nothing is sorted; downwards only those that have the same value are.
#[test]
fn sorted_walks_read_an_index_and_sort_nothing_but_ties() {
    let connection = store();
    let orders = [
        ("userName", None),
        ("displayName", None),
        ("externalId", None),
        ("id", None),
        ("meta", Some("created")),
        ("meta", Some("lastModified")),
    ];
    for (attribute, sub) in orders {
        for (kinds, descending) in [(USERS, false), (USERS, true), (ALL, false), (ALL, true)] {
            let search = search(kinds, Some((attribute, sub, descending)));
            let Some(order) = sort::order(&search) else {
                continue;
            };
            for stretch in every_stretch(order) {
                let Some(plan) = plan(&connection, &search, &stretch) else {
                    continue;
                };
                let note = format!("{attribute} {descending} {kinds:?} {stretch:?}: {plan}");
                assert!(!plan.contains("SCAN"), "{note}");
                assert!(!plan.contains("TEMP B-TREE FOR ORDER BY"), "{note}");
                assert!(descending || !plan.contains("TEMP B-TREE"), "{note}");
            }
        }
    }
}

#[test]
fn a_selective_filter_is_not_walked_in_the_order_of_the_sort() {
    let connection = store();
    let mut narrow = search(USERS, Some(("displayName", None, false)));
    let path = AttributePath::core("id", None);
    let one = Literal::Text("x".to_owned());
    narrow.filter = Some(Filter::Compare(path, Operator::Equal, one));
    let plan = plan(&connection, &narrow, &Stretch::Present).unwrap();
    assert!(plan.contains("uid=?"), "{plan}");
}

fn fill(connection: &Connection, users: i64) {
    let sql = "INSERT INTO resource (rid, tenant, kind, uid, version, active, body, derived, \
               created, changed) VALUES (?1, 1, 1, 'u' || ?1, 1, 1, '{}', '{}', 1, 1)";
    for rid in 1..=users {
        connection.prepare_cached(sql).unwrap().execute([rid]).unwrap();
        crate::census::count(connection, (TENANT, Kind::User, Rid(rid)), 1).unwrap();
    }
}

fn steps(connection: &Connection, search: &Search, from: Option<&Position>) -> i32 {
    let walked = statement(search, Order::Creation, &Stretch::Missing(from.map(|p| p.rid)));
    let walked = walked.unwrap();
    let mut prepared = connection.prepare(&walked.sql).unwrap();
    let values = walked.values.into_iter().chain([Value::Integer(11)]);
    let mut rows = prepared.query(params_from_iter(values)).unwrap();
    while rows.next().unwrap().is_some() {}
    drop(rows);
    prepared.get_status(StatementStatus::VmStep)
}

/// Counted in SQLite's own steps, so that no clock is asked.
#[test]
fn a_page_costs_the_same_wherever_it_lies() {
    let connection = store();
    fill(&connection, 10_000);
    let users = search(USERS, None);
    let deep = Position { key: None, rid: Rid(9_000) };
    let (first, last) = (steps(&connection, &users, None), steps(&connection, &users, Some(&deep)));
    assert!((last - first).abs() < 20, "{first} {last}");
}

#[test]
fn an_index_deep_in_a_list_is_found_without_walking_to_it() {
    let connection = store();
    fill(&connection, 10_000);
    for offset in [0, 1, 2_046, 2_047, 2_048, 4_095, 7_777, 9_999] {
        let (after, skip) = crate::census::seek(&connection, TENANT, USERS, offset).unwrap();
        assert!(skip < 2_048, "{offset}: {skip}");
        let page = Search { start: Start::Offset(offset), limit: 1, ..search(USERS, None) };
        let found = super::super::search(&connection, &page).unwrap();
        let rid = i64::try_from(offset).unwrap() + 1;
        assert_eq!(found.resources[0].rid, Rid(rid), "{offset}: after {after}, {skip} more");
        assert_eq!(found.total, 10_000);
    }
}
