use sutler_model::link::Doubt;
use sutler_model::{Kind, NodeId, Rid, TargetId, Time};

use super::*;
use crate::transition::claim;

fn marking(lane: Lane) -> Marking {
    Marking {
        target: TargetId(1),
        rid: Rid(1),
        lane,
        owes: Owes::DISABLE,
        due: Time(0),
        leaving_since: Some(Time(0)),
    }
}

fn taken(lane: Lane) -> Work {
    claim(mark(None, &marking(lane)), NodeId(1), 7)
}

fn link(doubt: Option<Stamp>) -> Link {
    let mut link = Link::creating(LinkId([1; 16]), TargetId(1), Rid(1), Kind::User, None);
    link.state = LinkState::On;
    link.doubt = doubt.map(|stamp| Doubt { stamp, at: Time(0) });
    link
}

fn settle_with(next: Next) -> Settle {
    Settle {
        target: TargetId(1),
        rid: Rid(1),
        fence: 7,
        mark: 1,
        version: 1,
        link: Some(link(None)),
        looked: None,
        live: false,
        edges: vec![],
        next,
        lane: Lane::Live,
        paid: Owes::DISABLE,
        left: true,
        tries: 0,
        why: None,
        delivery: None,
        intent: None,
        at: Time(50),
    }
}

fn stored(work: Option<Work>, link: Option<&Link>) -> Stored<'_> {
    Stored { work, link, version_is_current: true, awaited_is_open: true, fresh: 99 }
}

#[test]
fn equal_mark_and_fence_delete_the_item() {
    let ending = settle(stored(Some(taken(Lane::Live)), None), &settle_with(Next::Done));
    assert_eq!((ending.settled, ending.work), (Settled::Done, None));
}

#[test]
fn a_raised_mark_keeps_the_item_and_its_debts() {
    let raised = mark(Some(taken(Lane::Leave)), &marking(Lane::Live));
    let ending = settle(stored(Some(raised), None), &settle_with(Next::Done));
    let work = ending.work.unwrap();
    assert_eq!(ending.settled, Settled::Kept);
    assert_eq!((work.lane, work.due, work.fence), (Lane::Leave, Some(Time(50)), None));
    assert_eq!((work.owes, work.leaving_since), (Owes::DISABLE, Some(Time(0))));
}

#[test]
fn a_version_that_moved_keeps_the_item() {
    let moved = Stored { version_is_current: false, ..stored(Some(taken(Lane::Live)), None) };
    assert_eq!(settle(moved, &settle_with(Next::Done)).settled, Settled::Kept);
}

#[test]
fn a_foreign_fence_marks_the_pair_and_puts_the_link_in_doubt() {
    let other = claim(mark(None, &marking(Lane::Live)), NodeId(2), 8);
    let known = link(None);
    let ending = settle(stored(Some(other), Some(&known)), &settle_with(Next::Done));
    assert_eq!(ending.settled, Settled::Stale);
    let work = ending.work.unwrap();
    assert_eq!((work.mark, work.fence), (2, Some(8)));
    assert_eq!(ending.link.unwrap().doubt.unwrap().stamp, 99);
}

#[test]
fn a_settle_clears_only_the_doubt_that_it_looked_at() {
    let known = link(Some(5));
    for (looked, cleared) in [(Some(5), true), (Some(4), false), (None, false)] {
        let asked = Settle { looked, ..settle_with(Next::Done) };
        let ending = settle(stored(Some(taken(Lane::Live)), Some(&known)), &asked);
        assert_eq!(ending.link.unwrap().doubt.is_none(), cleared, "{looked:?}");
        assert_eq!(ending.work.is_none(), cleared, "{looked:?}");
    }
}

#[test]
fn a_link_is_not_closed_under_a_doubt_that_nobody_looked_at() {
    let known = link(Some(5));
    let mut asked = settle_with(Next::Done);
    asked.link = Some(Link { state: LinkState::Closed, ..link(None) });
    let ending = settle(stored(Some(taken(Lane::Live)), Some(&known)), &asked);
    assert_eq!((ending.link, ending.settled), (None, Settled::Kept));
}

#[test]
fn r10_r13_a_leaver_is_never_parked() {
    let asked = Settle { lane: Lane::Leave, ..settle_with(Next::Parked) };
    let ending = settle(stored(Some(taken(Lane::Leave)), None), &asked);
    assert_eq!(ending.work.unwrap().due, Some(Time(50)));
}

#[test]
fn waiting_for_a_link_that_closed_meanwhile_is_over_at_once() {
    let asked = settle_with(Next::Wait(LinkId([2; 16]), Time(90)));
    let gone = Stored { awaited_is_open: false, ..stored(Some(taken(Lane::Live)), None) };
    let work = settle(gone, &asked).work.unwrap();
    assert_eq!((work.wait, work.due), (None, Some(Time(50))));
    let open = settle(stored(Some(taken(Lane::Live)), None), &asked);
    assert_eq!(open.presses, Some(LinkId([2; 16])));
    assert_eq!(open.work.unwrap().due, Some(Time(90)));
}

#[test]
fn closing_a_link_or_changing_its_name_wakes_those_who_wait() {
    let known = link(None);
    for (state, key, wakes) in [
        (LinkState::Closed, None, true),
        (LinkState::On, Some("other".to_owned()), true),
        (LinkState::Off, None, false),
    ] {
        let mut asked = settle_with(Next::Done);
        asked.link = Some(Link { state, key, ..link(None) });
        let ending = settle(stored(Some(taken(Lane::Live)), Some(&known)), &asked);
        assert_eq!(ending.wakes.is_some(), wakes, "{state:?}");
    }
}
