//! The port `Directory`: commit a change, read what is stored.

mod commit;
mod content;
mod delete;
mod intended;
mod members;
mod outbox;
mod read;
mod update;

use async_trait::async_trait;
use sutler_model::change::{Change, CommitError, Committed};
use sutler_model::port::{Directory, LedgerError};
use sutler_model::query::{Found, Search};
use sutler_model::resource::{Membership, Related, Resource};
use sutler_model::{Kind, Rid, SetId, TenantId, Uid};

use crate::SqliteLedger;
use crate::write::Side;

pub(crate) use commit::{Stored, commit_intended};
pub(crate) use content::{Derived as Keys, add_origin_of, index_anew};
pub(crate) use intended::{forget_passed, pass, reserve};
pub(crate) use members::erase_old_sets;
pub(crate) use outbox::live;
pub(crate) use read::relations;

#[async_trait]
impl Directory for SqliteLedger {
    async fn commit(&self, change: Change) -> Result<Committed, CommitError> {
        self.write(Side::Inbound, move |connection| commit::commit(connection, &change)).await
    }

    async fn resource(
        &self,
        tenant: TenantId,
        kind: Kind,
        uid: &Uid,
    ) -> Result<Option<Resource>, LedgerError> {
        self.point(|connection| read::by_uid(connection, tenant, kind, uid))
    }

    async fn resolve(
        &self,
        tenant: TenantId,
        uids: &[Uid],
    ) -> Result<Vec<Option<(Rid, Kind)>>, LedgerError> {
        if uids.len() <= 16 {
            return self.point(|connection| read::resolve(connection, tenant, uids));
        }
        let uids = uids.to_vec();
        self.read(Side::Inbound, move |connection| read::resolve(connection, tenant, &uids)).await
    }

    async fn by_name(
        &self,
        tenant: TenantId,
        kind: Kind,
        attribute: &str,
        key: &str,
    ) -> Result<Option<Resource>, LedgerError> {
        self.point(|connection| read::by_name(connection, tenant, kind, attribute, key))
    }

    async fn search(&self, search: &Search) -> Result<Found, LedgerError> {
        let search = search.clone();
        self.read(Side::Inbound, move |connection| crate::search::search(connection, &search)).await
    }

    async fn members(
        &self,
        set: SetId,
        after: Option<Rid>,
        limit: usize,
        display: bool,
    ) -> Result<Vec<Related>, LedgerError> {
        self.read(Side::Inbound, move |connection| {
            read::members(connection, set, after, limit, display)
        })
        .await
    }

    async fn members_if_few(
        &self,
        set: SetId,
        most: usize,
        display: bool,
    ) -> Result<Option<Vec<Related>>, LedgerError> {
        self.read(Side::Inbound, move |connection| {
            read::members_if_few(connection, set, most, display)
        })
        .await
    }

    async fn memberships(&self, member: Rid) -> Result<Vec<Membership>, LedgerError> {
        self.point(|connection| read::memberships(connection, member))
    }

    async fn password(&self, rid: Rid) -> Result<Option<String>, LedgerError> {
        self.point(|connection| read::password(connection, rid))
    }
}
