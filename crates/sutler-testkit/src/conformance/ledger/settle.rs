//! The ends of claims.

use std::sync::Arc;

use sutler_model::link::{Doubt, Link, LinkState};
use sutler_model::port::{Again, Ledger, Next, Reads, Settle, Settled};
use sutler_model::work::{EdgeMarking, Fault, Lane, Marking, Owes, Part};
use sutler_model::{Kind, Rid, Time};

use super::Bench;

fn fault() -> Fault {
    Fault { cause: "rejected".to_owned(), detail: "no".to_owned(), status: Some(400) }
}

/// The mark is the one that was claimed: nothing is left.
pub async fn done_ends_the_item(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let ann = bench.user("ann").await;
    let work = bench.taken(ann).await;
    let link = bench.on(1, ann, Kind::User);
    let settle = Settle { link: Some(link.clone()), ..bench.done(&work).await };
    assert_eq!(bench.ledger.settle(settle).await, Ok(Settled::Done));
    for lane in Lane::ALL {
        assert_eq!(bench.ledger.next_due(bench.app, lane).await, Ok(None));
    }
    assert_eq!(bench.link(ann).await, Some(link));
}

/// Marked meanwhile: the item stays, due now, and the link is stored all the same.
pub async fn a_raised_mark_keeps_the_item(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let ann = bench.user("ann").await;
    let work = bench.taken(ann).await;
    bench.mark(ann, Lane::Live, 0).await;
    let settle = Settle { link: Some(bench.on(1, ann, Kind::User)), ..bench.done(&work).await };
    assert_eq!(bench.ledger.settle(settle).await, Ok(Settled::Kept));
    assert!(bench.link(ann).await.is_some());
    let again = bench.claim(Lane::Live, 100, 10).await;
    assert_eq!(again.len(), 1);
}

/// What was paid counts only for the mark that was claimed.
pub async fn r9_a_raised_mark_keeps_what_is_owed(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let ann = bench.user("ann").await;
    let leave = Marking {
        owes: Owes::DISABLE,
        leaving_since: Some(Time(4)),
        ..bench.marking(ann, Lane::Leave, 0)
    };
    bench.spread(vec![leave.clone()], vec![]).await;
    let work = bench.claim(Lane::Leave, 0, 1).await.remove(0);
    bench.spread(vec![leave], vec![]).await;
    let settle = Settle { paid: Owes::DISABLE, left: true, ..bench.done(&work).await };
    assert_eq!(bench.ledger.settle(settle).await, Ok(Settled::Kept));
    let again = bench.claim(Lane::Leave, 100, 1).await.remove(0);
    assert_eq!((again.owes, again.leaving_since), (Owes::DISABLE, Some(Time(4))));
}

/// A paid debt is gone, the rest stays; the lane is the settle's.
pub async fn paid_is_no_longer_owed(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let ann = bench.user("ann").await;
    let leave = Marking {
        owes: Owes::DISABLE.with(Owes::PASSWORD),
        leaving_since: Some(Time(4)),
        ..bench.marking(ann, Lane::Leave, 0)
    };
    bench.spread(vec![leave], vec![]).await;
    let work = bench.claim(Lane::Leave, 0, 1).await.remove(0);
    let settle = Settle {
        paid: Owes::DISABLE,
        left: true,
        tries: 3,
        why: Some(fault()),
        next: Next::At(Time(200)),
        ..bench.done(&work).await
    };
    assert_eq!(bench.ledger.settle(settle).await, Ok(Settled::Kept));
    let again = bench.claim(Lane::Live, 200, 1).await.remove(0);
    assert_eq!((again.owes, again.leaving_since), (Owes::PASSWORD, None));
    assert_eq!((again.tries, again.why), (3, Some(fault())));
}

/// Decided under old rules: decided again.
pub async fn a_moved_version_keeps_the_item(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let ann = bench.user("ann").await;
    let work = bench.taken(ann).await;
    let settle = Settle { version: bench.done(&work).await.version - 1, ..bench.done(&work).await };
    assert_eq!(bench.ledger.settle(settle).await, Ok(Settled::Kept));
    assert_eq!(bench.claim(Lane::Live, 100, 10).await.len(), 1);
}

