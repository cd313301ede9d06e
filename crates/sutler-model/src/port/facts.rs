//! What rules read of a resource: itself, its groups, who it refers to.

use crate::resource::Origins;
use crate::{Document, Kind, Rid, TargetId, Uid};

/// What rules read, beyond who brought a resource and whether it is active. What is not asked
/// for is not loaded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reads {
    /// Its attributes.
    pub body: bool,
    /// The groups that have it as a direct member.
    pub groups: bool,
    /// The resources that it refers to: its manager.
    pub references: bool,
}

impl Reads {
    /// Everything.
    pub const ALL: Self = Self { body: true, groups: true, references: true };

    /// What either reads.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self {
            body: self.body || other.body,
            groups: self.groups || other.groups,
            references: self.references || other.references,
        }
    }
}

/// A group that has a resource as a direct member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupFact {
    /// Its public id.
    pub uid: Uid,
    /// Its `displayName`.
    pub name: String,
}

/// A resource, as far as it decides where it should be.
#[derive(Clone, Debug, PartialEq)]
pub struct SubjectView {
    /// The internal key.
    pub rid: Rid,
    /// User or group.
    pub kind: Kind,
    /// Who brought it.
    pub origins: Origins,
    /// `active`, and false if gone.
    pub active: bool,
    /// It was deleted.
    pub gone: bool,
    /// It is passed through: nothing of it is stored but its id.
    pub passed: bool,
    /// Its attributes; `None` unless asked for.
    pub body: Option<Document>,
    /// The groups that have it as a direct member; empty unless asked for.
    pub groups: Vec<GroupFact>,
    /// The targets at which its pair has a work item, if anything is asked for: whoever falls
    /// out of scope while a create is on its way has no link yet.
    pub working: Vec<TargetId>,
}
