//! How a target compares with what it should hold.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Kind, Time, Uid};

/// A comparison of a target, under way or done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    /// `compare-` and twelve hexadecimal digits.
    pub id: String,
    /// The target's name.
    pub target: String,
    /// When it began.
    pub began: Time,
    /// When it ended; `None` while it is under way.
    pub ended: Option<Time>,
    /// Every account was seen. What is missing is told only then.
    pub complete: bool,
    /// Why it could not be completed.
    pub fault: Option<String>,
    /// Accounts that were seen.
    pub seen: u64,
    /// How many accounts there are, as far as the target says.
    pub total: Option<u64>,
    /// Accounts that are as they should be.
    pub equal: u64,
    /// How much was found of each kind.
    pub found: BTreeMap<Discrepancy, u64>,
    /// Only told: nothing was put right.
    pub dry: bool,
}

/// Something that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What kind.
    pub what: Discrepancy,
    /// User or group.
    pub kind: Kind,
    /// The target's id of the account.
    pub remote: String,
    /// What the account is called there.
    pub name: String,
    /// The resource, if it is known whose account it is or seems to be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Uid>,
    /// The attributes that differ. Values are not kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub paths: Vec<String>,
    /// It is being put right.
    pub repaired: bool,
}

/// The kinds of discrepancy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Discrepancy {
    /// An account that should be disabled, or should not be there, is enabled.
    OpenDoor,
    /// An account of ours is not there any more.
    Missing,
    /// Values were changed there.
    Drifted,
    /// An account that should be enabled is disabled.
    Disabled,
    /// It carries a correlation of ours, and we have no open record of it.
    Orphan,
    /// Several accounts carry the same correlation.
    Duplicate,
    /// It is not ours, and somebody here has its name.
    Namesake,
    /// It is not ours.
    Unmanaged,
}

impl Discrepancy {
    /// All of them, the worst first.
    pub const ALL: [Self; 8] = [
        Self::OpenDoor,
        Self::Missing,
        Self::Drifted,
        Self::Disabled,
        Self::Orphan,
        Self::Duplicate,
        Self::Namesake,
        Self::Unmanaged,
    ];

    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::OpenDoor => "enabled, and should not be",
            Self::Missing => "missing",
            Self::Drifted => "drifted",
            Self::Disabled => "disabled, and should not be",
            Self::Orphan => "ours, without a record",
            Self::Duplicate => "twice",
            Self::Namesake => "not ours, with a name of somebody here",
            Self::Unmanaged => "not ours",
        }
    }
}
