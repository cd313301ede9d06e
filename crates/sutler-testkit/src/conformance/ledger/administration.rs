//! Orders and their trail.

use std::sync::Arc;

use serde_json::{Map, json};
use sutler_model::Time;
use sutler_model::administrator::{AdminToken, Role};
use sutler_model::audit::{Act, Chains, Entry, Outcome, Place, Query, Via, Walk};
use sutler_model::estate::{EstateEdit, Token, TokenKind};
use sutler_model::port::{Ledger, LedgerError, Order};

use super::Bench;

pub(super) fn act(tenant: Option<&str>, act: &str, actor: &str) -> Act {
    Act {
        tenant: tenant.map(str::to_owned),
        actor: actor.to_owned(),
        via: Via::Cli,
        act: act.to_owned(),
        object: "something".to_owned(),
        details: Map::from_iter([("n".to_owned(), json!(1))]),
        outcome: Outcome::Done,
    }
}

async fn note(ledger: &dyn Ledger, tenant: Option<&str>, name: &str, at: i64) {
    let done = ledger.order(Order::Note, vec![act(tenant, name, "ann")], Time(at)).await;
    assert_eq!(done, Ok(1));
}

fn all() -> Query {
    Query {
        chains: Chains::All,
        act: None,
        actor: None,
        since: None,
        from: Place::OldestAfter(0),
        limit: 100,
    }
}

async fn acts(ledger: &dyn Ledger, query: Query) -> Vec<String> {
    ledger.trail(&query).await.unwrap().into_iter().map(|entry| entry.act).collect()
}

async fn edit(bench: &Bench, tenants: &[&str]) -> EstateEdit {
    EstateEdit {
        expect: bench.estate().await.version,
        tenants: tenants.iter().map(|name| (*name).to_owned()).collect(),
        ..EstateEdit::default()
    }
}

/// R25: what is ordered and who ordered it are there together, or neither is.
pub async fn r25_an_order_and_its_row_are_one(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let ledger = &bench.ledger;
    let wanted = edit(&bench, &["acme"]).await;
    let order = Order::EditEstate(Box::new(wanted.clone()));
    // A tenant that the order itself makes has a chain of its own.
    let both = vec![act(Some("acme"), "estate.apply", "ann"), act(None, "estate.apply", "ann")];
    assert_eq!(ledger.order(order, both, Time(7)).await, Ok(1));
    let estate = bench.estate().await;
    let acme = estate.tenants.iter().find(|(_, name)| name == "acme").unwrap().0;
    let rows = ledger.trail(&all()).await.unwrap();
    let chains: Vec<_> = rows.iter().map(|row| (row.tenant, row.number, row.at)).collect();
    assert_eq!(chains, [(Some(acme), 1, Time(7)), (None, 1, Time(7))]);
    // The same edit comes too late: nothing is written.
    let order = Order::EditEstate(Box::new(wanted));
    let late = ledger.order(order, vec![act(None, "late", "ann")], Time(8)).await;
    assert_eq!(late, Err(LedgerError::EstateMoved));
    assert_eq!(acts(&**ledger, all()).await.len(), 2);
    // Nobody orders without a name.
    let edit = Order::EditEstate(Box::new(edit(&bench, &["other"]).await));
    assert!(matches!(ledger.order(edit, vec![], Time(9)).await, Err(LedgerError::Failed(_))));
    assert_eq!(bench.estate().await.tenants.len(), 2);
}

/// Tokens come and go by order; one that is not there is answered with 0 and no row.
pub async fn tokens_come_and_go_by_order(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let ledger = &bench.ledger;
    let token = Token {
        id: "t1".to_owned(),
        service_provider: bench.hr,
        hash: vec![1; 32],
        kind: TokenKind::Bearer,
        created: Time(1),
        expires: None,
    };
    let by = || vec![act(Some("default"), "token", "ann")];
    assert_eq!(ledger.order(Order::AddToken(token.clone()), by(), Time(1)).await, Ok(1));
    assert_eq!(ledger.token(&token.hash).await, Ok(Some(token)));
    for expected in [1, 0] {
        let order = Order::RevokeToken("t1".to_owned());
        assert_eq!(ledger.order(order, by(), Time(2)).await, Ok(expected));
    }
    assert_eq!(ledger.token(&[1; 32]).await, Ok(None));
    assert_eq!(acts(&**ledger, all()).await.len(), 2);
}

