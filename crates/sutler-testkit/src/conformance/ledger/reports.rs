//! Reports are kept as they were made, in order, and dropped when they are old.

use std::sync::Arc;

use serde_json::{Value, json};
use sutler_model::port::Ledger;
use sutler_model::report::{Report, ReportKind};
use sutler_model::{Kind, Rid, TargetId, TenantId, Time};

use super::bench::Bench;
use crate::build;

fn plan(id: &str, made: i64) -> Report {
    Report {
        id: id.to_owned(),
        kind: ReportKind::Plan,
        target: Some(TargetId(7)),
        made: Time(made),
        head: json!({ "counts": { "create": 2 } }),
    }
}

fn lines(names: &[&str]) -> Vec<Value> {
    names.iter().map(|name| json!({ "name": name })).collect()
}

/// What is kept comes back whole, page by page.
pub async fn a_report_is_kept_with_its_lines_in_order(ledger: Arc<dyn Ledger>) {
    ledger.put_report(plan("plan-a", 10), Time(0)).await.unwrap();
    ledger.add_lines("plan-a", lines(&["ann", "bob"])).await.unwrap();
    ledger.add_lines("plan-a", lines(&["cy"])).await.unwrap();
    ledger.put_report(plan("plan-a", 11), Time(0)).await.unwrap();
    assert_eq!(ledger.report("plan-a").await.unwrap(), Some(plan("plan-a", 11)));
    assert_eq!(ledger.lines("plan-a", 1, 2).await.unwrap(), lines(&["bob", "cy"]));
    assert_eq!(ledger.report("plan-b").await.unwrap(), None);
    assert!(ledger.lines("plan-b", 0, 9).await.unwrap().is_empty());
}

/// A new report drops those of its kind that are too old, with what they say.
pub async fn old_reports_go_when_one_is_made(ledger: Arc<dyn Ledger>) {
    let compared = Report { kind: ReportKind::Comparison, ..plan("run-a", 1) };
    ledger.put_report(compared.clone(), Time(0)).await.unwrap();
    ledger.put_report(plan("plan-a", 10), Time(0)).await.unwrap();
    ledger.add_lines("plan-a", lines(&["ann"])).await.unwrap();
    ledger.put_report(plan("plan-b", 20), Time(11)).await.unwrap();
    assert_eq!(ledger.report("plan-a").await.unwrap(), None);
    assert!(ledger.lines("plan-a", 0, 9).await.unwrap().is_empty());
    let newest = ledger.latest_report(ReportKind::Plan, TargetId(7)).await.unwrap();
    assert_eq!(newest, Some(plan("plan-b", 20)));
    let other = ledger.latest_report(ReportKind::Comparison, TargetId(7)).await.unwrap();
    assert_eq!(other, Some(compared));
    assert_eq!(ledger.latest_report(ReportKind::Plan, TargetId(8)).await.unwrap(), None);
}

/// The live ones, and who is gone and still has an account there.
pub async fn a_report_is_about_all_who_are_or_have_something(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let (a, b, c) = (bench.user("a").await, bench.user("b").await, bench.user("c").await);
    bench.linked(2, b, Kind::User).await;
    for gone in [b, c] {
        bench.commit(3, build::delete(gone)).await.unwrap();
    }
    let all = bench.ledger.pairs_after(TenantId::DEFAULT, bench.app, Rid(0), 10).await.unwrap();
    assert_eq!(all, [a, b]);
    let rest = bench.ledger.pairs_after(TenantId::DEFAULT, bench.app, a, 10).await.unwrap();
    assert_eq!(rest, [b]);
    let others = bench.ledger.pairs_after(TenantId(77), bench.app, Rid(0), 10).await.unwrap();
    assert!(others.is_empty());
}

/// Who is suspected is in doubt, under a stamp of its own, and marked in the bulk lane.
pub async fn a_suspected_pair_is_in_doubt_and_marked(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let (ann, bob) = (bench.user("ann").await, bench.user("bob").await);
    for (number, rid) in [(2, ann), (3, bob)] {
        bench.linked(number, rid, Kind::User).await;
    }
    bench.ledger.suspect(bench.app, &[ann, bob], Time(9)).await.unwrap();
    let links = bench.ledger.links_after(bench.app, Rid(0), 10).await.unwrap();
    let doubts: Vec<_> = links.iter().map(|link| link.doubt.unwrap()).collect();
    assert_eq!((doubts[0].at, doubts[1].at), (Time(9), Time(9)));
    assert_ne!(doubts[0].stamp, doubts[1].stamp);
    assert_eq!(bench.ledger.links_after(bench.app, ann, 10).await.unwrap().len(), 1);
    assert_eq!(bench.ledger.link(links[1].id).await.unwrap().as_ref(), Some(&links[1]));
    let work = bench.ledger.work_of(bench.app, bob).await.unwrap().unwrap();
    assert_eq!((work.lane, work.due), (sutler_model::work::Lane::Bulk, Some(Time(9))));
}

/// Who was seen is confirmed, and never earlier than before; a link in doubt is not.
pub async fn who_was_seen_is_confirmed(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let (ann, bob, cy) = (bench.user("a").await, bench.user("b").await, bench.user("c").await);
    for (number, rid) in [(2, ann), (3, bob), (4, cy)] {
        bench.linked(number, rid, Kind::User).await;
    }
    bench.ledger.suspect(bench.app, &[bob], Time(9)).await.unwrap();
    bench.ledger.seen(bench.app, &[ann, bob], Time(20)).await.unwrap();
    bench.ledger.seen(bench.app, &[ann], Time(10)).await.unwrap();
    let links = bench.ledger.links_after(bench.app, Rid(0), 10).await.unwrap();
    let confirmed: Vec<_> = links.iter().map(|link| link.confirmed.unwrap()).collect();
    assert_eq!(confirmed, [Time(20), Time(1), Time(1)]);
}
