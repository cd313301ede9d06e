//! The history: deliveries with their steps, what is asked of it, and how it ends.

use std::sync::Arc;

use serde_json::json;
use sutler_model::delivery::Delivery;
use sutler_model::history::{Changed, Exchange, HistoryQuery, Recorded, Retention, Step};
use sutler_model::port::{Ledger, Settle};
use sutler_model::{Rid, Time};

use super::Bench;

fn step(action: &str) -> Step {
    Step {
        action: action.to_owned(),
        outcome: "done".to_owned(),
        took: 3,
        changes: vec![Changed::new("title", Some(None), Some(json!("Guide")))],
        exchanges: vec![Exchange {
            method: "PATCH".to_owned(),
            path: "/Users/1".to_owned(),
            status: Some(200),
            took: 2,
            request: Some("{}".to_owned()),
            answer: None,
        }],
    }
}

/// Records a delivery of a pair at a time.
async fn deliver(bench: &Bench, rid: Rid, at: i64, outcome: &str) {
    let work = bench.taken(rid).await;
    let delivery = Delivery {
        target: bench.app,
        rid,
        fence: work.fence.unwrap(),
        at: Time(at),
        action: "update".to_owned(),
        outcome: outcome.to_owned(),
        status: Some(200),
        took: 5,
        note: None,
        steps: vec![step("update")],
    };
    let settle = Settle { delivery: Some(delivery), ..bench.done(&work).await };
    bench.ledger.settle(settle).await.unwrap();
}

async fn asked(bench: &Bench, query: HistoryQuery) -> Vec<Recorded> {
    let query = HistoryQuery { targets: vec![bench.app], limit: 100, ..query };
    bench.ledger.history(&query).await.unwrap()
}

fn times(found: &[Recorded]) -> Vec<i64> {
    found.iter().map(|one| one.delivery.at.0).collect()
}

/// Steps are kept whole, for the history and for the pair.
pub async fn steps_are_kept_with_their_delivery(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let ann = bench.user("ann").await;
    deliver(&bench, ann, 10, "done").await;
    let found = asked(&bench, HistoryQuery::default()).await;
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].target.as_str(), found[0].name.as_str()), ("app", "ann"));
    assert_eq!(found[0].uid.0, "ann");
    assert_eq!(found[0].delivery.steps, [step("update")]);
    let pair = bench.ledger.deliveries_of(bench.app, ann, 5).await.unwrap();
    assert_eq!(pair[0].steps, [step("update")]);
}

/// Each part of a query leaves out what it should, and pages follow each other.
pub async fn history_is_asked_by_each_part(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let (ann, bob) = (bench.user("ann").await, bench.user("bob").await);
    deliver(&bench, ann, 10, "done").await;
    deliver(&bench, bob, 20, "refused").await;
    deliver(&bench, ann, 30, "refused").await;
    let all = asked(&bench, HistoryQuery::default()).await;
    assert_eq!(times(&all), [30, 20, 10]);
    let of = |query| asked(&bench, query);
    assert_eq!(times(&of(HistoryQuery { rid: Some(ann), ..Default::default() }).await), [30, 10]);
    let refused = HistoryQuery { outcome: Some("refused".to_owned()), ..Default::default() };
    assert_eq!(times(&of(refused).await), [30, 20]);
    assert_eq!(
        times(&of(HistoryQuery { since: Some(Time(20)), ..Default::default() }).await),
        [30, 20]
    );
    let next = HistoryQuery { before: Some(all[0].id), ..Default::default() };
    assert_eq!(times(&of(next).await), [20, 10]);
    let nowhere = HistoryQuery { limit: 9, ..Default::default() };
    assert!(bench.ledger.history(&nowhere).await.unwrap().is_empty());
}

/// Steps go before their deliveries, the oldest go first, and no more at once than asked for.
pub async fn history_ends_by_age_and_number(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let ann = bench.user("ann").await;
    for at in [10, 20, 30, 40] {
        deliver(&bench, ann, at, "done").await;
    }
    let prune = async |keep, bodies, most, limit| {
        let retention = Retention { keep, bodies, most };
        bench.ledger.prune_history(retention, Time(100), limit).await.unwrap()
    };
    let left = async || {
        let found = asked(&bench, HistoryQuery::default()).await;
        found.iter().map(|o| (o.delivery.at.0, o.delivery.steps.len())).collect::<Vec<_>>()
    };
    assert_eq!(prune(1_000, 1_000, 100, 10).await, 0);
    assert_eq!(prune(1_000, 75, 100, 10).await, 2);
    assert_eq!(left().await, [(40, 1), (30, 1), (20, 0), (10, 0)]);
    assert_eq!(prune(65, 65, 100, 2).await, 2);
    assert_eq!(prune(65, 65, 100, 2).await, 1);
    assert_eq!(left().await, [(40, 1)]);
    deliver(&bench, ann, 50, "done").await;
    assert_eq!(prune(1_000, 1_000, 1, 10).await, 1);
    assert_eq!(left().await, [(50, 1)]);
}
