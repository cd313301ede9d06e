//! Reading: one resource, a search, members and memberships.

use std::sync::Arc;

use sutler_model::filter::Filter;
use sutler_model::fold::fold;
use sutler_model::query::{Found, Search, Sort, Start};
use sutler_model::resource::{Membership, Related, Resource};
use sutler_model::store::{name_attribute, without_domain};
use sutler_model::{Kind, Rid, SetId, Uid};

use super::{Caller, Provisioner, Refusal, domain};

/// How many members are read at once.
pub(super) const PAGE: usize = 1_000;

impl Provisioner {
    /// A resource by its public id. Another tenant's is not found.
    pub async fn get(&self, caller: &Caller, kind: Kind, uid: &Uid) -> Result<Resource, Refusal> {
        if let Some(passing) = self.passing(caller) {
            return passing.get(kind, uid).await;
        }
        caller.may_read_one(kind, uid)?;
        self.load(caller, kind, uid).await
    }

    /// A resource that is to be written, for who may not read it.
    pub async fn get_to_write(
        &self,
        caller: &Caller,
        kind: Kind,
        uid: &Uid,
    ) -> Result<Resource, Refusal> {
        caller.may_update(kind).or_else(|_| caller.may_delete(kind))?;
        self.load(caller, kind, uid).await
    }

    /// The resource that holds this `userName` (of a group: `displayName`), in any spelling, with
    /// or without the domain of its store.
    pub async fn find(
        &self,
        caller: &Caller,
        kind: Kind,
        name: &str,
    ) -> Result<Option<Resource>, Refusal> {
        if let Some(passing) = self.passing(caller) {
            return passing.find(kind, name).await;
        }
        caller.may_read(kind)?;
        let ledger = &self.ports.ledger;
        let key = fold(without_domain(name));
        let found = ledger.by_name(caller.tenant, kind, name_attribute(kind), &key).await?;
        Ok(found)
    }

    /// A page of the resources of these kinds that match.
    pub async fn search(
        &self,
        caller: &Caller,
        kinds: &[Kind],
        filter: Option<Filter>,
        sort: Option<Sort>,
        start: Start,
        limit: usize,
    ) -> Result<Found, Refusal> {
        if let Some(passing) = self.passing(caller) {
            return passing.search(kinds, filter, sort.as_ref(), start, limit).await;
        }
        for kind in kinds {
            caller.may_read(*kind)?;
        }
        caller.may_ask(kinds, filter.as_ref(), sort.as_ref())?;
        let filter = filter.map(|filter| domain::stripped(kinds, filter));
        let search = Search {
            tenant: caller.tenant,
            schemas: Arc::clone(&caller.schemas),
            kinds: kinds.to_vec(),
            filter,
            sort,
            start,
            limit,
        };
        Ok(self.ports.ledger.search(&search).await?)
    }

    /// The members of a group, in member order, all or the first `limit`; read page by page, with
    /// what they are called only if `display`.
    pub async fn members(
        &self,
        group: &Resource,
        limit: Option<usize>,
        display: bool,
    ) -> Result<Vec<Related>, Refusal> {
        let limit = limit.unwrap_or(usize::MAX);
        let mut all: Vec<Related> = Vec::new();
        while all.len() < limit {
            let wanted = PAGE.min(limit - all.len());
            let after = all.last().map(|member| member.rid);
            let page = self.members_after(group, after, wanted, display).await?;
            let full = page.len() == wanted;
            all.extend(page);
            if !full {
                break;
            }
        }
        Ok(all)
    }

    /// All members of a group, if they are `most` at most.
    pub async fn members_if_few(
        &self,
        group: &Resource,
        most: usize,
        display: bool,
    ) -> Result<Option<Vec<Related>>, Refusal> {
        match group.set {
            Some(set) => Ok(self.ports.ledger.members_if_few(set, most, display).await?),
            None => Ok(Some(Vec::new())),
        }
    }

    /// A page of the members of a group, after `after`, in member order.
    pub async fn members_after(
        &self,
        group: &Resource,
        after: Option<Rid>,
        limit: usize,
        display: bool,
    ) -> Result<Vec<Related>, Refusal> {
        match group.set {
            Some(set) => self.page(set, after, limit, display).await,
            None => Ok(Vec::new()),
        }
    }

    /// The groups that have this resource as a member, itself or through groups.
    pub async fn memberships(&self, member: Rid) -> Result<Vec<Membership>, Refusal> {
        Ok(self.ports.ledger.memberships(member).await?)
    }

    pub(super) async fn page(
        &self,
        set: SetId,
        after: Option<Rid>,
        limit: usize,
        display: bool,
    ) -> Result<Vec<Related>, Refusal> {
        Ok(self.ports.ledger.members(set, after, limit, display).await?)
    }

    /// Reads without asking for the permission to: for writes, which have their own.
    pub(super) async fn load(
        &self,
        caller: &Caller,
        kind: Kind,
        uid: &Uid,
    ) -> Result<Resource, Refusal> {
        let found = self.ports.ledger.resource(caller.tenant, kind, uid).await?;
        let found = found.ok_or_else(|| Refusal::not_found(kind, &uid.0))?;
        caller.may_still_act(&found)?;
        Ok(found)
    }
}
