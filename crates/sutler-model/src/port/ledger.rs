//! The port to the store: every transaction and the queries, split by reader.
//!
//! Each method is one transaction or one snapshot. Nobody is answered before COMMIT returned.

use async_trait::async_trait;

use super::events::Events;
use super::facts::{Reads, SubjectView};
use super::views::{EdgeView, Frame, MemberView, Rival};
use super::{
    Above, Administration, Guarding, Intents, LedgerError, Nests, Notices, Overview, Reports,
};
use crate::change::{Change, CommitError, Committed};
use crate::delivery::Delivery;
use crate::estate::{Estate, EstateEdit, Token};
use crate::guard::Watch;
use crate::intent::PairState;
use crate::link::Link;
use crate::pause::Pause;
use crate::query::{Found, Search};
use crate::resource::{Membership, Related, Resource};
use crate::work::{EdgeMarking, Fault, Lane, Marking, OutboxRow, Owes, Sweep, Work};
use crate::{
    Fence, IntentId, Kind, LinkId, Mark, NodeId, Rid, Seq, ServiceProviderId, SetId, Stamp,
    SweepId, TargetId, TenantId, Time, Uid,
};

/// What the inbound side needs: commit and read.
#[async_trait]
pub trait Directory: Send + Sync {
    /// Commits one change: resource, names, members, references, origin, index rows, journal
    /// row and outbox rows, or nothing.
    ///
    /// Outbox rows: one [`crate::work::Part::Whole`] for a created, modified or deleted
    /// resource (not when only members of a group changed), one `Member` for each membership
    /// that changed (of an existing group, and of a deleted member; not for the members of a
    /// created group), one `OldSet` when a group was emptied or deleted by a new set.
    /// No difference means no row at all. A change that adds only an origin writes `Whole`.
    async fn commit(&self, change: Change) -> Result<Committed, CommitError>;

    /// A live resource by its public id; `None` also for another tenant's.
    async fn resource(
        &self,
        tenant: TenantId,
        kind: Kind,
        uid: &Uid,
    ) -> Result<Option<Resource>, LedgerError>;

    /// Live resources by public id, of any type, in the order asked for; for references.
    async fn resolve(
        &self,
        tenant: TenantId,
        uids: &[Uid],
    ) -> Result<Vec<Option<(Rid, Kind)>>, LedgerError>;

    /// The live resource that holds a name, by folded key.
    async fn by_name(
        &self,
        tenant: TenantId,
        kind: Kind,
        attribute: &str,
        key: &str,
    ) -> Result<Option<Resource>, LedgerError>;

    /// A page of matches and their number.
    async fn search(&self, search: &Search) -> Result<Found, LedgerError>;

    /// Members of a set after `after`, in member order, `limit` at most. With what they are
    /// called only if `display`: it stands in the document of each.
    async fn members(
        &self,
        set: SetId,
        after: Option<Rid>,
        limit: usize,
        display: bool,
    ) -> Result<Vec<Related>, LedgerError>;

    /// All members of a set, in member order, if they are `most` at most; whether they are is
    /// found without reading them.
    async fn members_if_few(
        &self,
        set: SetId,
        most: usize,
        display: bool,
    ) -> Result<Option<Vec<Related>>, LedgerError>;

    /// The other groups that have this resource as a member, itself or through groups, each
    /// once and in order. All direct ones; of the others, the nearest first, until there are
    /// [`MOST_MEMBERSHIPS`](crate::resource::MOST_MEMBERSHIPS) in all.
    async fn memberships(&self, member: Rid) -> Result<Vec<Membership>, LedgerError>;

    /// The Argon2id hash of a user's password, if one is set.
    async fn password(&self, rid: Rid) -> Result<Option<String>, LedgerError>;
}

/// A claim request: one target, one lane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Where.
    pub target: TargetId,
    /// From which queue.
    pub lane: Lane,
    /// How many at most.
    pub limit: usize,
    /// For whom; refused with [`LedgerError::Fenced`] if that node is dead.
    pub node: NodeId,
    /// The target's version that the claimant works under; refused with
    /// [`LedgerError::EstateMoved`] if it is no longer current.
    pub version: i64,
    /// The time.
    pub now: Time,
}

