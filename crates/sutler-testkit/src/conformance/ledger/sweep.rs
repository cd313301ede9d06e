//! Cursors over many pairs.

use std::sync::Arc;

use sutler_model::change::{MemberStep, Reference};
use sutler_model::estate::EstateEdit;
use sutler_model::guard::Watch;
use sutler_model::port::{Ledger, LedgerError, Reads, SpreadCommit, SweepCommit, SweepItem};
use sutler_model::work::{Lane, Over, Part, Sweep};
use sutler_model::{Kind, Rid, SweepId, TargetId, Time};

use super::Bench;
use crate::build;

async fn begin(bench: &Bench, target: TargetId, over: Over) -> Sweep {
    let before: Vec<SweepId> = bench.ledger.sweeps().await.unwrap().iter().map(|s| s.id).collect();
    let commit = SpreadCommit {
        estate: bench.estate().await.version,
        sweeps: vec![Sweep::begin(target, over, "")],
        ..SpreadCommit::default()
    };
    bench.ledger.spread(commit).await.unwrap();
    let sweeps = bench.ledger.sweeps().await.unwrap();
    sweeps.into_iter().find(|s| !before.contains(&s.id)).unwrap()
}

async fn step(bench: &Bench, sweep: &Sweep, cursor: Rid) -> SweepCommit {
    SweepCommit {
        sweep: sweep.id,
        estate: bench.estate().await.version,
        over: sweep.over,
        from: sweep.cursor,
        cursor,
        markings: vec![],
        edges: vec![],
        sweeps: vec![],
        then: None,
        watch: Watch::default(),
    }
}

async fn page(bench: &Bench, sweep: &Sweep, limit: usize) -> (Vec<Rid>, bool) {
    let page = bench.ledger.sweep_page(sweep.id, limit, Reads::ALL).await.unwrap().unwrap();
    (page.items.iter().map(|item| item.subject.rid).collect(), page.last)
}

/// The leave pass sees the open links only.
pub async fn links_are_walked_in_order(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let (a, b, c) = (bench.user("a").await, bench.user("b").await, bench.user("c").await);
    bench.linked(3, c, Kind::User).await;
    bench.linked(1, a, Kind::User).await;
    let sweep = begin(&bench, bench.app, Over::Links).await;
    assert_eq!(page(&bench, &sweep, 1).await, (vec![a], false));
    let mut moved = step(&bench, &sweep, a).await;
    moved.markings = vec![bench.marking(b, Lane::Bulk, 0)];
    bench.ledger.sweep_step(moved).await.unwrap();
    assert_eq!(page(&bench, &sweep, 10).await, (vec![c], true));
    assert_eq!(bench.claim(Lane::Bulk, 0, 10).await.len(), 1);
    let now = bench.ledger.sweeps().await.unwrap().remove(0);
    assert_eq!(now.cursor, a);
    let on = SweepCommit { then: Some(Some(Over::Resources)), ..step(&bench, &now, c).await };
    bench.ledger.sweep_step(on).await.unwrap();
    let now = bench.ledger.sweeps().await.unwrap().remove(0);
    assert_eq!((now.over, now.cursor), (Over::Resources, Rid(0)));
    bench
        .ledger
        .sweep_step(SweepCommit { then: Some(None), ..step(&bench, &now, c).await })
        .await
        .unwrap();
    assert!(bench.ledger.sweeps().await.unwrap().is_empty());
    assert_eq!(bench.ledger.sweep_page(sweep.id, 10, Reads::ALL).await.unwrap(), None);
}

