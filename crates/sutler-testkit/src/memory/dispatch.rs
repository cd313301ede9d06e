//! The outbound side's port: spread, claim, announce, settle, nodes.

use async_trait::async_trait;
use sutler_engine::transition;
use sutler_model::change::Flags;
use sutler_model::link::Link;
use sutler_model::notification::{Alert, of_quarantine};
use sutler_model::pause::Pause;
use sutler_model::port::{
    Announced, Claim, Dispatch, EdgeView, Frame, LedgerError, MemberView, Next, Quarantine,
    Quarantined, Reads, Rival, Settle, Settled, SpreadCommit, SpreadView, SweepCommit, SweepPage,
};
use sutler_model::work::{Lane, Marking, Owes, Part, Sweep, Work};
use sutler_model::{Fence, Kind, LinkId, NodeId, Rid, Seq, SetId, SweepId, TargetId, Time};

use super::state::State;
use super::{MemoryLedger, guard, notices, sweeps, views};

#[async_trait]
impl Dispatch for MemoryLedger {
    async fn unspread(&self, limit: usize, reads: Reads) -> Result<Vec<SpreadView>, LedgerError> {
        let state = self.state();
        let rows = state.outbox.values().take(limit);
        Ok(rows.filter_map(|row| views::spread(&state, row, reads)).collect())
    }

    async fn spread(&self, commit: SpreadCommit) -> Result<(), LedgerError> {
        spread(&mut self.state(), commit)
    }

    async fn claim(&self, claim: Claim) -> Result<Vec<Work>, LedgerError> {
        let mut state = self.state();
        if !state.nodes.get(&claim.node).is_some_and(|node| node.1) {
            return Err(LedgerError::Fenced);
        }
        if version(&state, claim.target) != Some(claim.version) {
            return Err(LedgerError::EstateMoved);
        }
        let due: Vec<Rid> = state
            .queue(claim.target, claim.lane)
            .take_while(|(due, _)| *due <= claim.now)
            .take(claim.limit)
            .map(|(_, rid)| rid)
            .collect();
        let mut taken = Vec::with_capacity(due.len());
        for rid in due {
            let Some(row) = state.work(claim.target, rid).cloned() else {
                continue;
            };
            let row = transition::claim(row, claim.node, state.next());
            state.put_work(row.clone());
            taken.push(row);
        }
        Ok(taken)
    }

    async fn next_due(&self, target: TargetId, lane: Lane) -> Result<Option<Time>, LedgerError> {
        Ok(self.state().queue(target, lane).next().map(|(due, _)| due))
    }

    async fn frames(
        &self,
        target: TargetId,
        rids: &[Rid],
        reads: Reads,
    ) -> Result<Vec<Frame>, LedgerError> {
        let state = self.state();
        let frame = |rid: &Rid| views::frame(&state, target, *rid, reads);
        Ok(rids.iter().map(frame).collect())
    }

    async fn rival(
        &self,
        target: TargetId,
        kind: Kind,
        key: &str,
        not: Rid,
    ) -> Result<Option<Rival>, LedgerError> {
        let state = self.state();
        let held = state.holders(target, kind, key).find(|l| l.rid != not);
        Ok(held.map(|link| Rival {
            link: link.clone(),
            resource: state.resources.get(&link.rid).map(|stored| stored.resource.clone()),
        }))
    }

    async fn by_remote(
        &self,
        target: TargetId,
        kind: Kind,
        remote: &str,
    ) -> Result<Option<Link>, LedgerError> {
        Ok(self.state().by_remote(target, kind, remote).cloned())
    }

    async fn edges(
        &self,
        target: TargetId,
        group: Rid,
        limit: usize,
    ) -> Result<Vec<EdgeView>, LedgerError> {
        Ok(views::edges(&self.state(), target, group, limit))
    }

    async fn member_accounts(
        &self,
        target: TargetId,
        set: SetId,
        after: Rid,
        limit: usize,
    ) -> Result<Vec<MemberView>, LedgerError> {
        let state = self.state();
        let members = state.members.get(&set);
        let after = members.map(|set| set.range(Rid(after.0.saturating_add(1))..));
        Ok(after
            .into_iter()
            .flatten()
            .take(limit)
            .map(|rid| views::member(&state, target, *rid))
            .collect())
    }

    async fn announce(
        &self,
        target: TargetId,
        rid: Rid,
        fence: Fence,
        link: Link,
    ) -> Result<Announced, LedgerError> {
        let mut state = self.state();
        if !transition::may_announce(state.work(target, rid), fence) {
            return Ok(Announced::Stale);
        }
        if let Some(conflict) = state.link_conflict(&link) {
            return Err(LedgerError::Failed(conflict));
        }
        let link = transition::announced(state.link(link.id), link);
        state.put_link(link);
        Ok(Announced::Yes)
    }