/// Administrators are found by hash, listed, noted as used, and gone when revoked.
pub async fn administrators_come_and_go_by_order(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let ledger = &bench.ledger;
    let one = |id: &str, byte: u8, role: Role, created: i64| AdminToken {
        id: id.to_owned(),
        name: format!("name of {id}"),
        role,
        tenant: (role != Role::Owner).then_some(sutler_model::TenantId::DEFAULT),
        hash: vec![byte; 32],
        created: Time(created),
        expires: (role == Role::Auditor).then_some(Time(99)),
        used: None,
    };
    let (owner, auditor) = (one("b", 1, Role::Owner, 2), one("a", 2, Role::Auditor, 1));
    let by = || vec![act(None, "administrator", "ann")];
    for token in [&owner, &auditor] {
        let order = Order::AddAdministrator(token.clone());
        assert_eq!(ledger.order(order, by(), Time(3)).await, Ok(1));
    }
    assert_eq!(ledger.administrators().await, Ok(vec![auditor.clone(), owner.clone()]));
    ledger.administrator_used("b", Time(50)).await.unwrap();
    ledger.administrator_used("nobody", Time(50)).await.unwrap();
    let used = AdminToken { used: Some(Time(50)), ..owner };
    assert_eq!(ledger.administrator(&[1; 32]).await, Ok(Some(used)));
    for expected in [1, 0] {
        let order = Order::RevokeAdministrator("b".to_owned());
        assert_eq!(ledger.order(order, by(), Time(4)).await, Ok(expected));
    }
    assert_eq!(ledger.administrator(&[1; 32]).await, Ok(None));
    assert_eq!(ledger.administrators().await, Ok(vec![auditor]));
    assert_eq!(acts(&**ledger, all()).await.len(), 3);
}

/// Parked pairs are tried again by order, which is written down even if there were none.
pub async fn a_retry_is_an_order(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let ann = bench.user("ann").await;
    let work = bench.taken(ann).await;
    let mut settle = bench.done(&work).await;
    settle.next = sutler_model::port::Next::Parked;
    bench.ledger.settle(settle).await.unwrap();
    let uid = sutler_model::Uid("ann".to_owned());
    for expected in [1, 0] {
        let order = Order::Retry(bench.app, Some(uid.clone()));
        let by = vec![act(Some("default"), "target.retry", "ann")];
        assert_eq!(bench.ledger.order(order, by, Time(9)).await, Ok(expected));
    }
    assert_eq!(acts(&*bench.ledger, all()).await.len(), 2);
    assert!(bench.ledger.failed(None, None, 9).await.unwrap().is_empty());
}

/// Rows are found by chain, act, actor and time, from either end.
pub async fn the_trail_is_read_from_either_end(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let ledger = &*bench.ledger;
    bench.edit(edit(&bench, &["acme"]).await).await;
    for (n, tenant) in [None, Some("default"), Some("acme"), None].into_iter().enumerate() {
        note(ledger, tenant, &format!("act {n}"), 10 * i64::try_from(n).unwrap()).await;
    }
    note(ledger, Some("nowhere"), "act 4", 40).await;
    let estate = bench.estate().await;
    let acme = estate.tenants.iter().find(|(_, name)| name == "acme").unwrap().0;
    let check = async |query: Query, expected: &[&str]| {
        assert_eq!(acts(ledger, query.clone()).await, expected, "{query:?}");
    };
    check(all(), &["act 0", "act 1", "act 2", "act 3", "act 4"]).await;
    let one = |chain| Query { chains: Chains::One(chain), ..all() };
    check(one(Some(acme)), &["act 2"]).await;
    // What names no tenant that is there concerns the installation.
    check(one(None), &["act 0", "act 3", "act 4"]).await;
    check(Query { act: Some("act 3".to_owned()), ..all() }, &["act 3"]).await;
    check(Query { actor: Some("bob".to_owned()), ..all() }, &[]).await;
    check(Query { since: Some(Time(30)), ..all() }, &["act 3", "act 4"]).await;
    let newest = Query { from: Place::NEWEST, limit: 2, ..all() };
    check(newest.clone(), &["act 4", "act 3"]).await;
    let seen = ledger.trail(&newest).await.unwrap()[1].seq;
    check(Query { from: Place::NewestBefore(seen), limit: 2, ..all() }, &["act 2", "act 1"]).await;
    check(Query { from: Place::OldestAfter(seen), ..all() }, &["act 4"]).await;
}

/// LO-4: each chain follows from its first row to its head.
pub async fn lo_4_each_chain_is_whole(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    bench.edit(edit(&bench, &["acme"]).await).await;
    for n in 0..12 {
        let tenant = [None, Some("default"), Some("acme")][n % 3];
        note(&*bench.ledger, tenant, "act", i64::try_from(n).unwrap()).await;
    }
    let rows = bench.ledger.trail(&all()).await.unwrap();
    assert!(rows.windows(2).all(|two| two[0].seq < two[1].seq));
    let heads = bench.ledger.trail_heads().await.unwrap();
    assert_eq!(heads.len(), 3);
    assert_eq!(heads[0].tenant, None);
    for head in &heads {
        let mut walk = Walk::default();
        let of_chain: Vec<&Entry> = rows.iter().filter(|row| row.tenant == head.tenant).collect();
        assert_eq!(of_chain.len(), 4);
        for row in of_chain {
            walk.step(row).unwrap();
        }
        assert_eq!(walk.end(Some(head)), Ok(()));
    }
}
