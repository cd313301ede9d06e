//! What must be done: work items, edges, outbox rows, sweeps. One row a pair, one row a membership.

use serde::{Deserialize, Serialize};

use crate::change::{Action, Flags};
use crate::guard::Held;
use crate::nesting::Nesting;
use crate::{
    Fence, Kind, LinkId, Mark, NodeId, Rid, Seq, SetId, SweepId, TargetId, TenantId, Time,
};

/// Which of a target's queues a work item stands in. Lower goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Lane {
    /// Disable, delete, member removed: overtakes everything, never parked.
    Leave,
    /// Everyday changes.
    Live,
    /// Initial loads and sweeps.
    Bulk,
}

impl Lane {
    /// All lanes, first one first.
    pub const ALL: [Self; 3] = [Self::Leave, Self::Live, Self::Bulk];

    /// The number under which rows keep it.
    pub fn code(self) -> i64 {
        match self {
            Self::Leave => 0,
            Self::Live => 1,
            Self::Bulk => 2,
        }
    }

    /// The inverse of [`Lane::code`]; what is unknown goes last.
    pub fn from_code(code: i64) -> Self {
        match code {
            0 => Self::Leave,
            1 => Self::Live,
            _ => Self::Bulk,
        }
    }
}

/// What the newest state may not pass over. Bits: [`Owes::DISABLE`], [`Owes::PASSWORD`],
/// [`Owes::LEAVE`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Owes(pub u8);

impl Owes {
    /// Nothing is owed.
    pub const NONE: Self = Self(0);
    /// A confirmed disabled moment, before anything else.
    pub const DISABLE: Self = Self(1);
    /// The newest password.
    pub const PASSWORD: Self = Self(2);
    /// An account is to lose what it has, and the guard has counted it. Memberships that end are
    /// counted by themselves.
    pub const LEAVE: Self = Self(4);

    /// True if every bit of `other` is set here.
    pub fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The union.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Without the bits of `paid`.
    #[must_use]
    pub fn without(self, paid: Self) -> Self {
        Self(self.0 & !paid.0)
    }
}

/// A work item: the pair (target, resource) may differ from what it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Work {
    /// Where.
    pub target: TargetId,
    /// What.
    pub rid: Rid,
    /// In which queue.
    pub lane: Lane,
    /// When it may be claimed; `None` while taken, parked or held.
    pub due: Option<Time>,
    /// Raised by every marking.
    pub mark: Mark,
    /// Who has taken it.
    pub node: Option<NodeId>,
    /// The right to settle it.
    pub fence: Option<Fence>,
    /// What may not be passed over.
    pub owes: Owes,
    /// Attempts in a row that did not end well.
    pub tries: u32,
    /// Why it is parked, or why the last attempt failed.
    pub why: Option<Fault>,
    /// The link whose name it waits for.
    pub wait: Option<LinkId>,
    /// When the oldest unconfirmed deprovision of this pair was committed.
    pub leaving_since: Option<Time>,
    /// The guard holds it: it is not due, whoever marks it.
    pub held: Option<Held>,
}

/// Why an attempt failed, for a person: what happened, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// The kind, in one word, for grouping: `rejected`, `taken`, `auth`, `unreachable`.
    pub cause: String,
    /// What happened, redacted, one line.
    pub detail: String,
    /// The HTTP status, if there was one.
    pub status: Option<u16>,
}

impl Fault {
    /// Why an intent is void when a change of its resource overtakes it: only a deprovision does.
    pub fn overtaken(action: &Action) -> Option<Self> {
        let how = match action {
            Action::Delete { .. } => "deleted",
            Action::Update { flags, .. } if flags.has(Flags::DISABLED) => "deactivated",
            Action::Create { .. } | Action::Update { .. } => return None,
        };
        let detail = format!("the resource was {how} before its targets had confirmed this");
        Some(Self { cause: "overtaken".to_owned(), detail, status: None })
    }
}

