//! All accounts are listed, or it is said that the list is not whole; and accounts are found by
//! any of their attributes.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use sutler_emulator::{Faults, Paging, TargetOptions};
use sutler_model::Kind;
use sutler_model::outcome::{Listing, Operation, Outcome, Query, RefusalKind, Trouble};
use sutler_model::port::Connector;

use crate::support::{Act, Bench, ENTERPRISE, Scripted, bench, create_user, detail, done};

async fn paged(cursor: bool) -> Bench {
    let paging = if cursor { Paging::Cursor } else { Paging::Index };
    bench(TargetOptions { page: 4, paging, ..TargetOptions::new("app", "t") }).await
}

async fn all(connector: &dyn Connector, kind: Kind) -> (Vec<Listing>, Vec<String>) {
    let mut pages: Vec<Listing> = Vec::new();
    loop {
        let from = pages.last().and_then(|page| page.next.clone());
        let page = done(connector.list(kind, from.as_deref()).await);
        let more = page.next.is_some();
        pages.push(page);
        if !more {
            let ids = pages.iter().flat_map(|page| &page.accounts).map(|one| one.remote.clone());
            let ids = ids.collect();
            return (pages, ids);
        }
    }
}

#[tokio::test]
async fn every_account_is_listed_once_by_index_and_by_cursor() {
    for cursor in [false, true] {
        let bench = paged(cursor).await;
        let mut made = BTreeSet::new();
        for n in 0..10 {
            made.insert(bench.user(&format!("u{n}")).await);
        }
        let (pages, ids) = all(&*bench.connector, Kind::User).await;
        assert_eq!(pages.len(), 3, "4 and 4 and 2");
        assert_eq!(ids.len(), 10);
        assert_eq!(ids.into_iter().collect::<BTreeSet<_>>(), made);
        assert!(pages.iter().all(|page| page.total == Some(10)));
        assert_eq!(pages[0].accounts[0].correlation.as_deref(), Some("c-u0"));
        let (groups, none) = all(&*bench.connector, Kind::Group).await;
        assert_eq!((groups.len(), none.len()), (1, 0), "an empty list is whole too");
    }
}

#[tokio::test]
async fn groups_are_listed_without_their_members() {
    let server = Scripted::always(|| Act::json(200, &json!({"totalResults": 0}))).await;
    done(server.connector().list(Kind::Group, None).await);
    assert_eq!(
        server.lines(),
        ["GET /v2/Groups?startIndex=1&count=100&excludedAttributes=members HTTP/1.1"]
    );
}

