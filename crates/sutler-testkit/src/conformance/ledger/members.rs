//! Changes of membership.

use std::sync::Arc;

use sutler_model::change::MemberStep;
use sutler_model::filter::{Filter, Literal, Operator};
use sutler_model::path::AttributePath;
use sutler_model::port::{Ledger, Reads};
use sutler_model::query::{Search, Start};
use sutler_model::resource::MOST_MEMBERSHIPS;
use sutler_model::schema::Schemas;
use sutler_model::work::Part;
use sutler_model::{Kind, Rid, SetId, TenantId, Uid};

use super::Bench;
use crate::build;

async fn set_of(bench: &Bench, group: &str) -> SetId {
    let uid = Uid(group.to_owned());
    let found = bench.ledger.resource(TenantId::DEFAULT, Kind::Group, &uid).await;
    found.unwrap().unwrap().set.unwrap()
}

async fn members_of(bench: &Bench, group: &str) -> Vec<Rid> {
    let set = set_of(bench, group).await;
    let members = bench.ledger.members(set, None, 1000, true).await.unwrap();
    members.into_iter().map(|m| m.rid).collect()
}

async fn parts(bench: &Bench) -> Vec<Part> {
    let rows = bench.ledger.unspread(1000, Reads::ALL).await.unwrap();
    rows.into_iter().map(|view| view.row.part).collect()
}

/// A few members come whole; of more, none.
pub async fn members_come_if_they_are_few(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let (a, b, c) = (bench.user("a").await, bench.user("b").await, bench.user("c").await);
    bench.group("team", &[c, a, b]).await;
    let set = set_of(&bench, "team").await;
    for (most, expected) in [(4, Some(3)), (3, Some(3)), (2, None), (0, None)] {
        let few = bench.ledger.members_if_few(set, most, false).await.unwrap();
        assert_eq!(few.map(|few| few.len()), expected, "{most}");
    }
    let whole = bench.ledger.members(set, None, 9, true).await.unwrap();
    assert_eq!(bench.ledger.members_if_few(set, 3, true).await.unwrap(), Some(whole));
}

/// Members come in member order, in pages, with what is shown of them.
pub async fn members_are_listed_in_order(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let (a, b, c) = (bench.user("a").await, bench.user("b").await, bench.user("c").await);
    bench.group("team", &[c, a, b]).await;
    assert_eq!(members_of(&bench, "team").await, [a, b, c]);
    let set = set_of(&bench, "team").await;
    let page = bench.ledger.members(set, Some(a), 1, true).await.unwrap();
    assert_eq!(page.len(), 1);
    assert_eq!((page[0].rid, page[0].uid.0.as_str(), page[0].kind), (b, "b", Kind::User));
    assert_eq!(page[0].display.as_deref(), Some("b"));
    let bare = bench.ledger.members(set, Some(a), 1, false).await.unwrap();
    assert_eq!((bare[0].rid, bare[0].uid.0.as_str(), bare[0].display.as_deref()), (b, "b", None));
    let groups = bench.ledger.memberships(a).await.unwrap();
    assert_eq!(groups.len(), 1);
    assert_eq!((groups[0].group.uid.0.as_str(), groups[0].direct), ("team", true));
    assert_eq!(groups[0].group.kind, Kind::Group);
}

/// Each step sees the result of the one before.
pub async fn member_steps_apply_in_order(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let (a, b, c) = (bench.user("a").await, bench.user("b").await, bench.user("c").await);
    let team = bench.group("team", &[a]).await;
    let steps = vec![
        MemberStep::Add(vec![b, c]),
        MemberStep::Remove(vec![a, Rid(987_654)]),
        MemberStep::Remove(vec![c]),
    ];
    bench.commit(2, build::members(team, steps)).await.unwrap();
    assert_eq!(members_of(&bench, "team").await, [b]);
    let replace = vec![MemberStep::Replace(vec![c, a])];
    bench.commit(3, build::members(team, replace)).await.unwrap();
    assert_eq!(members_of(&bench, "team").await, [a, c]);
    let ends =
        vec![MemberStep::Add(vec![b]), MemberStep::Replace(vec![]), MemberStep::Add(vec![c])];
    bench.commit(4, build::members(team, ends)).await.unwrap();
    assert_eq!(members_of(&bench, "team").await, [c]);
}

/// A group that is reached in several ways is shown once; circles end.
pub async fn memberships_reach_through_groups(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let (a, b) = (bench.user("a").await, bench.user("b").await);
    let team = bench.group("team", &[a]).await;
    let unit = bench.group("unit", &[team, b]).await;
    let firm = bench.group("firm", &[unit, team, a]).await;
    let join = build::members(team, vec![MemberStep::Add(vec![firm])]);
    bench.commit(2, join).await.unwrap();
    let shown = async |member: Rid| -> Vec<(Rid, bool)> {
        let found = bench.ledger.memberships(member).await.unwrap();
        found.into_iter().map(|one| (one.group.rid, one.direct)).collect()
    };
    assert_eq!(shown(a).await, [(team, true), (unit, false), (firm, true)]);
    assert_eq!(shown(b).await, [(team, false), (unit, true), (firm, false)]);
    assert_eq!(shown(team).await, [(unit, true), (firm, true)]);
    let found = async |group: &str| -> Vec<Rid> {
        let path = AttributePath::core("groups", Some("value"));
        let filter = Filter::Compare(path, Operator::Equal, Literal::Text(group.to_owned()));
        let search = Search {
            tenant: TenantId::DEFAULT,
            schemas: Schemas::standard(),
            kinds: vec![],
            filter: Some(filter),
            sort: None,
            start: Start::Offset(0),
            limit: 10,
        };
        let found = bench.ledger.search(&search).await.unwrap();
        found.resources.into_iter().map(|resource| resource.rid).collect()
    };
    assert_eq!(found("team").await, [a, b]);
    bench.commit(3, build::members(firm, vec![MemberStep::Replace(vec![])])).await.unwrap();
    assert_eq!(shown(b).await, [(unit, true)]);
    assert_eq!(found("unit").await, [a, b]);
    bench.commit(4, build::delete(team)).await.unwrap();
    assert_eq!((shown(a).await, shown(b).await), (vec![], vec![(unit, true)]));
    assert_eq!(found("unit").await, [b]);
}