/// An outbox row with what the spreader must know of its resource, in one snapshot.
#[derive(Clone, Debug, PartialEq)]
pub struct SpreadView {
    /// The row.
    pub row: OutboxRow,
    /// The resource.
    pub subject: SubjectView,
    /// The targets at which it has an open link.
    pub linked: Vec<TargetId>,
    /// For a `Member` row, the member and where it has an open link; `None` unless groups are
    /// asked for.
    pub member: Option<(SubjectView, Vec<TargetId>)>,
    /// For a `Member` row: the member is a group.
    pub nested: bool,
    /// The groups above, where a target flattens them: the ledger leaves it empty, the spreader
    /// asks.
    pub above: Above,
    /// For a `Live` row: up to 1,000 resources that refer to it, and the groups that have it
    /// as a member and an open link at that target. `None` if there are more than 1,000.
    pub dependents: Option<Vec<Rid>>,
    /// See `dependents`.
    pub groups: Option<Vec<Rid>>,
    /// True if another resource refers to this one; false unless references are asked for.
    pub referred: bool,
    /// Who made the change.
    pub source: String,
}

/// What the spreader commits: the marks, and the end of the outbox rows, in one transaction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SpreadCommit {
    /// The estate's version that routing was computed with; [`LedgerError::EstateMoved`] if
    /// it is no longer current.
    pub estate: i64,
    /// The rows that are done. If one of them is already gone, nothing is committed and
    /// [`LedgerError::Busy`] is the answer.
    pub rows: Vec<(Seq, i64)>,
    /// Pairs to mark. The ledger sorts and merges them.
    pub markings: Vec<Marking>,
    /// Edges to mark.
    pub edges: Vec<EdgeMarking>,
    /// Sweeps to begin; their `id` is ignored.
    pub sweeps: Vec<Sweep>,
    /// Who of them leaves, and who stays. Leavers are counted as the pairs stood before; those
    /// that exceed a limit are held as one wave for each target and source.
    pub watch: Watch,
}

/// A page of a sweep.
#[derive(Clone, Debug, PartialEq)]
pub struct SweepPage {
    /// The sweep as it stands.
    pub sweep: Sweep,
    /// The resources after the cursor, in order. For a set, the members whose membership is to
    /// be taken away.
    pub items: Vec<SweepItem>,
    /// True if nothing follows.
    pub last: bool,
}

/// A resource that a sweep comes to.
#[derive(Clone, Debug, PartialEq)]
pub struct SweepItem {
    /// The resource.
    pub subject: SubjectView,
    /// It has an open link at the target.
    pub linked: bool,
}

/// What a sweep's step commits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SweepCommit {
    /// Which.
    pub sweep: SweepId,
    /// The estate's version that routing was computed with; [`LedgerError::EstateMoved`] if
    /// it is no longer current.
    pub estate: i64,
    /// What it went over; if it goes over something else by now, nothing is committed.
    pub over: crate::work::Over,
    /// Where its cursor stood; if it has moved, nothing is committed.
    pub from: Rid,
    /// Where it stands now.
    pub cursor: Rid,
    /// Pairs to mark.
    pub markings: Vec<Marking>,
    /// Edges to mark. For a sweep over a set, the walked member rows are erased.
    pub edges: Vec<EdgeMarking>,
    /// Sweeps to begin; their `id` is ignored.
    pub sweeps: Vec<Sweep>,
    /// What follows: `None` goes on; `Some(None)` ends the sweep; `Some(Some(over))` goes on
    /// from the beginning over something else.
    pub then: Option<Option<crate::work::Over>>,
    /// Who of them leaves, and who stays. All leavers of a sweep are held until its walk ends;
    /// then their number is compared, and they are released or stay held as one. What the
    /// sweep goes on over waits until the wave is over.
    pub watch: Watch,
}

/// What becomes of the work item, if its mark is still the one that was claimed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Nothing is left to do.
    Done,
    /// Again, at this time.
    At(Time),
    /// When that link closes or changes its name, at the latest at this time. The pair of
    /// that link is marked, so that it gives the name up.
    Wait(LinkId, Time),
    /// When a person or a marking says so. Never for the leave lane.
    Parked,
}

