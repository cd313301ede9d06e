//! A fake target: accounts and groups in memory, with lag, latency and seeded faults.
//!
//! It is a fake, made from the connector contract and from what targets are known to do. It
//! writes down every deed with its time, so that a test can ask what happened in between.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use sutler_model::outcome::{
    Abilities, Account, Applied, Finding, Listing, Operation, Outcome, Query, Trouble,
};
use sutler_model::port::Connector;
use sutler_model::{Document, Kind, Time};

use super::Executor;
pub use super::account::SimAccount;
use super::account::name_attribute;
use super::accounts::State;
pub use super::faults::{Faults, Sabotage};
use super::faults::{Habit, takes_away};
use super::meter::{Asked, Meter};

/// Something that was applied.
#[derive(Clone, Debug)]
pub struct Deed {
    /// When.
    pub at: Time,
    /// To which account.
    pub remote: String,
    /// The name it had then.
    pub name: String,
    /// `create`, `update`, `enable`, `disable`, `delete`, `members`.
    pub what: &'static str,
}

/// The fake. Cloning gives another handle to the same one.
#[derive(Clone)]
pub struct SimTarget {
    executor: Executor,
    lag: i64,
    sabotage: Sabotage,
    chunk: usize,
    meter: Meter,
    state: Arc<Mutex<State>>,
}

