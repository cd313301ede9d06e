//! One pair, changes a → b → a; a worker is declared dead at any point, and may wake later and
//! go on, even to send.

use sutler_engine::transition::{Stored, claim, free, in_doubt, mark, settle};
use sutler_model::link::{Link, LinkState, Sent};
use sutler_model::port::{Settle, Settled};
use sutler_model::work::{Lane, Marking, Owes, Work};
use sutler_model::{Fence, Kind, LinkId, Mark, NodeId, Rid, Stamp, TargetId, Time};

use super::pair_edits::settle_of;
use super::search::{Model, fails, holds};

const VALUES: [u64; 3] = [1, 2, 1];

#[derive(Clone, Copy)]
struct Rules {
    /// A stale settle marks the pair and stamps a doubt.
    stale_leaves_a_doubt: bool,
    /// A row freed by a death is in doubt.
    death_leaves_a_doubt: bool,
    /// A settle clears only the doubt that it looked at.
    stamp: bool,
    /// Only the fence in force settles.
    fence: bool,
    /// A settle compares the mark.
    mark: bool,
}

const ALL: Rules = Rules {
    stale_leaves_a_doubt: true,
    death_leaves_a_doubt: true,
    stamp: true,
    fence: true,
    mark: true,
};

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Stage {
    Claimed,
    Read,
    /// Sent while its claim was in force: if it dies now, the death's doubt covers it.
    Sent,
    /// Sent after it was declared dead: only its own stale settle tells of it, or reconcile.
    SentLate,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Worker {
    stage: Stage,
    fence: Fence,
    mark: Mark,
    value: u64,
    /// What it takes to be at the target: seen there, or last sent.
    base: u64,
    looked: Option<Stamp>,
}

#[derive(Clone)]
struct State {
    version: usize,
    work: Option<Work>,
    link: Link,
    target: u64,
    workers: Vec<Worker>,
    fence: Fence,
    stamp: Stamp,
    deaths: u8,
}

type WorkKey = Option<(Mark, Option<Fence>)>;
type Key = (usize, WorkKey, (u64, Option<Stamp>, Stamp), u64, Vec<Worker>, Fence, u8);

fn marking() -> Marking {
    Marking {
        target: TargetId(1),
        rid: Rid(1),
        lane: Lane::Live,
        owes: Owes::NONE,
        due: Time(0),
        leaving_since: None,
    }
}

impl Rules {
    fn step(&self, state: &State, at: usize, out: &mut Vec<(&'static str, State)>) {
        let worker = state.workers[at];
        let in_force = state.work.as_ref().is_some_and(|w| w.fence == Some(worker.fence));
        let mut next = state.clone();
        if !in_force && worker.stage != Stage::SentLate {
            let mut gone = state.clone();
            gone.workers.remove(at);
            out.push(("late worker ends", gone));
        }
        match worker.stage {
            Stage::Claimed => {
                let looked = state.link.doubt.map(|doubt| doubt.stamp);
                let base = if looked.is_some() { state.target } else { state.link.sent.0[0].1 };
                let value = VALUES[state.version];
                next.workers[at] = Worker { stage: Stage::Read, value, base, looked, ..worker };
                out.push((if looked.is_some() { "look" } else { "read" }, next));
            }
            Stage::Read => {
                if worker.value != worker.base {
                    next.target = worker.value;
                }
                next.workers[at].stage = if in_force { Stage::Sent } else { Stage::SentLate };
                out.push((if in_force { "send" } else { "send late" }, next));
            }
            Stage::Sent | Stage::SentLate => {
                next.workers.remove(at);
                let settled = self.settle(&mut next, worker);
                out.push((settled, next));
            }
        }
    }

    fn settle(&self, state: &mut State, worker: Worker) -> &'static str {
        let stored_stamp = state.link.doubt.map(|doubt| doubt.stamp);
        let row = state.work.as_ref();
        let link = Link { sent: Sent(vec![(0, worker.value)]), doubt: None, ..state.link.clone() };
        let fence = match row.and_then(|row| row.fence) {
            Some(fence) if !self.fence => fence,
            _ => worker.fence,
        };
        let mark = row.filter(|_| !self.mark).map_or(worker.mark, |row| row.mark);
        // The whole link is written by whoever settles; without the stamp rule a look clears
        // whatever doubt stands.
        let looked = if self.stamp { worker.looked } else { stored_stamp };
        let asked = Settle { looked, ..settle_of(fence, mark, Some(link)) };
        let stored = Stored {
            work: state.work.clone(),
            link: Some(&state.link),
            version_is_current: true,
            awaited_is_open: true,
            fresh: state.stamp + 1,
        };
        let ending = settle(stored, &asked);
        if ending.settled == Settled::Stale {
            if !self.stale_leaves_a_doubt {
                return "stale, dropped";
            }
            state.stamp += 1;
        }
        state.work = ending.work;
        state.link = ending.link.unwrap_or_else(|| state.link.clone());
        if ending.settled == Settled::Stale { "stale" } else { "settle" }
    }
}

impl Model for Rules {
    type State = State;
    type Key = Key;

    fn start(&self) -> State {
        let mut link = Link::creating(LinkId([1; 16]), TargetId(1), Rid(1), Kind::User, None);
        link.state = LinkState::On;
        link.sent = Sent(vec![(0, 1)]);
        State {
            version: 0,
            work: None,
            link,
            target: 1,
            workers: vec![],
            fence: 1,
            stamp: 0,
            deaths: 1,
        }
    }

    fn key(&self, state: &State) -> Key {
        let doubt = state.link.doubt.map(|doubt| doubt.stamp);
        (
            state.version,
            state.work.as_ref().map(|row| (row.mark, row.fence)),
            (state.link.sent.0[0].1, doubt, state.stamp),
            state.target,
            state.workers.clone(),
            state.fence,
            state.deaths,
        )
    }

    fn steps(&self, state: &State) -> Vec<(&'static str, State)> {
        let mut out = vec![];
        if state.version < 2 {
            let mut next = state.clone();
            next.version += 1;
            next.work = Some(mark(next.work, &marking()));
            out.push(("commit", next));
        }
        if let Some(row) = state.work.clone() {
            let mut next = state.clone();
            if row.fence.is_none() {
                next.workers.push(Worker {
                    stage: Stage::Claimed,
                    fence: state.fence,
                    mark: row.mark,
                    value: 0,
                    base: 0,
                    looked: None,
                });
                next.work = Some(claim(row, NodeId(1), state.fence));
                next.fence += 1;
                out.push(("claim", next));
            } else if state.deaths > 0 {
                next.deaths -= 1;
                if self.death_leaves_a_doubt {
                    next.stamp += 1;
                    next.link = in_doubt(next.link, next.stamp, Time(0));
                }
                next.work = Some(free(row, Time(0)));
                out.push(("declared dead, freed", next));
            }
        }
        for at in 0..state.workers.len() {
            self.step(state, at, &mut out);
        }
        out
    }

    fn is_lost(&self, state: &State) -> bool {
        state.target != VALUES[state.version]
    }
}

#[test]
fn r11_r12_with_all_rules_no_doubt_is_lost() {
    holds("node death, all rules", &ALL);
}

#[test]
fn dropping_a_stale_settle_loses_what_a_late_worker_did() {
    fails("stale settle dropped", &Rules { stale_leaves_a_doubt: false, ..ALL });
}

#[test]
fn freeing_without_doubt_loses_what_the_dead_node_did() {
    fails("freed row not in doubt", &Rules { death_leaves_a_doubt: false, ..ALL });
}

#[test]
fn clearing_a_doubt_that_was_not_looked_at_loses_it() {
    fails("doubt without stamp", &Rules { stamp: false, ..ALL });
}

#[test]
fn settling_without_the_fence_loses_an_update() {
    fails("no fence check", &Rules { fence: false, ..ALL });
}

#[test]
fn settling_without_the_mark_loses_an_update() {
    fails("settle without mark", &Rules { mark: false, ..ALL });
}
