//! Random walks through random directories, while others write between the pages.
//!
//! What existed throughout and was left alone must be seen once; nothing that was left alone
//! may be seen twice; and what is seen must be in order.

use std::collections::{BTreeMap, BTreeSet};

use sutler_model::change::{Content, Flags};
use sutler_model::document::view;
use sutler_model::filter::{Filter, Literal, Operator, sort_key};
use sutler_model::path::AttributePath;
use sutler_model::port::Ledger;
use sutler_model::query::{Found, Position, Search, Sort, Start};
use sutler_model::schema::{Schemas, standard};
use sutler_model::{Kind, Rid, ServiceProviderId, TenantId, Time};

use crate::{Dice, build};

/// By what is sorted: columns, and what only bodies tell.
const SORTS: [(&str, Option<&str>); 8] = [
    ("userName", None),
    ("displayName", None),
    ("externalId", None),
    ("id", None),
    ("meta", Some("created")),
    ("meta", Some("lastModified")),
    ("locale", None),
    ("active", None),
];

/// Walks `walks` times through a directory that is made from `seed` and changes as it goes.
pub async fn random_walks(seed: u64, walks: usize, ledger: &dyn Ledger) {
    let mut crowd = Crowd { ledger, dice: Dice::new(seed), live: BTreeMap::new(), made: 0, now: 0 };
    for _ in 0..30 {
        crowd.create().await;
    }
    for walk in 0..walks {
        let search = crowd.draw();
        let note = format!("seed {seed}, walk {walk}, {search:?}");
        crowd.compare_still(&search, &note).await;
        crowd.walk_while_writing(search, &note).await;
    }
}

struct Crowd<'a> {
    ledger: &'a dyn Ledger,
    dice: Dice,
    live: BTreeMap<Rid, Kind>,
    made: usize,
    now: i64,
}