/// The end of a claim.
#[derive(Clone, Debug, PartialEq)]
pub struct Settle {
    /// Where.
    pub target: TargetId,
    /// What.
    pub rid: Rid,
    /// The right to settle.
    pub fence: Fence,
    /// The mark that was claimed.
    pub mark: Mark,
    /// The target's version under which it was decided; if it is no longer current, the item
    /// stays, due now.
    pub version: i64,
    /// The link as it is now known, whole. Its `doubt` is stored as given, unless the stored
    /// doubt has another stamp than `looked`: then the stored one stays, and the item too.
    pub link: Option<Link>,
    /// The doubt that was looked at.
    pub looked: Option<Stamp>,
    /// True if the account has become live with this settle: an outbox row `Live` is written.
    pub live: bool,
    /// Edges that were sent, or need nothing; each is deleted only if its mark is this one.
    pub edges: Vec<(Rid, Mark)>,
    /// What becomes of the item.
    pub next: Next,
    /// In which lane it goes on; the better one of this and of later markings.
    pub lane: Lane,
    /// What of the debt was paid; ignored if the mark differs.
    pub paid: Owes,
    /// True if the deprovision was confirmed: `leaving_since` is cleared, unless the mark differs.
    pub left: bool,
    /// Attempts in a row that did not end well, now.
    pub tries: u32,
    /// Why, if it did not end well.
    pub why: Option<Fault>,
    /// The history.
    pub delivery: Option<Delivery>,
    /// What this says to the intent that was looked at; taken down only if the item does not
    /// stay because it was marked, or decided under other rules, meanwhile.
    pub intent: Option<(IntentId, PairState)>,
    /// The time.
    pub at: Time,
}

/// What a settle did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Settled {
    /// The item is gone.
    Done,
    /// The item stays.
    Kept,
    /// The fence was no longer ours: the delivery is recorded, the pair is marked, and the
    /// link is in doubt once more.
    Stale,
}

/// What an announcement did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Announced {
    /// The link is stored in state `creating`: the create may be sent.
    Yes,
    /// The fence is no longer ours: nothing may be sent.
    Stale,
}

/// Why a target gets no claims but probes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quarantined {
    /// What happened.
    pub fault: Fault,
    /// When it is probed next.
    pub probe: Option<Time>,
}

/// A target that gets no claims but probes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quarantine {
    /// Which.
    pub target: TargetId,
    /// What happened.
    pub fault: Fault,
    /// Since when.
    pub since: Time,
    /// When it is probed next.
    pub probe: Option<Time>,
}

/// What the outbound side needs: spread, claim, announce, settle, sweep, nodes.
#[async_trait]
pub trait Dispatch: Send + Sync {
    /// Up to `limit` outbox rows in order, with what the spreader must know.
    async fn unspread(&self, limit: usize, reads: Reads) -> Result<Vec<SpreadView>, LedgerError>;
    /// Marks what they touch and deletes them.
    async fn spread(&self, commit: SpreadCommit) -> Result<(), LedgerError>;

    /// Takes due work of one target and lane.
    async fn claim(&self, claim: Claim) -> Result<Vec<Work>, LedgerError>;
    /// The earliest due time of a target and lane, whether reached or not.
    async fn next_due(&self, target: TargetId, lane: Lane) -> Result<Option<Time>, LedgerError>;
    /// The frames of claimed pairs, in a snapshot that begins now.
    async fn frames(
        &self,
        target: TargetId,
        rids: &[Rid],
        reads: Reads,
    ) -> Result<Vec<Frame>, LedgerError>;
    /// The open link at this target, of another resource, that holds this folded name.
    async fn rival(
        &self,
        target: TargetId,
        kind: Kind,
        key: &str,
        not: Rid,
    ) -> Result<Option<Rival>, LedgerError>;
    /// The open link at this target with this remote id.
    async fn by_remote(
        &self,
        target: TargetId,
        kind: Kind,
        remote: &str,
    ) -> Result<Option<Link>, LedgerError>;
    /// Edges of a group, cut ones first, `limit` at most.
    async fn edges(
        &self,
        target: TargetId,
        group: Rid,
        limit: usize,
    ) -> Result<Vec<EdgeView>, LedgerError>;
    /// Members of a group's set after `after`, in member order, with their accounts.
    async fn member_accounts(
        &self,
        target: TargetId,
        set: SetId,
        after: Rid,
        limit: usize,
    ) -> Result<Vec<MemberView>, LedgerError>;
    /// Stores a link in state `creating` before its create call.
    async fn announce(
        &self,
        target: TargetId,
        rid: Rid,
        fence: Fence,
        link: Link,
    ) -> Result<Announced, LedgerError>;
    /// Ends claims.
    async fn settle(&self, settle: Settle) -> Result<Settled, LedgerError>;
    /// Frees what was claimed and not begun, as if never taken.
    async fn release(
        &self,
        target: TargetId,
        claims: &[(Rid, Fence)],
        now: Time,
    ) -> Result<(), LedgerError>;
    /// Ready rows of a target in all lanes, counted up to `limit`.
    async fn ready(&self, target: TargetId, now: Time, limit: usize) -> Result<usize, LedgerError>;

