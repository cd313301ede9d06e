//! Groups within groups, for targets that take none: who is a member by way of other groups.
//!
//! A membership that has ended and is not yet spread to a target, or not wholly, is still a way
//! for whom it took something from: else two memberships on one way that end at once would each
//! hide from the other whom they led to.

use async_trait::async_trait;

use super::{LedgerError, MemberView};
use crate::{Rid, TargetId};

/// A question for the groups above.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ask {
    /// Above this group, itself among them; also by memberships that have just ended. `None`
    /// asks for the groups above the member, as they stand.
    pub group: Option<Rid>,
    /// Of this member it is told whether those groups hold it.
    pub member: Rid,
}

/// The groups above a group or a member.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Above {
    /// Those that are there still, the nearest first.
    pub groups: Vec<GroupAbove>,
    /// Some are further away than [`DEEPEST`](crate::nesting::DEEPEST).
    pub deeper: bool,
}

/// A group above.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupAbove {
    /// The group.
    pub rid: Rid,
    /// The targets at which it has an open link.
    pub linked: Vec<TargetId>,
    /// The member is in it now, itself or by way of groups.
    pub holds: bool,
    /// The member is in it now, itself.
    pub direct: bool,
}

/// Users by way of groups, with their accounts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flattened {
    /// Each once, in member order.
    pub members: Vec<MemberView>,
    /// Some groups are further below than [`DEEPEST`](crate::nesting::DEEPEST).
    pub deeper: bool,
}

/// What is asked about groups within groups. Nothing of it is asked for targets that take them.
#[async_trait]
pub trait Nests: Send + Sync {
    /// The groups above, an answer for each question.
    async fn above(&self, asks: &[Ask]) -> Result<Vec<Above>, LedgerError>;
    /// The users in a group after `after`, itself or by way of groups, `limit` at most.
    async fn flattened(
        &self,
        target: TargetId,
        group: Rid,
        after: Rid,
        limit: usize,
    ) -> Result<Flattened, LedgerError>;
}
