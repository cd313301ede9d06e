//! The port `Intents`: desired states that are not stored, or not yet.

mod end;
mod open;
mod read;

use async_trait::async_trait;
use sutler_model::change::{Change, CommitError, Committed};
use sutler_model::intent::{Intent, IntentDraft, Opened};
use sutler_model::port::{Intents, LedgerError, Reads, Standing};
use sutler_model::resource::Resource;
use sutler_model::work::Fault;
use sutler_model::{IntentId, Kind, Rid, TenantId, Time, Uid};

use crate::SqliteLedger;
use crate::write::Side::{Inbound, Outbound};

pub(crate) use end::{tell, yield_or_void};
pub(crate) use read::{refs, view};

#[async_trait]
impl Intents for SqliteLedger {
    async fn open_intent(&self, draft: IntentDraft) -> Result<Opened, CommitError> {
        self.write(Inbound, move |c| open::open(c, &draft)).await
    }

    async fn intent(&self, id: IntentId) -> Result<Option<Intent>, LedgerError> {
        self.point(|c| read::intent(c, id))
    }

    async fn intent_of(&self, rid: Rid) -> Result<Option<Intent>, LedgerError> {
        self.point(|c| match read::open_of(c, rid)? {
            Some((id, _)) => read::intent(c, id),
            None => Ok(None),
        })
    }

    async fn intents(
        &self,
        tenant: Option<TenantId>,
        after: Option<IntentId>,
        limit: usize,
    ) -> Result<Vec<Intent>, LedgerError> {
        self.read(Inbound, move |c| read::intents(c, tenant, after, limit)).await
    }

    async fn ripe_intents(&self, limit: usize) -> Result<Vec<Intent>, LedgerError> {
        self.point(|c| read::ripe(c, limit))
    }

    async fn is_unsure(&self, id: IntentId) -> Result<bool, LedgerError> {
        self.point(|c| read::is_unsure(c, id))
    }

    async fn settle_intent(
        &self,
        id: IntentId,
        change: Option<Change>,
        at: Time,
    ) -> Result<Option<Committed>, CommitError> {
        self.write(Inbound, move |c| end::settle(c, id, change.as_ref(), at)).await
    }

    async fn void_intent(&self, id: IntentId, fault: Fault, at: Time) -> Result<bool, LedgerError> {
        self.write(Inbound, move |c| end::void(c, id, &fault, at)).await
    }

    async fn prune_intents(&self, before: Time) -> Result<usize, LedgerError> {
        self.write(Outbound, move |c| end::prune(c, before)).await
    }

    async fn standing(&self, rid: Rid, reads: Reads) -> Result<Option<Standing>, LedgerError> {
        self.read(Inbound, move |c| crate::dispatch::standing(c, rid, reads)).await
    }

    async fn passed(
        &self,
        tenant: TenantId,
        uids: &[Uid],
    ) -> Result<Vec<Option<Resource>>, LedgerError> {
        let uids = uids.to_vec();
        self.read(Inbound, move |c| read::passed(c, tenant, &uids)).await
    }

    async fn passed_by_name(
        &self,
        tenant: TenantId,
        kind: Kind,
        attribute: &str,
        key: &str,
    ) -> Result<Option<Resource>, LedgerError> {
        self.point(|c| read::passed_by_name(c, tenant, kind, (attribute, key)))
    }
}