    /// The open sweeps, without those that wait until their wave is over.
    async fn sweeps(&self) -> Result<Vec<Sweep>, LedgerError>;
    /// The next page of a sweep.
    async fn sweep_page(
        &self,
        sweep: SweepId,
        limit: usize,
        reads: Reads,
    ) -> Result<Option<SweepPage>, LedgerError>;
    /// Marks a page's pairs and moves the cursor.
    async fn sweep_step(&self, commit: SweepCommit) -> Result<(), LedgerError>;

    /// Registers a start.
    async fn node_start(&self, now: Time) -> Result<NodeId, LedgerError>;
    /// Counts a beat; [`LedgerError::Fenced`] if this node was declared dead.
    async fn beat(&self, node: NodeId) -> Result<(), LedgerError>;
    /// The other nodes that are not known to be dead, with their beats.
    async fn others(&self, node: NodeId) -> Result<Vec<(NodeId, i64)>, LedgerError>;
    /// Declares a node dead and frees what it had taken, each in doubt. Returns how many.
    async fn bury(&self, node: NodeId, now: Time) -> Result<usize, LedgerError>;

    /// Why a target gets no claims but probes; `None` when it gets claims. The time of the
    /// first reason stays.
    async fn set_quarantine(
        &self,
        target: TargetId,
        reason: Option<Quarantined>,
        now: Time,
    ) -> Result<(), LedgerError>;
    /// The targets that get no claims but probes.
    async fn quarantined(&self) -> Result<Vec<Quarantine>, LedgerError>;

    /// Pauses a target, or ends its pause.
    async fn set_pause(&self, target: TargetId, pause: Option<Pause>) -> Result<(), LedgerError>;
    /// The pause of a target, in force or over.
    async fn pause(&self, target: TargetId) -> Result<Option<Pause>, LedgerError>;
}

/// By which of its credentials a service provider is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClientKind {
    /// HTTP Basic.
    Basic,
    /// OAuth 2.0 client credentials.
    OAuth,
}

/// Settings: the estate and the tokens.
#[async_trait]
pub trait Registry: Send + Sync {
    /// The estate in force.
    async fn estate(&self) -> Result<Estate, LedgerError>;
    /// Commits an edit with its journal row and its sweeps; [`LedgerError::EstateMoved`] if
    /// the stored version is not the expected one.
    async fn edit_estate(&self, edit: EstateEdit, now: Time) -> Result<Estate, LedgerError>;
    /// Stores a token.
    async fn add_token(&self, token: Token) -> Result<(), LedgerError>;
    /// The token with this hash.
    async fn token(&self, hash: &[u8]) -> Result<Option<Token>, LedgerError>;
    /// The tokens of a service provider, or all; without access tokens unless asked for.
    async fn tokens(
        &self,
        of: Option<ServiceProviderId>,
        access: bool,
    ) -> Result<Vec<Token>, LedgerError>;
    /// Revokes by handle; false if there is none.
    async fn revoke_token(&self, id: &str) -> Result<bool, LedgerError>;
    /// Drops expired tokens.
    async fn expire_tokens(&self, now: Time) -> Result<usize, LedgerError>;
}

/// The whole store.
pub trait Ledger:
    Directory
    + Dispatch
    + Registry
    + Overview
    + Events
    + Notices
    + Reports
    + Guarding
    + Intents
    + Administration
    + Nests
{
}

impl<T> Ledger for T where
    T: Directory
        + Dispatch
        + Registry
        + Overview
        + Events
        + Notices
        + Reports
        + Guarding
        + Intents
        + Administration
        + Nests
{
}