/// Whoever comes late leaves a mark and a doubt, and touches nothing else.
pub async fn a_foreign_fence_is_stale(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let ann = bench.user("ann").await;
    let link = bench.linked(1, ann, Kind::User).await;
    let late = bench.taken(ann).await;
    bench.ledger.release(bench.app, &[(ann, late.fence.unwrap())], Time(0)).await.unwrap();
    let work = bench.claim(Lane::Live, 0, 1).await.remove(0);
    let settle = Settle {
        link: Some(Link { etag: Some("late".to_owned()), ..link }),
        ..bench.done(&late).await
    };
    assert_eq!(bench.ledger.settle(settle.clone()).await, Ok(Settled::Stale));
    let stored = bench.link(ann).await.unwrap();
    assert_eq!((stored.etag, stored.doubt.map(|d| d.at)), (None, Some(Time(100))));
    let ours = bench.done(&work).await;
    assert_eq!(bench.ledger.settle(ours).await, Ok(Settled::Kept));
    let again = bench.claim(Lane::Live, 100, 1).await.remove(0);
    assert!(again.mark > work.mark);
    let ended = Settle {
        looked: stored.doubt.map(|d| d.stamp),
        link: Some(bench.on(1, ann, Kind::User)),
        ..bench.done(&again).await
    };
    assert_eq!(bench.ledger.settle(ended).await, Ok(Settled::Done));
    assert_eq!(bench.ledger.settle(settle).await, Ok(Settled::Stale));
    assert_eq!(bench.claim(Lane::Live, 100, 10).await.len(), 1);
}

async fn in_doubt(bench: &Bench, rid: Rid) -> (Link, sutler_model::work::Work) {
    let work = bench.taken(rid).await;
    let mut link = bench.on(1, rid, Kind::User);
    link.doubt = Some(Doubt { stamp: work.fence.unwrap(), at: Time(50) });
    let settle =
        Settle { link: Some(link.clone()), next: Next::At(Time(100)), ..bench.done(&work).await };
    bench.ledger.settle(settle).await.unwrap();
    let again = bench.claim(Lane::Live, 100, 1).await.remove(0);
    (link, again)
}

/// A doubt goes only by a settle that looked at it.
pub async fn r11_only_the_doubt_looked_at_is_cleared(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let ann = bench.user("ann").await;
    let (link, work) = in_doubt(&bench, ann).await;
    let stamp = link.doubt.unwrap().stamp;
    let blind = Settle {
        link: Some(bench.on(1, ann, Kind::User)),
        looked: Some(stamp - 1),
        ..bench.done(&work).await
    };
    assert_eq!(bench.ledger.settle(blind).await, Ok(Settled::Kept));
    assert_eq!(bench.link(ann).await.unwrap().doubt, link.doubt);
    let work = bench.claim(Lane::Live, 100, 1).await.remove(0);
    let looked = Settle {
        link: Some(bench.on(1, ann, Kind::User)),
        looked: Some(stamp),
        ..bench.done(&work).await
    };
    assert_eq!(bench.ledger.settle(looked).await, Ok(Settled::Done));
    assert_eq!(bench.link(ann).await.unwrap().doubt, None);
}

/// While somebody else's attempt is in doubt, an absence is not believed.
pub async fn a_link_in_foreign_doubt_is_not_closed(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let ann = bench.user("ann").await;
    let (link, work) = in_doubt(&bench, ann).await;
    let mut closed = bench.on(1, ann, Kind::User);
    closed.state = LinkState::Closed;
    let settle = Settle { link: Some(closed), ..bench.done(&work).await };
    assert_eq!(bench.ledger.settle(settle).await, Ok(Settled::Kept));
    assert_eq!(bench.link(ann).await, Some(link));
}

fn edge(bench: &Bench, group: Rid, member: Rid, cut: bool) -> EdgeMarking {
    EdgeMarking { target: bench.app, group, member, cut, op: None }
}

