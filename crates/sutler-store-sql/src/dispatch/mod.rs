//! The port `Dispatch`: spread, claim, announce, settle, sweep, nodes.

mod claim;
mod edges;
mod facts;
mod frame;
mod links;
mod mark;
mod node;
mod settle;
mod spread;
mod sweep;
mod target;
mod unspread;

use async_trait::async_trait;
use sutler_model::link::Link;
use sutler_model::pause::Pause;
use sutler_model::port::{
    Announced, Claim, Dispatch, EdgeView, Frame, LedgerError, MemberView, Quarantine, Quarantined,
    Reads, Rival, Settle, Settled, SpreadCommit, SpreadView, SweepCommit, SweepPage,
};
use sutler_model::work::{Lane, Sweep, Work};
use sutler_model::{Fence, Kind, NodeId, Rid, SetId, SweepId, TargetId, Time};

use crate::SqliteLedger;
use crate::write::Side::Outbound;

pub(crate) use claim::fences;
pub(crate) use facts::linked;
pub(crate) use facts::standing;
pub(crate) use links::{by_id as link, doubt};
pub(crate) use mark::{mark, mark_all, mark_edges};
pub(crate) use spread::under_estate;
pub(crate) use sweep::begin;
pub(crate) use target::set_pause;

#[async_trait]
impl Dispatch for SqliteLedger {
    async fn unspread(&self, limit: usize, reads: Reads) -> Result<Vec<SpreadView>, LedgerError> {
        self.read(Outbound, move |c| unspread::unspread(c, limit, reads)).await
    }

    async fn spread(&self, commit: SpreadCommit) -> Result<(), LedgerError> {
        // Marks are derived from outbox rows: what a power cut takes back is spread again. The
        // claim that follows is flushed before anything is sent.
        self.write_unflushed(Outbound, move |c| spread::spread(c, &commit)).await
    }

    async fn claim(&self, request: Claim) -> Result<Vec<Work>, LedgerError> {
        self.write(Outbound, move |c| claim::claim(c, &request)).await
    }

    async fn next_due(&self, target: TargetId, lane: Lane) -> Result<Option<Time>, LedgerError> {
        self.point(|c| claim::next_due(c, target, lane))
    }

    async fn frames(
        &self,
        target: TargetId,
        rids: &[Rid],
        reads: Reads,
    ) -> Result<Vec<Frame>, LedgerError> {
        let rids = rids.to_vec();
        self.read(Outbound, move |c| frame::frames(c, target, &rids, reads)).await
    }

    async fn rival(
        &self,
        target: TargetId,
        kind: Kind,
        key: &str,
        not: Rid,
    ) -> Result<Option<Rival>, LedgerError> {
        let key = key.to_owned();
        self.read(Outbound, move |c| frame::rival(c, target, kind, &key, not)).await
    }

    async fn by_remote(
        &self,
        target: TargetId,
        kind: Kind,
        remote: &str,
    ) -> Result<Option<Link>, LedgerError> {
        self.point(|c| links::by_remote(c, target, kind, remote))
    }

    async fn edges(
        &self,
        target: TargetId,
        group: Rid,
        limit: usize,
    ) -> Result<Vec<EdgeView>, LedgerError> {
        self.read(Outbound, move |c| edges::edges(c, target, group, limit)).await
    }

    async fn member_accounts(
        &self,
        target: TargetId,
        set: SetId,
        after: Rid,
        limit: usize,
    ) -> Result<Vec<MemberView>, LedgerError> {
        self.read(Outbound, move |c| edges::member_accounts(c, target, set, after, limit)).await
    }

    async fn announce(
        &self,
        target: TargetId,
        rid: Rid,
        fence: Fence,
        link: Link,
    ) -> Result<Announced, LedgerError> {
        self.write(Outbound, move |c| links::announce(c, target, rid, fence, &link)).await
    }

    async fn settle(&self, end: Settle) -> Result<Settled, LedgerError> {
        self.write(Outbound, move |c| settle::settle(c, &end)).await
    }

    async fn release(
        &self,
        target: TargetId,
        claims: &[(Rid, Fence)],
        now: Time,
    ) -> Result<(), LedgerError> {
        let claims = claims.to_vec();
        self.write(Outbound, move |c| claim::release(c, target, &claims, now)).await
    }

    async fn ready(&self, target: TargetId, now: Time, limit: usize) -> Result<usize, LedgerError> {
        self.point(|c| claim::ready(c, target, now, limit))
    }

    async fn sweeps(&self) -> Result<Vec<Sweep>, LedgerError> {
        self.point(sweep::sweeps)
    }

    async fn sweep_page(
        &self,
        id: SweepId,
        limit: usize,
        reads: Reads,
    ) -> Result<Option<SweepPage>, LedgerError> {
        self.read(Outbound, move |c| sweep::page(c, id, limit, reads)).await
    }

    async fn sweep_step(&self, commit: SweepCommit) -> Result<(), LedgerError> {
        self.write(Outbound, move |c| sweep::step(c, &commit)).await
    }

    async fn node_start(&self, now: Time) -> Result<NodeId, LedgerError> {
        self.write(Outbound, move |c| node::start(c, now)).await
    }

    async fn beat(&self, node: NodeId) -> Result<(), LedgerError> {
        self.write(Outbound, move |c| node::beat(c, node)).await
    }

    async fn others(&self, node: NodeId) -> Result<Vec<(NodeId, i64)>, LedgerError> {
        self.point(|c| node::others(c, node))
    }

    async fn bury(&self, node: NodeId, now: Time) -> Result<usize, LedgerError> {
        self.write(Outbound, move |c| node::bury(c, node, now)).await
    }

    async fn set_quarantine(
        &self,
        target: TargetId,
        reason: Option<Quarantined>,
        now: Time,
    ) -> Result<(), LedgerError> {
        self.write(Outbound, move |c| target::set_quarantine(c, target, reason.as_ref(), now)).await
    }

    async fn quarantined(&self) -> Result<Vec<Quarantine>, LedgerError> {
        self.point(target::quarantined)
    }

    async fn set_pause(&self, target: TargetId, pause: Option<Pause>) -> Result<(), LedgerError> {
        self.write(Outbound, move |c| target::set_pause(c, target, pause.as_ref())).await
    }

    async fn pause(&self, target: TargetId) -> Result<Option<Pause>, LedgerError> {
        self.point(|c| target::pause(c, target))
    }
}
