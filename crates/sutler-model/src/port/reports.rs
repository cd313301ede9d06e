//! The port to plans and comparisons: what they are made from, and where they are kept.

use async_trait::async_trait;
use serde_json::Value;

use super::LedgerError;
use crate::link::Link;
use crate::report::{Report, ReportKind};
use crate::{LinkId, Rid, TargetId, TenantId, Time};

/// What plans and comparisons are made from, and where they are kept.
#[async_trait]
pub trait Reports: Send + Sync {
    /// The resources of a tenant after `after`, in order: the live ones, and those that are
    /// gone and have an open link at the target.
    async fn pairs_after(
        &self,
        tenant: TenantId,
        target: TargetId,
        after: Rid,
        limit: usize,
    ) -> Result<Vec<Rid>, LedgerError>;
    /// The open links of a target after the one of this resource, in their order.
    async fn links_after(
        &self,
        target: TargetId,
        after: Rid,
        limit: usize,
    ) -> Result<Vec<Link>, LedgerError>;
    /// A link, open or closed.
    async fn link(&self, id: LinkId) -> Result<Option<Link>, LedgerError>;
    /// Keeps a report, in the place of one with its id, and drops those of its kind that were
    /// made before `expired`.
    async fn put_report(&self, report: Report, expired: Time) -> Result<(), LedgerError>;
    /// Keeps lines of a report, after those that it has.
    async fn add_lines(&self, id: &str, lines: Vec<Value>) -> Result<(), LedgerError>;
    /// The report with this id.
    async fn report(&self, id: &str) -> Result<Option<Report>, LedgerError>;
    /// The newest report of a kind about a target.
    async fn latest_report(
        &self,
        kind: ReportKind,
        target: TargetId,
    ) -> Result<Option<Report>, LedgerError>;
    /// Lines of a report, after so many.
    async fn lines(&self, id: &str, after: usize, limit: usize) -> Result<Vec<Value>, LedgerError>;
    /// Puts the open links of these pairs in doubt and marks the pairs, in the bulk lane: each
    /// account is looked at, and made what it should be.
    async fn suspect(&self, target: TargetId, rids: &[Rid], now: Time) -> Result<(), LedgerError>;
    /// The accounts of these pairs were seen as their links have them: that is confirmed now. Not
    /// of a link in doubt.
    async fn seen(&self, target: TargetId, rids: &[Rid], now: Time) -> Result<(), LedgerError>;
}
