//! What the guard counts and holds.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use sutler_engine::transition::{self, Rejected};
use sutler_model::guard::{
    Held, HeldPair, Leave, Limit, Loss, Verdict, WINDOW, Watch, Wave, WaveState, exceeds, minute,
    needs_accounts,
};
use sutler_model::notification::Alert;
use sutler_model::port::{Guarding, LedgerError};
use sutler_model::work::{EdgeMarking, Over, Sweep, Work};
use sutler_model::{Rid, Seq, TargetId, Time, WaveId};

use super::overview::{name_of, uid_of};
use super::state::State;
use super::{MemoryLedger, notices};

/// The guard's rows.
#[derive(Default)]
pub(crate) struct GuardRows {
    /// Who made which change.
    pub(crate) sources: BTreeMap<Seq, String>,
    gone: BTreeMap<(TargetId, Loss, i64), u64>,
    waves: BTreeMap<WaveId, Wave>,
    counts: BTreeMap<(WaveId, Loss), u64>,
}

impl GuardRows {
    /// A target was removed.
    pub(crate) fn forget(&mut self, target: TargetId) {
        self.gone.retain(|(of, ..), _| *of != target);
        self.waves.retain(|_, wave| wave.target != target);
    }

    fn within(&self, target: TargetId, loss: Loss, at: Time) -> u64 {
        let ours = |key: &(TargetId, Loss, i64)| {
            (key.0, key.1) == (target, loss) && key.2 > minute(at) - WINDOW
        };
        self.gone.iter().filter(|(key, _)| ours(key)).map(|(_, n)| n).sum()
    }

    fn add(&mut self, target: TargetId, loss: Loss, came: u64, at: Time) {
        *self.gone.entry((target, loss, minute(at))).or_default() += came;
    }
}

/// Who was counted as losing what, and with which wave it is held, if it is.
pub(super) type Holds = Vec<(TargetId, Rid, Loss, Option<WaveId>)>;
type Parties<'a> = BTreeMap<(TargetId, &'a str, Loss), (Limit, u64, Vec<Rid>)>;

fn parties<'a>(state: &State, watch: &'a Watch, edges: &[EdgeMarking]) -> Parties<'a> {
    let mut seen = BTreeSet::new();
    let mut parties = Parties::new();
    for leave in &watch.leaves {
        if leave.limit == Limit::Off || !seen.insert((leave.target, leave.rid, leave.loss)) {
            continue;
        }
        let weight = weight(state, leave, edges);
        if weight > 0 {
            let key = (leave.target, leave.source.as_str(), leave.loss);
            let party = parties.entry(key).or_insert((leave.limit, 0, vec![]));
            party.1 += weight;
            party.2.push(leave.rid);
        }
    }
    parties
}

fn weight(state: &State, leave: &Leave, edges: &[EdgeMarking]) -> u64 {
    let (target, rid) = (leave.target, leave.rid);
    if leave.loss != Loss::Removed {
        let link = state.open_link(target, rid).map(|link| link.state);
        return transition::weight(state.work(target, rid), link, leave.loss);
    }
    let fresh = |member: &Rid| {
        let known = state.edges.get(&(target, rid, *member));
        let lives = state.resources.get(member).is_some_and(|stored| !stored.resource.gone);
        lives && !known.is_some_and(|edge| edge.cut)
    };
    let cut = edges.iter().filter(|e| e.cut && (e.target, e.group) == (target, rid));
    let members: BTreeSet<Rid> = cut.map(|edge| edge.member).filter(fresh).collect();
    u64::try_from(members.len()).unwrap_or(u64::MAX)
}

pub(super) fn count(state: &mut State, watch: &Watch, edges: &[EdgeMarking]) -> Holds {
    let mut holds = vec![];
    for ((target, source, loss), (limit, came, rids)) in parties(state, watch, edges) {
        let gone = state.guard.within(target, loss, watch.at);
        let Some(excess) = judged(state, target, (limit, loss), came, gone) else {
            state.guard.add(target, loss, came, watch.at);
            holds.extend(rids.into_iter().map(|rid| (target, rid, loss, None)));
            continue;
        };
        let ours = |wave: &&Wave| {
            (wave.target, wave.source.as_str()) == (target, source)
                && (wave.state, wave.sweep) == (WaveState::Held, None)
        };
        let known = state.guard.waves.values().rev().find(ours).map(|wave| wave.id);
        let wave = known.unwrap_or_else(|| begin(state, target, source, watch.at));
        if known.is_none()
            && let Some(begun) = state.guard.waves.get_mut(&wave)
        {
            begun.state = WaveState::Held;
            begun.excess = Some(excess);
        }
        let told = (Alert::Held, rids.len());
        if known.is_some() {
            notices::grow(state, target, told, watch.at);
        } else {
            let detail = excess.told(wave, source);
            notices::enqueue_many(state, target, told, &detail, watch.at);
        }
        holds.extend(rids.into_iter().map(|rid| (target, rid, loss, Some(wave))));
    }
    holds
}

