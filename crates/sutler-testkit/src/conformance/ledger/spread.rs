//! From outbox rows to marks.

use std::sync::Arc;

use sutler_model::change::Reference;
use sutler_model::port::{Ledger, LedgerError, Reads, Settle, SpreadCommit};
use sutler_model::work::{EdgeMarking, Lane, Marking, Owes, Part};
use sutler_model::{Kind, Time};

use super::Bench;
use crate::build;

async fn whole(bench: &Bench) -> SpreadCommit {
    let rows = bench.ledger.unspread(100, Reads::ALL).await.unwrap();
    SpreadCommit {
        estate: bench.estate().await.version,
        rows: rows.iter().map(|v| (v.row.seq, v.row.n)).collect(),
        ..SpreadCommit::default()
    }
}

/// The rows go, the marks come.
pub async fn spread_marks_and_deletes_in_one(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let ann = bench.user("ann").await;
    let team = bench.group("team", &[ann]).await;
    let mut commit = whole(&bench).await;
    assert_eq!(commit.rows.len(), 2);
    commit.markings = vec![bench.marking(ann, Lane::Live, 0), bench.marking(team, Lane::Live, 0)];
    commit.edges =
        vec![EdgeMarking { target: bench.app, group: team, member: ann, cut: false, op: None }];
    bench.ledger.spread(commit).await.unwrap();
    assert!(bench.ledger.unspread(100, Reads::ALL).await.unwrap().is_empty());
    assert_eq!(bench.claim(Lane::Live, 0, 10).await.len(), 2);
    assert_eq!(bench.ledger.edges(bench.app, team, 10).await.unwrap().len(), 1);
}

/// A row that another spreader took is not spread again, nor is anything beside it.
pub async fn spread_twice_is_busy(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let ann = bench.user("ann").await;
    let mut late = whole(&bench).await;
    let bob = bench.user("bob").await;
    let mut first = whole(&bench).await;
    first.rows.truncate(1);
    bench.ledger.spread(first).await.unwrap();
    late.rows = [late.rows, whole(&bench).await.rows].concat();
    late.markings = vec![bench.marking(ann, Lane::Live, 0), bench.marking(bob, Lane::Live, 0)];
    assert_eq!(bench.ledger.spread(late).await, Err(LedgerError::Busy));
    assert_eq!(bench.ledger.unspread(10, Reads::ALL).await.unwrap().len(), 1);
    assert!(bench.claim(Lane::Live, 0, 10).await.is_empty());
}

/// Routing computed with old rules is not committed.
pub async fn spread_checks_the_estate(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    bench.user("ann").await;
    let commit = whole(&bench).await;
    bench.edit(sutler_model::estate::EstateEdit::default()).await;
    assert_eq!(bench.ledger.spread(commit).await, Err(LedgerError::EstateMoved));
    assert_eq!(bench.ledger.unspread(10, Reads::ALL).await.unwrap().len(), 1);
}

/// The best lane, the union of the debts, the oldest deprovision.
pub async fn markings_of_a_pair_merge(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let ann = bench.user("ann").await;
    let leave = Marking {
        owes: Owes::DISABLE,
        leaving_since: Some(Time(3)),
        ..bench.marking(ann, Lane::Leave, 0)
    };
    let password = Marking { owes: Owes::PASSWORD, ..bench.marking(ann, Lane::Bulk, 0) };
    let older = Marking { leaving_since: Some(Time(2)), ..bench.marking(ann, Lane::Live, 0) };
    bench.spread(vec![password, leave], vec![]).await;
    bench.spread(vec![older], vec![]).await;
    let claimed = bench.claim(Lane::Leave, 0, 10).await;
    assert_eq!(claimed.len(), 1);
    assert_eq!(claimed[0].owes, Owes::DISABLE.with(Owes::PASSWORD));
    assert_eq!(claimed[0].leaving_since, Some(Time(2)));
}

/// What the spreader must know comes with the row.
pub async fn view_tells_origin_activity_and_links(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let ann = bench.user("ann").await;
    bench.linked(1, ann, Kind::User).await;
    let off = build::active(build::user("ann"), false);
    let update = build::replace(ann, off, sutler_model::change::Flags::DISABLED);
    bench.commit(2, update).await.unwrap();
    let rows = bench.ledger.unspread(10, Reads::ALL).await.unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].subject.origins, [bench.hr]);
    assert_eq!((rows[0].subject.active, rows[0].linked.as_slice()), (false, &[bench.app][..]));
}

/// An account that came to life names those who waited for it.
pub async fn live_view_names_dependents_and_linked_groups(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let boss = bench.user("boss").await;
    let mut content = build::user("ann");
    content.refs = vec![Reference {
        attribute: "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager".to_owned(),
        other: boss,
    }];
    let ann = build::create(Kind::User, "ann", content, &[]);
    let ann = bench.commit(1, ann).await.unwrap().rid;
    let here = bench.group("here", &[boss]).await;
    bench.group("elsewhere", &[boss]).await;
    bench.linked(2, here, Kind::Group).await;
    let work = bench.taken(boss).await;
    let settle =
        Settle { link: Some(bench.on(1, boss, Kind::User)), live: true, ..bench.done(&work).await };
    bench.ledger.settle(settle).await.unwrap();
    let rows = bench.ledger.unspread(10, Reads::ALL).await.unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].row.part, Part::Live(bench.app));
    assert_eq!(rows[0].dependents, Some(vec![ann]));
    assert_eq!(rows[0].groups, Some(vec![here]));
    let frames = bench.ledger.frames(bench.app, &[ann], Reads::ALL).await.unwrap();
    assert_eq!(frames[0].references[0].remote.as_deref(), Some("remote1"));
}
