//! The inbound side's port: commit and read.

use std::collections::BTreeSet;

use async_trait::async_trait;
use sutler_model::change::{Change, CommitError, Committed};
use sutler_model::port::{Directory, LedgerError};
use sutler_model::query::{Found, Search};
use sutler_model::resource::{MOST_MEMBERSHIPS, Membership, Related, Resource};
use sutler_model::{Kind, Rid, SetId, TenantId, Uid};

use super::MemoryLedger;
use super::commit::commit;
use super::matching;
use super::state::State;

#[async_trait]
impl Directory for MemoryLedger {
    async fn commit(&self, change: Change) -> Result<Committed, CommitError> {
        commit(&mut self.state(), &change)
    }

    async fn resource(
        &self,
        tenant: TenantId,
        kind: Kind,
        uid: &Uid,
    ) -> Result<Option<Resource>, LedgerError> {
        let state = self.state();
        let found = state.uids.get(&(tenant, uid.0.clone()));
        Ok(found
            .and_then(|rid| state.live(tenant, *rid))
            .map(|stored| stored.resource.clone())
            .filter(|resource| resource.kind == kind))
    }

    async fn resolve(
        &self,
        tenant: TenantId,
        uids: &[Uid],
    ) -> Result<Vec<Option<(Rid, Kind)>>, LedgerError> {
        let state = self.state();
        let one = |uid: &Uid| {
            let rid = state.uids.get(&(tenant, uid.0.clone()))?;
            let stored = state.live(tenant, *rid)?;
            Some((*rid, stored.resource.kind))
        };
        Ok(uids.iter().map(one).collect())
    }

    async fn by_name(
        &self,
        tenant: TenantId,
        kind: Kind,
        attribute: &str,
        key: &str,
    ) -> Result<Option<Resource>, LedgerError> {
        let state = self.state();
        let name = (tenant, kind, attribute.to_owned(), key.to_owned());
        Ok(state
            .names
            .get(&name)
            .and_then(|rid| state.live(tenant, *rid))
            .map(|stored| stored.resource.clone()))
    }

    async fn search(&self, search: &Search) -> Result<Found, LedgerError> {
        Ok(matching::search(&self.state(), search))
    }

    async fn members(
        &self,
        set: SetId,
        after: Option<Rid>,
        limit: usize,
        display: bool,
    ) -> Result<Vec<Related>, LedgerError> {
        let state = self.state();
        let members = state.members.get(&set).into_iter().flatten();
        let members = members
            .filter(|rid| after.is_none_or(|after| **rid > after))
            .filter_map(|rid| related(&state, *rid))
            .take(limit);
        Ok(members.map(|m| Related { display: m.display.filter(|_| display), ..m }).collect())
    }

    async fn members_if_few(
        &self,
        set: SetId,
        most: usize,
        display: bool,
    ) -> Result<Option<Vec<Related>>, LedgerError> {
        let all = self.members(set, None, most.saturating_add(1), display).await?;
        Ok((all.len() <= most).then_some(all))
    }

    async fn memberships(&self, member: Rid) -> Result<Vec<Membership>, LedgerError> {
        Ok(memberships(&self.state(), member))
    }

    async fn password(&self, rid: Rid) -> Result<Option<String>, LedgerError> {
        let state = self.state();
        Ok(state.resources.get(&rid).and_then(|stored| stored.password.clone()))
    }
}

/// Level by level, so that the nearest groups come before the bound.
pub(super) fn memberships(state: &State, member: Rid) -> Vec<Membership> {
    let direct: BTreeSet<Rid> =
        state.groups_of(member).into_iter().filter(|group| *group != member).collect();
    let mut seen = direct.clone();
    let mut level: Vec<Rid> = direct.iter().copied().collect();
    while !level.is_empty() {
        let mut next = Vec::new();
        for above in level.iter().flat_map(|group| state.groups_of(*group)) {
            if above != member && seen.len() < MOST_MEMBERSHIPS && seen.insert(above) {
                next.push(above);
            }
        }
        level = next;
    }
    let shown = |rid: Rid| {
        let group = related(state, rid)?;
        Some(Membership { group, direct: direct.contains(&rid) })
    };
    seen.into_iter().filter_map(shown).collect()
}

pub(super) fn related(state: &State, rid: Rid) -> Option<Related> {
    let resource = &state.resources.get(&rid)?.resource;
    let text = |name: &str| resource.body.get(name)?.as_str().map(str::to_owned);
    (!resource.gone).then(|| Related {
        rid,
        uid: resource.uid.clone(),
        kind: resource.kind,
        display: text("displayName").or_else(|| text("userName")),
    })
}
