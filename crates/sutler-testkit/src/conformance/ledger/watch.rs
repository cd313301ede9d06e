//! What a person sees.

use std::sync::Arc;

use sutler_model::change::Flags;
use sutler_model::delivery::{Delivery, TargetStatus};
use sutler_model::estate::EstateEdit;
use sutler_model::link::{Link, LinkState};
use sutler_model::pause::Pause;
use sutler_model::port::{Again, Ledger, Next, Quarantine, Quarantined, Settle};
use sutler_model::work::{Fault, Lane, Marking, Owes};
use sutler_model::{Kind, TenantId, Time, Uid};

use super::Bench;
use crate::build;

fn fault(cause: &str) -> Fault {
    Fault { cause: cause.to_owned(), detail: "it said no".to_owned(), status: None }
}

async fn status(bench: &Bench, now: i64) -> TargetStatus {
    let mut all = bench.ledger.status(Time(now)).await.unwrap();
    assert_eq!(all.len(), 1);
    all.remove(0)
}

async fn counts(bench: &Bench) -> (u64, u64, u64) {
    let status = status(bench, 1000).await;
    (status.in_sync, status.pending, status.failed)
}

/// A pair is in sync, pending or failed.
pub async fn status_counts_pairs(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let (ann, bob) = (bench.user("ann").await, bench.user("bob").await);
    bench.drain().await;
    assert_eq!(counts(&bench).await, (0, 0, 0));
    bench.linked(1, ann, Kind::User).await;
    assert_eq!(counts(&bench).await, (1, 0, 0));
    bench.mark(ann, Lane::Live, 0).await;
    bench.mark(bob, Lane::Live, 999_999).await;
    assert_eq!(counts(&bench).await, (0, 2, 0));
    assert_eq!(status(&bench, 0).await.name, "app");
}

/// What is not yet spread counts, if it is routed to the target.
pub async fn unspread_rows_are_pending(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let ann = bench.user("ann").await;
    assert_eq!(counts(&bench).await, (0, 1, 0));
    bench.drain().await;
    bench.linked(1, ann, Kind::User).await;
    let update = build::with(build::user("ann"), "title", "Dr");
    let update = build::replace(ann, update, Flags::default());
    bench.commit(2, update).await.unwrap();
    assert_eq!(counts(&bench).await, (0, 1, 0));
}

/// Parked pairs wait for a person, who is told why.
pub async fn parked_pairs_are_failed(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let ann = bench.user("ann").await;
    let work = bench.taken(ann).await;
    let settle = Settle {
        next: Next::Parked,
        tries: 2,
        why: Some(fault("rejected")),
        ..bench.done(&work).await
    };
    bench.ledger.settle(settle).await.unwrap();
    assert_eq!(counts(&bench).await, (0, 0, 1));
    let failed = bench.ledger.failed(Some(bench.app), None, 10).await.unwrap();
    assert_eq!(failed.len(), 1);
    let pair = &failed[0];
    assert_eq!(
        (pair.target.as_str(), pair.id.0.as_str(), pair.name.as_str()),
        ("app", "ann", "ann")
    );
    assert_eq!((pair.cause.as_str(), pair.tries, pair.kind.as_str()), ("rejected", 2, "User"));
    bench.ledger.retry(bench.app, &Again::ALL, Time(5)).await.unwrap();
    assert_eq!(counts(&bench).await, (0, 1, 0));
    assert!(bench.ledger.failed(None, None, 10).await.unwrap().is_empty());
}

/// Failed pairs and leavers are listed a page at a time, each once.
pub async fn lists_are_paged(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let mut rids = Vec::new();
    for (n, name) in [(1, "ann"), (2, "bob"), (3, "cal"), (4, "dee")] {
        let rid = bench.user(name).await;
        if n < 3 {
            let why = Some(fault("rejected"));
            let work = bench.taken(rid).await;
            let settle = Settle { next: Next::Parked, why, ..bench.done(&work).await };
            bench.ledger.settle(settle).await.unwrap();
        } else {
            bench.linked(n, rid, Kind::User).await;
        }
        rids.push(rid);
    }
    let first = bench.ledger.failed(Some(bench.app), None, 1).await.unwrap();
    let after = Some(first[0].place);
    let second = bench.ledger.failed(Some(bench.app), after, 10).await.unwrap();
    assert_eq!([first[0].place.1, second[0].place.1], [rids[0], rids[1]]);
    assert_eq!(second.len(), 1);

    let leave = |rid, at| Marking {
        owes: Owes::DISABLE,
        leaving_since: Some(Time(at)),
        ..bench.marking(rid, Lane::Leave, 0)
    };
    bench.spread(vec![leave(rids[2], 20), leave(rids[3], 10)], vec![]).await;
    let mut seen = Vec::new();
    let mut after = None;
    while let Some(one) = bench.ledger.leavers(Some(bench.app), after, 1).await.unwrap().pop() {
        after = Some(one.place);
        seen.push(one.name);
    }
    assert_eq!(seen, ["dee", "cal"]);
}

