//! What a person looks at, and what a person orders.

use std::collections::BTreeSet;
use std::path::Path;

use async_trait::async_trait;
use sutler_engine::transition;
use sutler_model::change::Flags;
use sutler_model::delivery::{Delivery, FailedPair, Leaver, LeaverPlace, TargetStatus};
use sutler_model::estate::Target;
use sutler_model::history::{HistoryQuery, Recorded, Retention};
use sutler_model::link::{Link, LinkState};
use sutler_model::port::{Again, LedgerError, Overview, Retried};
use sutler_model::work::{OutboxRow, Over, Part, Sweep, Work};
use sutler_model::{Kind, Rid, TargetId, TenantId, Time, Uid};

use super::state::State;
use super::{MemoryLedger, guard, history, people, sweeps};

#[async_trait]
impl Overview for MemoryLedger {
    async fn status(&self, now: Time) -> Result<Vec<TargetStatus>, LedgerError> {
        let state = self.state();
        let targets = state.estate.targets.iter();
        Ok(targets.map(|target| status(&state, target, now)).collect())
    }

    async fn failed(
        &self,
        target: Option<TargetId>,
        after: Option<(TargetId, Rid)>,
        limit: usize,
    ) -> Result<Vec<FailedPair>, LedgerError> {
        let state = self.state();
        Ok(state
            .all_work()
            .filter(|work| target.is_none_or(|target| target == work.target))
            .filter(|work| after.is_none_or(|after| (work.target, work.rid) > after))
            .filter(|work| transition::is_parked(work))
            .take(limit)
            .map(|work| failed(&state, work))
            .collect())
    }

    async fn leavers(
        &self,
        target: Option<TargetId>,
        after: Option<LeaverPlace>,
        limit: usize,
    ) -> Result<Vec<Leaver>, LedgerError> {
        Ok(people::leavers(&self.state(), target, after, limit))
    }

    async fn retry(
        &self,
        target: TargetId,
        which: &Again,
        now: Time,
    ) -> Result<Retried, LedgerError> {
        Ok(people::retry(&mut self.state(), target, which, now))
    }

    async fn deliveries(
        &self,
        target: Option<TargetId>,
        limit: usize,
    ) -> Result<Vec<Delivery>, LedgerError> {
        let state = self.state();
        let newest = state.deliveries.values().rev();
        Ok(newest
            .filter(|d| target.is_none_or(|target| target == d.target))
            .take(limit)
            .map(|one| Delivery { steps: Vec::new(), ..one.clone() })
            .collect())
    }

    async fn deliveries_of(
        &self,
        target: TargetId,
        rid: Rid,
        limit: usize,
    ) -> Result<Vec<Delivery>, LedgerError> {
        let state = self.state();
        let ours = |one: &&Delivery| one.target == target && one.rid == rid;
        Ok(state.deliveries.values().rev().filter(ours).take(limit).cloned().collect())
    }

    async fn history(&self, query: &HistoryQuery) -> Result<Vec<Recorded>, LedgerError> {
        Ok(history::history(&self.state(), query))
    }

    async fn prune_history(
        &self,
        retention: Retention,
        now: Time,
        limit: usize,
    ) -> Result<usize, LedgerError> {
        Ok(history::prune(&mut self.state(), retention, now, limit))
    }

    async fn delivery_page(
        &self,
        target: TargetId,
        rid: Option<Rid>,
        before: i64,
        limit: usize,
    ) -> Result<Vec<(i64, Delivery)>, LedgerError> {
        let state = self.state();
        let ours = state
            .deliveries
            .range(..before)
            .rev()
            .filter(|(_, one)| one.target == target && rid.is_none_or(|rid| rid == one.rid));
        let plain = |(place, one): (&i64, &Delivery)| {
            (*place, Delivery { steps: Vec::new(), ..one.clone() })
        };
        Ok(ours.take(limit).map(plain).collect())
    }

    async fn work_of(&self, target: TargetId, rid: Rid) -> Result<Option<Work>, LedgerError> {
        Ok(self.state().work(target, rid).cloned())
    }

    async fn former(&self, target: TargetId, rid: Rid) -> Result<Option<Link>, LedgerError> {
        let state = self.state();
        let theirs = state.links().filter(|link| (link.target, link.rid) == (target, rid));
        let closed = theirs.filter(|link| link.state == LinkState::Closed && link.remote.is_some());
        Ok(closed.max_by_key(|link| link.confirmed).cloned())
    }

    async fn known(&self, tenant: TenantId, uid: &Uid) -> Result<Option<Rid>, LedgerError> {
        let state = self.state();
        let mut all = state.resources.values().map(|stored| &stored.resource);
        Ok(all.find(|r| r.tenant == tenant && r.uid == *uid).map(|r| r.rid))
    }

    async fn backup(&self, _to: &Path) -> Result<u64, LedgerError> {
        Err(LedgerError::Failed("the in-memory ledger has no file".to_owned()))
    }

    async fn ping(&self) -> Result<(), LedgerError> {
        Ok(())
    }
}

