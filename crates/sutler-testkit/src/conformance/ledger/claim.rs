//! Claims, frames, announcements, nodes.

use std::sync::Arc;

use sutler_model::link::{Doubt, Link, LinkState};
use sutler_model::port::{Announced, Ledger, LedgerError, Reads, Settle};
use sutler_model::work::Lane;
use sutler_model::{Kind, LinkId, Time};

use super::Bench;
use crate::build;

/// The earliest due first, up to the limit.
pub async fn earliest_due_is_claimed_first(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let (a, b, c) = (bench.user("a").await, bench.user("b").await, bench.user("c").await);
    for (rid, due) in [(a, 30), (b, 10), (c, 20)] {
        bench.mark(rid, Lane::Live, due).await;
    }
    let app = bench.app;
    let next = bench.ledger.next_due(app, Lane::Live).await.unwrap();
    assert_eq!(next, Some(Time(10)));
    let mut first = bench.claim(Lane::Live, 99, 2).await;
    first.sort_by_key(|work| work.rid);
    let rids: Vec<_> = first.iter().map(|work| work.rid).collect();
    assert_eq!(rids, [b, c]);
    assert!(first.iter().all(|w| w.node == Some(bench.node) && w.due.is_none()));
    assert_ne!(first[0].fence, first[1].fence);
    let next = bench.ledger.next_due(app, Lane::Live).await.unwrap();
    assert_eq!(next, Some(Time(30)));
}

/// A claim of one lane leaves the others alone.
pub async fn lanes_are_claimed_apart(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    for (name, lane) in [("a", Lane::Leave), ("b", Lane::Live), ("c", Lane::Bulk)] {
        let rid = bench.user(name).await;
        bench.mark(rid, lane, 0).await;
    }
    for lane in Lane::ALL {
        let claimed = bench.claim(lane, 0, 10).await;
        assert_eq!(claimed.len(), 1);
        assert_eq!(claimed[0].lane, lane);
    }
}

/// What is taken cannot be taken again, and fences grow.
pub async fn a_claim_is_exclusive(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let ann = bench.user("ann").await;
    let first = bench.taken(ann).await;
    assert!(bench.claim(Lane::Live, 999, 10).await.is_empty());
    let claims = [(ann, first.fence.unwrap())];
    bench.ledger.release(bench.app, &claims, Time(5)).await.unwrap();
    let second = bench.claim(Lane::Live, 999, 10).await;
    assert!(second[0].fence > first.fence);
}

/// A row is not claimed before its time.
pub async fn not_due_is_not_claimed(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let ann = bench.user("ann").await;
    bench.mark(ann, Lane::Live, 50).await;
    assert!(bench.claim(Lane::Live, 49, 10).await.is_empty());
    assert_eq!(bench.claim(Lane::Live, 50, 10).await.len(), 1);
}

/// Who was declared dead takes nothing.
pub async fn a_dead_node_claims_nothing(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let ann = bench.user("ann").await;
    bench.mark(ann, Lane::Live, 0).await;
    bench.ledger.bury(bench.node, Time(1)).await.unwrap();
    let claim = bench.request(Lane::Live, 9, 10).await;
    assert_eq!(bench.ledger.claim(claim).await, Err(LedgerError::Fenced));
}

/// Who works under old rules takes nothing.
pub async fn a_moved_target_is_not_claimed(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let ann = bench.user("ann").await;
    bench.mark(ann, Lane::Live, 0).await;
    let mut claim = bench.request(Lane::Live, 9, 10).await;
    claim.version += 1;
    assert_eq!(bench.ledger.claim(claim).await, Err(LedgerError::EstateMoved));
    assert_eq!(bench.claim(Lane::Live, 9, 10).await.len(), 1);
}

/// A release is as if nothing had been taken; only with the right fence.
pub async fn release_frees_without_doubt(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let ann = bench.user("ann").await;
    bench.linked(1, ann, Kind::User).await;
    let work = bench.taken(ann).await;
    let fence = work.fence.unwrap();
    bench.ledger.release(bench.app, &[(ann, fence + 1_000_000)], Time(5)).await.unwrap();
    assert!(bench.claim(Lane::Live, 999, 10).await.is_empty());
    bench.ledger.release(bench.app, &[(ann, fence)], Time(5)).await.unwrap();
    let again = bench.claim(Lane::Live, 5, 10).await;
    assert_eq!(again[0].mark, work.mark);
    assert_eq!(bench.link(ann).await.unwrap().doubt, None);
}

/// A marking of a taken row raises its mark and leaves it taken.
pub async fn a_marking_does_not_free_what_is_taken(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let ann = bench.user("ann").await;
    let work = bench.taken(ann).await;
    bench.mark(ann, Lane::Leave, 0).await;
    for lane in Lane::ALL {
        assert!(bench.claim(lane, 999, 10).await.is_empty());
    }
    let claims = [(ann, work.fence.unwrap())];
    bench.ledger.release(bench.app, &claims, Time(5)).await.unwrap();
    let again = bench.claim(Lane::Leave, 5, 10).await;
    assert!(again[0].mark > work.mark);
}

/// Ready rows of all lanes, not those of later.
pub async fn ready_counts_up_to_its_limit(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let dues =
        [("a", Lane::Leave, 1), ("b", Lane::Live, 2), ("c", Lane::Bulk, 3), ("d", Lane::Bulk, 9)];
    for (name, lane, due) in dues {
        let rid = bench.user(name).await;
        bench.mark(rid, lane, due).await;
    }
    assert_eq!(bench.ledger.ready(bench.app, Time(3), 100).await.unwrap(), 3);
    assert_eq!(bench.ledger.ready(bench.app, Time(3), 2).await.unwrap(), 2);
}

