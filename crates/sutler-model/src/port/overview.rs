//! The port to what a person looks at, and what a person orders.

use async_trait::async_trait;

use super::LedgerError;
use crate::delivery::{Delivery, FailedPair, Leaver, TargetStatus};
use crate::link::Link;
use crate::work::Work;
use crate::{Rid, TargetId, TenantId, Time, Uid};

/// What a person looks at, and what a person orders.
#[async_trait]
pub trait Overview: Send + Sync {
    /// Every target, counted.
    async fn status(&self, now: Time) -> Result<Vec<TargetStatus>, LedgerError>;
    /// The pairs that wait for a person.
    async fn failed(
        &self,
        target: Option<TargetId>,
        limit: usize,
    ) -> Result<Vec<FailedPair>, LedgerError>;
    /// Who is out, or ought to be.
    async fn leavers(
        &self,
        target: Option<TargetId>,
        limit: usize,
    ) -> Result<Vec<Leaver>, LedgerError>;
    /// Tries parked pairs again: all of a target, or those of one resource. Returns how many.
    async fn retry(
        &self,
        target: TargetId,
        uid: Option<&Uid>,
        now: Time,
    ) -> Result<usize, LedgerError>;
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