/// An edge marked again while its chunk was under way stays.
pub async fn edges_end_by_their_mark(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let (a, b) = (bench.user("a").await, bench.user("b").await);
    let team = bench.group("team", &[a]).await;
    let both = vec![edge(&bench, team, a, false), edge(&bench, team, b, true)];
    bench.spread(vec![bench.marking(team, Lane::Live, 0)], both).await;
    let work = bench.claim(Lane::Live, 0, 1).await.remove(0);
    let views = bench.ledger.edges(bench.app, team, 10).await.unwrap();
    let again = vec![edge(&bench, team, a, true)];
    bench.spread(vec![bench.marking(team, Lane::Live, 0)], again).await;
    let settle = Settle {
        edges: views.iter().map(|v| (v.edge.member, v.edge.mark)).collect(),
        ..bench.done(&work).await
    };
    assert_eq!(bench.ledger.settle(settle).await, Ok(Settled::Kept));
    let left = bench.ledger.edges(bench.app, team, 10).await.unwrap();
    assert_eq!(left.len(), 1);
    assert_eq!((left[0].edge.member, left[0].edge.cut, left[0].is_member), (a, true, true));
}

/// The account exists now: an outbox row says so.
pub async fn live_writes_an_outbox_row(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let ann = bench.user("ann").await;
    let work = bench.taken(ann).await;
    let settle =
        Settle { link: Some(bench.on(1, ann, Kind::User)), live: true, ..bench.done(&work).await };
    bench.ledger.settle(settle).await.unwrap();
    let rows = bench.ledger.unspread(10, Reads::ALL).await.unwrap();
    assert_eq!(rows.len(), 1);
    let row = &rows[0].row;
    assert_eq!((row.rid, row.part, row.kind), (ann, Part::Live(bench.app), Kind::User));
    assert!(row.flags.has(sutler_model::change::Flags::LIVE));
}

/// A pair that waits for the name of another's link.
struct Waiting {
    bench: Bench,
    holder: Rid,
    link: Link,
    newcomer: Rid,
}

async fn waiting(ledger: Arc<dyn Ledger>) -> Waiting {
    let bench = Bench::new(ledger).await;
    let (holder, newcomer) = (bench.user("old").await, bench.user("new").await);
    let link = bench.linked(1, holder, Kind::User).await;
    let work = bench.taken(newcomer).await;
    let settle = Settle { next: Next::Wait(link.id, Time(30_000)), ..bench.done(&work).await };
    assert_eq!(bench.ledger.settle(settle).await, Ok(Settled::Kept));
    Waiting { bench, holder, link, newcomer }
}

impl Waiting {
    /// Settles the holder's pair with this link and tells whether the newcomer is due then.
    async fn wakes(&self, link: Link) -> bool {
        let mut work = self.bench.claim(Lane::Live, 150, 10).await;
        assert_eq!(work.len(), 1, "only the holder is due");
        let settle =
            Settle { link: Some(link), at: Time(200), ..self.bench.done(&work.remove(0)).await };
        self.bench.ledger.settle(settle).await.unwrap();
        let woken = self.bench.claim(Lane::Live, 200, 10).await;
        woken.iter().any(|work| work.rid == self.newcomer)
    }
}

/// The holder's link closes: the newcomer is due.
pub async fn waiting_ends_when_the_link_closes(ledger: Arc<dyn Ledger>) {
    let waiting = waiting(ledger).await;
    let mut closed = waiting.link.clone();
    closed.state = LinkState::Closed;
    closed.proof = Some("absent".to_owned());
    assert!(waiting.wakes(closed).await);
    assert_eq!(waiting.bench.link(waiting.holder).await, None);
}

/// The holder's account is renamed: the newcomer is due. A mere update does not wake it.
pub async fn waiting_ends_when_the_name_changes(ledger: Arc<dyn Ledger>) {
    let waiting = waiting(ledger).await;
    let mut updated = waiting.link.clone();
    updated.etag = Some("2".to_owned());
    assert!(!waiting.wakes(updated.clone()).await);
    waiting.bench.mark(waiting.holder, Lane::Live, 0).await;
    updated.key = Some("elsewhere".to_owned());
    assert!(waiting.wakes(updated).await);
}

