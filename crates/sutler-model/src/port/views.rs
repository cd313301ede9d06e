//! What the outbound side reads of pairs and memberships, each in one snapshot.

use super::GroupFact;
use crate::intent::Reason;
use crate::link::{Link, LinkState};
use crate::resource::{Origins, Resource};
use crate::work::Edge;
use crate::{Document, IntentId, Kind, Rid};

/// All that `decide` reads of one pair, in one snapshot.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// Which resource.
    pub rid: Rid,
    /// The resource, live or a tombstone; `None` if nothing is known of it.
    pub resource: Option<Resource>,
    /// Who brought it.
    pub origins: Origins,
    /// The link of the pair: the open one, else `None`.
    pub link: Option<Link>,
    /// Its references, with the other side's account at this target.
    pub references: Vec<ReferenceView>,
    /// The groups that have it as a direct member; empty unless asked for.
    pub groups: Vec<GroupFact>,
    /// True if another pair of this target waits for the name that this link holds.
    pub wanted: bool,
    /// The resource is passed through: its body is not stored.
    pub passed: bool,
    /// The open intent of the resource. Then `references` are those of what is desired.
    pub intent: Option<IntentView>,
}

/// A desired state, as the outbound side needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntentView {
    /// Which.
    pub id: IntentId,
    /// Why it is not stored.
    pub reason: Reason,
    /// What is desired.
    pub sealed: Vec<u8>,
}

/// A reference with the account of the resource referred to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReferenceView {
    /// The attribute's path.
    pub attribute: String,
    /// The resource referred to.
    pub other: Rid,
    /// Its account's id at this target, if it is live there.
    pub remote: Option<String>,
    /// What it holds; `None` unless asked for.
    pub body: Option<Document>,
}

/// An open link of another pair that holds the name we want.
#[derive(Clone, Debug, PartialEq)]
pub struct Rival {
    /// The link.
    pub link: Link,
    /// Its resource, live or a tombstone.
    pub resource: Option<Resource>,
}

/// A group, as edges need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupRef {
    /// The group.
    pub rid: Rid,
    /// Its open link at the target in question.
    pub linked: bool,
}

/// An edge with what is known of both its sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EdgeView {
    /// The edge.
    pub edge: Edge,
    /// True if the membership stands, or is to.
    pub is_member: bool,
    /// The member.
    pub member: MemberView,
}

/// A member with its account at the target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberView {
    /// The member.
    pub rid: Rid,
    /// User or group.
    pub kind: Kind,
    /// The state of its open link; of an edge's member without one, `Closed` if it once had an
    /// account.
    pub state: Option<LinkState>,
    /// Its account's id, if known.
    pub remote: Option<String>,
}