/// A chain of groups is followed up to the bound.
pub async fn memberships_are_bounded(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let mut inner = bench.user("a").await;
    let member = inner;
    for number in 0..MOST_MEMBERSHIPS + 5 {
        inner = bench.group(&format!("g{number}"), &[inner]).await;
    }
    let found = bench.ledger.memberships(member).await.unwrap();
    assert_eq!(found.len(), MOST_MEMBERSHIPS);
    assert_eq!(found.iter().filter(|one| one.direct).count(), 1);
}

/// The body's version is not touched, and the user's neither.
pub async fn membership_raises_the_member_version_only(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let a = bench.user("a").await;
    let team = bench.group("team", &[]).await;
    let join = build::members(team, vec![MemberStep::Add(vec![a])]);
    let joined = bench.commit(5, join.clone()).await.unwrap();
    assert!(joined.changed);
    assert_eq!(joined.version.body, 1);
    assert!(joined.version.members > 0);
    let again = bench.commit(6, join).await.unwrap();
    assert_eq!((again.changed, again.version), (false, joined.version));
    let uid = Uid("a".to_owned());
    let user = bench.ledger.resource(TenantId::DEFAULT, Kind::User, &uid).await.unwrap();
    assert_eq!(user.unwrap().version.body, 1);
}

/// One row for each membership that changed, none for the rest, and no row for the group.
pub async fn only_differences_write_rows(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let (a, b, c) = (bench.user("a").await, bench.user("b").await, bench.user("c").await);
    let team = bench.group("team", &[a, b]).await;
    bench.drain().await;
    let replace = vec![MemberStep::Replace(vec![b, c])];
    bench.commit(2, build::members(team, replace)).await.unwrap();
    let mut parts = parts(&bench).await;
    parts.sort_by_key(|part| !matches!(part, Part::Member { cut: true, .. }));
    let expected = [Part::Member { member: a, cut: true }, Part::Member { member: c, cut: false }];
    assert_eq!(parts, expected);
    let rows = bench.ledger.unspread(10, Reads::ALL).await.unwrap();
    assert!(rows.iter().all(|view| view.row.rid == team && view.row.kind == Kind::Group));
}

/// Emptying costs one row, whatever the size.
pub async fn emptying_gives_a_new_set(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let (a, b) = (bench.user("a").await, bench.user("b").await);
    let team = bench.group("team", &[a, b]).await;
    let old = set_of(&bench, "team").await;
    bench.drain().await;
    let empty = build::members(team, vec![MemberStep::Replace(vec![])]);
    bench.commit(2, empty.clone()).await.unwrap();
    assert_eq!(parts(&bench).await, [Part::OldSet(old)]);
    assert!(members_of(&bench, "team").await.is_empty());
    assert_ne!(set_of(&bench, "team").await, old);
    assert!(bench.ledger.memberships(a).await.unwrap().is_empty());
    assert!(!bench.commit(3, empty).await.unwrap().changed);
}

/// A deleted member is cut from its groups, with a row for each.
pub async fn deleted_member_leaves_its_groups(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let (a, b) = (bench.user("a").await, bench.user("b").await);
    let one = bench.group("one", &[a, b]).await;
    let two = bench.group("two", &[a]).await;
    bench.drain().await;
    bench.commit(2, build::delete(a)).await.unwrap();
    assert_eq!(members_of(&bench, "one").await, [b]);
    assert!(members_of(&bench, "two").await.is_empty());
    let rows = bench.ledger.unspread(10, Reads::ALL).await.unwrap();
    let mut seen: Vec<(Rid, Part)> = rows.iter().map(|v| (v.row.rid, v.row.part)).collect();
    seen.sort_by_key(|(rid, _)| *rid);
    let cut = Part::Member { member: a, cut: true };
    assert_eq!(seen, [(a, Part::Whole), (one, cut), (two, cut)]);
}

/// A deleted group gives up its set in one row.
pub async fn deleted_group_gives_up_its_set(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let a = bench.user("a").await;
    let team = bench.group("team", &[a]).await;
    let old = set_of(&bench, "team").await;
    bench.drain().await;
    bench.commit(2, build::delete(team)).await.unwrap();
    assert_eq!(parts(&bench).await, [Part::Whole, Part::OldSet(old)]);
    assert!(bench.ledger.memberships(a).await.unwrap().is_empty());
}

/// The load cursor brings the members of a new group; no rows are needed for them.
pub async fn created_group_writes_no_member_rows(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let a = bench.user("a").await;
    bench.drain().await;
    bench.group("team", &[a]).await;
    assert_eq!(parts(&bench).await, [Part::Whole]);
}