/// The holder is decided anew, and sees that its name is wanted; waiting ends by itself.
pub async fn waiting_marks_the_holder(ledger: Arc<dyn Ledger>) {
    let waiting = waiting(ledger).await;
    let bench = &waiting.bench;
    let frames = bench.ledger.frames(bench.app, &[waiting.holder], Reads::ALL).await.unwrap();
    assert!(frames[0].wanted);
    let pressed = bench.claim(Lane::Live, 100, 10).await;
    assert_eq!(pressed.iter().map(|w| w.rid).collect::<Vec<_>>(), [waiting.holder]);
    let patience = bench.claim(Lane::Live, 30_000, 10).await;
    assert_eq!(patience.iter().map(|w| w.rid).collect::<Vec<_>>(), [waiting.newcomer]);
    assert_eq!(patience[0].wait, None);
}

/// The link closed between the look and the settle: there is nothing to wait for.
pub async fn waiting_for_a_closed_link_is_over(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let (holder, newcomer) = (bench.user("old").await, bench.user("new").await);
    let mut link = bench.linked(1, holder, Kind::User).await;
    let work = bench.taken(holder).await;
    link.state = LinkState::Closed;
    let id = link.id;
    let settle = Settle { link: Some(link), ..bench.done(&work).await };
    bench.ledger.settle(settle).await.unwrap();
    let work = bench.taken(newcomer).await;
    let settle = Settle { next: Next::Wait(id, Time(30_000)), ..bench.done(&work).await };
    bench.ledger.settle(settle).await.unwrap();
    let due = bench.claim(Lane::Live, 100, 10).await;
    assert_eq!(due.iter().map(|w| w.rid).collect::<Vec<_>>(), [newcomer]);
}

/// Parked waits for a person, or for a marking.
pub async fn parked_is_not_claimed(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let ann = bench.user("ann").await;
    let work = bench.taken(ann).await;
    let settle =
        Settle { next: Next::Parked, tries: 5, why: Some(fault()), ..bench.done(&work).await };
    assert_eq!(bench.ledger.settle(settle).await, Ok(Settled::Kept));
    assert!(bench.claim(Lane::Live, 9_999_999, 10).await.is_empty());
    bench.mark(ann, Lane::Live, 120).await;
    let again = bench.claim(Lane::Live, 120, 10).await;
    assert_eq!((again.len(), again[0].tries), (1, 5));
}

async fn retried(bench: &Bench, which: Again) -> usize {
    bench.ledger.retry(bench.app, &which, Time(300)).await.unwrap().count
}

/// Only what failed for a cause is tried again, a few at a time.
pub async fn retry_is_by_cause_and_in_steps(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let mut rids = Vec::new();
    for (name, cause) in [("ann", "rejected"), ("bob", "taken"), ("cal", "rejected")] {
        let rid = bench.user(name).await;
        let work = bench.taken(rid).await;
        let why = Some(Fault { cause: cause.to_owned(), ..fault() });
        let settle = Settle { next: Next::Parked, why, ..bench.done(&work).await };
        bench.ledger.settle(settle).await.unwrap();
        rids.push(rid);
    }
    let rejected = Again { cause: Some("rejected".to_owned()), limit: 1, ..Again::ALL };
    let first = bench.ledger.retry(bench.app, &rejected, Time(300)).await.unwrap();
    assert_eq!((first.count, first.last), (1, Some(rids[0])));
    let rest = Again { after: first.last, limit: 10, ..rejected };
    let second = bench.ledger.retry(bench.app, &rest, Time(300)).await.unwrap();
    assert_eq!((second.count, second.last), (1, Some(rids[2])));
    let left = bench.ledger.failed(Some(bench.app), None, 10).await.unwrap();
    assert_eq!(left.iter().map(|pair| pair.cause.as_str()).collect::<Vec<_>>(), ["taken"]);
}

/// A person tries the parked ones again, all of them or one.
pub async fn retry_wakes_the_parked(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    for name in ["ann", "bob"] {
        let rid = bench.user(name).await;
        let work = bench.taken(rid).await;
        let settle = Settle { next: Next::Parked, why: Some(fault()), ..bench.done(&work).await };
        bench.ledger.settle(settle).await.unwrap();
    }
    let ann = sutler_model::Uid("ann".to_owned());
    assert_eq!(retried(&bench, Again { uid: Some(ann), ..Again::ALL }).await, 1);
    assert_eq!(bench.claim(Lane::Live, 300, 10).await.len(), 1);
    assert_eq!(retried(&bench, Again::ALL).await, 1);
    assert_eq!(retried(&bench, Again::ALL).await, 0);
    assert_eq!(bench.claim(Lane::Live, 300, 10).await.len(), 1);
}

