//! One pair, changes a → b → a, one edit of the estate; two spreaders and two workers on two
//! nodes, each with its own idea of the estate.

use sutler_engine::transition::{Stored, claim, mark, settle};
use sutler_model::link::{Link, LinkState, Sent};
use sutler_model::port::{Next, Settle};
use sutler_model::work::{Lane, Marking, Owes, Work};
use sutler_model::{Fence, Kind, LinkId, Mark, NodeId, Rid, TargetId, Time};

use super::search::{Model, fails, holds};

const ABSENT: u64 = 99;
const SWEEP: u8 = 4;

#[derive(Clone, Copy, PartialEq)]
enum Skip {
    /// Only where no row exists and the link holds what is wanted.
    NoRow,
    /// Also where a row is taken.
    Always,
    Never,
}

#[derive(Clone, Copy, PartialEq)]
enum Reads {
    Snapshot,
    LinkFirst,
}

#[derive(Clone, Copy)]
struct Rules {
    /// A settle compares the mark.
    mark: bool,
    skip: Skip,
    reads: Reads,
    /// A settle compares the target's version.
    version: bool,
    /// A claim checks that its estate is current.
    fresh: bool,
    /// The edit takes the account out of scope, and the sweep looks at links only.
    links_only: bool,
}

const ALL: Rules = Rules {
    mark: true,
    skip: Skip::NoRow,
    reads: Reads::Snapshot,
    version: true,
    fresh: true,
    links_only: false,
};

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Spreader {
    Idle,
    /// It has read whether the link holds what is wanted, and not yet the row.
    SawLink {
        row: u8,
        same: bool,
    },
    Saw {
        row: u8,
        has: bool,
        same: bool,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Worker {
    Idle,
    Claimed { fence: Fence, mark: Mark, estate: i64 },
    Read { fence: Fence, mark: Mark, estate: i64, value: u64 },
    Sent { fence: Fence, mark: Mark, estate: i64, value: u64 },
}

#[derive(Clone)]
struct State {
    version: usize,
    estate: i64,
    outbox: u8,
    work: Option<Work>,
    link: Link,
    target: u64,
    spreaders: [Spreader; 2],
    workers: [Worker; 2],
    cache: [i64; 2],
    fence: Fence,
}

type WorkKey = Option<(Mark, Option<Fence>)>;
type Key = (usize, i64, u8, WorkKey, u64, u64, [Spreader; 2], [Worker; 2], [i64; 2]);

fn sent(link: &Link) -> u64 {
    link.sent.0[0].1
}

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
    fn desired(&self, estate: i64, version: usize) -> u64 {
        let value = [1, 2, 1][version];
        match (estate, self.links_only) {
            (0, _) => value,
            (_, true) => ABSENT,
            (_, false) => value + 10,
        }
    }

    fn spread(&self, state: &State, at: usize, out: &mut Vec<(&'static str, State)>) {
        let estate = if self.fresh { state.estate } else { state.cache[at] };
        let same = sent(&state.link) == self.desired(estate, state.version);
        let has = state.work.is_some();
        let mut next = state.clone();
        match state.spreaders[at] {
            Spreader::Idle => {
                for row in [1, 2, SWEEP] {
                    let taken = state.spreaders.iter().any(|other| other.row() == Some(row));
                    if state.outbox & row == 0 || taken {
                        continue;
                    }
                    let mut next = state.clone();
                    next.spreaders[at] = match self.reads {
                        Reads::Snapshot => Spreader::Saw { row, has, same },
                        Reads::LinkFirst => Spreader::SawLink { row, same },
                    };
                    out.push(("spreader takes a row", next));
                }
            }
            Spreader::SawLink { row, same } => {
                next.spreaders[at] = Spreader::Saw { row, has, same };
                out.push(("spreader reads the work row", next));
            }
            Spreader::Saw { row, has, same } => {
                let unlinked = row == SWEEP && sent(&state.link) == ABSENT;
                let skips = (self.links_only && unlinked)
                    || match self.skip {
                        Skip::NoRow => same && !has,
                        Skip::Always => same,
                        Skip::Never => false,
                    };
                next.spreaders[at] = Spreader::Idle;
                next.outbox &= !row;
                if !skips {
                    next.work = Some(mark(next.work, &marking()));
                }
                out.push((if skips { "spread, skipped" } else { "spread, marked" }, next));
            }
        }
    }

    fn work(&self, state: &State, at: usize, out: &mut Vec<(&'static str, State)>) {
        let mut next = state.clone();
        match state.workers[at] {
            Worker::Idle => {
                let Some(row) = state.work.clone().filter(|row| row.fence.is_none()) else {
                    return;
                };
                if self.fresh && state.cache[at] != state.estate {
                    return;
                }
                let (fence, estate) = (state.fence, state.cache[at]);
                next.workers[at] = Worker::Claimed { fence, mark: row.mark, estate };
                next.work = Some(claim(row, NodeId(1), fence));
                next.fence += 1;
                out.push(("claim", next));
            }
            Worker::Claimed { fence, mark, estate } => {
                let value = self.desired(estate, state.version);
                next.workers[at] = Worker::Read { fence, mark, estate, value };
                out.push(("read", next));
            }
            Worker::Read { fence, mark, estate, value } => {
                next.target = value;
                next.workers[at] = Worker::Sent { fence, mark, estate, value };
                out.push(("send", next));
            }
            Worker::Sent { fence, mark, estate, value } => {
                self.settle(&mut next, (fence, mark, estate, value));
                next.workers[at] = Worker::Idle;
                out.push(("settle", next));
            }
        }
    }

    fn settle(&self, state: &mut State, (fence, mark, estate, value): (Fence, Mark, i64, u64)) {
        let mark = match (&state.work, self.mark) {
            (Some(row), false) => row.mark,
            _ => mark,
        };
        let link = Link { sent: Sent(vec![(0, value)]), ..state.link.clone() };
        let asked = settle_of(fence, mark, Some(link));
        let stored = Stored {
            work: state.work.take(),
            link: Some(&state.link),
            version_is_current: !self.version || estate == state.estate,
            awaited_is_open: true,
            fresh: 0,
        };
        let ending = settle(stored, &asked);
        state.work = ending.work;
        state.link = ending.link.unwrap_or_else(|| state.link.clone());
    }
}

/// A settle that ends the item well.
pub(super) fn settle_of(fence: Fence, mark: Mark, link: Option<Link>) -> Settle {
    Settle {
        target: TargetId(1),
        rid: Rid(1),
        fence,
        mark,
        version: 0,
        link,
        looked: None,
        live: false,
        edges: vec![],
        next: Next::Done,
        lane: Lane::Live,
        paid: Owes::NONE,
        left: false,
        tries: 0,
        why: None,
        delivery: None,
        intent: None,
        at: Time(0),
    }
}

impl Spreader {
    fn row(self) -> Option<u8> {
        match self {
            Self::Idle => None,
            Self::SawLink { row, .. } | Self::Saw { row, .. } => Some(row),
        }
    }
}

impl Model for Rules {
    type State = State;
    type Key = Key;

    fn start(&self) -> State {
        let mut link = Link::creating(LinkId([1; 16]), TargetId(1), Rid(1), Kind::User, None);
        link.state = LinkState::On;
        let value = if self.links_only { ABSENT } else { 1 };
        link.sent = Sent(vec![(0, value)]);
        State {
            version: 0,
            estate: 0,
            outbox: 0,
            work: self.links_only.then(|| mark(None, &marking())),
            link,
            target: value,
            spreaders: [Spreader::Idle; 2],
            workers: [Worker::Idle; 2],
            cache: [0; 2],
            fence: 1,
        }
    }

    fn key(&self, state: &State) -> Key {
        (
            state.version,
            state.estate,
            state.outbox,
            state.work.as_ref().map(|row| (row.mark, row.fence)),
            sent(&state.link),
            state.target,
            state.spreaders,
            state.workers,
            state.cache,
        )
    }

    fn steps(&self, state: &State) -> Vec<(&'static str, State)> {
        let mut out = vec![];
        if state.version < 2 {
            let mut next = state.clone();
            next.version += 1;
            next.outbox |= if next.version == 1 { 1 } else { 2 };
            out.push(("commit", next));
        }
        if state.estate == 0 {
            let mut next = state.clone();
            next.estate = 1;
            next.outbox |= SWEEP;
            out.push(("edit the estate", next));
        }
        for at in [0, 1] {
            if state.cache[at] != state.estate {
                let mut next = state.clone();
                next.cache[at] = state.estate;
                out.push(("reload the estate", next));
            }
            self.spread(state, at, &mut out);
            self.work(state, at, &mut out);
        }
        out
    }

    fn is_lost(&self, state: &State) -> bool {
        state.target != self.desired(state.estate, state.version)
    }
}

#[test]
fn r8_with_all_rules_no_update_is_lost() {
    holds("pair and edits, all rules", &ALL);
    holds("pair and edits, nothing skipped", &Rules { skip: Skip::Never, ..ALL });
    holds("pair and edits, out of scope", &Rules { links_only: true, ..ALL });
}

#[test]
fn a_settle_that_ignores_the_mark_loses_an_update() {
    fails("settle ignores the mark", &Rules { mark: false, ..ALL });
}

#[test]
fn skipping_a_mark_although_a_row_exists_loses_an_update() {
    fails("skip although a row exists", &Rules { skip: Skip::Always, ..ALL });
}

#[test]
fn reading_the_link_before_the_row_loses_an_update() {
    fails("link before row", &Rules { reads: Reads::LinkFirst, ..ALL });
}

#[test]
fn working_under_old_rules_loses_an_edit() {
    let stale = Rules { fresh: false, version: false, ..ALL };
    fails("neither claim nor settle compares the version", &stale);
}

#[test]
fn a_settle_that_does_not_compare_the_version_loses_a_leaver() {
    let blind = Rules { links_only: true, version: false, ..ALL };
    fails("settle does not compare the version", &blind);
}
