//! Groups within groups.

use std::sync::Arc;

use sutler_model::change::MemberStep;
use sutler_model::estate::{EstateEdit, Target};
use sutler_model::link::LinkState;
use sutler_model::nesting::{DEEPEST, Nesting};
use sutler_model::port::{Ask, GroupAbove, Ledger, Reads, SpreadCommit};
use sutler_model::work::{Over, Sweep};
use sutler_model::{Kind, Rid};

use super::Bench;
use crate::build;

async fn flattened(bench: &Bench, group: Rid, after: Rid, limit: usize) -> (Vec<Rid>, bool) {
    let found = bench.ledger.flattened(bench.app, group, after, limit).await.unwrap();
    (found.members.iter().map(|member| member.rid).collect(), found.deeper)
}

async fn above(bench: &Bench, group: Option<Rid>, member: Rid) -> Vec<GroupAbove> {
    let mut answers = bench.ledger.above(&[Ask { group, member }]).await.unwrap();
    answers.remove(0).groups
}

async fn rids_above(bench: &Bench, group: Option<Rid>, member: Rid) -> Vec<Rid> {
    above(bench, group, member).await.iter().map(|group| group.rid).collect()
}

async fn change(bench: &Bench, group: Rid, step: MemberStep) {
    bench.commit(2, build::members(group, vec![step])).await.unwrap();
}

async fn begin(bench: &Bench, over: Over) -> Sweep {
    let commit = SpreadCommit {
        estate: bench.estate().await.version,
        sweeps: vec![Sweep::begin(bench.app, over, "")],
        ..SpreadCommit::default()
    };
    bench.ledger.spread(commit).await.unwrap();
    bench.ledger.sweeps().await.unwrap().into_iter().find(|sweep| sweep.over == over).unwrap()
}

async fn page(bench: &Bench, sweep: &Sweep, limit: usize) -> (Vec<Rid>, bool) {
    let page = bench.ledger.sweep_page(sweep.id, limit, Reads::ALL).await.unwrap().unwrap();
    (page.items.iter().map(|item| item.subject.rid).collect(), page.last)
}

/// Each user once, in member order, a page at a time; circles end.
pub async fn users_by_way_of_groups_are_walked_in_order(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let (a, b, c) = (bench.user("a").await, bench.user("b").await, bench.user("c").await);
    let one = bench.group("one", &[c, a]).await;
    let two = bench.group("two", &[one, b, c]).await;
    change(&bench, one, MemberStep::Add(vec![two])).await;
    bench.linked(1, b, Kind::User).await;
    assert_eq!(flattened(&bench, two, Rid(0), 2).await, (vec![a, b], false));
    assert_eq!(flattened(&bench, two, b, 2).await, (vec![c], false));
    assert_eq!(flattened(&bench, one, Rid(0), 9).await, (vec![a, b, c], false));
    let found = bench.ledger.flattened(bench.app, two, a, 1).await.unwrap();
    let account = &found.members[0];
    assert_eq!((account.kind, account.state), (Kind::User, Some(LinkState::On)));
    assert_eq!(account.remote.as_deref(), Some("remote1"));
}

/// What lies deeper than is followed is told.
pub async fn groups_that_are_too_deep_are_told(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let a = bench.user("a").await;
    let mut groups = vec![bench.group("g0", &[a]).await];
    for level in 1..=DEEPEST {
        groups.push(bench.group(&format!("g{level}"), &[groups[level - 1]]).await);
    }
    assert_eq!(flattened(&bench, groups[DEEPEST - 1], Rid(0), 9).await, (vec![a], false));
    assert_eq!(flattened(&bench, groups[DEEPEST], Rid(0), 9).await, (vec![], true));
    let told = bench.ledger.above(&[Ask { group: None, member: a }]).await.unwrap().remove(0);
    assert_eq!((told.groups.len(), told.deeper), (DEEPEST, true));
}

/// The groups above come with their links, and with whether the member is in them.
pub async fn groups_above_tell_whom_they_hold(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let (a, b) = (bench.user("a").await, bench.user("b").await);
    let left = bench.group("left", &[a]).await;
    let right = bench.group("right", &[]).await;
    let top = bench.group("top", &[left, right, b]).await;
    bench.linked(1, top, Kind::Group).await;
    let told = |rid, linked: &[_], holds, direct| GroupAbove {
        rid,
        linked: linked.to_vec(),
        holds,
        direct,
    };
    let app = bench.app;
    let expected = [told(right, &[], false, false), told(top, &[app], true, false)];
    assert_eq!(above(&bench, Some(right), a).await, expected);
    let expected = [told(left, &[], true, true), told(top, &[app], true, false)];
    assert_eq!(above(&bench, None, a).await, expected);
    let expected = [told(right, &[], false, false), told(top, &[app], true, true)];
    assert_eq!(above(&bench, Some(right), b).await, expected);
}