/// Not before the time that the settle named.
pub async fn later_is_claimed_later(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let ann = bench.user("ann").await;
    let work = bench.taken(ann).await;
    let settle = Settle { next: Next::At(Time(500)), lane: Lane::Bulk, ..bench.done(&work).await };
    assert_eq!(bench.ledger.settle(settle).await, Ok(Settled::Kept));
    assert!(bench.claim(Lane::Bulk, 499, 10).await.is_empty());
    assert_eq!(bench.claim(Lane::Bulk, 500, 10).await.len(), 1);
}

/// The store itself refuses a second open link of a pair, and of an account.
pub async fn r11_one_open_link_a_pair(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let (ann, bob) = (bench.user("ann").await, bench.user("bob").await);
    let first = bench.linked(1, ann, Kind::User).await;
    let work = bench.taken(ann).await;
    let second = Settle { link: Some(bench.on(2, ann, Kind::User)), ..bench.done(&work).await };
    assert!(bench.ledger.settle(second).await.is_err());
    assert_eq!(bench.link(ann).await, Some(first.clone()));
    let work = bench.taken(bob).await;
    let stolen = Settle {
        link: Some(Link { remote: first.remote.clone(), ..bench.on(3, bob, Kind::User) }),
        ..bench.done(&work).await
    };
    assert!(bench.ledger.settle(stolen).await.is_err());
    assert_eq!(bench.link(bob).await, None);
}

/// Open links are found by the name and by the account they hold.
pub async fn links_are_found_by_name_and_id(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let (ann, bob) = (bench.user("ann").await, bench.user("bob").await);
    let link = bench.linked(1, ann, Kind::User).await;
    let (app, ledger) = (bench.app, &bench.ledger);
    let rival = ledger.rival(app, Kind::User, "key1", bob).await.unwrap().unwrap();
    assert_eq!((&rival.link, rival.resource.map(|r| r.rid)), (&link, Some(ann)));
    assert_eq!(ledger.rival(app, Kind::User, "key1", ann).await.unwrap(), None);
    assert_eq!(ledger.rival(app, Kind::Group, "key1", bob).await.unwrap(), None);
    let held = ledger.by_remote(app, Kind::User, "remote1").await.unwrap();
    assert_eq!(held, Some(link.clone()));
    assert_eq!(ledger.by_remote(app, Kind::Group, "remote1").await.unwrap(), None);
    let work = bench.taken(ann).await;
    let settle =
        Settle { link: Some(Link { state: LinkState::Closed, ..link }), ..bench.done(&work).await };
    ledger.settle(settle).await.unwrap();
    assert_eq!(ledger.rival(app, Kind::User, "key1", bob).await.unwrap(), None);
    assert_eq!(ledger.by_remote(app, Kind::User, "remote1").await.unwrap(), None);
}

/// Removals go in the first chunk; each edge comes with both its sides.
pub async fn cut_edges_come_first(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let (a, b, c) = (bench.user("a").await, bench.user("b").await, bench.user("c").await);
    let team = bench.group("team", &[a, b]).await;
    bench.linked(1, a, Kind::User).await;
    let edges = vec![
        edge(&bench, team, a, false),
        edge(&bench, team, b, false),
        edge(&bench, team, c, true),
    ];
    bench.spread(vec![], edges).await;
    let views = bench.ledger.edges(bench.app, team, 2).await.unwrap();
    assert_eq!(views.len(), 2);
    assert_eq!((views[0].edge.member, views[0].is_member), (c, false));
    assert_eq!((views[0].member.state, views[0].member.remote.as_deref()), (None, None));
    let views = bench.ledger.edges(bench.app, team, 10).await.unwrap();
    let of_a = views.iter().find(|v| v.edge.member == a).unwrap();
    assert!(of_a.is_member);
    assert_eq!(of_a.member.state, Some(LinkState::On));
    assert_eq!(of_a.member.remote.as_deref(), Some("remote1"));
    assert_eq!(of_a.member.kind, Kind::User);
}