fn judged(
    state: &State,
    target: TargetId,
    (limit, loss): (Limit, Loss),
    came: u64,
    gone: u64,
) -> Option<sutler_model::guard::Excess> {
    if !needs_accounts(limit, came, gone) {
        return None;
    }
    let accounts = u64::try_from(state.open_links(target).count()).unwrap_or(u64::MAX);
    exceeds(limit, loss, came, gone, accounts)
}

fn begin(state: &mut State, target: TargetId, source: &str, since: Time) -> WaveId {
    let id = WaveId(state.next());
    let wave = Wave {
        id,
        target,
        sweep: None,
        source: source.to_owned(),
        state: WaveState::Counting,
        since,
        excess: None,
        held: vec![],
    };
    state.guard.waves.insert(id, wave);
    id
}

pub(super) fn gather(
    state: &mut State,
    sweep: &Sweep,
    watch: &Watch,
    edges: &[EdgeMarking],
) -> Holds {
    let mut holds = vec![];
    for ((target, _, loss), (_, came, rids)) in parties(state, watch, edges) {
        let wave = counting(state, sweep).unwrap_or_else(|| {
            let wave = begin(state, target, &sweep.by, watch.at);
            if let Some(begun) = state.guard.waves.get_mut(&wave) {
                begun.sweep = Some(sweep.id);
            }
            wave
        });
        *state.guard.counts.entry((wave, loss)).or_default() += came;
        holds.extend(rids.into_iter().map(|rid| (target, rid, loss, Some(wave))));
    }
    holds
}

fn counting(state: &State, sweep: &Sweep) -> Option<WaveId> {
    let ours = |wave: &&Wave| (wave.sweep, wave.state) == (Some(sweep.id), WaveState::Counting);
    state.guard.waves.values().find(ours).map(|wave| wave.id)
}

/// True if a sweep goes on only when its wave is over.
pub(super) fn waits(state: &State, sweep: &Sweep) -> bool {
    let mut waves = state.guard.waves.values();
    sweep.over == Over::Resources && waves.any(|wave| wave.sweep == Some(sweep.id))
}

pub(super) fn end_of_count(state: &mut State, sweep: &Sweep, at: Time) {
    let Some(wave) = counting(state, sweep) else { return };
    let limits = state.estate.target(sweep.target).map(|target| target.guard).unwrap_or_default();
    let all = state.guard.counts.iter().filter(|((of, _), _)| *of == wave);
    let counts: Vec<(Loss, u64)> = all.rev().map(|((_, loss), n)| (*loss, *n)).collect();
    let excess = counts.iter().find_map(|(loss, came)| {
        let gone = state.guard.within(sweep.target, *loss, at);
        judged(state, sweep.target, (limits.limit(*loss), *loss), *came, gone)
    });
    if excess.is_none() {
        for (loss, came) in counts {
            state.guard.add(sweep.target, loss, came, at);
        }
    }
    if let Some(wave) = state.guard.waves.get_mut(&wave) {
        wave.state = if excess.is_some() { WaveState::Held } else { WaveState::Releasing };
        wave.excess = excess;
    }
    if let Some(excess) = excess {
        let told = (Alert::Held, of_wave(state, wave).len());
        let detail = excess.told(wave, &sweep.by);
        notices::enqueue_many(state, sweep.target, told, &detail, at);
    }
}

pub(super) fn hold(state: &mut State, holds: Holds) {
    for (target, rid, loss, wave) in holds {
        if let Some(row) = state.work(target, rid).cloned() {
            state.put_work(match wave {
                Some(wave) => transition::hold(row, Held { wave, loss }),
                None => transition::counted(row, loss),
            });
        }
    }
}

