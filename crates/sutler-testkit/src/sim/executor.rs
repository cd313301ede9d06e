//! The executor: picks a ready task by chance; when none is ready, time moves on.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use sutler_model::Time;
use sutler_model::port::{Clock, Random, Runtime};

use crate::Dice;

/// Which node a task belongs to. A crash ends all tasks of one.
pub type NodeNumber = usize;

type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// When a simulation begins.
const BEGIN: i64 = 1_700_000_000_000;

#[derive(Default)]
struct Ready {
    tasks: Mutex<BTreeSet<u64>>,
}

struct TaskWaker {
    ready: Arc<Ready>,
    task: u64,
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        lock(&self.ready.tasks).insert(self.task);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

struct State {
    dice: Dice,
    now: i64,
    /// What the wall clock shows beside the time that really passed.
    shift: i64,
    counter: u64,
    tasks: BTreeMap<u64, (NodeNumber, Option<Task>)>,
    timers: BTreeMap<(i64, u64), Waker>,
    paused: BTreeSet<NodeNumber>,
}

/// The executor. Cloning gives another handle to the same one.
#[derive(Clone)]
pub struct Executor {
    state: Arc<Mutex<State>>,
    ready: Arc<Ready>,
}

impl Executor {
    /// Begins with a seed.
    pub fn new(seed: u64) -> Self {
        let state = State {
            dice: Dice::new(seed),
            now: BEGIN,
            shift: 0,
            counter: 0,
            tasks: BTreeMap::new(),
            timers: BTreeMap::new(),
            paused: BTreeSet::new(),
        };
        Self { state: Arc::new(Mutex::new(state)), ready: Arc::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// The ports of a node, a process whose time is not before what the store has seen.
    pub fn node(&self, number: NodeNumber, stored: Time) -> Arc<Node> {
        let ahead = AtomicI64::new(stored.since(self.now()));
        Arc::new(Node { executor: self.clone(), number, ahead })
    }

    /// The time that really passed, and the wall clock with it unless it was moved.
    pub fn now(&self) -> Time {
        Time(self.state().now)
    }

    /// Moves the wall clock of everybody, forward or back.
    pub fn shift_wall_clock(&self, millis: i64) {
        self.state().shift += millis;
    }

    /// A number below `end`, by chance.
    pub fn below(&self, end: usize) -> usize {
        self.state().dice.below(end)
    }

    /// True in `percent` of a hundred cases.
    pub fn percent(&self, percent: usize) -> bool {
        self.state().dice.percent(percent)
    }

    /// Adds a task to a node.
    pub fn spawn(&self, node: NodeNumber, task: Task) {
        let mut state = self.state();
        state.counter += 1;
        let id = state.counter;
        state.tasks.insert(id, (node, Some(task)));
        lock(&self.ready.tasks).insert(id);
    }

    /// Ends every task of a node, at whatever await it stands.
    pub fn crash(&self, node: NodeNumber) {
        let gone: Vec<_> = {
            let mut state = self.state();
            state.paused.remove(&node);
            state.tasks.extract_if(.., |_, (of, _)| *of == node).collect()
        };
        // Outside the lock: what is dropped may wake others.
        drop(gone);
    }

    /// Stops a node in its tracks, as SIGSTOP does.
    pub fn pause(&self, node: NodeNumber) {
        self.state().paused.insert(node);
    }

    /// Lets a paused node go on.
    pub fn resume(&self, node: NodeNumber) {
        self.state().paused.remove(&node);
    }

    /// Waits in the simulated time.
    pub fn sleep(&self, millis: i64) -> Sleep {
        let until = self.state().now + millis.max(0);
        Sleep { executor: self.clone(), until, timer: None }
    }

    /// Lets others go first, a few times by chance, and now and then for some milliseconds.
    pub async fn dawdle(&self) {
        let millis = match self.below(10) {
            0..=5 => 0,
            6..=8 => 1,
            _ => 1 + i64::try_from(self.below(40)).unwrap_or(0),
        };
        if millis > 0 {
            self.sleep(millis).await;
        } else if self.percent(50) {
            Yield { yielded: false }.await;
        }
    }

    /// One step; false if nothing can ever happen again.
    pub fn step(&self) -> bool {
        let Some(id) = self.draw() else {
            return self.advance();
        };
        let task = match self.state().tasks.get_mut(&id) {
            Some((_, task)) => task.take(),
            None => None,
        };
        let Some(mut task) = task else { return true };
        let waker = Waker::from(Arc::new(TaskWaker { ready: Arc::clone(&self.ready), task: id }));
        let poll = task.as_mut().poll(&mut Context::from_waker(&waker));
        let mut state = self.state();
        match (poll, state.tasks.get_mut(&id)) {
            (Poll::Pending, Some(slot)) => slot.1 = Some(task),
            (Poll::Ready(()), Some(_)) => {
                state.tasks.remove(&id);
            }
            (_, None) => {
                drop(state);
                drop(task);
            }
        }
        true
    }

    /// A ready task of a node that is not paused, by chance.
    fn draw(&self) -> Option<u64> {
        let mut state = self.state();
        let mut ready = lock(&self.ready.tasks);
        ready.retain(|id| state.tasks.contains_key(id));
        let able: Vec<u64> = ready
            .iter()
            .filter(|id| state.tasks.get(id).is_some_and(|(node, _)| !state.paused.contains(node)))
            .copied()
            .collect();
        let id = *state.dice.pick(&able)?;
        ready.remove(&id);
        Some(id)
    }

    /// Moves the time on to the next timer.
    fn advance(&self) -> bool {
        let waker = {
            let mut state = self.state();
            let Some(((at, _), waker)) = state.timers.pop_first() else {
                return false;
            };
            state.now = state.now.max(at);
            waker
        };
        waker.wake();
        true
    }

    /// Runs until `done` says so, or until `limit` milliseconds have passed; true if it did.
    pub fn run_until(&self, limit: i64, mut done: impl FnMut() -> bool) -> bool {
        let until = self.now().0 + limit;
        while !done() {
            if self.now().0 >= until || !self.step() {
                return false;
            }
        }
        true
    }

    /// Runs for so long.
    pub fn run_for(&self, millis: i64) {
        let until = self.now().0 + millis;
        // A timer of our own, so that the time ends there even if nobody else waits.
        self.spawn(usize::MAX, Box::pin(self.sleep(millis)));
        while self.now().0 < until && self.step() {}
    }

    /// Runs a future to its end, with everything else.
    pub fn block_on<T: Send + 'static>(&self, task: impl Future<Output = T> + Send + 'static) -> T {
        let answer = Arc::new(Mutex::new(None));
        let slot = Arc::clone(&answer);
        let task = async move {
            let value = task.await;
            *lock(&slot) = Some(value);
        };
        self.spawn(usize::MAX, Box::pin(task));
        let ended = self.run_until(3_600_000, || lock(&answer).is_some());
        assert!(ended, "the future never ends");
        lock(&answer).take().unwrap()
    }
}

/// A wait in simulated time.
pub struct Sleep {
    executor: Executor,
    until: i64,
    timer: Option<(i64, u64)>,
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let executor = self.executor.clone();
        let mut state = executor.state();
        if state.now >= self.until {
            return Poll::Ready(());
        }
        if let Some(timer) = self.timer.take() {
            state.timers.remove(&timer);
        }
        state.counter += 1;
        let timer = (self.until, state.counter);
        state.timers.insert(timer, context.waker().clone());
        self.timer = Some(timer);
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let Some(timer) = self.timer.take() {
            self.executor.state().timers.remove(&timer);
        }
    }
}

struct Yield {
    yielded: bool,
}

impl Future for Yield {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.yielded {
            return Poll::Ready(());
        }
        self.yielded = true;
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

/// The ports of one node.
pub struct Node {
    executor: Executor,
    number: NodeNumber,
    /// The furthest that the wall clock, or the store, was ahead of the time that really
    /// passed, as far as this process has seen.
    ahead: AtomicI64,
}

impl Clock for Node {
    /// As the clock of a process: where the wall clock goes back, the time goes on from where
    /// it was.
    fn now(&self) -> Time {
        let state = self.executor.state();
        let ahead = self.ahead.fetch_max(state.shift, Ordering::SeqCst).max(state.shift);
        Time(state.now + ahead)
    }

    fn boottime(&self) -> i64 {
        self.executor.state().now
    }
}

impl Random for Node {
    fn bytes16(&self) -> [u8; 16] {
        self.executor.state().dice.bytes16()
    }

    fn bytes32(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        bytes[..16].copy_from_slice(&self.bytes16());
        bytes[16..].copy_from_slice(&self.bytes16());
        bytes
    }

    fn number(&self) -> u64 {
        self.executor.state().dice.number()
    }
}

impl Runtime for Node {
    fn spawn(&self, task: Task) {
        self.executor.spawn(self.number, task);
    }

    fn sleep(&self, millis: i64) -> Task {
        Box::pin(self.executor.sleep(millis))
    }
}