/// The load pass sees every live resource, with origins and link.
pub async fn resources_are_walked_in_order(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let (a, b) = (bench.user("a").await, bench.user("b").await);
    let team = bench.group("team", &[a]).await;
    let gone = bench.user("gone").await;
    bench.commit(2, build::delete(gone)).await.unwrap();
    bench.linked(2, b, Kind::User).await;
    let sweep = begin(&bench, bench.app, Over::Resources).await;
    let page = bench.ledger.sweep_page(sweep.id, 10, Reads::ALL).await.unwrap().unwrap();
    let hr = vec![bench.hr];
    let expected = [(a, hr.clone(), false), (b, hr.clone(), true), (team, hr, false)];
    let told = |item: &SweepItem| {
        let SweepItem { subject, linked } = item;
        (subject.rid, subject.origins.clone(), *linked)
    };
    let told: Vec<_> = page.items.iter().map(told).collect();
    assert_eq!((told.as_slice(), page.last), (&expected[..], true));
    let of_a = &page.items[0].subject;
    let names: Vec<&str> = of_a.groups.iter().map(|group| group.name.as_str()).collect();
    assert_eq!((of_a.active, of_a.gone, names.as_slice()), (true, false, &["team"][..]));
    assert!(of_a.body.as_ref().is_some_and(|body| body["userName"] == "a"));
    let none = Reads::default();
    let page = bench.ledger.sweep_page(sweep.id, 10, none).await.unwrap().unwrap();
    assert!(page.items.iter().all(|i| i.subject.body.is_none() && i.subject.groups.is_empty()));
}

/// The members of a group as it stands, in order; not those of a set that it had before.
pub async fn the_members_of_a_group_are_walked(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let (a, b) = (bench.user("a").await, bench.user("b").await);
    bench.user("c").await;
    let team = bench.group("team", &[a, b]).await;
    let sweep = begin(&bench, bench.app, Over::Members(team)).await;
    let page = bench.ledger.sweep_page(sweep.id, 1, Reads::ALL).await.unwrap().unwrap();
    let rids: Vec<_> = page.items.iter().map(|item| item.subject.rid).collect();
    assert_eq!((rids, page.last), (vec![a], false));
}

/// Two walkers of one sweep: the second does nothing.
pub async fn a_moved_cursor_commits_nothing(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let (a, b) = (bench.user("a").await, bench.user("b").await);
    let sweep = begin(&bench, bench.app, Over::Resources).await;
    bench.ledger.sweep_step(step(&bench, &sweep, a).await).await.unwrap();
    let mut late = SweepCommit { then: Some(None), ..step(&bench, &sweep, b).await };
    late.markings = vec![bench.marking(b, Lane::Bulk, 0)];
    // Whether this is an error is the ledger's choice; that nothing is committed is not.
    drop(bench.ledger.sweep_step(late).await);
    assert!(bench.claim(Lane::Bulk, 0, 10).await.is_empty());
    assert_eq!(page(&bench, &sweep, 10).await, (vec![b], true));
}

/// A page that was judged by rules that are no longer in force.
pub async fn an_edit_of_the_estate_ends_a_step_under_way(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let a = bench.user("a").await;
    let sweep = begin(&bench, bench.app, Over::Resources).await;
    let mut late = step(&bench, &sweep, a).await;
    late.markings = vec![bench.marking(a, Lane::Bulk, 0)];
    bench.edit(EstateEdit::default()).await;
    assert_eq!(bench.ledger.sweep_step(late.clone()).await, Err(LedgerError::EstateMoved));
    assert!(bench.claim(Lane::Bulk, 0, 10).await.is_empty());
    let sweep = bench.ledger.sweeps().await.unwrap().remove(0);
    late.estate = bench.estate().await.version;
    late.from = sweep.cursor;
    late.over = sweep.over;
    bench.ledger.sweep_step(late).await.unwrap();
    assert_eq!(bench.claim(Lane::Bulk, 0, 10).await.len(), 1);
}

/// A walker that was stopped in the leave pass does not move the cursor of the load pass.
pub async fn a_step_of_an_earlier_pass_commits_nothing(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let (a, b) = (bench.user("a").await, bench.user("b").await);
    bench.linked(1, a, Kind::User).await;
    let sweep = begin(&bench, bench.app, Over::Links).await;
    let on = SweepCommit { then: Some(Some(Over::Resources)), ..step(&bench, &sweep, a).await };
    bench.ledger.sweep_step(on).await.unwrap();
    drop(bench.ledger.sweep_step(step(&bench, &sweep, a).await).await);
    assert_eq!(page(&bench, &sweep, 10).await, (vec![a, b], true));
}

