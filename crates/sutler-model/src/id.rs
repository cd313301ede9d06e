//! Typed identifiers. Internal keys are 8 bytes; public ids are separate.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! key {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

key!(
    /// The internal key of a resource. Never reused.
    Rid
);
key!(
    /// A tenant: every row belongs to one. `TenantId::DEFAULT` needs no path prefix.
    TenantId
);
key!(
    /// An application that sends identities in.
    ServiceProviderId
);
key!(
    /// A provider whose tokens stand for users.
    IdentityProviderId
);
key!(
    /// A receiver of messages.
    NotificationId
);
key!(
    /// A system that is provisioned outbound.
    TargetId
);
key!(
    /// The set of a group's member rows. Emptying a group gives it a new set.
    SetId
);
key!(
    /// One start of one process.
    NodeId
);
key!(
    /// A place in the journal.
    Seq
);
key!(
    /// A cursor over many pairs.
    SweepId
);
key!(
    /// A desired state that is not stored, or not yet. Never reused.
    IntentId
);
key!(
    /// Work items that the guard holds together.
    WaveId
);

key!(
    /// A way by which a receiver learns what has changed.
    EventStreamId
);

/// The right of one claim to settle. Fences come from one counter for the whole database.
pub type Fence = i64;
/// How often a pair or an edge has been marked dirty. A settle clears only the mark it claimed.
pub type Mark = i64;
/// Names one attempt in doubt. A settle clears only the doubt that it looked at.
pub type Stamp = i64;

impl TenantId {
    /// The tenant of paths without a `/t/{tenant}` prefix.
    pub const DEFAULT: Self = Self(1);
}

/// The public id of a resource (RFC 7643 §3.1 `id`): made here, never reused, case-exact.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Uid(pub String);

impl fmt::Display for Uid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Bytes as hexadecimal digits, in lower case.
pub fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The key of a link, random, and our correlation at the target.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LinkId(pub [u8; 16]);

impl LinkId {
    /// The text written to the target as correlation: a UUID in its usual form.
    pub fn correlation(&self) -> String {
        uuid::Uuid::from_bytes(self.0).to_string()
    }

    /// Reads a correlation written by [`LinkId::correlation`]; `None` if it is not one.
    pub fn from_correlation(text: &str) -> Option<Self> {
        uuid::Uuid::try_parse(text).ok().map(|id| Self(id.into_bytes()))
    }
}

impl fmt::Display for LinkId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.correlation())
    }
}

impl fmt::Debug for LinkId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LinkId({self})")
    }
}
