//! A resource: a user or a group in the SCIM 2.0 data model (RFC 7643), as it is stored.

use serde::{Deserialize, Serialize};

use crate::{Rid, ServiceProviderId, SetId, TenantId, Time, Uid};

/// The attributes of a resource as canonical JSON: canonical spelling, `null` and empty
/// values left out, extensions under their URN. Without `id`, `schemas`, `meta`, `groups`,
/// `members` and `password`, which are not part of the stored body; `active` is in it.
pub type Document = serde_json::Map<String, serde_json::Value>;

/// The resource type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Kind {
    /// RFC 7643 §4.1.
    User,
    /// RFC 7643 §4.2.
    Group,
}

impl Kind {
    /// The name in `meta.resourceType`.
    pub fn name(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::Group => "Group",
        }
    }

    /// The number under which rows keep it.
    pub fn code(self) -> i64 {
        match self {
            Self::User => 1,
            Self::Group => 2,
        }
    }

    /// The inverse of [`Kind::code`].
    pub fn from_code(code: i64) -> Option<Self> {
        match code {
            1 => Some(Self::User),
            2 => Some(Self::Group),
            _ => None,
        }
    }
}

/// What an `ETag` is made of: the body's version, and for a group the number of changes of
/// its membership, counted apart so that writers to one group do not meet on its row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Version {
    /// Raised by every change of the body.
    pub body: i64,
    /// Raised by every change of the membership; always 0 for a user.
    pub members: i64,
}

/// A stored resource, without its members.
#[derive(Clone, Debug, PartialEq)]
pub struct Resource {
    /// The internal key.
    pub rid: Rid,
    /// The public id.
    pub uid: Uid,
    /// Whose it is.
    pub tenant: TenantId,
    /// User or group.
    pub kind: Kind,
    /// For the `ETag`.
    pub version: Version,
    /// `active` of a user; true for a group.
    pub active: bool,
    /// True for a tombstone: body and names are gone, open links still refer to it.
    pub gone: bool,
    /// The attributes.
    pub body: Document,
    /// Where a group's member rows are.
    pub set: Option<SetId>,
    /// `meta.created`.
    pub created: Time,
    /// `meta.lastModified`.
    pub changed: Time,
}

/// A resource as another one shows it: a member, or a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// The internal key of the other resource.
    pub rid: Rid,
    /// Its public id.
    pub uid: Uid,
    /// Its type.
    pub kind: Kind,
    /// Its `displayName`, or its `userName` if it has none; `None` too where it was not read.
    pub display: Option<String>,
}

/// How many memberships of a resource are shown, unless more of them are direct.
pub const MOST_MEMBERSHIPS: usize = 1_000;

/// A membership as it is shown in `groups` of the member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// The group.
    pub group: Related,
    /// False if it has the resource as a member through other groups only.
    pub direct: bool,
}

impl Membership {
    /// The canonical value of `groups.type` (RFC 7643 §4.1.2).
    pub fn name(&self) -> &'static str {
        if self.direct { "direct" } else { "indirect" }
    }
}

/// Who brought a resource: routing is decided by it.
pub type Origins = Vec<ServiceProviderId>;