async fn emptied(bench: &Bench) -> (Rid, sutler_model::SetId, Vec<Rid>) {
    let members = vec![bench.user("a").await, bench.user("b").await, bench.user("c").await];
    let team = bench.group("team", &members).await;
    bench.drain().await;
    let empty = build::members(team, vec![MemberStep::Replace(vec![])]);
    bench.commit(2, empty).await.unwrap();
    let rows = bench.ledger.unspread(10, Reads::ALL).await.unwrap();
    match rows[0].row.part {
        Part::OldSet(set) => (team, set, members),
        other => panic!("an old set was expected, not {other:?}"),
    }
}

async fn spread_old_set(bench: &Bench, targets: &[TargetId], over: Over) {
    let rows = bench.ledger.unspread(10, Reads::ALL).await.unwrap();
    let sweep = |target: &TargetId| Sweep::begin(*target, over, "");
    let commit = SpreadCommit {
        estate: bench.estate().await.version,
        rows: rows.iter().map(|v| (v.row.seq, v.row.n)).collect(),
        sweeps: targets.iter().map(sweep).collect(),
        ..SpreadCommit::default()
    };
    bench.ledger.spread(commit).await.unwrap();
}

/// The members of an old set are walked, and their rows erased behind the cursor.
pub async fn an_old_set_is_walked_and_erased(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let (group, set, members) = emptied(&bench).await;
    spread_old_set(&bench, &[bench.app], Over::Set { set, group }).await;
    let sweep = bench.ledger.sweeps().await.unwrap().remove(0);
    assert_eq!(page(&bench, &sweep, 2).await, (members[..2].to_vec(), false));
    bench.ledger.sweep_step(step(&bench, &sweep, members[1]).await).await.unwrap();
    let left = bench.ledger.members(set, None, 10, true).await.unwrap();
    assert_eq!(left.iter().map(|m| m.rid).collect::<Vec<_>>(), members[2..]);
    let sweep = bench.ledger.sweeps().await.unwrap().remove(0);
    assert_eq!(page(&bench, &sweep, 2).await, (members[2..].to_vec(), true));
    bench
        .ledger
        .sweep_step(SweepCommit { then: Some(None), ..step(&bench, &sweep, members[2]).await })
        .await
        .unwrap();
    assert!(bench.ledger.members(set, None, 10, true).await.unwrap().is_empty());
}

/// A fast target's walk takes nothing away from a slow one's.
pub async fn an_old_set_serves_every_target(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let estate = bench
        .edit(EstateEdit {
            targets: vec![("default".to_owned(), build::target("slow"))],
            ..EstateEdit::default()
        })
        .await;
    let slow = estate.targets.iter().find(|t| t.name == "slow").unwrap().id;
    let (group, set, members) = emptied(&bench).await;
    spread_old_set(&bench, &[bench.app, slow], Over::Set { set, group }).await;
    let sweeps = bench.ledger.sweeps().await.unwrap();
    let of = |target| sweeps.iter().find(|s| s.target == target).unwrap().clone();
    let fast = SweepCommit { then: Some(None), ..step(&bench, &of(bench.app), members[2]).await };
    bench.ledger.sweep_step(fast).await.unwrap();
    assert_eq!(page(&bench, &of(slow), 10).await, (members.clone(), true));
    let end = SweepCommit { then: Some(None), ..step(&bench, &of(slow), members[2]).await };
    bench.ledger.sweep_step(end).await.unwrap();
    assert!(bench.ledger.members(set, None, 10, true).await.unwrap().is_empty());
}

/// Those who refer to a resource, and the groups that it is in.
pub async fn dependents_and_memberships_are_walked(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let boss = bench.user("boss").await;
    let mut reports = vec![];
    for name in ["x", "y"] {
        let mut content = build::user(name);
        content.refs = vec![Reference { attribute: "manager".to_owned(), other: boss }];
        let action = build::create(Kind::User, name, content, &[]);
        let change = build::change(bench.hr, Time(1), action);
        reports.push(bench.ledger.commit(change).await.unwrap().rid);
    }
    let one = bench.group("one", &[boss]).await;
    bench.group("none", &[]).await;
    let two = bench.group("two", &[boss]).await;
    let sweep = begin(&bench, bench.app, Over::Dependents(boss)).await;
    assert_eq!(page(&bench, &sweep, 10).await, (reports, true));
    let sweep = begin(&bench, bench.app, Over::Memberships(boss)).await;
    assert_eq!(page(&bench, &sweep, 10).await, (vec![one, two], true));
}