    async fn settle(&self, settle: Settle) -> Result<Settled, LedgerError> {
        end(&mut self.state(), &settle)
    }

    async fn release(
        &self,
        target: TargetId,
        claims: &[(Rid, Fence)],
        now: Time,
    ) -> Result<(), LedgerError> {
        let mut state = self.state();
        for (rid, fence) in claims {
            if let Some(row) = state.work(target, *rid).cloned() {
                state.put_work(transition::release(row, *fence, now));
            }
        }
        Ok(())
    }

    async fn ready(&self, target: TargetId, now: Time, limit: usize) -> Result<usize, LedgerError> {
        let state = self.state();
        let lanes = Lane::ALL.into_iter();
        let due = lanes.flat_map(|lane| state.queue(target, lane));
        Ok(due.filter(|(due, _)| *due <= now).take(limit).count())
    }

    async fn sweeps(&self) -> Result<Vec<Sweep>, LedgerError> {
        let state = self.state();
        let open = state.sweeps.values().filter(|sweep| !guard::waits(&state, sweep));
        Ok(open.cloned().collect())
    }

    async fn sweep_page(
        &self,
        sweep: SweepId,
        limit: usize,
        reads: Reads,
    ) -> Result<Option<SweepPage>, LedgerError> {
        Ok(sweeps::page(&self.state(), sweep, limit, reads))
    }

    async fn sweep_step(&self, commit: SweepCommit) -> Result<(), LedgerError> {
        sweeps::step(&mut self.state(), &commit)
    }

    async fn node_start(&self, _now: Time) -> Result<NodeId, LedgerError> {
        let mut state = self.state();
        let node = NodeId(state.next());
        state.nodes.insert(node, (0, true));
        Ok(node)
    }

    async fn beat(&self, node: NodeId) -> Result<(), LedgerError> {
        match self.state().nodes.get_mut(&node) {
            Some((beat, true)) => {
                *beat += 1;
                Ok(())
            }
            _ => Err(LedgerError::Fenced),
        }
    }

    async fn others(&self, node: NodeId) -> Result<Vec<(NodeId, i64)>, LedgerError> {
        let state = self.state();
        let alive = state.nodes.iter().filter(|(_, (_, alive))| *alive);
        Ok(alive.filter(|(id, _)| **id != node).map(|(id, (beat, _))| (*id, *beat)).collect())
    }

    async fn bury(&self, node: NodeId, now: Time) -> Result<usize, LedgerError> {
        let mut state = self.state();
        if let Some(buried) = state.nodes.get_mut(&node) {
            buried.1 = false;
        }
        let taken: Vec<Work> =
            state.all_work().filter(|work| work.node == Some(node)).cloned().collect();
        let freed = taken.len();
        for row in taken {
            if let Some(link) = state.open_link(row.target, row.rid).cloned() {
                let stamp = state.next();
                state.put_link(transition::in_doubt(link, stamp, now));
            }
            state.put_work(transition::free(row, now));
        }
        Ok(freed)
    }

    async fn set_quarantine(
        &self,
        target: TargetId,
        reason: Option<Quarantined>,
        now: Time,
    ) -> Result<(), LedgerError> {
        let mut state = self.state();
        let before = state.quarantine.get(&target).cloned();
        let since = before.as_ref().map_or(now, |held| held.since);
        let was = before.as_ref().map(|held| held.fault.cause.as_str());
        let is = reason.as_ref().map(|reason| reason.fault.cause.as_str());
        let told = state.notices.told.contains(&target);
        if let Some(alert) = of_quarantine(told, was, is) {
            let fault = reason.as_ref().map(|reason| &reason.fault);
            let fault = fault.or(before.as_ref().map(|held| &held.fault));
            let detail = fault.map(|fault| fault.detail.clone()).unwrap_or_default();
            match alert {
                Alert::Recovered => state.notices.told.remove(&target),
                _ => state.notices.told.insert(target),
            };
            notices::enqueue(&mut state, target, alert, &detail, now);
        }
        match reason {
            Some(Quarantined { fault, probe }) => {
                state.quarantine.insert(target, Quarantine { target, fault, since, probe })
            }
            None => state.quarantine.remove(&target),
        };
        Ok(())
    }

    async fn quarantined(&self) -> Result<Vec<Quarantine>, LedgerError> {
        Ok(self.state().quarantine.values().cloned().collect())
    }

    async fn set_pause(&self, target: TargetId, pause: Option<Pause>) -> Result<(), LedgerError> {
        let mut state = self.state();
        match pause {
            Some(pause) => state.pauses.insert(target, pause),
            None => state.pauses.remove(&target),
        };
        Ok(())
    }

