//! Lists: pages of the target that answers, of which those are shown that are ours.
//!
//! Where a page ended is a place in the target's own list, so that lists are walked by cursor. How
//! many there are in all is known at the end only.

use serde::{Deserialize, Serialize};
use sutler_model::filter::{Filter, SortKey};
use sutler_model::outcome::Account;
use sutler_model::query::{Found, Position, Sort, Start};
use sutler_model::resource::Resource;
use sutler_model::{Kind, Rid};

use super::super::{Refusal, domain};
use super::find::sought;
use super::{Passing, unsealed};
use crate::passed::Desired;
use crate::rules::TargetRules;

/// Pages of the target that one request reads at most.
const PAGES: usize = 10;

/// Where a walk stands: in which of the types, at which page of the target, after how many of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Place {
    kind: usize,
    from: Option<String>,
    skip: usize,
}

/// A page under way.
struct Walk<'a> {
    kinds: &'a [Kind],
    place: Option<Place>,
    limit: usize,
    found: Vec<Resource>,
}

impl Passing<'_> {
    /// A page of its own resources of these kinds that match.
    pub(in super::super) async fn search(
        &self,
        kinds: &[Kind],
        filter: Option<Filter>,
        sort: Option<&Sort>,
        start: Start,
        limit: usize,
    ) -> Result<Found, Refusal> {
        for kind in kinds {
            self.caller.may_read(*kind)?;
        }
        self.caller.may_ask(kinds, filter.as_ref(), sort)?;
        if let Some(filter) = filter {
            return self.matching(kinds, &domain::stripped(kinds, filter), &start, limit).await;
        }
        if sort.is_some() {
            return Err(unheld(
                "lists of what is passed through come in the order of the target: leave `sortBy` out",
            ));
        }
        let (place, before) = begin(start)?;
        let mut walk = Walk { kinds, place: Some(place), limit, found: Vec::new() };
        self.walk(&mut walk).await?;
        let next = walk.place.map(|place| position(&place));
        // What is not read yet is not counted; that there may be more is said.
        let total = before + walk.found.len() + usize::from(next.is_some());
        Ok(Found { total, resources: walk.found, next })
    }

    async fn matching(
        &self,
        kinds: &[Kind],
        filter: &Filter,
        start: &Start,
        limit: usize,
    ) -> Result<Found, Refusal> {
        let mut resources = Vec::new();
        for kind in kinds {
            let Some(sought) = sought(*kind, filter) else {
                return Err(unheld(
                    "what is passed through is found by `id`, `externalId` or its name alone, with `eq`",
                ));
            };
            resources.extend(self.sought(*kind, &sought).await?);
        }
        let total = resources.len();
        if !matches!(start, Start::Offset(0)) {
            resources.clear();
        }
        resources.truncate(limit);
        Ok(Found { total, resources, next: None })
    }

    /// Reads pages until enough is found, or so many pages were read.
    async fn walk(&self, walk: &mut Walk<'_>) -> Result<(), Refusal> {
        let Some((target, rules)) = self.read_from() else {
            return Err(unheld("the target that answers reads is not in the estate any more"));
        };
        for _ in 0..PAGES {
            let Some(place) = walk.place.clone() else { return Ok(()) };
            let Some(kind) = walk.kinds.get(place.kind).copied() else {
                walk.place = None;
                return Ok(());
            };
            if walk.found.len() >= walk.limit {
                return Ok(());
            }
            let page = self.on.ports.gates.list(target, kind, place.from.as_deref()).await?;
            let room = walk.limit - walk.found.len();
            let (found, read) = self.ours(rules, kind, &page.accounts, place.skip, room).await?;
            walk.found.extend(found);
            walk.place = Some(if read < page.accounts.len() {
                Place { skip: read, ..place }
            } else {
                match page.next {
                    Some(from) => Place { kind: place.kind, from: Some(from), skip: 0 },
                    None => Place { kind: place.kind + 1, from: None, skip: 0 },
                }
            });
        }
        Ok(())
    }

    /// Those of a page that are its own, `room` at most, and how far the page was read.
    async fn ours(
        &self,
        rules: &TargetRules,
        kind: Kind,
        accounts: &[Account],
        skip: usize,
        room: usize,
    ) -> Result<(Vec<Resource>, usize), Refusal> {
        let ports = &self.on.ports;
        let mut found = Vec::new();
        for (index, account) in accounts.iter().enumerate().skip(skip) {
            if found.len() >= room {
                return Ok((found, index));
            }
            let link = ports.ledger.by_remote(rules.target.id, kind, &account.remote).await?;
            let Some(link) = link else { continue };
            let frames = ports.ledger.frames(rules.target.id, &[link.rid], rules.reads).await?;
            let Some(frame) = frames.into_iter().next() else { continue };
            let own = frame.passed && frame.origins.contains(&self.provider.id);
            let Some(resource) = frame.resource.filter(|stub| own && !stub.gone) else { continue };
            let open =
                frame.intent.map(|open| Desired::open(&open.sealed, &*ports.sealer, &resource));
            let open = open
                .transpose()
                .map_err(|error| unsealed(&error))?
                .filter(|open| !open.body.is_empty());
            let body = open.map_or_else(|| rules.read_back(kind, account), |open| open.body);
            found.push(Resource { body, ..resource });
        }
        Ok((found, accounts.len()))
    }
}

/// Where a page begins, and how many were found before it.
fn begin(start: Start) -> Result<(Place, usize), Refusal> {
    match start {
        Start::Offset(0) => Ok((Place::default(), 0)),
        Start::Offset(_) => Err(unheld(
            "lists of what is passed through are walked by `cursor`: `startIndex` can only be 1",
        )),
        Start::After { position, total } => {
            let text = match position.key {
                Some(SortKey::Text(text)) => text,
                _ => String::new(),
            };
            let place = serde_json::from_str(&text).map_err(|_| Refusal::Contended)?;
            // One was counted for all that may follow.
            Ok((place, total.saturating_sub(1)))
        }
    }
}

fn position(place: &Place) -> Position {
    let text = serde_json::to_string(place).unwrap_or_default();
    Position { key: Some(SortKey::Text(text)), rid: Rid(0) }
}

fn unheld(detail: &str) -> Refusal {
    Refusal::Unheld(detail.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn w19_a_place_in_a_targets_list_goes_through_a_cursor() {
        let place = Place { kind: 1, from: Some("page 3".to_owned()), skip: 7 };
        let start = Start::After { position: position(&place), total: 11 };
        assert_eq!(begin(start), Ok((place, 10)));
        assert!(matches!(begin(Start::Offset(1)), Err(Refusal::Unheld(_))));
    }
}
