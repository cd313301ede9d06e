//! One node's view of the ledger: pauses before and after every call, so that a crash falls
//! between, faults before some, and, where a test asks for it, a planted bug.

use std::sync::Arc;

use async_trait::async_trait;
use sutler_model::change::{Change, CommitError, Committed};

use sutler_model::estate::{Estate, EstateEdit, Token};
use sutler_model::link::Link;
use sutler_model::pause::Pause;
use sutler_model::port::{
    Announced, Claim, Directory, Dispatch, EdgeView, Frame, LedgerError, MemberView, Quarantine,
    Quarantined, Reads, Registry, Rival, Settle, Settled, SpreadCommit, SpreadView, SweepCommit,
    SweepPage,
};
use sutler_model::query::{Found, Search};
use sutler_model::resource::{Membership, Related, Resource};
use sutler_model::work::{Lane, Sweep, Work};
use sutler_model::{
    Fence, Kind, NodeId, Rid, ServiceProviderId, SetId, SweepId, TargetId, TenantId, Time, Uid,
};

use super::bend::Memory;
use super::watch::Watch;
use super::{Executor, Plant};
use crate::MemoryLedger;

/// The ledger as one node sees it.
pub struct SimLedger {
    pub(super) inner: Arc<MemoryLedger>,
    pub(super) executor: Executor,
    pub(super) plant: Plant,
    pub(super) memory: Memory,
    pub(super) watch: Watch,
    /// In how many of a hundred calls the store is busy or fails, with nothing done.
    faults: usize,
}

impl SimLedger {
    /// A view of `inner`.
    pub(super) fn new(
        inner: Arc<MemoryLedger>,
        executor: Executor,
        watch: Watch,
        plant: Plant,
        faults: usize,
    ) -> Self {
        Self { inner, executor, plant, memory: Memory::default(), watch, faults }
    }

    pub(super) async fn before(&self) -> Result<(), LedgerError> {
        self.executor.dawdle().await;
        if !self.executor.percent(self.faults) {
            return Ok(());
        }
        Err(match self.executor.below(3) {
            0 => LedgerError::Full,
            1 => LedgerError::Failed("a fault of the simulation".to_owned()),
            _ => LedgerError::Busy,
        })
    }
}

#[async_trait]
impl Directory for SimLedger {
    async fn commit(&self, change: Change) -> Result<Committed, CommitError> {
        self.before().await?;
        let answer = self.inner.commit(change).await;
        self.executor.dawdle().await;
        answer
    }

    async fn resource(
        &self,
        tenant: TenantId,
        kind: Kind,
        uid: &Uid,
    ) -> Result<Option<Resource>, LedgerError> {
        self.before().await?;
        let answer = self.inner.resource(tenant, kind, uid).await;
        self.executor.dawdle().await;
        answer
    }

    async fn resolve(
        &self,
        tenant: TenantId,
        uids: &[Uid],
    ) -> Result<Vec<Option<(Rid, Kind)>>, LedgerError> {
        self.before().await?;
        let answer = self.inner.resolve(tenant, uids).await;
        self.executor.dawdle().await;
        answer
    }

    async fn by_name(
        &self,
        tenant: TenantId,
        kind: Kind,
        attribute: &str,
        key: &str,
    ) -> Result<Option<Resource>, LedgerError> {
        self.before().await?;
        let answer = self.inner.by_name(tenant, kind, attribute, key).await;
        self.executor.dawdle().await;
        answer
    }

    async fn search(&self, search: &Search) -> Result<Found, LedgerError> {
        self.before().await?;
        let answer = self.inner.search(search).await;
        self.executor.dawdle().await;
        answer
    }

    async fn members(
        &self,
        set: SetId,
        after: Option<Rid>,
        limit: usize,
        display: bool,
    ) -> Result<Vec<Related>, LedgerError> {
        self.before().await?;
        let answer = self.inner.members(set, after, limit, display).await;
        self.executor.dawdle().await;
        answer
    }

    async fn members_if_few(
        &self,
        set: SetId,
        most: usize,
        display: bool,
    ) -> Result<Option<Vec<Related>>, LedgerError> {
        self.before().await?;
        let answer = self.inner.members_if_few(set, most, display).await;
        self.executor.dawdle().await;
        answer
    }

    async fn memberships(&self, member: Rid) -> Result<Vec<Membership>, LedgerError> {
        self.before().await?;
        let answer = self.inner.memberships(member).await;
        self.executor.dawdle().await;
        answer
    }

    async fn password(&self, rid: Rid) -> Result<Option<String>, LedgerError> {
        self.before().await?;
        let answer = self.inner.password(rid).await;
        self.executor.dawdle().await;
        answer
    }
}

