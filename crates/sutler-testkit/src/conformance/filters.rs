//! Random filters: what a ledger finds is what the evaluator finds, one resource at a time.

use std::sync::Arc;

use serde_json::{Map, Number, Value};
use sutler_model::document::view;
use sutler_model::filter::{Filter, Literal, Operator, check_sort, compare};
use sutler_model::path::AttributePath;
use sutler_model::port::Ledger;
use sutler_model::query::{Search, Sort, Start};
use sutler_model::schema::{Schemas, standard};
use sutler_model::{Kind, TenantId};

use super::people::{TEXTS, TYPES, settle};
use crate::Dice;

const PATHS: [&str; 29] = [
    "id",
    "externalId",
    "schemas",
    "userName",
    "displayName",
    "nickName",
    "title",
    "userType",
    "active",
    "name",
    "name.familyName",
    "name.givenName",
    "emails",
    "emails.value",
    "emails.type",
    "emails.primary",
    "phoneNumbers",
    "phoneNumbers.type",
    "members",
    "members.type",
    "groups",
    "groups.type",
    "groups.display",
    "meta.resourceType",
    "meta.created",
    "meta.lastModified",
    "meta.version",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value",
];
const LISTS: [(&str, [&str; 3]); 4] = [
    ("emails", ["value", "type", "primary"]),
    ("phoneNumbers", ["value", "type", "display"]),
    ("members", ["value", "type", "value"]),
    ("groups", ["value", "type", "display"]),
];
const KINDS: [&[Kind]; 4] =
    [&[Kind::User], &[Kind::Group], &[Kind::User, Kind::Group], &[Kind::User]];
/// Every so many searches one is sorted.
const SORTED: usize = 20;

/// Fills the ledger from `seed`, and compares `count` searches with what the evaluator makes of
/// each of its resources.
pub async fn random_filters(seed: u64, count: usize, ledger: Arc<dyn Ledger>) {
    const PEOPLE: usize = 300;
    settle(seed, PEOPLE, Arc::clone(&ledger)).await;
    let town = everybody(&*ledger).await;
    let mut draw = Draw { dice: Dice::new(seed), literals: literals(&town) };
    for number in 0..count {
        let search = draw.search(number);
        let found = ledger.search(&search).await.unwrap();
        let uids: Vec<&str> = found.resources.iter().map(|r| r.uid.0.as_str()).collect();
        assert_eq!((found.total, uids), expected(&town, &search), "seed {seed}: {search:?}");
    }
}

/// A resource as filters see it.
struct Seen {
    kind: Kind,
    uid: String,
    view: Map<String, Value>,
}

/// All resources in the order of creation.
async fn everybody(ledger: &dyn Ledger) -> Vec<Seen> {
    let all = Search {
        tenant: TenantId::DEFAULT,
        schemas: Schemas::standard(),
        kinds: vec![],
        filter: None,
        sort: None,
        start: Start::Offset(0),
        limit: usize::MAX,
    };
    let mut town = Vec::new();
    for resource in ledger.search(&all).await.unwrap().resources {
        let members = match resource.set {
            Some(set) => ledger.members(set, None, usize::MAX, true).await.unwrap(),
            None => vec![],
        };
        let groups = match resource.kind {
            Kind::User => ledger.memberships(resource.rid).await.unwrap(),
            Kind::Group => vec![],
        };
        let view = view(&resource, &members, &groups);
        town.push(Seen { kind: resource.kind, uid: resource.uid.0, view });
    }
    town
}

fn expected<'a>(town: &'a [Seen], search: &Search) -> (usize, Vec<&'a str>) {
    let matches = |seen: &&Seen| {
        search.kinds.contains(&seen.kind)
            && search.filter.as_ref().is_none_or(|f| f.matches(standard(seen.kind), &seen.view))
    };
    let mut found: Vec<&Seen> = town.iter().filter(matches).collect();
    if let Some(sort) = &search.sort {
        found.sort_by(|a, b| {
            compare((standard(a.kind), &a.view), (standard(b.kind), &b.view), sort)
        });
    }
    let Start::Offset(offset) = search.start else {
        panic!("walks have a suite of their own");
    };
    let page = found.iter().skip(offset).take(search.limit);
    (found.len(), page.map(|seen| seen.uid.as_str()).collect())
}

