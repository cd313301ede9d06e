//! What is told about deliveries: their history, and the state of each target.

use serde::{Deserialize, Serialize};

use crate::history::Step;
use crate::{Fence, Rid, TargetId, Time, Uid};

/// One attempt at a work item, with its outcome.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// Where.
    pub target: TargetId,
    /// What.
    pub rid: Rid,
    /// Under which claim.
    pub fence: Fence,
    /// When it ended.
    pub at: Time,
    /// What was done, in words of the connector contract: `create`, `update`, `look`.
    pub action: String,
    /// `done`, `refused`, `retry`, `unknown`.
    pub outcome: String,
    /// The HTTP status, if there was one.
    pub status: Option<u16>,
    /// How long it took, in milliseconds.
    pub took: i64,
    /// One line for a person, redacted.
    pub note: Option<String>,
    /// The calls that it was made of. They are kept for a shorter time than the rest.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
}

/// One attempt, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryLine {
    /// The resource's public id.
    pub resource: Option<Uid>,
    /// When it ended (RFC 3339).
    pub at: String,
    /// What was done: `create`, `update`, `look`.
    pub action: String,
    /// `done`, `refused`, `retry`, `unknown`.
    pub outcome: String,
    /// The HTTP status, if there was one.
    pub status: Option<u16>,
    /// How long it took, in milliseconds.
    pub took_ms: i64,
    /// One line for a person, redacted.
    pub note: Option<String>,
}

impl DeliveryLine {
    /// The line of an attempt at the resource with this public id.
    pub fn new(delivery: Delivery, resource: Option<Uid>) -> Self {
        Self {
            resource,
            at: delivery.at.rfc3339(),
            action: delivery.action,
            outcome: delivery.outcome,
            status: delivery.status,
            took_ms: delivery.took,
            note: delivery.note,
        }
    }
}

/// How a target stands, counted in pairs (target, resource).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetStatus {
    /// The target's name.
    pub name: String,
    /// Pairs whose account is as it should be.
    pub in_sync: u64,
    /// Pairs that will be delivered or retried without help.
    pub pending: u64,
    /// Pairs that wait for a person.
    pub failed: u64,
    /// Pairs that the guard holds until a person has released or rejected them.
    #[serde(default)]
    pub held: u64,
    /// Age of the oldest deprovision that is not confirmed, from the commit of its change.
    pub oldest_pending_deprovision_seconds: Option<u64>,
    /// `healthy`, or why claims are not issued now.
    pub state: String,
}

/// A pair that waits for a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedPair {
    /// The target's name.
    pub target: String,
    /// The resource's public id.
    pub id: Uid,
    /// User or Group.
    pub kind: String,
    /// `userName` or `displayName`.
    pub name: String,
    /// The kind of fault, in one word.
    pub cause: String,
    /// What happened.
    pub detail: String,
    /// How often it was tried.
    pub tries: u32,
    /// Where it stands in the list: the next page begins after it.
    pub place: (TargetId, Rid),
}

/// Somebody who is out, or ought to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leaver {
    /// The target's name.
    pub target: String,
    /// The resource's public id.
    pub id: Uid,
    /// `userName`, or the folded name that the account held, if the resource is gone.
    pub name: String,
    /// `pending` or `confirmed`.
    pub state: String,
    /// Since when it is in that state (RFC 3339).
    pub since: String,
    /// How it was confirmed.
    pub proof: Option<String>,
    /// Where it stands in the list: the next page begins after it.
    pub place: LeaverPlace,
}

/// A place in the list of leavers: pending ones first, the oldest first; then confirmed ones,
/// the latest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeaverPlace {
    /// Confirmed, not pending.
    pub confirmed: bool,
    /// Since when.
    pub at: Time,
    /// Who.
    pub rid: Rid,
}
