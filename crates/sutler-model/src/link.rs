//! A link: our record that resource R is account A at target T.

use serde::{Deserialize, Serialize};

use crate::{Document, Kind, LinkId, Rid, Stamp, TargetId, Time};

/// Where a link stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum LinkState {
    /// Announced: committed before the create call.
    Creating,
    /// The account exists and is enabled.
    On,
    /// The account exists and is disabled, confirmed by reading back.
    Off,
    /// The account is gone, never was, or is no longer ours to keep; `proof` says which.
    Closed,
}

impl LinkState {
    /// The number under which rows keep it.
    pub fn code(self) -> i64 {
        match self {
            Self::Creating => 1,
            Self::On => 2,
            Self::Off => 3,
            Self::Closed => 4,
        }
    }

    /// The inverse of [`LinkState::code`].
    pub fn from_code(code: i64) -> Option<Self> {
        match code {
            1 => Some(Self::Creating),
            2 => Some(Self::On),
            3 => Some(Self::Off),
            4 => Some(Self::Closed),
            _ => None,
        }
    }
}

/// An attempt whose outcome is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Doubt {
    /// Names the attempt: the fence under which it was made, or a newer one.
    pub stamp: Stamp,
    /// When it was put in doubt. Until this plus the target's lag no absence is believed.
    pub at: Time,
}

/// What was computed for an account once, and is kept: its generated names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Once {
    /// The values, by path.
    pub values: Document,
    /// How many generated names were taken.
    pub attempt: u32,
}

impl Once {
    /// True if nothing was.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty() && self.attempt == 0
    }
}

/// Our record of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Random; the correlation at the target.
    pub id: LinkId,
    /// Where.
    pub target: TargetId,
    /// Whose account.
    pub rid: Rid,
    /// User or group.
    pub kind: Kind,
    /// Where it stands.
    pub state: LinkState,
    /// The target's id of the account.
    pub remote: Option<String>,
    /// The folded name that the account holds at the target.
    pub key: Option<String>,
    /// The target's version of the account, as last seen.
    pub etag: Option<String>,
    /// What was last confirmed there.
    pub sent: Sent,
    /// How far a group's first load has come, in member order; `None` when it is complete.
    pub load: Option<Rid>,
    /// The attempt in doubt, if any.
    pub doubt: Option<Doubt>,
    /// How the end was confirmed: the evidence, in one line.
    pub proof: Option<String>,
    /// When the state was last confirmed at the target.
    pub confirmed: Option<Time>,
    /// Since when the account is disabled, if it is.
    pub off_since: Option<Time>,
    /// The values that were computed once, by path: a generated name.
    pub once: Once,
}

impl Link {
    /// A link announced before its create call.
    pub fn creating(
        id: LinkId,
        target: TargetId,
        rid: Rid,
        kind: Kind,
        key: Option<String>,
    ) -> Self {
        Self {
            id,
            target,
            rid,
            kind,
            state: LinkState::Creating,
            remote: None,
            key,
            etag: None,
            sent: Sent::default(),
            load: (kind == Kind::Group).then_some(Rid(0)),
            doubt: None,
            proof: None,
            confirmed: None,
            off_since: None,
            once: Once::default(),
        }
    }

    /// True while an account may exist.
    pub fn is_open(&self) -> bool {
        self.state != LinkState::Closed
    }

    /// True if the account is known to exist.
    pub fn is_live(&self) -> bool {
        matches!(self.state, LinkState::On | LinkState::Off) && self.remote.is_some()
    }
}

/// Digests of what was last confirmed at the target: (path, value), each path and value
/// hashed, sorted by path. No personal data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sent(pub Vec<(u32, u64)>);

impl Sent {
    /// The row form: 12 bytes an entry, big-endian.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.0.len() * 12);
        for (path, value) in &self.0 {
            bytes.extend_from_slice(&path.to_be_bytes());
            bytes.extend_from_slice(&value.to_be_bytes());
        }
        bytes
    }

    /// The inverse of [`Sent::to_bytes`]; a torn tail is dropped, which only costs an update.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let entry = |chunk: &[u8]| {
            let (path, value) = chunk.split_at_checked(4)?;
            Some((
                u32::from_be_bytes(path.try_into().ok()?),
                u64::from_be_bytes(value.try_into().ok()?),
            ))
        };
        Self(bytes.chunks_exact(12).filter_map(entry).collect())
    }
}