/// A leaver is pending from the commit of its change until it is confirmed.
pub async fn r26_leavers_are_pending_then_confirmed(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let ann = bench.user("ann").await;
    let link = bench.linked(1, ann, Kind::User).await;
    let leave = Marking {
        owes: Owes::DISABLE,
        leaving_since: Some(Time(10_000)),
        ..bench.marking(ann, Lane::Leave, 0)
    };
    bench.spread(vec![leave], vec![]).await;
    let now = status(&bench, 17_500).await;
    assert_eq!(now.oldest_pending_deprovision_seconds, Some(7));
    let pending = bench.ledger.leavers(None, None, 10).await.unwrap();
    assert_eq!(pending.len(), 1);
    assert_eq!((pending[0].state.as_str(), pending[0].name.as_str()), ("pending", "ann"));
    assert_eq!(pending[0].since, Time(10_000).rfc3339());
    let work = bench.claim(Lane::Leave, 0, 1).await.remove(0);
    let settle = Settle {
        link: Some(Link {
            state: LinkState::Off,
            confirmed: Some(Time(18_000)),
            proof: Some("read back".to_owned()),
            ..link
        }),
        paid: Owes::DISABLE,
        left: true,
        ..bench.done(&work).await
    };
    bench.ledger.settle(settle).await.unwrap();
    let now = status(&bench, 20_000).await;
    assert_eq!(now.oldest_pending_deprovision_seconds, None);
    let confirmed = bench.ledger.leavers(Some(bench.app), None, 10).await.unwrap();
    assert_eq!(confirmed.len(), 1);
    assert_eq!(confirmed[0].state, "confirmed");
    assert_eq!(confirmed[0].since, Time(18_000).rfc3339());
    assert_eq!(confirmed[0].proof.as_deref(), Some("read back"));
}

/// The age of a deprovision counts from the commit, spread or not.
pub async fn r26_unspread_leavers_have_an_age(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let ann = bench.user("ann").await;
    bench.linked(1, ann, Kind::User).await;
    bench.commit(5_000, build::delete(ann)).await.unwrap();
    let now = status(&bench, 8_000).await;
    assert_eq!(now.oldest_pending_deprovision_seconds, Some(3));
    assert_eq!((now.in_sync, now.pending), (0, 1));
}

/// A quarantine is shown with its next probe, since its first reason, and lifted.
pub async fn quarantine_is_told(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    assert_eq!(status(&bench, 0).await.state, "healthy");
    for (cause, at) in [("auth", 3), ("base", 4)] {
        let reason = Quarantined { fault: fault(cause), probe: Some(Time(at + 60)) };
        bench.ledger.set_quarantine(bench.app, Some(reason), Time(at)).await.unwrap();
        let held = bench.ledger.quarantined().await.unwrap();
        let (target, probe) = (bench.app, Some(Time(at + 60)));
        assert_eq!(held, [Quarantine { target, fault: fault(cause), since: Time(3), probe }]);
        assert_eq!(status(&bench, 9).await.state, cause);
    }
    bench.ledger.set_quarantine(bench.app, None, Time(4)).await.unwrap();
    assert!(bench.ledger.quarantined().await.unwrap().is_empty());
    assert_eq!(status(&bench, 9).await.state, "healthy");
}

/// A pause is kept until it is replaced or ended, and goes with its target.
pub async fn a_pause_is_kept(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    assert_eq!(bench.ledger.pause(bench.app).await, Ok(None));
    let reason = Some("upgrade".to_owned());
    let pause = Pause { since: Time(1), until: Some(Time(9)), reason, leavers_go_on: true };
    bench.ledger.set_pause(bench.app, Some(pause.clone())).await.unwrap();
    assert_eq!(bench.ledger.pause(bench.app).await, Ok(Some(pause.clone())));
    let longer = Pause { until: None, ..pause };
    bench.ledger.set_pause(bench.app, Some(longer.clone())).await.unwrap();
    assert_eq!(bench.ledger.pause(bench.app).await, Ok(Some(longer.clone())));
    bench.ledger.set_pause(bench.app, None).await.unwrap();
    assert_eq!(bench.ledger.pause(bench.app).await, Ok(None));
    bench.ledger.set_pause(bench.app, Some(longer)).await.unwrap();
    let remove = vec![("default".to_owned(), "app".to_owned())];
    bench.edit(EstateEdit { remove_targets: remove, ..EstateEdit::default() }).await;
    assert_eq!(bench.ledger.pause(bench.app).await, Ok(None));
}

