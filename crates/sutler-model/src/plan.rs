//! What would be done at a target, resource by resource, before any of it is done.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Kind, Time, Uid};

/// A plan as it is stored: its counts and its hash. What it says about each resource is kept
/// beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// `plan-` and twelve hexadecimal digits.
    pub id: String,
    /// The tenant's name.
    pub tenant: String,
    /// The estate's version that it was made under; under another one it is not applied.
    pub estate: i64,
    /// The estate file that it is about; `None` if it is about the estate in force.
    pub file: Option<PlannedFile>,
    /// What would be done at each target.
    pub targets: Vec<TargetPlan>,
    /// When it was made.
    pub made: Time,
    /// Who made it.
    pub actor: String,
}

/// The estate file of a plan, with what was chosen for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedFile {
    /// What it is called in messages.
    pub name: String,
    /// Its text. Secrets are references.
    pub text: String,
    /// The folder in which relative paths of secrets start.
    pub base: String,
    /// The choices of the command line, as the command line keeps them.
    pub options: Value,
    /// The only tenant that it may speak of; `None` is all of them.
    #[serde(default)]
    pub tenant: Option<String>,
}

/// What would be done at one target.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetPlan {
    /// The target's name.
    pub target: String,
    /// How many resources each action would be taken for.
    pub counts: BTreeMap<Planned, u64>,
    /// SHA-256 over every resource with what would be done, in hexadecimal digits.
    pub hash: String,
}

/// What would be done about one pair.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PairPlan {
    /// The target's name.
    pub target: String,
    /// The resource.
    pub id: Uid,
    /// User or group.
    pub kind: Kind,
    /// `userName` or `displayName`; of one who is gone, the name that the account holds.
    pub name: String,
    /// What would be done first.
    pub action: Planned,
    /// What would be set, by path. A password is never among it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub set: BTreeMap<String, Value>,
    /// What would be cleared.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clear: Vec<String>,
    /// Why, in one sentence.
    pub why: String,
}

/// An action, foreseen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Planned {
    /// An account is made.
    Create,
    /// The target is looked at; who matches is taken over, else an account is made.
    MatchOrCreate,
    /// The account is changed.
    Update,
    /// The account is enabled, and changed where it differs.
    Enable,
    /// The account is disabled.
    Disable,
    /// The account is deleted.
    Delete,
    /// The account stays there, and is no longer ours.
    Release,
    /// The target must be looked at before it is known.
    Look,
    /// It waits for a time or for another account.
    Wait,
    /// It waits for a person.
    Stop,
    /// All is as it should be.
    Nothing,
}

impl Planned {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 11] = [
        Self::Create,
        Self::MatchOrCreate,
        Self::Update,
        Self::Enable,
        Self::Disable,
        Self::Delete,
        Self::Release,
        Self::Look,
        Self::Wait,
        Self::Stop,
        Self::Nothing,
    ];

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::MatchOrCreate => "match or create",
            Self::Update => "update",
            Self::Enable => "enable",
            Self::Disable => "disable",
            Self::Delete => "delete",
            Self::Release => "release",
            Self::Look => "look",
            Self::Wait => "wait",
            Self::Stop => "stop",
            Self::Nothing => "nothing",
        }
    }
}