/// A frame holds the resource as it is now, its origins and its link.
pub async fn frames_show_the_pair(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let ann = bench.user("ann").await;
    let bob = bench.user("bob").await;
    let link = bench.linked(1, ann, Kind::User).await;
    let frames = bench.ledger.frames(bench.app, &[bob, ann], Reads::ALL).await.unwrap();
    assert_eq!(frames.len(), 2);
    let frame = frames.iter().find(|f| f.rid == ann).unwrap();
    assert_eq!((frame.link.as_ref(), frame.wanted), (Some(&link), false));
    assert_eq!(frame.origins, [bench.hr]);
    assert_eq!(frame.resource.as_ref().unwrap().body, build::user("ann").body);
    let frame = frames.iter().find(|f| f.rid == bob).unwrap();
    assert_eq!(frame.link, None);
}

/// While a link is open, the end of its resource is seen.
pub async fn frames_show_a_tombstone_while_linked(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let ann = bench.user("ann").await;
    bench.linked(1, ann, Kind::User).await;
    bench.commit(2, build::delete(ann)).await.unwrap();
    let frames = bench.ledger.frames(bench.app, &[ann], Reads::ALL).await.unwrap();
    let resource = frames[0].resource.as_ref().unwrap();
    assert!(resource.gone && !resource.active && resource.body.is_empty());
    assert!(frames[0].link.is_some());
}

/// The dead node's rows are free again, their links in doubt, its settles stale.
pub async fn bury_frees_and_puts_in_doubt(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let ann = bench.user("ann").await;
    bench.linked(1, ann, Kind::User).await;
    let work = bench.taken(ann).await;
    let other = bench.ledger.node_start(Time(0)).await.unwrap();
    assert_eq!(bench.ledger.bury(other, Time(7)).await.unwrap(), 0);
    assert_eq!(bench.link(ann).await.unwrap().doubt, None);
    assert_eq!(bench.ledger.bury(bench.node, Time(7)).await.unwrap(), 1);
    let doubt = bench.link(ann).await.unwrap().doubt.unwrap();
    assert_eq!(doubt.at, Time(7));
    let third = bench.ledger.node_start(Time(0)).await.unwrap();
    let claim = sutler_model::port::Claim { node: third, ..bench.request(Lane::Live, 7, 10).await };
    let again = bench.ledger.claim(claim).await.unwrap();
    assert_eq!((again.len(), again[0].mark), (1, work.mark));
    let late = bench.done(&work).await;
    assert_eq!(bench.ledger.settle(late).await, Ok(sutler_model::port::Settled::Stale));
    let newer = bench.link(ann).await.unwrap().doubt.unwrap();
    assert_ne!(newer.stamp, doubt.stamp);
}

/// Beats grow, are seen by the others, and end with death.
pub async fn beats_are_counted(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let other = bench.ledger.node_start(Time(0)).await.unwrap();
    let seen = bench.ledger.others(bench.node).await.unwrap();
    assert_eq!(seen.len(), 1);
    bench.ledger.beat(other).await.unwrap();
    let later = bench.ledger.others(bench.node).await.unwrap();
    assert_eq!((later.len(), later[0].0), (1, other));
    assert!(later[0].1 > seen[0].1);
    bench.ledger.bury(other, Time(1)).await.unwrap();
    assert!(bench.ledger.others(bench.node).await.unwrap().is_empty());
    assert_eq!(bench.ledger.beat(other).await, Err(LedgerError::Fenced));
    assert_eq!(bench.ledger.beat(bench.node).await, Ok(()));
}

/// Only the fence in force may announce.
pub async fn announce_needs_the_fence(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let ann = bench.user("ann").await;
    let work = bench.taken(ann).await;
    let fence = work.fence.unwrap();
    let key = Some("ann".to_owned());
    let link = Link::creating(LinkId([1; 16]), bench.app, ann, Kind::User, key);
    let late = bench.ledger.announce(bench.app, ann, fence - 1, link.clone()).await;
    assert_eq!(late, Ok(Announced::Stale));
    assert_eq!(bench.link(ann).await, None);
    let now = bench.ledger.announce(bench.app, ann, fence, link.clone()).await;
    assert_eq!(now, Ok(Announced::Yes));
    assert_eq!(bench.link(ann).await, Some(link));
}

/// An announcement does not clear a doubt: only a settle that looked does.
pub async fn announce_keeps_a_doubt(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let ann = bench.user("ann").await;
    let work = bench.taken(ann).await;
    let mut link = Link::creating(LinkId([1; 16]), bench.app, ann, Kind::User, None);
    let fence = work.fence.unwrap();
    bench.ledger.announce(bench.app, ann, fence, link.clone()).await.unwrap();
    link.doubt = Some(Doubt { stamp: fence, at: Time(1) });
    let settle = Settle {
        link: Some(link.clone()),
        next: sutler_model::port::Next::At(Time(100)),
        ..bench.done(&work).await
    };
    bench.ledger.settle(settle).await.unwrap();
    let again = bench.claim(Lane::Live, 100, 1).await.remove(0);
    link.doubt = None;
    link.key = Some("other".to_owned());
    let fence = again.fence.unwrap();
    bench.ledger.announce(bench.app, ann, fence, link).await.unwrap();
    let stored = bench.link(ann).await.unwrap();
    assert_eq!(stored.doubt.map(|d| d.at), Some(Time(1)));
    assert_eq!((stored.key.as_deref(), stored.state), (Some("other"), LinkState::Creating));
}