    async fn pause(&self, target: TargetId) -> Result<Option<Pause>, LedgerError> {
        Ok(self.state().pauses.get(&target).cloned())
    }
}

fn version(state: &State, target: TargetId) -> Option<i64> {
    state.estate.target(target).map(|target| target.version)
}

fn spread(state: &mut State, commit: SpreadCommit) -> Result<(), LedgerError> {
    if state.estate.version != commit.estate {
        return Err(LedgerError::EstateMoved);
    }
    if commit.rows.iter().any(|row| !state.outbox.contains_key(row)) {
        return Err(LedgerError::Busy);
    }
    let holds = guard::count(state, &commit.watch, &commit.edges);
    for marking in &commit.markings {
        state.mark(marking);
    }
    for marking in &commit.edges {
        state.mark_edge(marking);
    }
    guard::hold(state, holds);
    guard::free(state, &commit.watch);
    for sweep in commit.sweeps {
        let id = SweepId(state.next());
        state.sweeps.insert(id, Sweep { id, ..sweep });
    }
    for row in &commit.rows {
        if let Some(row) = state.outbox.remove(row) {
            sweeps::erase_unswept(state, &row);
        }
    }
    Ok(())
}

fn end(state: &mut State, settle: &Settle) -> Result<Settled, LedgerError> {
    let fresh = state.next();
    let stored_link = state.open_link(settle.target, settle.rid).cloned();
    let awaited = match settle.next {
        Next::Wait(link, _) => Some(link),
        _ => None,
    };
    let ending = transition::settle(
        transition::Stored {
            work: state.work(settle.target, settle.rid).cloned(),
            link: stored_link.as_ref(),
            version_is_current: version(state, settle.target) == Some(settle.version),
            awaited_is_open: awaited.and_then(|id| state.link(id)).is_some_and(Link::is_open),
            fresh,
        },
        settle,
    );
    if let Some(conflict) = ending.link.as_ref().and_then(|l| state.link_conflict(l)) {
        return Err(LedgerError::Failed(conflict));
    }
    match ending.work {
        Some(work) => {
            if work.due.is_none() && work.node.is_none() {
                let detail = work.why.as_ref().map(|why| why.detail.clone()).unwrap_or_default();
                notices::enqueue(state, settle.target, Alert::Parked, &detail, settle.at);
            }
            state.put_work(work);
        }
        None => state.drop_work(settle.target, settle.rid),
    }
    if let Some(link) = ending.link {
        state.put_link(link);
    }
    if ending.edges_count {
        drop_edges(state, settle);
    }
    if ending.live {
        put_live(state, settle);
    }
    if let Some((intent, said)) = ending.intent {
        state.intents.tell(intent, settle.target, said);
    }
    if let Some(link) = ending.wakes {
        wake(state, link, settle.at);
    }
    if let Some(link) = ending.presses {
        press(state, link, settle.at);
    }
    if let Some(delivery) = settle.delivery.clone() {
        let id = state.next();
        state.deliveries.insert(id, delivery);
    }
    Ok(ending.settled)
}

fn drop_edges(state: &mut State, settle: &Settle) {
    for (member, mark) in &settle.edges {
        let key = (settle.target, settle.rid, *member);
        let stored = state.edges.get(&key).map(|edge| edge.mark);
        if stored.is_some_and(|stored| transition::edge_is_settled(stored, *mark)) {
            state.edges.remove(&key);
        }
    }
}

/// The account now exists: an outbox row says so to its groups and to those who refer to it.
fn put_live(state: &mut State, settle: &Settle) {
    let Some(resource) = state.resources.get(&settle.rid).map(|s| &s.resource) else {
        return;
    };
    let whose = (resource.tenant, resource.rid, resource.kind);
    let seq = Seq(state.next());
    let part = Part::Live(settle.target);
    state.put_outbox((seq, 0, settle.at), whose, part, Flags::LIVE);
}

pub(super) fn wake(state: &mut State, link: LinkId, at: Time) {
    for (target, rid) in state.waiters(link) {
        if let Some(row) = state.work(target, rid).cloned() {
            state.put_work(transition::wake(row, at));
        }
    }
}

/// The pair that holds a name which another pair waits for is decided anew.
fn press(state: &mut State, link: LinkId, at: Time) {
    let Some(holder) = state.link(link) else {
        return;
    };
    let marking = Marking {
        target: holder.target,
        rid: holder.rid,
        lane: Lane::Live,
        owes: Owes::NONE,
        due: at,
        leaving_since: None,
    };
    state.mark(&marking);
}