#[async_trait]
impl Dispatch for SimLedger {
    async fn unspread(&self, limit: usize, reads: Reads) -> Result<Vec<SpreadView>, LedgerError> {
        self.before().await?;
        let answer = self.inner.unspread(limit, reads).await;
        self.executor.dawdle().await;
        answer.map(|views| self.bend_views(views))
    }

    async fn spread(&self, commit: SpreadCommit) -> Result<(), LedgerError> {
        self.before().await?;
        let leavers = self.leavers(&commit);
        let answer = self.inner.spread(self.bend_spread(commit)).await;
        if answer.is_ok() {
            self.watch.marked(&leavers, self.executor.now());
        }
        self.executor.dawdle().await;
        answer
    }

    async fn claim(&self, claim: Claim) -> Result<Vec<Work>, LedgerError> {
        self.before().await?;
        let answer = self.inner.claim(self.bend_claim(claim)).await;
        self.executor.dawdle().await;
        answer
    }

    async fn next_due(&self, target: TargetId, lane: Lane) -> Result<Option<Time>, LedgerError> {
        self.before().await?;
        let answer = self.inner.next_due(target, lane).await;
        self.executor.dawdle().await;
        answer
    }

    async fn frames(
        &self,
        target: TargetId,
        rids: &[Rid],
        reads: Reads,
    ) -> Result<Vec<Frame>, LedgerError> {
        self.before().await?;
        let answer = self.inner.frames(target, rids, reads).await;
        self.executor.dawdle().await;
        answer.map(|frames| self.bend_frames(target, frames))
    }

    async fn rival(
        &self,
        target: TargetId,
        kind: Kind,
        key: &str,
        not: Rid,
    ) -> Result<Option<Rival>, LedgerError> {
        self.before().await?;
        let answer = self.inner.rival(target, kind, key, not).await;
        self.executor.dawdle().await;
        answer.map(|rival| rival.filter(|_| self.plant != Plant::RivalUnseen))
    }

    async fn by_remote(
        &self,
        target: TargetId,
        kind: Kind,
        remote: &str,
    ) -> Result<Option<Link>, LedgerError> {
        self.before().await?;
        let answer = self.inner.by_remote(target, kind, remote).await;
        self.executor.dawdle().await;
        answer
    }

    async fn edges(
        &self,
        target: TargetId,
        group: Rid,
        limit: usize,
    ) -> Result<Vec<EdgeView>, LedgerError> {
        self.before().await?;
        let answer = self.inner.edges(target, group, limit).await;
        self.executor.dawdle().await;
        answer
    }

    async fn member_accounts(
        &self,
        target: TargetId,
        set: SetId,
        after: Rid,
        limit: usize,
    ) -> Result<Vec<MemberView>, LedgerError> {
        self.before().await?;
        let answer = self.inner.member_accounts(target, set, after, limit).await;
        self.executor.dawdle().await;
        let skipped = usize::from(self.plant == Plant::LoadSkips);
        answer.map(|members| members.into_iter().skip(skipped).collect())
    }

    async fn announce(
        &self,
        target: TargetId,
        rid: Rid,
        fence: Fence,
        link: Link,
    ) -> Result<Announced, LedgerError> {
        self.before().await?;
        let row = self.inner.state().work(target, rid).and_then(|work| work.fence);
        let fence = row.filter(|_| self.plant == Plant::NoFence).unwrap_or(fence);
        if self.plant == Plant::NotAnnounced {
            return Ok(Announced::Yes);
        }
        let answer = self.inner.announce(target, rid, fence, link).await;
        self.watch.settled(target, rid);
        self.executor.dawdle().await;
        answer
    }

    async fn settle(&self, settle: Settle) -> Result<Settled, LedgerError> {
        self.before().await?;
        let settle = self.bend_settle(settle);
        let (target, rid) = (settle.target, settle.rid);
        let row = self.inner.state().work(settle.target, settle.rid).is_some();
        if self.plant == Plant::NoFence && !row {
            return Ok(Settled::Done);
        }
        let answer = self.inner.settle(settle).await;
        self.watch.settled(target, rid);
        self.executor.dawdle().await;
        answer
    }

    async fn release(
        &self,
        target: TargetId,
        claims: &[(Rid, Fence)],
        now: Time,
    ) -> Result<(), LedgerError> {
        self.before().await?;
        let answer = self.inner.release(target, claims, now).await;
        self.executor.dawdle().await;
        answer
    }

    async fn ready(&self, target: TargetId, now: Time, limit: usize) -> Result<usize, LedgerError> {
        self.before().await?;
        let answer = self.inner.ready(target, now, limit).await;
        self.executor.dawdle().await;
        answer
    }

