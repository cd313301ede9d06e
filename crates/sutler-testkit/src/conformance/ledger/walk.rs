//! Pages of a search, one after the other, with and without an order.

use std::sync::Arc;

use sutler_model::change::Content;
use sutler_model::filter::{Filter, Literal, Operator};
use sutler_model::path::AttributePath;
use sutler_model::port::Ledger;
use sutler_model::query::{Found, Search, Sort, Start};
use sutler_model::schema::Schemas;
use sutler_model::{Kind, Rid, TenantId};

use super::Bench;
use crate::build;

fn search(limit: usize) -> Search {
    Search {
        tenant: TenantId::DEFAULT,
        schemas: Schemas::standard(),
        kinds: vec![Kind::User],
        filter: None,
        sort: None,
        start: Start::Offset(0),
        limit,
    }
}

fn sorted(by: &str, descending: bool, limit: usize) -> Search {
    let sort = Some(Sort { by: AttributePath::core(by, None), descending });
    Search { sort, ..search(limit) }
}

fn uids(found: &Found) -> Vec<String> {
    found.resources.iter().map(|resource| resource.uid.0.clone()).collect()
}

/// The page that begins where the other one ended.
fn following(search: &Search, page: &Found) -> Search {
    let position = page.next.clone().unwrap();
    Search { start: Start::After { position, total: page.total }, ..search.clone() }
}

/// All pages; what is on each.
async fn walked(bench: &Bench, search: Search) -> Vec<Vec<String>> {
    let mut search = search;
    let mut pages = Vec::new();
    loop {
        let page = bench.ledger.search(&search).await.unwrap();
        pages.push(uids(&page));
        if page.next.is_none() {
            return pages;
        }
        search = following(&search, &page);
    }
}

async fn filled(ledger: Arc<dyn Ledger>, names: &[&str]) -> Bench {
    let bench = Bench::new(ledger).await;
    for name in names {
        bench.user(name).await;
    }
    bench
}

/// Shows a value in the column and in the body alike.
fn displayed(name: &str, display: &str) -> Content {
    let mut content = build::with(build::user(name), "displayName", display);
    content.columns.display_name = Some(display.to_owned());
    content
}

/// Every match is on one page, in the order of creation or as sorted.
pub async fn pages_follow_each_other(ledger: Arc<dyn Ledger>) {
    let bench = filled(ledger, &["d", "b", "e", "a", "c"]).await;
    bench.group("team", &[]).await;
    assert_eq!(walked(&bench, search(2)).await, [vec!["d", "b"], vec!["e", "a"], vec!["c"]]);
    let up = walked(&bench, sorted("userName", false, 2)).await;
    assert_eq!(up, [vec!["a", "b"], vec!["c", "d"], vec!["e"]]);
    let down = walked(&bench, sorted("userName", true, 3)).await;
    assert_eq!(down, [vec!["e", "d", "c"], vec!["b", "a"]]);
    let all = Search { kinds: vec![], ..search(4) };
    assert_eq!(walked(&bench, all).await, [vec!["d", "b", "e", "a"], vec!["c", "team"]]);
}

/// A full last page names no place to go on.
pub async fn a_walk_ends_where_the_matches_end(ledger: Arc<dyn Ledger>) {
    let bench = filled(ledger, &["a", "b", "c", "d"]).await;
    assert_eq!(walked(&bench, search(2)).await, [vec!["a", "b"], vec!["c", "d"]]);
    assert_eq!(bench.ledger.search(&search(4)).await.unwrap().next, None);
    assert_eq!(bench.ledger.search(&search(0)).await.unwrap().next, None);
    let past = Search { start: Start::Offset(9), ..search(2) };
    assert_eq!(bench.ledger.search(&past).await.unwrap().next, None);
}

/// What is deleted and created meanwhile moves nothing, the place itself included.
pub async fn a_walk_goes_on_where_it_stood(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let mut rids = Vec::new();
    for name in ["a", "c", "e", "g", "i"] {
        rids.push(bench.user(name).await);
    }
    let plain = bench.ledger.search(&search(2)).await.unwrap();
    let sort = sorted("userName", false, 2);
    let by_name = bench.ledger.search(&sort).await.unwrap();
    for rid in &rids[..2] {
        bench.commit(2, build::delete(*rid)).await.unwrap();
    }
    bench.user("b").await;
    bench.user("d").await;
    let after = bench.ledger.search(&following(&search(2), &plain)).await.unwrap();
    assert_eq!(uids(&after), ["e", "g"]);
    let after = bench.ledger.search(&following(&sort, &by_name)).await.unwrap();
    assert_eq!(uids(&after), ["d", "e"]);
}