impl SimTarget {
    /// An empty target. Created accounts are invisible to searches for up to `lag`.
    pub fn new(executor: Executor, lag: i64, sabotage: Sabotage) -> Self {
        Self { executor, lag, sabotage, chunk: 100, meter: Meter::default(), state: Arc::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes how it misbehaves.
    pub fn misbehave(&self, faults: Faults) {
        self.state().faults = faults;
    }

    /// Takes it off the network, or back.
    pub fn set_down(&self, down: bool) {
        self.state().down = down;
    }

    /// Lower-cases user names from now on, as some targets do.
    pub fn fold_names(&self) {
        self.state().habits.insert(Habit::Folds);
    }

    /// Shows created accounts to searches only when the lag is nearly over.
    pub fn hide_new_accounts(&self) {
        self.state().habits.insert(Habit::Hides);
    }

    /// Leaves deleted accounts in their groups, as some targets do.
    pub fn keep_deleted_members(&self) {
        self.state().habits.insert(Habit::Keeps);
    }

    /// Disables an account, behind everybody's back.
    pub fn tamper(&self, remote: &str) {
        if let Some(account) = self.state().accounts.get_mut(remote) {
            account.active = false;
        }
    }

    /// Drops every `externalId`, as some targets do.
    pub fn drop_external_ids(&self) {
        self.state().habits.insert(Habit::Drops);
    }

    /// Takes a name that somebody holds already, as some targets do.
    pub fn repeat_names(&self) {
        self.state().habits.insert(Habit::Repeats);
    }

    /// The accounts, by remote id.
    pub fn accounts(&self) -> BTreeMap<String, SimAccount> {
        self.state().accounts.clone()
    }

    /// The only account of this kind and name, if there is exactly one.
    pub fn account(&self, kind: Kind, name: &str) -> Option<(String, SimAccount)> {
        let state = self.state();
        let mut found = state.accounts.iter().filter(|(_, a)| a.kind == kind && a.name() == name);
        let first = found.next().map(|(remote, a)| (remote.clone(), a.clone()));
        first.filter(|_| found.next().is_none())
    }

    /// All that was applied, in order.
    pub fn deeds(&self) -> Vec<Deed> {
        self.state().deeds.clone()
    }

    /// How many deeds of one kind were done.
    pub fn count(&self, what: &str) -> usize {
        self.state().deeds.iter().filter(|deed| deed.what == what).count()
    }

    /// How many operations were asked for.
    pub fn calls(&self) -> usize {
        self.state().calls
    }

    /// What was asked of it so far.
    pub fn asked(&self) -> Asked {
        self.meter.asked()
    }

    /// Correlations for which a second account was made while the first was there.
    pub fn doubles(&self) -> Vec<String> {
        self.state().doubles.clone()
    }

    /// How many accounts were ever disabled or deleted: no more than the guard lets go.
    pub fn taken(&self) -> usize {
        self.state().taken.len()
    }

    pub(super) fn has(&self, remote: &str) -> bool {
        self.state().accounts.contains_key(remote)
    }

    /// Puts an account there that nobody of ours made; gives its remote id.
    pub fn plant_account(&self, kind: Kind, name: &str, correlation: &str) -> String {
        let mut body = Document::new();
        body.insert(name_attribute(kind).to_owned(), name.into());
        let now = self.executor.now();
        let made = self.state().create(now, 0, (kind, correlation, &body, true));
        match made {
            Outcome::Done(applied) => applied.remote.unwrap(),
            other => panic!("the account could not be planted: {other:?}"),
        }
    }

    async fn latency(&self) {
        let millis = 1 + i64::try_from(self.executor.below(60)).unwrap_or(0);
        self.executor.sleep(millis).await;
    }

    /// What stands between the caller and the target, if anything.
    fn obstacle<T>(&self) -> Option<Outcome<T>> {
        let (faults, down) = {
            let state = self.state();
            (state.faults, state.down)
        };
        let retry = |trouble, status| Outcome::Retry {
            after: None,
            trouble,
            detail: "a fault of the simulation".to_owned(),
            status,
        };
        if down {
            return Some(retry(Trouble::Unreachable, None));
        }
        if self.executor.percent(faults.throttled) {
            return Some(retry(Trouble::Throttled, Some(429)));
        }
        self.executor.percent(faults.auth).then(|| retry(Trouble::Auth, Some(401)))
    }

    fn carry_out(&self, operation: &Operation) -> Outcome<Applied> {
        let now = self.executor.now();
        let by_chance = i64::try_from(self.executor.below(2)).unwrap_or(0) * (self.lag / 2);
        let mut state = self.state();
        let hidden = if state.habits.contains(&Habit::Hides) { self.lag - 100 } else { by_chance };
        state.apply(now, hidden, operation)
    }

    /// An answer that takes its time, within the caller's patience.
    async fn answer(&self) {
        self.latency().await;
        if self.executor.percent(self.state().faults.slow) {
            let millis = 1_000 + i64::try_from(self.executor.below(7_000)).unwrap_or(0);
            self.executor.sleep(millis).await;
        }
    }

    /// A change of members is carried out in part; `None` if it is none, or too small.
    fn carry_out_a_part(&self, operation: &Operation) -> Option<Outcome<Applied>> {
        let Operation::Members { remote, remove, add } = operation else { return None };
        let part = self.executor.below(remove.len() + add.len());
        let few = Operation::Members {
            remote: remote.clone(),
            remove: remove.iter().take(part).cloned().collect(),
            add: add.iter().take(part.saturating_sub(remove.len())).cloned().collect(),
        };
        let applied = self.carry_out(&few);
        Some(if self.sabotage == Sabotage::PartIsWhole { applied } else { unknown() })
    }

    /// The caller gave up; the request is still on its way, and arrives before the lag is over.
    fn arrive_late(&self, operation: &Operation) {
        let half = usize::try_from(self.lag / 2).unwrap_or(1);
        let delay = i64::try_from(self.executor.below(half.max(1))).unwrap_or(0);
        let (target, operation) = (self.clone(), operation.clone());
        let task = async move {
            target.executor.sleep(delay).await;
            let _ = target.carry_out(&operation);
        };
        self.executor.spawn(usize::MAX, Box::pin(task));
    }
}

pub(super) fn unknown<T>() -> Outcome<T> {
    Outcome::Unknown { detail: "no answer".to_owned(), status: None, after: None }
}

#[async_trait]
impl Connector for SimTarget {
    fn abilities(&self) -> Abilities {
        Abilities { lag: self.lag, members_a_call: self.chunk }
    }

    async fn check(&self) -> Vec<Finding> {
        vec![]
    }

    async fn look(&self, kind: Kind, query: &Query) -> Outcome<Vec<Account>> {
        let _call = self.meter.look();
        self.latency().await;
        if let Some(obstacle) = self.obstacle() {
            return obstacle;
        }
        let lost = self.state().faults.lost_request;
        if self.executor.percent(lost) {
            return unknown();
        }
        let found = self.state().look(self.executor.now(), kind, query);
        self.answer().await;
        Outcome::Done(found)
    }

    async fn list(&self, kind: Kind, from: Option<&str>) -> Outcome<Listing> {
        let _call = self.meter.list(kind == Kind::User && from.is_none());
        self.latency().await;
        if let Some(obstacle) = self.obstacle() {
            return obstacle;
        }
        let lost = self.state().faults.lost_request;
        if self.executor.percent(lost) {
            return unknown();
        }
        let page = self.state().list(self.executor.now(), kind, from, self.chunk);
        self.latency().await;
        Outcome::Done(page)
    }

    async fn apply(&self, operation: &Operation) -> Outcome<Applied> {
        // No await between the engine's last check and here: a node that is stopped just there,
        // and sends when it wakes, cannot be fenced from outside. What is sent and arrives late
        // is a fault of its own.
        self.state().calls += 1;
        let _call = self.meter.operation(operation);
        if let Some(obstacle) = self.obstacle() {
            return obstacle;
        }
        let faults = self.state().faults;
        let creates = matches!(operation, Operation::Create { .. });
        let lost = match self.sabotage {
            Sabotage::CreatesAgain if creates => Outcome::Retry {
                after: None,
                trouble: Trouble::Throttled,
                detail: "planted".to_owned(),
                status: None,
            },
            _ => unknown(),
        };
        if self.executor.percent(faults.lost_request) {
            return lost;
        }
        if self.executor.percent(faults.late) {
            self.arrive_late(operation);
            return lost;
        }
        if self.executor.percent(faults.partial)
            && let Some(answer) = self.carry_out_a_part(operation)
        {
            self.latency().await;
            return answer;
        }
        let pretends = faults.pretended > 0
            && takes_away(operation)
            && self.executor.percent(faults.pretended);
        if pretends {
            let answer = self.state().pretend(operation);
            self.answer().await;
            return if self.executor.percent(faults.lost_answer) { lost } else { answer };
        }
        let mut answer = self.carry_out(operation);
        if self.executor.percent(faults.twice) {
            answer = self.carry_out(operation);
        }
        self.answer().await;
        if self.executor.percent(faults.lost_answer) { lost } else { answer }
    }
}