#[tokio::test]
async fn a_list_from_which_accounts_go_meanwhile_is_to_be_begun_again() {
    let bench = paged(false).await;
    let mut ids = Vec::new();
    for n in 0..10 {
        ids.push(bench.user(&format!("u{n}")).await);
    }
    let first = done(bench.connector.list(Kind::User, None).await);
    let gone = Operation::Delete { kind: Kind::User, remote: ids[0].clone() };
    done(bench.connector.apply(&gone).await);
    let second = bench.connector.list(Kind::User, first.next.as_deref()).await;
    let Outcome::Refused(refusal) = second else {
        panic!("{second:?}");
    };
    assert_eq!(refusal.kind, RefusalKind::Differs);
    assert!(refusal.detail.contains("shrunk from 10 to 9"), "{}", refusal.detail);

    // By cursor nothing is lost by it.
    let bench = paged(true).await;
    for n in 0..10 {
        ids.push(bench.user(&format!("u{n}")).await);
    }
    let first = done(bench.connector.list(Kind::User, None).await);
    let forged = bench.connector.list(Kind::User, Some(r#"{"cursor":"stale","seen":4}"#)).await;
    assert!(matches!(&forged, Outcome::Refused(r) if r.kind == RefusalKind::Differs), "{forged:?}");
    assert!(done(bench.connector.list(Kind::User, first.next.as_deref()).await).next.is_some());
}

#[tokio::test]
async fn a_target_that_ignores_the_index_has_no_list() {
    let page = json!({"totalResults": 4, "Resources": [{"id": "a"}, {"id": "b"}]});
    let server = Scripted::always(move || Act::json(200, &page)).await;
    let first = done(server.connector().list(Kind::User, None).await);
    let second = server.connector().list(Kind::User, first.next.as_deref()).await;
    assert!(
        matches!(&second, Outcome::Refused(r) if r.kind == RefusalKind::Unsupported),
        "{second:?}"
    );
    assert!(detail(&second).contains("the same page again"), "{second:?}");
}

#[tokio::test]
async fn a_page_that_does_not_come_is_asked_for_again_and_is_no_end() {
    let bench = paged(false).await;
    bench.user("ann").await;
    bench.target.set_faults(Faults { html: 1.0, ..Faults::default() });
    let seen = bench.connector.list(Kind::User, None).await;
    let Outcome::Retry { trouble, .. } = seen else {
        panic!("{seen:?}");
    };
    assert_eq!(trouble, Trouble::Throttled);
    for body in [json!({}), json!({"totalResults": 1, "Resources": [{"userName": "ann"}]})] {
        let shown = body.clone();
        let server = Scripted::always(move || Act::json(200, &shown)).await;
        let seen = server.connector().list(Kind::User, None).await;
        assert!(matches!(seen, Outcome::Retry { .. }), "{body} gave {seen:?}");
    }
}

#[tokio::test]
async fn accounts_are_found_by_any_of_their_attributes() {
    let bench = bench(TargetOptions::new("app", "t")).await;
    let body = json!({
        "userName": "ann", "name": {"givenName": "Ann", "familyName": "Lee"},
        "emails": [{"value": "a@x.test"}, {"value": "Ann@x.test", "type": "work"}],
        ENTERPRISE: {"employeeNumber": "7"},
    });
    let ann = done(bench.connector.apply(&create_user("c-1", body)).await).remote.unwrap();
    bench.user("bob").await;
    let number = format!("{ENTERPRISE}:employeeNumber");
    let cases: [(&[(&str, Value)], bool); 6] = [
        (&[("emails.value", json!("ann@X.test"))], true),
        (&[("name.familyName", json!("lee")), ("name.givenName", json!("ANN"))], true),
        (&[("name.familyName", json!("lee")), ("name.givenName", json!("Bob"))], false),
        (&[(&number, json!("7"))], true),
        (&[(&number, json!("8"))], false),
        (&[("userName", json!("ann")), ("active", json!(true))], true),
    ];
    for (wanted, found) in cases {
        let wanted = wanted.iter().map(|(path, value)| ((*path).to_owned(), value.clone()));
        let query = Query::Attributes(wanted.collect());
        let seen = done(bench.connector.look(Kind::User, &query).await);
        let ids: Vec<&str> = seen.iter().map(|account| account.remote.as_str()).collect();
        assert_eq!(ids, if found { vec![ann.as_str()] } else { vec![] }, "{query:?}");
    }
}

#[tokio::test]
async fn attributes_that_would_find_everybody_are_not_sent() {
    let server = Scripted::always(|| Act::json(200, &json!({"totalResults": 0}))).await;
    for wanted in [
        vec![],
        vec![("title".to_owned(), Value::Null)],
        vec![("emails".to_owned(), json!([]))],
        vec![("title pr or title".to_owned(), json!("x"))],
    ] {
        let query = Query::Attributes(wanted);
        let seen = server.connector().look(Kind::User, &query).await;
        assert!(matches!(&seen, Outcome::Refused(_)), "{query:?} gave {seen:?}");
    }
    assert!(server.lines().is_empty());
    let everybody = json!({"totalResults": 9, "Resources": [{"id": "1", "title": "S"}]});
    let server = Scripted::always(move || Act::json(200, &everybody)).await;
    let query = Query::Attributes(vec![("title".to_owned(), json!("T"))]);
    let seen = server.connector().look(Kind::User, &query).await;
    assert!(detail(&seen).contains("ignores a filter on `title`"), "{seen:?}");
}
