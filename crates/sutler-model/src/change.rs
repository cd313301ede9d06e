//! A change: one modification of one resource, as the engine hands it to the ledger.
//!
//! A change set carries values, no closures. The ledger commits it whole, with its journal
//! row and its outbox rows, or not at all.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::event::Event;
use crate::{
    Document, EventStreamId, Kind, Rid, Seq, ServiceProviderId, TenantId, Time, Uid, Version,
};

/// Through which door a change came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Via {
    /// SCIM 2.0.
    Scim2,
    /// A CSV import.
    Import,
    /// The command line.
    Cli,
    /// Sutler itself (a date reached, a demo).
    Engine,
}

/// One modification of one resource.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// Whose resource.
    pub tenant: TenantId,
    /// Who did it, for the journal: a client id, an operator.
    pub actor: String,
    /// Through which door.
    pub via: Via,
    /// The service provider that becomes an origin of the resource.
    pub service_provider: Option<ServiceProviderId>,
    /// When, by the time port.
    pub at: Time,
    /// What.
    pub action: Action,
    /// Who is told of it, and what: put into those streams in the change's own commit, if
    /// anything but the origins differed.
    pub events: Vec<(EventStreamId, Event)>,
}

/// What a change does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Action {
    /// A new resource.
    Create {
        /// User or group.
        kind: Kind,
        /// Its public id, made by the engine.
        uid: Uid,
        /// Its attributes.
        content: Content,
        /// Its members, if a group. Each must be a live resource of the same tenant.
        members: Vec<Rid>,
    },
    /// A modification. `content` absent leaves the body alone, so that a membership change
    /// meets no version and a hot group does not conflict.
    Update {
        /// Which.
        rid: Rid,
        /// Refused with [`CommitError::Stale`] if it no longer holds.
        expect: Expect,
        /// The new body, whole.
        content: Option<Content>,
        /// Applied in this order, each seeing the result of the one before.
        members: Vec<MemberStep>,
        /// What is owed because of it; DISABLED if a live `active` went from true to false.
        flags: Flags,
    },
    /// The end of a resource: body, names and memberships go, a tombstone stays.
    Delete {
        /// Which.
        rid: Rid,
        /// Refused with [`CommitError::Stale`] if it no longer holds.
        expect: Expect,
    },
}

/// The attributes of a resource and what is derived from them for the rows beside the body.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Content {
    /// The body, canonical.
    pub body: Document,
    /// `active` of a user; true for a group.
    pub active: bool,
    /// The names that must be unique, folded. A name is (attribute, key).
    pub names: Vec<Name>,
    /// The values of the columns of their own.
    pub columns: Columns,
    /// References to other resources of the tenant (`manager`).
    pub refs: Vec<Reference>,
    /// Further index rows: filterable attributes without a column.
    pub index: Vec<IndexRow>,
    /// What becomes of the password.
    pub password: PasswordChange,
}

/// A name that is unique in its tenant and kind.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Name {
    /// The attribute's path: `userName`, `displayName`, or one of a schema of the tenant.
    pub attribute: Cow<'static, str>,
    /// The folded value.
    pub key: String,
}

/// The handful of attributes that everybody filters by, folded as their `caseExact` says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Columns {
    /// Folded.
    pub user_name: Option<String>,
    /// As given (case-exact).
    pub external_id: Option<String>,
    /// The primary e-mail, else the first; folded.
    pub email: Option<String>,
    /// Folded.
    pub display_name: Option<String>,
}

/// A reference from this resource to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    /// The attribute's path, e.g. `urn:…:enterprise:2.0:User:manager`.
    pub attribute: String,
    /// The other resource.
    pub other: Rid,
}

/// One value of one attribute, for filters: of those in [`ResourceType::indexed`].
///
/// [`ResourceType::indexed`]: crate::schema::ResourceType::indexed
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexRow {
    /// The attribute's path, e.g. `emails.value`.
    pub path: String,
    /// The folded value.
    pub key: String,
}

/// What a change does to the password.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum PasswordChange {
    /// Leaves it.
    #[default]
    Keep,
    /// Replaces it by this Argon2id hash in PHC form.
    Set(String),
    /// Removes it.
    Clear,
}

/// A step of a membership change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MemberStep {
    /// Adds these; those already there stay.
    Add(Vec<Rid>),
    /// Removes these; those not there are passed over.
    Remove(Vec<Rid>),
    /// Makes the membership exactly these. Empty gives the group a new set in O(1).
    Replace(Vec<Rid>),
}

/// What the client, or the engine, believes about the stored version.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expect {
    /// The body's version that the new content was computed from.
    pub body: Option<i64>,
    /// The whole version, from `If-Match`.
    pub exact: Option<Version>,
}

/// What a change makes owed at the targets. Computed from before and after, in the change's
/// own commit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Flags(pub u8);

impl Flags {
    /// A live user was deactivated: a disabled moment is owed.
    pub const DISABLED: Self = Self(1);
    /// The resource is gone.
    pub const DELETED: Self = Self(2);
    /// A password was set.
    pub const PASSWORD: Self = Self(4);
    /// A person ordered it past the guard.
    pub const NOW: Self = Self(8);
    /// Written by a settle: this account now exists at the row's target.
    pub const LIVE: Self = Self(16);

    /// True if every bit of `other` is set here.
    pub fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The union.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// What a commit did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Committed {
    /// Which resource.
    pub rid: Rid,
    /// Its version now.
    pub version: Version,
    /// False if nothing differed: then no row was written, and no version raised.
    pub changed: bool,
    /// The journal row, if one was written.
    pub seq: Option<Seq>,
    /// `meta.created`.
    pub created: Time,
    /// `meta.lastModified` now.
    pub modified: Time,
}

/// Why a commit was refused. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommitError {
    /// The name is taken by another resource.
    #[error("`{attribute}` is already in use")]
    Taken {
        /// Which name.
        attribute: Cow<'static, str>,
    },
    /// The name is reserved for another resource that its targets have not confirmed yet.
    #[error("`{attribute}` is reserved for a change that is not confirmed yet")]
    Reserved {
        /// Which name.
        attribute: Cow<'static, str>,
    },
    /// Another change of the resource waits to be confirmed.
    #[error("another change of the resource is not confirmed yet")]
    Intended(crate::IntentId),
    /// The expected version no longer holds.
    #[error("the resource has changed meanwhile")]
    Stale {
        /// The version in force.
        current: Version,
    },
    /// No such resource, or no longer.
    #[error("no such resource")]
    NotFound,
    /// A member or reference that is not a live resource of this tenant.
    #[error("a referenced resource does not exist")]
    UnknownReference(Rid),
    /// The store could not do it; whether it did is not in question: it did not.
    #[error(transparent)]
    Store(#[from] crate::port::LedgerError),
}
