//! Where the planted bugs bend what a node sees of the ledger, and what the ledger gets.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use sutler_engine::transition;
use sutler_model::Document;
use sutler_model::change::Flags;
use sutler_model::guard::{Verdict, Watch, WaveState};
use sutler_model::link::{Doubt, Link};
use sutler_model::port::{
    Claim, Frame, Guarding, LedgerError, Settle, SpreadCommit, SpreadView, SweepPage,
};
use sutler_model::work::{Lane, Over, Owes, Work};
use sutler_model::{Rid, TargetId, Time};

use super::Plant;
use super::ledger::SimLedger;

/// What a node with a bad memory remembers.
#[derive(Default)]
pub(super) struct Memory {
    links: Mutex<BTreeMap<(TargetId, Rid), Option<Link>>>,
    bodies: Mutex<BTreeMap<Rid, Option<Document>>>,
}

impl SimLedger {
    fn current(&self, target: TargetId) -> Option<i64> {
        self.inner.state().estate.target(target).map(|target| target.version)
    }

    pub(super) fn bend_views(&self, mut views: Vec<SpreadView>) -> Vec<SpreadView> {
        if self.plant == Plant::StaleScope {
            let mut bodies = self.memory.bodies.lock().unwrap_or_else(PoisonError::into_inner);
            for view in views.iter_mut().filter(|view| view.subject.body.is_some()) {
                let before = bodies.insert(view.row.rid, view.subject.body.clone());
                view.subject.body = before.flatten().or(view.subject.body.take());
            }
        }
        views
    }

    pub(super) fn bend_spread(&self, mut commit: SpreadCommit) -> SpreadCommit {
        match self.plant {
            Plant::MarkingDropped => {
                let state = self.inner.state();
                commit.markings.retain(|one| state.work(one.target, one.rid).is_none());
            }
            Plant::RowsWithoutMarks if self.executor.percent(10) => {
                let (estate, rows) = (commit.estate, commit.rows);
                commit = SpreadCommit { estate, rows, ..SpreadCommit::default() };
            }
            Plant::OwesDropped => commit.markings.iter_mut().for_each(|one| one.owes = Owes::NONE),
            Plant::LaneNotRaised => {
                commit.markings.iter_mut().for_each(|one| one.lane = one.lane.max(Lane::Live));
            }
            Plant::CutDropped => commit.edges.retain(|edge| !edge.cut),
            Plant::OldSetForgotten => {
                commit.sweeps.retain(|sweep| !matches!(sweep.over, Over::Set { .. }));
            }
            Plant::LeavesNotCounted => commit.watch.leaves.clear(),
            _ => {}
        }
        commit
    }

    pub(super) fn bend_watch(&self, mut watch: Watch) -> Watch {
        if self.plant == Plant::LeavesNotCounted {
            watch.leaves.clear();
        }
        watch
    }

    /// Who leaves by these outbox rows, and where.
    pub(super) fn leavers(&self, commit: &SpreadCommit) -> Vec<(Rid, Vec<TargetId>)> {
        let state = self.inner.state();
        let rows = commit.rows.iter().filter_map(|row| state.outbox.get(row));
        let leavers =
            rows.filter(|row| row.flags.has(Flags::DISABLED) || row.flags.has(Flags::DELETED));
        let linked = |rid: Rid| {
            let targets = state.estate.targets.iter().map(|target| target.id);
            targets.filter(|target| state.open_link(*target, rid).is_some()).collect()
        };
        leavers.map(|row| (row.rid, linked(row.rid))).collect()
    }

    pub(super) fn bend_claim(&self, mut claim: Claim) -> Claim {
        match self.plant {
            Plant::OldRules => claim.version = self.current(claim.target).unwrap_or(claim.version),
            Plant::HeldTaken => {
                let mut state = self.inner.state();
                let ours = |work: &&Work| work.target == claim.target && work.held.is_some();
                let held: Vec<Work> = state.all_work().filter(ours).cloned().collect();
                for row in held {
                    state.put_work(transition::let_go(row, claim.now));
                }
            }
            _ => {}
        }
        claim
    }

    pub(super) fn bend_frames(&self, target: TargetId, mut frames: Vec<Frame>) -> Vec<Frame> {
        for frame in &mut frames {
            match self.plant {
                Plant::StaleLink => {
                    let mut links =
                        self.memory.links.lock().unwrap_or_else(PoisonError::into_inner);
                    let before = links.insert((target, frame.rid), frame.link.clone());
                    if let Some(before) = before {
                        frame.link = before;
                    }
                }
                Plant::AbsenceBelieved => {
                    if let Some(link) = frame.link.as_mut() {
                        link.doubt = link.doubt.map(|doubt| Doubt { at: Time(0), ..doubt });
                    }
                }
                Plant::WaiterUnseen => frame.wanted = false,
                _ => {}
            }
        }
        frames
    }

    /// The settle as a ledger without the planted rule would take it.
    pub(super) fn bend_settle(&self, mut settle: Settle) -> Settle {
        let state = self.inner.state();
        let Some(row) = state.work(settle.target, settle.rid) else {
            return settle;
        };
        match (self.plant, row.fence) {
            (Plant::NoFence, Some(fence)) => settle.fence = fence,
            (Plant::NoMark, _) => settle.mark = row.mark,
            (Plant::OldRules, _) => {
                let version = state.estate.target(settle.target).map(|target| target.version);
                settle.version = version.unwrap_or(settle.version);
            }
            (Plant::DoubtCleared, _) => {
                let stored = state.open_link(settle.target, settle.rid);
                settle.looked = stored.and_then(|link| link.doubt).map(|doubt| doubt.stamp);
                if let Some(link) = settle.link.as_mut() {
                    link.doubt = None;
                }
            }
            (Plant::PaidUnconfirmed, _) => {
                settle.paid = Owes::DISABLE;
                settle.left = true;
            }
            (Plant::EdgesWithoutMark, _) => {
                for (member, mark) in &mut settle.edges {
                    let edge = state.edges.get(&(settle.target, settle.rid, *member));
                    *mark = edge.map_or(*mark, |edge| edge.mark);
                }
            }
            (Plant::LiveNotTold, _) => settle.live = false,
            _ => {}
        }
        settle
    }

    pub(super) fn bend_page(&self, mut page: SweepPage) -> SweepPage {
        match self.plant {
            Plant::SweepSkips if page.items.len() > 1 => drop(page.items.remove(0)),
            Plant::LeavePassSkipped if page.sweep.over == Over::Links => {
                page.items.clear();
                page.last = true;
            }
            _ => {}
        }
        page
    }

    /// Every wave is released by nobody.
    pub(super) async fn release_waves(&self, now: Time) -> Result<(), LedgerError> {
        let waves = self.inner.waves(None).await?;
        for wave in waves.into_iter().filter(|wave| wave.state == WaveState::Held) {
            let actor = "nobody".to_owned();
            let verdict = Verdict { wave: wave.id, only: None, release: true, actor, at: now };
            self.inner.verdict(&verdict);
        }
        Ok(())
    }
}