/// Those without a value come last, reversed first, and are walked as all others.
pub async fn missing_values_are_walked(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    for (name, display) in [("a", None), ("b", Some("y")), ("c", None), ("d", Some("x"))] {
        let content = display.map_or_else(|| build::user(name), |d| displayed(name, d));
        bench.commit(1, build::create(Kind::User, name, content, &[])).await.unwrap();
    }
    for limit in 1..5 {
        let up = walked(&bench, sorted("displayName", false, limit)).await.concat();
        assert_eq!(up, ["d", "b", "a", "c"], "pages of {limit}");
        let down = walked(&bench, sorted("displayName", true, limit)).await.concat();
        assert_eq!(down, ["a", "c", "b", "d"], "pages of {limit}");
        let unknown = walked(&bench, sorted("locale", false, limit)).await.concat();
        assert_eq!(unknown, ["a", "b", "c", "d"], "pages of {limit}");
    }
}

/// Equal values do not stop a walk, whichever way it goes.
pub async fn ties_are_walked_in_order_of_creation(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    for (name, display) in [("a", "same"), ("b", "less"), ("c", "same"), ("d", "same")] {
        let content = displayed(name, display);
        bench.commit(1, build::create(Kind::User, name, content, &[])).await.unwrap();
    }
    for limit in 1..5 {
        let up = walked(&bench, sorted("displayName", false, limit)).await.concat();
        assert_eq!(up, ["b", "a", "c", "d"], "pages of {limit}");
        let down = walked(&bench, sorted("displayName", true, limit)).await.concat();
        assert_eq!(down, ["a", "c", "d", "b"], "pages of {limit}");
    }
}

/// The total of a list is of this moment, by type; what was refused is not counted.
pub async fn totals_follow_commits(ledger: Arc<dyn Ledger>) {
    let bench = filled(ledger, &["a", "b", "c"]).await;
    let team = bench.group("team", &[]).await;
    let total = async |kinds: &[Kind]| {
        let all = Search { kinds: kinds.to_vec(), ..search(0) };
        bench.ledger.search(&all).await.unwrap().total
    };
    assert_eq!(total(&[Kind::User]).await, 3);
    assert_eq!((total(&[Kind::Group]).await, total(&[]).await), (1, 4));
    let taken = build::create(Kind::User, "a2", build::user("A"), &[]);
    assert!(bench.commit(2, taken).await.is_err());
    let unknown = build::create(Kind::Group, "g", build::group("g"), &[Rid(987_654)]);
    assert!(bench.commit(2, unknown).await.is_err());
    assert_eq!(total(&[]).await, 4);
    bench.commit(3, build::delete(team)).await.unwrap();
    assert!(bench.commit(4, build::delete(team)).await.is_err());
    assert_eq!((total(&[Kind::Group]).await, total(&[]).await), (0, 3));
    let foreign = Search { tenant: TenantId(77), ..search(0) };
    assert_eq!(bench.ledger.search(&foreign).await.unwrap().total, 0);
}

/// With a filter the first page's count goes with the walk; without one it is counted anew.
pub async fn a_filtered_walk_counts_once(ledger: Arc<dyn Ledger>) {
    let bench = filled(ledger, &["a1", "a2", "a3", "b"]).await;
    let path = AttributePath::core("userName", None);
    let begins = Literal::Text("a".to_owned());
    let filter = Some(Filter::Compare(path, Operator::StartsWith, begins));
    let filtered = Search { filter, ..search(2) };
    let first = bench.ledger.search(&filtered).await.unwrap();
    let plain = bench.ledger.search(&search(2)).await.unwrap();
    assert_eq!((first.total, plain.total), (3, 4));
    bench.user("a4").await;
    let second = bench.ledger.search(&following(&filtered, &first)).await.unwrap();
    assert_eq!((second.total, uids(&second)), (3, vec!["a3".to_owned(), "a4".to_owned()]));
    let second = bench.ledger.search(&following(&search(2), &plain)).await.unwrap();
    assert_eq!(second.total, 5);
}

/// An index counts what lives at that moment.
pub async fn offsets_pass_over_what_lives(ledger: Arc<dyn Ledger>) {
    let bench = filled(ledger, &["a", "b", "c", "d"]).await;
    let gone = bench.user("gone").await;
    bench.user("e").await;
    bench.commit(2, build::delete(gone)).await.unwrap();
    let mut at = Vec::new();
    for offset in 0..6 {
        let page = Search { start: Start::Offset(offset), ..search(1) };
        let found = bench.ledger.search(&page).await.unwrap();
        assert_eq!((found.total, found.next.is_some()), (5, offset < 4));
        at.extend(uids(&found));
    }
    assert_eq!(at, ["a", "b", "c", "d", "e"]);
}
