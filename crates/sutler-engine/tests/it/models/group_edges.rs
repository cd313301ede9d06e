//! One group with two possible members: the load cursor, edges, accounts that come and go,
//! and a crash.

use sutler_engine::transition::{Stored, claim, edge_is_settled, free, mark, mark_edge, settle};
use sutler_model::link::{Link, LinkState};
use sutler_model::port::{Next, Settle};
use sutler_model::work::{Edge, EdgeMarking, Lane, Marking, Owes, Work};
use sutler_model::{Kind, LinkId, Mark, NodeId, Rid, TargetId, Time};

use super::pair_edits::settle_of;
use super::search::{Model, fails, holds};

#[derive(Clone, Copy)]
struct Rules {
    /// An edge is deleted only if its mark is the one that was sent.
    edge_mark: bool,
    /// An account that becomes live gets an edge for each of its groups.
    live_edge: bool,
    /// Edges of members that the load has not reached are compared all the same.
    compares_ahead: bool,
    /// A settle compares the item's mark.
    mark: bool,
}

const ALL: Rules = Rules { edge_mark: true, live_edge: true, compares_ahead: true, mark: true };

/// A worker that has read its chunk, and has or has not sent it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Chunk {
    sent: bool,
    mark: Mark,
    edges: [Option<Mark>; 2],
    /// What to make of each member, in this order: edges first, then the load.
    operations: [Option<(usize, bool)>; 3],
    cursor: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Worker {
    Idle,
    Claimed(Mark),
    Read(Chunk),
}

#[derive(Clone)]
struct State {
    member: [bool; 2],
    live: [bool; 2],
    remote: [bool; 2],
    edges: [Option<Edge>; 2],
    outbox: [u8; 2],
    work: Option<Work>,
    link: Link,
    worker: Worker,
    events: u8,
    crashes: u8,
}

type Flags = ([bool; 2], [bool; 2], [bool; 2]);
type Rows = ([Option<Mark>; 2], Option<(Mark, bool)>, Option<Rid>);
type Key = (Flags, Rows, [u8; 2], Worker, u8, u8);

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

fn rid(member: usize) -> Rid {
    Rid(i64::try_from(member).unwrap() + 1)
}

impl State {
    fn cursor(&self) -> usize {
        self.link.load.map_or(2, |rid| usize::try_from(rid.0).unwrap())
    }

    fn mark(&mut self, member: usize, cut: bool) {
        let edge =
            EdgeMarking { target: TargetId(1), group: Rid(9), member: rid(member), cut, op: None };
        self.edges[member] = Some(mark_edge(self.edges[member], &edge));
        self.work = Some(mark(self.work.take(), &marking()));
    }
}

