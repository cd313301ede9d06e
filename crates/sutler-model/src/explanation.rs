//! Why a resource is, or is not, at a target: what is told to a person who asks.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Kind;
use crate::delivery::Delivery;

/// All that is known of one pair, in one snapshot, and what would be done next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// The target's name.
    pub target: String,
    /// The resource's public id.
    pub id: String,
    /// User or group.
    pub kind: Kind,
    /// `userName` or `displayName`; of one who is gone, the name that the account holds.
    pub name: String,
    /// What the resource is here, and what follows from that, step by step.
    pub steps: Vec<Step>,
    /// Our record of the account, if there is or was one.
    pub account: Option<AccountRecord>,
    /// The attributes that the target should hold, by path. A password is never among them.
    pub values: std::collections::BTreeMap<String, Value>,
    /// Which of them differ from what was last confirmed there.
    pub differs: Vec<String>,
    /// Which attributes are there and should not be.
    pub clears: Vec<String>,
    /// What waits to be done.
    pub pending: Option<Pending>,
    /// What is next, in one sentence.
    pub next: String,
    /// What a person can do, if somebody must.
    pub advice: Option<String>,
    /// The last deliveries, newest first.
    pub deliveries: Vec<Delivery>,
}

/// One step of the reasoning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What was asked: `resource`, `origin`, `route`, `policy`, `account`, `nesting`,
    /// `decision`.
    pub rule: String,
    /// What the answer is.
    pub says: String,
}

/// Our record of an account, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountRecord {
    /// `creating`, `enabled`, `disabled` or `closed`.
    pub state: String,
    /// The target's id of it.
    pub remote: Option<String>,
    /// The folded name that it holds there.
    pub name: Option<String>,
    /// When that was last confirmed at the target (RFC 3339).
    pub confirmed: Option<String>,
    /// Since when an attempt has an unknown outcome (RFC 3339).
    pub in_doubt_since: Option<String>,
    /// How its end was confirmed.
    pub proof: Option<String>,
}

/// A work item, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// `leave`, `live` or `bulk`.
    pub lane: String,
    /// `due`, `waiting`, `taken` or `parked`.
    pub state: String,
    /// When it is tried next (RFC 3339).
    pub next_attempt: Option<String>,
    /// Attempts in a row that did not end well.
    pub tries: u32,
    /// What is owed whatever else changes: a confirmed disabled moment, a password.
    pub owes: Vec<String>,
    /// The kind of fault of the last attempt, in one word.
    pub cause: Option<String>,
    /// What happened then.
    pub detail: Option<String>,
    /// Since when a deprovision is not confirmed (RFC 3339).
    pub leaving_since: Option<String>,
}
