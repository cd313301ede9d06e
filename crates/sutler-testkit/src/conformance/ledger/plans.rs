//! Plans are kept as they were made, in order, and dropped when they are old.

use std::collections::BTreeMap;
use std::sync::Arc;

use sutler_model::plan::{PairPlan, Plan, Planned, TargetPlan};
use sutler_model::port::Ledger;
use sutler_model::{Kind, Rid, TenantId, Time, Uid};

use super::bench::Bench;
use crate::build;

fn plan(id: &str, made: i64) -> Plan {
    let counts = BTreeMap::from([(Planned::Create, 2)]);
    let target = TargetPlan { target: "app".to_owned(), counts, hash: "00ff".to_owned() };
    Plan {
        id: id.to_owned(),
        tenant: "default".to_owned(),
        estate: 3,
        file: None,
        targets: vec![target],
        made: Time(made),
        actor: "test".to_owned(),
    }
}

fn pair(id: &str) -> PairPlan {
    PairPlan {
        target: "app".to_owned(),
        id: Uid(id.to_owned()),
        kind: Kind::User,
        name: id.to_owned(),
        action: Planned::Create,
        set: BTreeMap::from([("userName".to_owned(), id.into())]),
        clear: vec![],
        why: "entitled".to_owned(),
    }
}

/// What is kept comes back whole, page by page.
pub async fn a_plan_is_kept_with_its_pairs_in_order(ledger: Arc<dyn Ledger>) {
    ledger.put_plan(plan("plan-a", 10), Time(0)).await.unwrap();
    ledger.add_to_plan("plan-a", vec![pair("ann"), pair("bob")]).await.unwrap();
    ledger.add_to_plan("plan-a", vec![pair("cy")]).await.unwrap();
    ledger.put_plan(plan("plan-a", 10), Time(0)).await.unwrap();
    assert_eq!(ledger.plan("plan-a").await.unwrap(), Some(plan("plan-a", 10)));
    assert_eq!(ledger.planned("plan-a", 1, 2).await.unwrap(), [pair("bob"), pair("cy")]);
    assert_eq!(ledger.plan("plan-b").await.unwrap(), None);
    assert!(ledger.planned("plan-b", 0, 9).await.unwrap().is_empty());
}

/// A new plan drops those that are too old, with what they say.
pub async fn old_plans_go_when_one_is_made(ledger: Arc<dyn Ledger>) {
    ledger.put_plan(plan("plan-a", 10), Time(0)).await.unwrap();
    ledger.add_to_plan("plan-a", vec![pair("ann")]).await.unwrap();
    ledger.put_plan(plan("plan-b", 20), Time(11)).await.unwrap();
    assert_eq!(ledger.plan("plan-a").await.unwrap(), None);
    assert!(ledger.planned("plan-a", 0, 9).await.unwrap().is_empty());
    assert!(ledger.plan("plan-b").await.unwrap().is_some());
}

/// The live ones, and who is gone and still has an account there.
pub async fn a_plan_is_about_all_who_are_or_have_something(ledger: Arc<dyn Ledger>) {
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

/// An ordered pair is due at once.
pub async fn an_order_marks_the_pair(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let ann = bench.user("ann").await;
    bench.ledger.order(bench.app, ann, Time(5)).await.unwrap();
    let work = bench.ledger.work_of(bench.app, ann).await.unwrap().unwrap();
    assert_eq!((work.due, work.mark), (Some(Time(5)), 1));
}