impl Rules {
    fn happen(&self, state: &State, member: usize, out: &mut Vec<(&'static str, State)>) {
        let mut next = state.clone();
        next.events -= 1;
        next.member[member] = !state.member[member];
        next.outbox[member] += 1;
        out.push((if state.member[member] { "leave" } else { "join" }, next));
        let mut next = state.clone();
        next.events -= 1;
        next.live[member] = !state.live[member];
        if state.live[member] {
            next.remote[member] = false;
            out.push(("account closed", next));
        } else {
            if self.live_edge {
                next.mark(member, false);
            }
            out.push(("account live", next));
        }
    }

    fn read(&self, state: &State, mark: Mark) -> Chunk {
        let cursor = state.cursor();
        let mut chunk = Chunk {
            sent: false,
            mark,
            edges: state.edges.map(|edge| edge.map(|edge| edge.mark)),
            operations: [None; 3],
            cursor: cursor.min(1) + 1,
        };
        for member in [0, 1] {
            let compared =
                state.edges[member].is_some() && (member < cursor || self.compares_ahead);
            if compared && state.live[member] {
                chunk.operations[member] = Some((member, state.member[member]));
            }
        }
        if cursor < 2 && state.member[cursor] && state.live[cursor] {
            chunk.operations[2] = Some((cursor, true));
        }
        chunk
    }

    fn settle(&self, state: &mut State, chunk: Chunk) {
        for member in [0, 1] {
            let (Some(edge), Some(sent)) = (state.edges[member], chunk.edges[member]) else {
                continue;
            };
            if !self.edge_mark || edge_is_settled(edge.mark, sent) {
                state.edges[member] = None;
            }
        }
        let loaded = chunk.cursor >= 2;
        let row = state.work.take();
        let mark = match &row {
            Some(row) if !self.mark => row.mark,
            _ => chunk.mark,
        };
        let fence = row.as_ref().and_then(|row| row.fence).unwrap();
        let load = (!loaded).then(|| Rid(i64::try_from(chunk.cursor).unwrap()));
        let link = Link { load, ..state.link.clone() };
        let asked = Settle {
            next: if loaded { Next::Done } else { Next::At(Time(0)) },
            ..settle_of(fence, mark, Some(link))
        };
        let stored = Stored {
            work: row,
            link: Some(&state.link),
            version_is_current: true,
            awaited_is_open: true,
            fresh: 0,
        };
        let ending = settle(stored, &asked);
        state.work = ending.work;
        state.link = ending.link.unwrap_or_else(|| state.link.clone());
    }

    fn work(&self, state: &State, out: &mut Vec<(&'static str, State)>) {
        let mut next = state.clone();
        match state.worker {
            Worker::Idle => {
                let Some(row) = state.work.clone() else { return };
                next.worker = Worker::Claimed(row.mark);
                next.work = Some(claim(row, NodeId(1), 1));
                out.push(("claim", next));
            }
            Worker::Claimed(mark) => {
                next.worker = Worker::Read(self.read(state, mark));
                out.push(("read", next));
            }
            Worker::Read(chunk) if !chunk.sent => {
                for (member, wanted) in chunk.operations.into_iter().flatten() {
                    if state.live[member] {
                        next.remote[member] = wanted;
                    }
                }
                next.worker = Worker::Read(Chunk { sent: true, ..chunk });
                out.push(("send", next));
            }
            Worker::Read(chunk) => {
                self.settle(&mut next, chunk);
                next.worker = Worker::Idle;
                out.push(("settle", next));
            }
        }
        if state.worker != Worker::Idle && state.crashes > 0 {
            let mut next = state.clone();
            next.crashes -= 1;
            next.worker = Worker::Idle;
            next.work = next.work.map(|row| free(row, Time(0)));
            out.push(("crash", next));
        }
    }
}

impl Model for Rules {
    type State = State;
    type Key = Key;

    fn start(&self) -> State {
        let mut link = Link::creating(LinkId([1; 16]), TargetId(1), Rid(9), Kind::Group, None);
        link.state = LinkState::On;
        State {
            member: [true, false],
            live: [true, false],
            remote: [false; 2],
            edges: [None; 2],
            outbox: [0; 2],
            work: Some(mark(None, &marking())),
            link,
            worker: Worker::Idle,
            events: 3,
            crashes: 1,
        }
    }

    fn key(&self, state: &State) -> Key {
        (
            (state.member, state.live, state.remote),
            (
                state.edges.map(|edge| edge.map(|edge| edge.mark)),
                state.work.as_ref().map(|row| (row.mark, row.fence.is_some())),
                state.link.load,
            ),
            state.outbox,
            state.worker,
            state.events,
            state.crashes,
        )
    }

    fn steps(&self, state: &State) -> Vec<(&'static str, State)> {
        let mut out = vec![];
        for member in [0, 1] {
            if state.events > 0 {
                self.happen(state, member, &mut out);
            }
            if state.outbox[member] > 0 {
                let mut next = state.clone();
                next.outbox[member] -= 1;
                next.mark(member, !state.member[member]);
                out.push(("spread", next));
            }
        }
        self.work(state, &mut out);
        out
    }

    fn is_lost(&self, state: &State) -> bool {
        (0..2).any(|m| state.remote[m] != (state.member[m] && state.live[m]))
    }
}

#[test]
fn r8_with_all_rules_no_membership_is_lost() {
    holds("group and edges, all rules", &ALL);
}

#[test]
fn dropping_edges_ahead_of_the_cursor_loses_a_removal() {
    fails("edges ahead dropped", &Rules { compares_ahead: false, ..ALL });
}

#[test]
fn edges_without_marks_lose_a_membership() {
    fails("edge without mark", &Rules { edge_mark: false, ..ALL });
}

#[test]
fn an_account_that_becomes_live_without_an_edge_is_no_member() {
    fails("no edge when an account becomes live", &Rules { live_edge: false, ..ALL });
}

#[test]
fn settling_the_group_without_its_mark_loses_a_membership() {
    fails("settle ignores the mark", &Rules { mark: false, ..ALL });
}
