//! A bounded queue with two sides, taken from in turn: neither side can starve the other.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// Clients and people.
    Inbound,
    /// The dispatcher.
    Outbound,
}

/// Jobs that wait.
pub(crate) struct Queue<J> {
    state: Mutex<State<J>>,
    filled: Condvar,
    room: usize,
}

struct State<J> {
    inbound: VecDeque<J>,
    outbound: VecDeque<J>,
    turn: Side,
    closed: bool,
}

/// Why a job was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// There is no room.
    Full,
    /// Nobody works any more.
    Closed,
}

impl<J> Queue<J> {
    /// A queue with this much room on each side.
    pub(crate) fn new(room: usize) -> Self {
        Self {
            state: Mutex::new(State {
                inbound: VecDeque::new(),
                outbound: VecDeque::new(),
                turn: Side::Inbound,
                closed: false,
            }),
            filled: Condvar::new(),
            room,
        }
    }

    /// Lets a job wait.
    pub(crate) fn push(&self, side: Side, job: J) -> Result<(), Refused> {
        let mut state = self.state();
        if state.closed {
            return Err(Refused::Closed);
        }
        let waiting = match side {
            Side::Inbound => &mut state.inbound,
            Side::Outbound => &mut state.outbound,
        };
        if waiting.len() >= self.room {
            return Err(Refused::Full);
        }
        waiting.push_back(job);
        drop(state);
        self.filled.notify_one();
        Ok(())
    }

    /// The next job, waiting for one; `None` when the queue is closed and empty.
    pub(crate) fn pop(&self) -> Option<J> {
        let mut state = self.state();
        loop {
            if let Some(job) = state.take() {
                return Some(job);
            }
            if state.closed {
                return None;
            }
            state = self.filled.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The next job, if one waits.
    pub(crate) fn try_pop(&self) -> Option<J> {
        self.state().take()
    }

    /// Takes no further job; those that wait are still handed out.
    pub(crate) fn close(&self) {
        self.state().closed = true;
        self.filled.notify_all();
    }

    /// True if jobs are refused.
    pub(crate) fn is_closed(&self) -> bool {
        self.state().closed
    }

    fn state(&self) -> MutexGuard<'_, State<J>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<J> State<J> {
    fn take(&mut self) -> Option<J> {
        let (first, second) = match self.turn {
            Side::Inbound => (&mut self.inbound, &mut self.outbound),
            Side::Outbound => (&mut self.outbound, &mut self.inbound),
        };
        let job = first.pop_front().or_else(|| second.pop_front());
        self.turn = match self.turn {
            Side::Inbound => Side::Outbound,
            Side::Outbound => Side::Inbound,
        };
        job
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_are_taken_from_in_turn() {
        let queue = Queue::new(10);
        for n in 0..3 {
            queue.push(Side::Outbound, n + 10).unwrap();
            queue.push(Side::Inbound, n).unwrap();
        }
        let taken: Vec<i32> = std::iter::from_fn(|| queue.try_pop()).collect();
        assert_eq!(taken, [0, 10, 1, 11, 2, 12]);
    }

    #[test]
    fn r5_a_full_side_refuses_and_the_other_does_not() {
        let queue = Queue::new(1);
        queue.push(Side::Inbound, 1).unwrap();
        assert_eq!(queue.push(Side::Inbound, 2), Err(Refused::Full));
        assert_eq!(queue.push(Side::Outbound, 3), Ok(()));
    }

    #[test]
    fn a_closed_queue_hands_out_what_waits_and_takes_nothing() {
        let queue = Queue::new(1);
        queue.push(Side::Inbound, 1).unwrap();
        queue.close();
        assert_eq!(queue.push(Side::Inbound, 2), Err(Refused::Closed));
        assert_eq!((queue.pop(), queue.pop()), (Some(1), None));
    }
}