/// Two memberships on one way that end at once do not hide each other.
pub async fn scenario_14_what_has_ended_is_a_way_until_it_is_spread(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let a = bench.user("a").await;
    let leaf = bench.group("leaf", &[a]).await;
    let top = bench.group("top", &[leaf]).await;
    bench.drain().await;
    change(&bench, top, MemberStep::Remove(vec![leaf])).await;
    change(&bench, leaf, MemberStep::Remove(vec![a])).await;
    assert_eq!(rids_above(&bench, Some(leaf), a).await, [leaf, top], "by its outbox row");
    assert!(above(&bench, Some(leaf), a).await.iter().all(|group| !group.holds));
    let sweep = begin(&bench, Over::Nested { member: leaf, group: top, cut: true }).await;
    assert_eq!(page(&bench, &sweep, 9).await, (vec![a], true), "by its outbox row");
    bench.drain().await;
    assert_eq!(rids_above(&bench, Some(leaf), a).await, [leaf, top], "by the sweep");
    assert_eq!(page(&bench, &sweep, 9).await, (vec![], true));
    assert!(rids_above(&bench, None, a).await.is_empty());
}

/// So is a set that was given up, of an emptied group and of a deleted one.
pub async fn scenario_14_a_set_that_was_given_up_is_a_way(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let (a, b) = (bench.user("a").await, bench.user("b").await);
    let inner = bench.group("inner", &[b]).await;
    let leaf = bench.group("leaf", &[a, inner]).await;
    let top = bench.group("top", &[leaf]).await;
    bench.drain().await;
    change(&bench, leaf, MemberStep::Replace(vec![])).await;
    assert_eq!(rids_above(&bench, Some(inner), b).await, [inner, leaf, top]);
    let sweep = begin(&bench, Over::Nested { member: leaf, group: top, cut: true }).await;
    assert_eq!(page(&bench, &sweep, 9).await, (vec![a, b], true));
    bench.commit(3, build::delete(leaf)).await.unwrap();
    assert_eq!(page(&bench, &sweep, 9).await, (vec![a, b], true));
    assert_eq!(rids_above(&bench, Some(inner), b).await, [inner, top], "gone groups are left out");
}

/// Each walk shows what it is over, in order and after its cursor.
pub async fn sweeps_walk_below_and_above(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let (a, b) = (bench.user("a").await, bench.user("b").await);
    let leaf = bench.group("leaf", &[b]).await;
    let top = bench.group("top", &[leaf, a]).await;
    bench.linked(1, top, Kind::Group).await;
    bench.linked(2, leaf, Kind::Group).await;
    let joined = begin(&bench, Over::Nested { member: top, group: leaf, cut: false }).await;
    assert_eq!(page(&bench, &joined, 1).await, (vec![a], false));
    let all = begin(&bench, Over::Below { group: top, was: Nesting::Native }).await;
    assert_eq!(page(&bench, &all, 9).await, (vec![a, b, leaf], true));
    let up = begin(&bench, Over::Above(b)).await;
    assert_eq!(page(&bench, &up, 9).await, (vec![leaf, top], true));
    let nests = begin(&bench, Over::Nests(Nesting::Flatten)).await;
    assert_eq!(page(&bench, &nests, 9).await, (vec![top], true));
}

/// An edit of what a target makes of nested groups begins a sweep; another edit does not.
pub async fn another_nesting_begins_a_sweep(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let put = |nesting, timeout| {
        let target = Target { nesting, timeout, ..build::target("app") };
        EstateEdit {
            targets: vec![("default".to_owned(), target)],
            actor: "ann".to_owned(),
            ..EstateEdit::default()
        }
    };
    bench.edit(put(Nesting::Native, 7)).await;
    assert!(bench.ledger.sweeps().await.unwrap().is_empty());
    bench.edit(put(Nesting::Flatten, 7)).await;
    bench.edit(put(Nesting::Skip, 7)).await;
    let sweeps = bench.ledger.sweeps().await.unwrap();
    let told: Vec<_> = sweeps.iter().map(|sweep| (sweep.over, sweep.by.as_str())).collect();
    let expected = [Nesting::Native, Nesting::Flatten].map(|was| (Over::Nests(was), "ann"));
    assert_eq!(told, expected);
}

/// A row of a membership tells whether the member is a group.
pub async fn a_row_tells_that_its_member_is_a_group(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let a = bench.user("a").await;
    let leaf = bench.group("leaf", &[]).await;
    let top = bench.group("top", &[]).await;
    bench.drain().await;
    change(&bench, top, MemberStep::Add(vec![a, leaf])).await;
    let rows = bench.ledger.unspread(9, Reads::default()).await.unwrap();
    let nested: Vec<bool> = rows.iter().map(|view| view.nested).collect();
    assert_eq!(nested, [false, true]);
}