/// Texts to compare with: those of the directory, parts of them, and some that are not in it.
fn literals(town: &[Seen]) -> Vec<String> {
    let mut texts: Vec<String> = TEXTS.iter().chain(&TYPES).map(|t| (*t).to_owned()).collect();
    texts.extend(["", "a", "N", "direct", "User", "GROUP", "W/\"1\""].map(str::to_owned));
    for seen in town.iter().step_by(10) {
        texts.push(seen.uid.clone());
        for name in ["userName", "displayName"] {
            texts.extend(seen.view.get(name).and_then(Value::as_str).map(str::to_owned));
        }
        let meta = seen.view.get("meta").and_then(Value::as_object);
        texts.extend(
            meta.into_iter().flat_map(|m| m.values()).filter_map(|v| v.as_str()).map(str::to_owned),
        );
    }
    texts
}

struct Draw {
    dice: Dice,
    literals: Vec<String>,
}

impl Draw {
    fn search(&mut self, number: usize) -> Search {
        let kinds = *self.dice.pick(&KINDS).unwrap();
        let sort = if number.is_multiple_of(SORTED) { self.sort(kinds) } else { None };
        Search {
            tenant: TenantId::DEFAULT,
            schemas: Schemas::standard(),
            kinds: kinds.to_vec(),
            filter: Some(self.sensible(kinds)),
            sort,
            start: Start::Offset(if self.dice.percent(20) { self.dice.below(20) } else { 0 }),
            limit: self.dice.below(40),
        }
    }

    fn sort(&mut self, kinds: &[Kind]) -> Option<Sort> {
        let by = check_sort(&self.path(), &Schemas::standard().of_each(kinds)).ok()?;
        Some(Sort { by, descending: self.dice.percent(50) })
    }

    /// One that makes sense for these types; it reads again as it is written.
    fn sensible(&mut self, kinds: &[Kind]) -> Filter {
        loop {
            let Ok(filter) = self.filter(3).check(&Schemas::standard().of_each(kinds)) else {
                continue;
            };
            let text = filter.to_string();
            assert_eq!(sutler_scim::filter::parse(&text).as_ref(), Ok(&filter), "{text}");
            return filter;
        }
    }

    fn filter(&mut self, depth: usize) -> Filter {
        match self.dice.below(if depth == 0 { 5 } else { 9 }) {
            0 => Filter::Present(self.path()),
            1..=3 => self.comparison(),
            4 => self.element(),
            5 | 6 => Filter::And(self.parts(depth)),
            7 => Filter::Or(self.parts(depth)),
            _ => Filter::Not(Box::new(self.filter(depth - 1))),
        }
    }

    fn parts(&mut self, depth: usize) -> Vec<Filter> {
        (0..2 + self.dice.below(2)).map(|_| self.filter(depth - 1)).collect()
    }

    fn path(&mut self) -> AttributePath {
        self.dice.pick(&PATHS).unwrap().parse().unwrap()
    }

    fn comparison(&mut self) -> Filter {
        let path = self.path();
        Filter::Compare(path, self.operator(), self.literal())
    }

    /// Equality is what clients ask most, and what rows answer most.
    fn operator(&mut self) -> Operator {
        if self.dice.percent(40) {
            Operator::Equal
        } else {
            *self.dice.pick(&Operator::ALL).unwrap()
        }
    }

    fn literal(&mut self) -> Literal {
        match self.dice.below(20) {
            0 => Literal::Null,
            1 | 2 => Literal::Boolean(self.dice.percent(50)),
            3 => Literal::Number(Number::from(self.dice.below(3))),
            _ => {
                let text = self.dice.pick(&self.literals).unwrap().clone();
                Literal::Text(match self.dice.below(6) {
                    0 => text.to_uppercase(),
                    1 => text.chars().take(2).collect(),
                    _ => text,
                })
            }
        }
    }

    fn element(&mut self) -> Filter {
        let (list, subs) = *self.dice.pick(&LISTS).unwrap();
        let mut parts: Vec<Filter> = (0..=self.dice.below(3))
            .map(|_| {
                let path = AttributePath::core(self.dice.pick(&subs).unwrap(), None);
                match self.dice.below(6) {
                    0 => Filter::Present(path),
                    1 => {
                        let inner = Filter::Compare(path, self.operator(), self.literal());
                        Filter::Not(Box::new(inner))
                    }
                    _ => Filter::Compare(path, self.operator(), self.literal()),
                }
            })
            .collect();
        let inner = match (parts.len(), self.dice.percent(60)) {
            (1, _) => parts.remove(0),
            (_, true) => Filter::And(parts),
            (_, false) => Filter::Or(parts),
        };
        Filter::Element(AttributePath::core(list, None), Box::new(inner))
    }
}