impl Crowd<'_> {
    /// Nobody writes: the pages are the whole list.
    async fn compare_still(&self, search: &Search, note: &str) {
        let whole = Search { limit: 10_000, ..search.clone() };
        let whole = self.ledger.search(&whole).await.unwrap();
        let mut seen = Vec::new();
        let mut page = search.clone();
        loop {
            let found = self.ledger.search(&page).await.unwrap();
            assert_eq!(found.total, whole.total, "{note}");
            let next = next(search, &found);
            seen.extend(found.resources);
            match next {
                Some(following) => page = following,
                None => break,
            }
        }
        assert_eq!(seen, whole.resources, "{note}");
    }

    async fn walk_while_writing(&mut self, search: Search, note: &str) {
        let whole = Search { limit: 10_000, ..search.clone() };
        let before = rids(&self.ledger.search(&whole).await.unwrap());
        let mut touched = BTreeSet::new();
        let mut seen: Vec<Position> = Vec::new();
        let mut page = search.clone();
        loop {
            let found = self.ledger.search(&page).await.unwrap();
            seen.extend(found.resources.iter().map(|resource| {
                let view = view(resource, &[], &[]);
                let key =
                    search.sort.as_ref().and_then(|s| sort_key(standard(resource.kind), &view, s));
                Position { key, rid: resource.rid }
            }));
            let Some(following) = next(&search, &found) else {
                break;
            };
            page = following;
            for _ in 0..self.dice.below(4) {
                touched.extend(self.write().await);
            }
        }
        let after = rids(&self.ledger.search(&whole).await.unwrap());
        let order = |pair: &[Position]| pair[0].compare(&pair[1], search.descending()).is_lt();
        assert!(seen.windows(2).all(order), "out of order: {note}: {seen:?}");
        let times = |rid: Rid| seen.iter().filter(|place| place.rid == rid).count();
        for rid in before.intersection(&after).filter(|rid| !touched.contains(*rid)) {
            assert_eq!(times(*rid), 1, "{rid}: {note}");
        }
        for place in seen.iter().filter(|place| !touched.contains(&place.rid)) {
            assert_eq!(times(place.rid), 1, "{}: {note}", place.rid);
        }
    }

    fn draw(&mut self) -> Search {
        let kinds: &[&[Kind]] = &[&[Kind::User], &[Kind::Group], &[]];
        let kinds = self.dice.pick(kinds).unwrap().to_vec();
        let (attribute, sub) = *self.dice.pick(&SORTS).unwrap();
        let by = AttributePath::core(attribute, sub);
        let sort = Sort { by, descending: self.dice.percent(50) };
        let text = |attribute: &str, operator, text: &str| {
            let path = AttributePath::core(attribute, None);
            Filter::Compare(path, operator, Literal::Text(text.to_owned()))
        };
        let filter = match self.dice.below(5) {
            0 => Some(text("displayName", Operator::NotEqual, "d1")),
            1 => Some(text("locale", Operator::Equal, "l1")),
            2 => Some(text("id", Operator::NotEqual, "u3")),
            _ => None,
        };
        Search {
            tenant: TenantId::DEFAULT,
            schemas: Schemas::standard(),
            kinds,
            filter,
            sort: self.dice.percent(80).then_some(sort),
            start: Start::Offset(0),
            limit: 1 + self.dice.below(7),
        }
    }

    /// One write; the resource that was changed, if it was there before.
    async fn write(&mut self) -> Option<Rid> {
        let rids: Vec<Rid> = self.live.keys().copied().collect();
        let chosen = self.dice.pick(&rids).copied();
        match (self.dice.below(3), chosen) {
            (1, Some(rid)) if rids.len() > 20 => {
                self.live.remove(&rid);
                self.commit(build::delete(rid)).await;
                Some(rid)
            }
            (2, Some(rid)) => {
                let content = self.content(self.live[&rid]);
                self.commit(build::replace(rid, content, Flags::default())).await;
                Some(rid)
            }
            _ => {
                self.create().await;
                None
            }
        }
    }

    async fn create(&mut self) {
        let kind = if self.dice.percent(70) { Kind::User } else { Kind::Group };
        let content = self.content(kind);
        let uid = format!("u{}", self.dice.number() % 1_000 * 10_000 + self.made as u64);
        let rid = self.commit(build::create(kind, &uid, content, &[])).await;
        self.live.insert(rid, kind);
    }

    /// Few different values, so that many are equal; a name that nobody else has.
    fn content(&mut self, kind: Kind) -> Content {
        self.made += 1;
        let unique = format!("n{}x{}", self.dice.below(100), self.made);
        let mut content = match kind {
            Kind::User => build::active(build::user(&unique), self.dice.percent(50)),
            Kind::Group => build::group(&unique),
        };
        if kind == Kind::User && self.dice.percent(60) {
            let display = format!("d{}", self.dice.below(3));
            content = build::with(content, "displayName", &display);
            content.columns.display_name = Some(display);
        }
        if kind == Kind::User && self.dice.percent(50) {
            content = build::with(content, "locale", &format!("l{}", self.dice.below(3)));
        }
        if self.dice.percent(60) {
            let external = format!("E{}", self.dice.below(4));
            content = build::with(content, "externalId", &external);
            content.columns.external_id = Some(external);
        }
        content
    }

    async fn commit(&mut self, action: sutler_model::change::Action) -> Rid {
        self.now += i64::from(self.dice.percent(50));
        let mut change = build::change(ServiceProviderId(0), Time(self.now), action);
        change.service_provider = None;
        self.ledger.commit(change).await.unwrap().rid
    }
}

fn rids(found: &Found) -> BTreeSet<Rid> {
    found.resources.iter().map(|resource| resource.rid).collect()
}

fn next(search: &Search, page: &Found) -> Option<Search> {
    let position = page.next.clone()?;
    Some(Search { start: Start::After { position, total: page.total }, ..search.clone() })
}