/// Makes a pair dirty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marking {
    /// Where.
    pub target: TargetId,
    /// What.
    pub rid: Rid,
    /// In which queue, at least.
    pub lane: Lane,
    /// What it adds to what is owed.
    pub owes: Owes,
    /// From when on it may be claimed.
    pub due: Time,
    /// The commit of a deprovision, if this is one.
    pub leaving_since: Option<Time>,
}

/// A membership that may differ at a target: compare this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Edge {
    /// Where.
    pub target: TargetId,
    /// The group.
    pub group: Rid,
    /// The member.
    pub member: Rid,
    /// Raised by every marking.
    pub mark: Mark,
    /// True if it was marked because the membership ended: it goes in the first chunk.
    pub cut: bool,
    /// What it is to become, where no membership is stored to compare with.
    pub op: Option<EdgeOp>,
}

/// What an edge is to become, whatever is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EdgeOp {
    /// A membership.
    Add,
    /// None.
    Remove,
}

/// Marks an edge; the group's work item is marked by a [`Marking`] of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EdgeMarking {
    /// Where.
    pub target: TargetId,
    /// The group.
    pub group: Rid,
    /// The member.
    pub member: Rid,
    /// The membership ended.
    pub cut: bool,
    /// What it is to become, where no membership is stored; `None` compares with what is.
    pub op: Option<EdgeOp>,
}

/// A part of the journal that is not yet spread to the targets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxRow {
    /// The change.
    pub seq: Seq,
    /// Its part.
    pub n: i64,
    /// When the change was committed.
    pub at: Time,
    /// Whose.
    pub tenant: TenantId,
    /// The changed resource.
    pub rid: Rid,
    /// Its type.
    pub kind: Kind,
    /// What part of it.
    pub part: Part,
    /// What is owed because of it.
    pub flags: Flags,
}

/// What an outbox row speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// The resource itself.
    Whole,
    /// One membership of the group `rid`; `cut` if it ended.
    Member {
        /// The member.
        member: Rid,
        /// The membership ended.
        cut: bool,
    },
    /// The group `rid` was emptied: this is its old set, to be swept for removals and erased.
    OldSet(SetId),
    /// The account of `rid` now exists at this target: its edges and dependents are marked.
    Live(TargetId),
}

/// A cursor over many pairs of one target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sweep {
    /// Which.
    pub id: SweepId,
    /// Where.
    pub target: TargetId,
    /// Over what.
    pub over: Over,
    /// The last resource that was marked; the walk goes on after it.
    pub cursor: Rid,
    /// Who wanted it: who edited the estate, or whose change it is.
    pub by: String,
}

impl Sweep {
    /// A sweep that is to begin: the ledger gives it its id.
    pub fn begin(target: TargetId, over: Over, by: &str) -> Self {
        Self { id: SweepId(0), target, over, cursor: Rid(0), by: by.to_owned() }
    }
}

/// What a sweep walks over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Over {
    /// The leave pass: the target's open links, to find those that are no longer in scope.
    /// When it is done, the sweep goes on as [`Over::Resources`].
    Links,
    /// The load pass: every resource that is in scope.
    Resources,
    /// The member rows of an old set of `group`: removals, then the rows are erased.
    Set {
        /// The old set.
        set: SetId,
        /// The group that it belonged to.
        group: Rid,
    },
    /// The resources that refer to this one.
    Dependents(Rid),
    /// The groups in which this one is a member.
    Memberships(Rid),
    /// The members of this group, where the target's rules read it.
    Members(Rid),
    /// The users below a group that has become a member of another or is none any more, where
    /// nested groups are flattened: each is compared in that other and in all above it.
    Nested {
        /// The group that came or went.
        member: Rid,
        /// Where.
        group: Rid,
        /// It went.
        cut: bool,
    },
    /// The groups above this one, where nested groups are flattened.
    Above(Rid),
    /// The groups that hold groups, after an edit of what the target makes of them.
    Nests(Nesting),
    /// Who is in one of them, and who below it: what differs by that edit is compared.
    Below {
        /// The group.
        group: Rid,
        /// What the target made of nested groups before.
        was: Nesting,
    },
}
