//! The port to what the guard holds. What a person says about it is an
//! [`Order`](super::Order).

use async_trait::async_trait;

use super::LedgerError;
use crate::guard::{HeldPair, Wave};
use crate::{Rid, TargetId, Time, WaveId};

/// What the guard holds.
#[async_trait]
pub trait Guarding: Send + Sync {
    /// The waves of a target, or of all, oldest first.
    async fn waves(&self, target: Option<TargetId>) -> Result<Vec<Wave>, LedgerError>;
    /// The pairs of a wave after `after`, in order.
    async fn held(
        &self,
        wave: WaveId,
        after: Rid,
        limit: usize,
    ) -> Result<Vec<HeldPair>, LedgerError>;
    /// Releases or rejects up to `limit` pairs of the waves of which that was said, and drops
    /// waves in which nothing is held any more. Returns how many pairs and waves went.
    async fn wave_step(&self, limit: usize, now: Time) -> Result<usize, LedgerError>;
}