fn status(state: &State, target: &Target, now: Time) -> TargetStatus {
    let rows: Vec<&Work> = state.all_work().filter(|w| w.target == target.id).collect();
    let parked = rows.iter().filter(|w| transition::is_parked(w));
    let failed: BTreeSet<Rid> = parked.map(|w| w.rid).collect();
    let held = rows.iter().filter(|w| w.held.is_some() && w.fence.is_none());
    let held: BTreeSet<Rid> = held.map(|w| w.rid).collect();
    let mut pending: BTreeSet<Rid> = rows.iter().map(|w| w.rid).collect();
    let mut since: Vec<Time> = rows.iter().filter_map(|w| w.leaving_since).collect();
    for row in state.outbox.values().filter(|row| touches(state, row, target)) {
        pending.insert(row.rid);
        let leaves = row.flags.has(Flags::DISABLED) || row.flags.has(Flags::DELETED);
        if leaves && state.open_link(target.id, row.rid).is_some() {
            since.push(row.at);
        }
    }
    let goes_on = |sweep: &&Sweep| sweep.target == target.id && !guard::waits(state, sweep);
    for sweep in state.sweeps.values().filter(goes_on) {
        let ahead = ahead(state, sweep).into_iter();
        pending.extend(ahead.filter(|rid| routed(state, *rid, target)));
    }
    pending.retain(|rid| !failed.contains(rid) && !held.contains(rid));
    let settled = |link: &&Link| {
        matches!(link.state, LinkState::On | LinkState::Off)
            && !pending.contains(&link.rid)
            && !failed.contains(&link.rid)
            && !held.contains(&link.rid)
    };
    let age = |since: Time| u64::try_from(now.since(since) / 1000).unwrap_or_default();
    TargetStatus {
        name: target.name.clone(),
        in_sync: count(state.open_links(target.id).filter(settled).count()),
        pending: count(pending.len()),
        failed: count(failed.len()),
        held: count(held.len()),
        oldest_pending_deprovision_seconds: since.into_iter().min().map(age),
        state: state
            .quarantine
            .get(&target.id)
            .map_or_else(|| "healthy".to_owned(), |held| held.fault.cause.clone()),
    }
}

/// The pairs that an open sweep has not reached. One over links goes on over the resources;
/// one over an old set is about the group.
fn ahead(state: &State, sweep: &Sweep) -> Vec<Rid> {
    let mut ahead = sweeps::walk(state, sweep);
    match sweep.over {
        Over::Links => {
            let resources = Sweep { over: Over::Resources, cursor: Rid(0), ..sweep.clone() };
            ahead.extend(sweeps::walk(state, &resources));
        }
        Over::Set { group, .. } if !ahead.is_empty() => return vec![group],
        Over::Nested { group, .. } | Over::Below { group, .. } => return vec![group],
        Over::Above(rid) => return vec![rid],
        Over::Nests(_) => {
            let groups = state.open_links(sweep.target).filter(|link| link.kind == Kind::Group);
            return groups.map(|link| link.rid).filter(|rid| *rid > sweep.cursor).collect();
        }
        Over::Set { .. }
        | Over::Resources
        | Over::Dependents(_)
        | Over::Memberships(_)
        | Over::Members(_) => {}
    }
    ahead
}

fn count(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

/// True if an unspread row will come to something at this target.
fn touches(state: &State, row: &OutboxRow, target: &Target) -> bool {
    match row.part {
        Part::Live(at) if at != target.id => false,
        _ => routed(state, row.rid, target),
    }
}

fn routed(state: &State, rid: Rid, target: &Target) -> bool {
    state.open_link(target.id, rid).is_some()
        || state.resources.get(&rid).is_some_and(|stored| {
            !stored.resource.gone && state.estate.routes(&stored.origins, target)
        })
}

pub(super) fn uid_of(state: &State, rid: Rid) -> Uid {
    let stored = state.resources.get(&rid);
    stored.map_or_else(|| Uid(String::new()), |s| s.resource.uid.clone())
}

/// `userName` or `displayName`; of a tombstone, the name that its account holds.
pub(super) fn name_of(state: &State, target: TargetId, rid: Rid) -> String {
    let body = state.resources.get(&rid).map(|s| &s.resource.body);
    let written = body.and_then(|body| body.get("userName").or_else(|| body.get("displayName")));
    let held = || {
        let mut links = state.links().filter(|l| l.target == target && l.rid == rid);
        links.find_map(|link| link.key.clone())
    };
    written.and_then(|name| name.as_str().map(str::to_owned)).or_else(held).unwrap_or_default()
}

pub(super) fn target_name(state: &State, target: TargetId) -> String {
    let target = state.estate.target(target);
    target.map(|t| t.name.clone()).unwrap_or_default()
}

fn failed(state: &State, work: &Work) -> FailedPair {
    let kind = state.resources.get(&work.rid).map(|s| s.resource.kind);
    let why = work.why.clone();
    FailedPair {
        target: target_name(state, work.target),
        id: uid_of(state, work.rid),
        kind: kind.map(|k| k.name().to_owned()).unwrap_or_default(),
        name: name_of(state, work.target, work.rid),
        cause: why.as_ref().map(|w| w.cause.clone()).unwrap_or_default(),
        detail: why.map(|w| w.detail).unwrap_or_default(),
        tries: work.tries,
        place: (work.target, work.rid),
    }
}
