//! The port to what a person looks at, and what a person orders.

use async_trait::async_trait;

use super::LedgerError;
use crate::delivery::{Delivery, FailedPair, Leaver, LeaverPlace, TargetStatus};
use crate::history::{HistoryQuery, Recorded, Retention};
use crate::link::Link;
use crate::work::Work;
use crate::{Rid, TargetId, TenantId, Time, Uid};

/// Which parked pairs are tried again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Again {
    /// Only of this resource.
    pub uid: Option<Uid>,
    /// Only those that failed for this cause.
    pub cause: Option<String>,
    /// Only resources after this one.
    pub after: Option<Rid>,
    /// How many at most.
    pub limit: usize,
}

impl Again {
    /// All that wait.
    pub const ALL: Self = Self { uid: None, cause: None, after: None, limit: usize::MAX };
}

/// What a retry did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retried {
    /// How many are tried again.
    pub count: usize,
    /// The last of them: the next step begins after it.
    pub last: Option<Rid>,
}

/// What a person looks at, and what a person orders.
#[async_trait]
pub trait Overview: Send + Sync {
    /// Every target, counted.
    async fn status(&self, now: Time) -> Result<Vec<TargetStatus>, LedgerError>;
    /// The pairs that wait for a person, in order of targets and resources.
    async fn failed(
        &self,
        target: Option<TargetId>,
        after: Option<(TargetId, Rid)>,
        limit: usize,
    ) -> Result<Vec<FailedPair>, LedgerError>;
    /// Who is out, or ought to be. A next page is asked of one target.
    async fn leavers(
        &self,
        target: Option<TargetId>,
        after: Option<LeaverPlace>,
        limit: usize,
    ) -> Result<Vec<Leaver>, LedgerError>;
    /// Tries parked pairs of a target again, in order of their resources.
    async fn retry(
        &self,
        target: TargetId,
        which: &Again,
        now: Time,
    ) -> Result<Retried, LedgerError>;
    /// The last deliveries, newest first.
    async fn deliveries(
        &self,
        target: Option<TargetId>,
        limit: usize,
    ) -> Result<Vec<Delivery>, LedgerError>;
    /// The last deliveries of one pair, newest first.
    async fn deliveries_of(
        &self,
        target: TargetId,
        rid: Rid,
        limit: usize,
    ) -> Result<Vec<Delivery>, LedgerError>;
    /// A page of the deliveries to a target, of one resource or of all: the newest first, those
    /// before a place. Each comes with its place.
    async fn delivery_page(
        &self,
        target: TargetId,
        rid: Option<Rid>,
        before: i64,
        limit: usize,
    ) -> Result<Vec<(i64, Delivery)>, LedgerError>;
    /// Deliveries with their steps, newest first.
    async fn history(&self, query: &HistoryQuery) -> Result<Vec<Recorded>, LedgerError>;
    /// Drops what is older than it is to be kept, `limit` deliveries at most, the oldest first,
    /// and the steps of as many more. Returns how many rows went; fewer than `limit` means that
    /// nothing else is due.
    async fn prune_history(
        &self,
        retention: Retention,
        now: Time,
        limit: usize,
    ) -> Result<usize, LedgerError>;
    /// The work item of one pair, whether it is taken or not.
    async fn work_of(&self, target: TargetId, rid: Rid) -> Result<Option<Work>, LedgerError>;
    /// The last closed link of one pair whose account was known.
    async fn former(&self, target: TargetId, rid: Rid) -> Result<Option<Link>, LedgerError>;
    /// The resource with this public id, live or a tombstone.
    async fn known(&self, tenant: TenantId, uid: &Uid) -> Result<Option<Rid>, LedgerError>;
    /// Writes a consistent copy of the store to a file, while it is in use.
    async fn backup(&self, to: &std::path::Path) -> Result<u64, LedgerError>;
    /// True if the store answers.
    async fn ping(&self) -> Result<(), LedgerError>;
}
