//! The port to plans: what they are made from, and where they are kept.

use async_trait::async_trait;

use super::LedgerError;
use crate::plan::{PairPlan, Plan};
use crate::{Rid, TargetId, TenantId, Time};

/// What plans are made from, and where they are kept.
#[async_trait]
pub trait Plans: Send + Sync {
    /// The resources of a tenant after `after`, in order: the live ones, and those that are
    /// gone and have an open link at the target.
    async fn pairs_after(
        &self,
        tenant: TenantId,
        target: TargetId,
        after: Rid,
        limit: usize,
    ) -> Result<Vec<Rid>, LedgerError>;
    /// Keeps a plan, in the place of one with its id, and drops those that were made before
    /// `expired`.
    async fn put_plan(&self, plan: Plan, expired: Time) -> Result<(), LedgerError>;
    /// Keeps what a plan says about some resources, after what it has said so far.
    async fn add_to_plan(&self, id: &str, pairs: Vec<PairPlan>) -> Result<(), LedgerError>;
    /// The plan with this id.
    async fn plan(&self, id: &str) -> Result<Option<Plan>, LedgerError>;
    /// What a plan says, after so many of its resources.
    async fn planned(
        &self,
        id: &str,
        after: usize,
        limit: usize,
    ) -> Result<Vec<PairPlan>, LedgerError>;
    /// Marks one pair, as a person orders it: it is decided and delivered now.
    async fn order(&self, target: TargetId, rid: Rid, now: Time) -> Result<(), LedgerError>;
}