pub(super) fn free(state: &mut State, watch: &Watch) {
    for (target, rid) in &watch.stays {
        if let Some(row) = state.work(*target, *rid).cloned() {
            state.put_work(transition::entitled(row, watch.at));
        }
    }
}

fn of_wave(state: &State, wave: WaveId) -> Vec<Work> {
    let ours = |work: &&Work| work.held.is_some_and(|held| held.wave == wave);
    let mut rows: Vec<Work> = state.all_work().filter(ours).cloned().collect();
    rows.sort_by_key(|work| work.rid);
    rows
}

fn go(state: &mut State, row: Work, release: bool, now: Time) {
    if release {
        return state.put_work(transition::let_go(row, now));
    }
    let (target, rid) = (row.target, row.rid);
    state.edges.retain(|(at, group, _), edge| (*at, *group) != (target, rid) || !edge.cut);
    match transition::reject(row, now) {
        Rejected::Gone => state.drop_work(target, rid),
        Rejected::Stays(row) => state.put_work(row),
    }
}

/// What a person says. Returns how many pairs it is about.
pub(super) fn verdict(state: &mut State, verdict: &Verdict) -> usize {
    let counted = state.guard.waves.get(&verdict.wave);
    if counted.is_none_or(|wave| wave.state == WaveState::Counting) {
        return 0;
    }
    let mut rows = of_wave(state, verdict.wave);
    if let Some(only) = &verdict.only {
        rows.retain(|row| only.contains(&uid_of(state, row.rid)));
        for row in rows.clone() {
            go(state, row, verdict.release, verdict.at);
        }
    } else if let Some(wave) = state.guard.waves.get_mut(&verdict.wave)
        && !rows.is_empty()
    {
        wave.state = if verdict.release { WaveState::Releasing } else { WaveState::Rejecting };
    }
    rows.len()
}

#[async_trait]
impl Guarding for MemoryLedger {
    async fn waves(&self, target: Option<TargetId>) -> Result<Vec<Wave>, LedgerError> {
        let state = self.state();
        let ours = state.guard.waves.values();
        let ours = ours.filter(|wave| target.is_none_or(|target| target == wave.target));
        let filled = ours.map(|wave| {
            let mut held: BTreeMap<Loss, u64> = BTreeMap::new();
            for loss in of_wave(&state, wave.id).iter().filter_map(|w| w.held).map(|h| h.loss) {
                *held.entry(loss).or_default() += 1;
            }
            Wave { held: held.into_iter().collect(), ..wave.clone() }
        });
        Ok(filled.collect())
    }

    async fn held(
        &self,
        wave: WaveId,
        after: Rid,
        limit: usize,
    ) -> Result<Vec<HeldPair>, LedgerError> {
        let state = self.state();
        let rows = of_wave(&state, wave).into_iter().filter(|row| row.rid > after).take(limit);
        let pair = |row: Work| HeldPair {
            rid: row.rid,
            id: uid_of(&state, row.rid),
            kind: state
                .resources
                .get(&row.rid)
                .map(|stored| stored.resource.kind.name().to_owned())
                .unwrap_or_default(),
            name: name_of(&state, row.target, row.rid),
            loss: row.held.map_or(Loss::Disabled, |held| held.loss),
            since: row.leaving_since.unwrap_or_default().rfc3339(),
        };
        Ok(rows.map(pair).collect())
    }

    async fn wave_step(&self, limit: usize, now: Time) -> Result<usize, LedgerError> {
        let mut state = self.state();
        let waves: Vec<(WaveId, WaveState)> =
            state.guard.waves.values().map(|wave| (wave.id, wave.state)).collect();
        let mut went = 0;
        for (wave, said) in waves {
            let rows = of_wave(&state, wave);
            let over = said == WaveState::Held && rows.is_empty();
            if !over && !matches!(said, WaveState::Releasing | WaveState::Rejecting) {
                continue;
            }
            let left = limit - went.min(limit);
            let all = rows.len() <= left;
            for row in rows.into_iter().take(left) {
                go(&mut state, row, said == WaveState::Releasing, now);
                went += 1;
            }
            if all && went < limit {
                state.guard.waves.remove(&wave);
                state.guard.counts.retain(|(of, _), _| *of != wave);
                went += 1;
            }
        }
        Ok(went)
    }
}
