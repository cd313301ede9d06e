//! What persons do to a simulated installation: edits, verdicts, pauses, comparisons.

use futures::FutureExt;
use sutler_engine::reconcile;
use sutler_model::estate::{Estate, Target};
use sutler_model::guard::{Verdict, Wave, WaveState};
use sutler_model::pause::Pause;
use sutler_model::port::{Again, Dispatch, Guarding, Overview, Registry};
use sutler_model::{Rid, TargetId};

use super::{Plant, World};

impl World {
    /// The estate as it is stored.
    pub fn estate(&self) -> Estate {
        self.ledger.estate().now_or_never().unwrap().unwrap()
    }

    /// The waves about which a person is asked.
    pub fn held_waves(&self) -> Vec<Wave> {
        let waves = self.ledger.waves(None).now_or_never().unwrap().unwrap();
        waves.into_iter().filter(|wave| wave.state == WaveState::Held).collect()
    }

    /// A person releases or rejects a wave.
    pub fn say(&mut self, wave: &Wave, release: bool) {
        let pairs: Vec<(TargetId, Rid)> = {
            let state = self.ledger.state();
            let ours = state.all_work().filter(|w| w.held.is_some_and(|h| h.wave == wave.id));
            ours.map(|work| (work.target, work.rid)).collect()
        };
        if release {
            self.watch.released(wave.target, u64::try_from(pairs.len()).unwrap());
        } else {
            self.rejecting.push((wave.id, pairs));
        }
        let verdict = Verdict {
            wave: wave.id,
            only: None,
            release: release || self.plant == Plant::RejectReleases,
            actor: "ann".to_owned(),
            at: self.executor.now(),
        };
        self.ledger.verdict(&verdict);
        self.notify();
    }

    /// Notes the pairs of rejected waves for as long as these are being carried out.
    pub(super) fn note_kept(&mut self) {
        let waves = self.ledger.waves(None).now_or_never().unwrap().unwrap();
        let now = self.executor.now();
        for (_, pairs) in &self.rejecting {
            let mut notes = self.watch.notes();
            notes.kept.extend(pairs.iter().map(|pair| (*pair, now)));
        }
        self.rejecting.retain(|(wave, _)| waves.iter().any(|known| known.id == *wave));
    }

    /// A person pauses a target, or lets it go on.
    pub fn pause(&self, target: &Target, leavers_go_on: bool) {
        let since = self.executor.now();
        let pause = Pause { since, until: None, reason: None, leavers_go_on };
        self.ledger.set_pause(target.id, Some(pause)).now_or_never().unwrap().unwrap();
    }

    /// Every target goes on.
    pub fn resume(&self) {
        for target in self.estate().targets {
            self.ledger.set_pause(target.id, None).now_or_never().unwrap().unwrap();
        }
        self.notify();
    }

    /// A person tries again whatever waits for one.
    pub fn retry(&self) {
        for target in self.estate().targets {
            let now = self.executor.now();
            self.ledger.retry(target.id, &Again::ALL, now).now_or_never().unwrap().unwrap();
        }
        self.notify();
    }

    /// Begins to compare a target with what it should hold, on the node that started last.
    pub fn compare(&self, target: &Target) {
        let Some((number, running)) = self.nodes.last_key_value() else { return };
        let (ports, target) = (running.ports.clone(), target.clone());
        let task = async move {
            let Ok(turn) = reconcile::take_turn(&ports, &target) else { return };
            let _ = reconcile::begin(&ports, &target, turn, false).await;
        };
        self.executor.spawn(*number, Box::pin(task));
    }

    /// True if nobody's call is under way and nothing is in doubt.
    pub fn is_certain(&self) -> bool {
        let state = self.ledger.state();
        let taken = state.all_work().any(|work| work.fence.is_some());
        !taken && state.links().all(|link| link.doubt.is_none())
    }
}
