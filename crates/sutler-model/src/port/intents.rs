//! The port to desired states that are not stored: opened, asked for, settled, voided.

use async_trait::async_trait;

use super::{LedgerError, Reads, SubjectView};
use crate::change::{Change, CommitError, Committed};
use crate::intent::{Intent, IntentDraft, Opened};
use crate::resource::Resource;
use crate::work::Fault;
use crate::{IntentId, Kind, Rid, TargetId, TenantId, Time, Uid};

/// How a resource stands, for who judges a state that it does not have yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// The resource as it is stored.
    pub subject: SubjectView,
    /// The targets at which it has an open link.
    pub linked: Vec<TargetId>,
}

/// Intents, and the resources that are passed through.
#[async_trait]
pub trait Intents: Send + Sync {
    /// Opens an intent in one transaction: names reserved, pairs asked and marked.
    ///
    /// To be confirmed: a new resource begins as a tombstone with its origin; a stored one stays
    /// as it is, and is refused with [`CommitError::Intended`] while another intent is open.
    /// Passed through: a new resource begins without a body; an open intent is replaced, and
    /// all its pairs are asked again. [`LedgerError::EstateMoved`] if the estate has moved.
    async fn open_intent(&self, draft: IntentDraft) -> Result<Opened, CommitError>;

    /// One, open or ended.
    async fn intent(&self, id: IntentId) -> Result<Option<Intent>, LedgerError>;

    /// The open one of a resource.
    async fn intent_of(&self, rid: Rid) -> Result<Option<Intent>, LedgerError>;

    /// Open ones after `after` in the order in which they began, of a tenant or of all.
    async fn intents(
        &self,
        tenant: Option<TenantId>,
        after: Option<IntentId>,
        limit: usize,
    ) -> Result<Vec<Intent>, LedgerError>;

    /// Open ones that can be decided ([`Intent::is_ripe`]), the oldest first.
    async fn ripe_intents(&self, limit: usize) -> Result<Vec<Intent>, LedgerError>;

    /// True while what was sent for it may still come to be: a pair that has not answered is
    /// being worked on, or in doubt.
    async fn is_unsure(&self, id: IntentId) -> Result<bool, LedgerError>;

    /// Ends an open intent well, in one transaction with the change that it stood for. Its
    /// names come into force with the change; a create brings the tombstone to life. `None` if
    /// nothing was to be stored. [`CommitError::NotFound`] if it is not open, or if nothing is to be
    /// stored and somebody has not confirmed it.
    async fn settle_intent(
        &self,
        id: IntentId,
        change: Option<Change>,
        at: Time,
    ) -> Result<Option<Committed>, CommitError>;

    /// Ends an open intent: nothing comes of it. Its reserved names are free, its pairs are
    /// marked, so that they come back to what is stored; what it began is gone. False if it
    /// was not open.
    async fn void_intent(&self, id: IntentId, fault: Fault, at: Time) -> Result<bool, LedgerError>;

    /// Drops those that ended before `before`. Returns how many.
    async fn prune_intents(&self, before: Time) -> Result<usize, LedgerError>;

    /// How a resource stands: stored, passed through or gone.
    async fn standing(&self, rid: Rid, reads: Reads) -> Result<Option<Standing>, LedgerError>;

    /// Live resources that are passed through, by public id, in the order asked for. Their
    /// bodies are empty.
    async fn passed(
        &self,
        tenant: TenantId,
        uids: &[Uid],
    ) -> Result<Vec<Option<Resource>>, LedgerError>;

    /// The live resource passed through that holds a name, by its digest.
    async fn passed_by_name(
        &self,
        tenant: TenantId,
        kind: Kind,
        attribute: &str,
        key: &str,
    ) -> Result<Option<Resource>, LedgerError>;
}
