//! The port `Overview`: what a person looks at, and what a person orders.

mod backup;
mod history;
mod pair;
pub(crate) mod people;
mod status;

use std::path::Path;

use async_trait::async_trait;
use sutler_model::delivery::{Delivery, FailedPair, Leaver, LeaverPlace, TargetStatus};
use sutler_model::history::{HistoryQuery, Recorded, Retention};
use sutler_model::link::Link;
use sutler_model::port::{Again, LedgerError, Overview, Retried};
use sutler_model::work::Work;
use sutler_model::{Rid, TargetId, TenantId, Time, Uid};

use crate::SqliteLedger;
use crate::write::Side::{Inbound, Outbound};

#[async_trait]
impl Overview for SqliteLedger {
    async fn status(&self, now: Time) -> Result<Vec<TargetStatus>, LedgerError> {
        self.read(Inbound, move |c| status::status(c, now)).await
    }

    async fn failed(
        &self,
        target: Option<TargetId>,
        after: Option<(TargetId, Rid)>,
        limit: usize,
    ) -> Result<Vec<FailedPair>, LedgerError> {
        self.read(Inbound, move |c| people::failed(c, target, after, limit)).await
    }

    async fn leavers(
        &self,
        target: Option<TargetId>,
        after: Option<LeaverPlace>,
        limit: usize,
    ) -> Result<Vec<Leaver>, LedgerError> {
        self.read(Inbound, move |c| people::leavers(c, target, after, limit)).await
    }

    async fn retry(
        &self,
        target: TargetId,
        which: &Again,
        now: Time,
    ) -> Result<Retried, LedgerError> {
        let which = which.clone();
        self.write(Outbound, move |c| people::retry(c, target, &which, now)).await
    }

    async fn deliveries(
        &self,
        target: Option<TargetId>,
        limit: usize,
    ) -> Result<Vec<Delivery>, LedgerError> {
        self.read(Inbound, move |c| people::deliveries(c, target, limit)).await
    }

    async fn deliveries_of(
        &self,
        target: TargetId,
        rid: Rid,
        limit: usize,
    ) -> Result<Vec<Delivery>, LedgerError> {
        self.read(Inbound, move |c| pair::deliveries(c, target, rid, limit)).await
    }

    async fn delivery_page(
        &self,
        target: TargetId,
        rid: Option<Rid>,
        before: i64,
        limit: usize,
    ) -> Result<Vec<(i64, Delivery)>, LedgerError> {
        self.read(Inbound, move |c| people::delivery_page(c, target, rid, before, limit)).await
    }

    async fn history(&self, query: &HistoryQuery) -> Result<Vec<Recorded>, LedgerError> {
        let query = query.clone();
        self.read(Inbound, move |c| history::history(c, &query)).await
    }

    async fn prune_history(
        &self,
        retention: Retention,
        now: Time,
        limit: usize,
    ) -> Result<usize, LedgerError> {
        // What a power cut takes back is dropped again.
        self.write_unflushed(Outbound, move |c| history::prune(c, retention, now, limit)).await
    }

    async fn work_of(&self, target: TargetId, rid: Rid) -> Result<Option<Work>, LedgerError> {
        self.read(Inbound, move |c| pair::work(c, target, rid)).await
    }

    async fn former(&self, target: TargetId, rid: Rid) -> Result<Option<Link>, LedgerError> {
        self.read(Inbound, move |c| pair::former(c, target, rid)).await
    }

    async fn known(&self, tenant: TenantId, uid: &Uid) -> Result<Option<Rid>, LedgerError> {
        let uid = uid.clone();
        self.read(Inbound, move |c| pair::known(c, tenant, &uid)).await
    }

    async fn backup(&self, to: &Path) -> Result<u64, LedgerError> {
        backup::backup(self.folder.database(), to.to_owned()).await
    }

    async fn ping(&self) -> Result<(), LedgerError> {
        if !self.is_writing() {
            return Err(LedgerError::Fenced);
        }
        self.point(|c| {
            c.prepare_cached("SELECT 1 FROM meta WHERE id = 1")?.query_row([], |_| Ok(()))?;
            Ok(())
        })
    }
}