/// The history, the newest first, that of stale settles too.
pub async fn deliveries_are_newest_first(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let ann = bench.user("ann").await;
    let work = bench.taken(ann).await;
    for (at, next) in [(10, Next::Done), (20, Next::Done)] {
        let delivery = Delivery {
            target: bench.app,
            rid: ann,
            fence: work.fence.unwrap(),
            at: Time(at),
            action: "create".to_owned(),
            outcome: "done".to_owned(),
            status: Some(201),
            took: 5,
            note: None,
            steps: Vec::new(),
        };
        let settle = Settle { delivery: Some(delivery), next, ..bench.done(&work).await };
        bench.ledger.settle(settle).await.unwrap();
    }
    let all = bench.ledger.deliveries(Some(bench.app), 10).await.unwrap();
    assert_eq!(all.iter().map(|d| d.at).collect::<Vec<_>>(), [Time(20), Time(10)]);
    assert_eq!(bench.ledger.deliveries(None, 1).await.unwrap().len(), 1);
    assert!(bench.ledger.ping().await.is_ok());
}

/// The history is read in pages, of a pair or of a whole target.
pub async fn deliveries_are_paged(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let (ann, bob) = (bench.user("ann").await, bench.user("bob").await);
    let work = bench.taken(ann).await;
    for (at, rid) in [(1, ann), (2, bob), (3, ann), (4, bob), (5, ann)] {
        let delivery = Delivery {
            target: bench.app,
            rid,
            fence: work.fence.unwrap(),
            at: Time(at),
            action: "update".to_owned(),
            outcome: "done".to_owned(),
            status: None,
            took: 1,
            note: None,
            steps: Vec::new(),
        };
        let settle = Settle { rid: ann, delivery: Some(delivery), ..bench.done(&work).await };
        bench.ledger.settle(settle).await.unwrap();
    }
    for (rid, expected) in
        [(None, &[5, 4, 3, 2, 1][..]), (Some(ann), &[5, 3, 1]), (Some(bob), &[4, 2])]
    {
        let (mut before, mut seen) = (i64::MAX, Vec::new());
        loop {
            let page = bench.ledger.delivery_page(bench.app, rid, before, 2).await.unwrap();
            seen.extend(page.iter().map(|(_, delivery)| delivery.at.0));
            match page.last() {
                Some((place, _)) => before = *place,
                None => break,
            }
        }
        assert_eq!(seen, expected, "{rid:?}");
    }
    let nowhere = sutler_model::TargetId(987_654);
    assert_eq!(bench.ledger.delivery_page(nowhere, None, i64::MAX, 9).await, Ok(vec![]));
}

/// One pair is seen with its item, its deliveries and its last account, and nobody else's.
pub async fn a_pair_is_seen_alone(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let (ann, bob) = (bench.user("ann").await, bench.user("bob").await);
    let work = bench.taken(ann).await;
    let known = bench.ledger.work_of(bench.app, ann).await.unwrap().unwrap();
    assert_eq!((known.rid, known.node), (ann, Some(bench.node)));
    let delivery = |rid, at| Delivery {
        target: bench.app,
        rid,
        fence: work.fence.unwrap(),
        at: Time(at),
        action: "look".to_owned(),
        outcome: "done".to_owned(),
        status: None,
        took: 1,
        note: None,
        steps: Vec::new(),
    };
    let settle = Settle { delivery: Some(delivery(ann, 10)), ..bench.done(&work).await };
    bench.ledger.settle(settle).await.unwrap();
    assert_eq!(bench.ledger.work_of(bench.app, ann).await.unwrap(), None);
    let times = async |rid| {
        let all = bench.ledger.deliveries_of(bench.app, rid, 5).await.unwrap();
        all.into_iter().map(|one| one.at.0).collect::<Vec<_>>()
    };
    assert_eq!((times(ann).await, times(bob).await), (vec![10], vec![]));
    assert_eq!(bench.ledger.former(bench.app, ann).await.unwrap(), None);
    let uid = Uid("ann".to_owned());
    bench.commit(20, build::delete(ann)).await.unwrap();
    assert_eq!(bench.ledger.known(TenantId::DEFAULT, &uid).await.unwrap(), Some(ann));
    assert_eq!(bench.ledger.known(TenantId(77), &uid).await.unwrap(), None);
}