    async fn sweeps(&self) -> Result<Vec<Sweep>, LedgerError> {
        self.before().await?;
        let answer = self.inner.sweeps().await;
        self.executor.dawdle().await;
        answer
    }

    async fn sweep_page(
        &self,
        sweep: SweepId,
        limit: usize,
        reads: Reads,
    ) -> Result<Option<SweepPage>, LedgerError> {
        self.before().await?;
        let answer = self.inner.sweep_page(sweep, limit, reads).await;
        self.executor.dawdle().await;
        answer.map(|page| page.map(|page| self.bend_page(page)))
    }

    async fn sweep_step(&self, commit: SweepCommit) -> Result<(), LedgerError> {
        self.before().await?;
        let watch = self.bend_watch(commit.watch);
        let answer = self.inner.sweep_step(SweepCommit { watch, ..commit }).await;
        self.watch.marked(&[], self.executor.now());
        self.executor.dawdle().await;
        answer
    }

    async fn node_start(&self, now: Time) -> Result<NodeId, LedgerError> {
        self.before().await?;
        let answer = self.inner.node_start(now).await;
        self.executor.dawdle().await;
        answer
    }

    async fn beat(&self, node: NodeId) -> Result<(), LedgerError> {
        self.before().await?;
        let answer = self.inner.beat(node).await;
        self.executor.dawdle().await;
        answer
    }

    async fn others(&self, node: NodeId) -> Result<Vec<(NodeId, i64)>, LedgerError> {
        self.before().await?;
        let answer = self.inner.others(node).await;
        self.executor.dawdle().await;
        answer
    }

    async fn bury(&self, node: NodeId, now: Time) -> Result<usize, LedgerError> {
        self.before().await?;
        let before = self.inner.links();
        let answer = self.inner.bury(node, now).await;
        if self.plant == Plant::BuriedWithoutDoubt {
            self.inner.forget_doubts(&before);
        }
        self.executor.dawdle().await;
        answer
    }

    async fn set_quarantine(
        &self,
        target: TargetId,
        reason: Option<Quarantined>,
        now: Time,
    ) -> Result<(), LedgerError> {
        self.before().await?;
        let answer = self.inner.set_quarantine(target, reason, now).await;
        self.executor.dawdle().await;
        answer
    }

    async fn quarantined(&self) -> Result<Vec<Quarantine>, LedgerError> {
        self.before().await?;
        let answer = self.inner.quarantined().await;
        self.executor.dawdle().await;
        answer
    }

    async fn set_pause(&self, target: TargetId, pause: Option<Pause>) -> Result<(), LedgerError> {
        self.before().await?;
        let answer = self.inner.set_pause(target, pause).await;
        self.executor.dawdle().await;
        answer
    }

    async fn pause(&self, target: TargetId) -> Result<Option<Pause>, LedgerError> {
        self.before().await?;
        let answer = self.inner.pause(target).await;
        self.executor.dawdle().await;
        answer
    }
}

#[async_trait]
impl Registry for SimLedger {
    async fn estate(&self) -> Result<Estate, LedgerError> {
        self.before().await?;
        let answer = self.inner.estate().await;
        self.executor.dawdle().await;
        answer
    }

    async fn edit_estate(&self, edit: EstateEdit, now: Time) -> Result<Estate, LedgerError> {
        self.before().await?;
        let answer = self.inner.edit_estate(edit, now).await;
        self.executor.dawdle().await;
        answer
    }

    async fn add_token(&self, token: Token) -> Result<(), LedgerError> {
        self.before().await?;
        let answer = self.inner.add_token(token).await;
        self.executor.dawdle().await;
        answer
    }

    async fn token(&self, hash: &[u8]) -> Result<Option<Token>, LedgerError> {
        self.before().await?;
        let answer = self.inner.token(hash).await;
        self.executor.dawdle().await;
        answer
    }

    async fn tokens(
        &self,
        of: Option<ServiceProviderId>,
        access: bool,
    ) -> Result<Vec<Token>, LedgerError> {
        self.before().await?;
        let answer = self.inner.tokens(of, access).await;
        self.executor.dawdle().await;
        answer
    }

    async fn revoke_token(&self, id: &str) -> Result<bool, LedgerError> {
        self.before().await?;
        let answer = self.inner.revoke_token(id).await;
        self.executor.dawdle().await;
        answer
    }

    async fn expire_tokens(&self, now: Time) -> Result<usize, LedgerError> {
        self.before().await?;
        let answer = self.inner.expire_tokens(now).await;
        self.executor.dawdle().await;
        answer
    }
}
