//! A fake target: accounts and groups in memory, with lag, latency and seeded faults.
//!
//! It is a fake, made from the connector contract and from what targets are known to do. It
//! writes down every deed with its time, so that a test can ask what happened in between.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use serde_json::Value;
use sutler_model::fold::fold;
use sutler_model::outcome::{
    Abilities, Account, Applied, Finding, Listing, Operation, Outcome, Query, Refusal, RefusalKind,
    Trouble,
};
use sutler_model::port::Connector;
use sutler_model::{Document, Kind, Time};

use super::Executor;
pub use super::account::SimAccount;
use super::account::name_attribute;
use super::habits::Habit;
use super::meter::{Asked, Meter};

/// How a target misbehaves. Numbers are of a hundred calls.
#[derive(Clone, Copy, Debug, Default)]
pub struct Faults {
    /// Applied, and the answer lost.
    pub lost_answer: usize,
    /// Not applied, and no answer.
    pub lost_request: usize,
    /// Applied seconds after the caller gave up.
    pub late: usize,
    /// 429.
    pub throttled: usize,
    /// 401.
    pub auth: usize,
}

/// A bug of the connector, planted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sabotage {
    /// None.
    #[default]
    None,
    /// An unknown outcome of a create is reported as definitely not done: it is sent again.
    CreatesAgain,
}

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

#[derive(Default)]
pub(super) struct State {
    pub(super) accounts: BTreeMap<String, SimAccount>,
    /// Who holds a user name, folded.
    names: BTreeMap<(Kind, String), String>,
    correlations: BTreeMap<String, usize>,
    counter: u64,
    faults: Faults,
    down: bool,
    pub(super) habits: BTreeSet<Habit>,
    deeds: Vec<Deed>,
    doubles: Vec<String>,
    calls: usize,
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

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
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

fn unknown<T>() -> Outcome<T> {
    Outcome::Unknown { detail: "no answer".to_owned(), status: None, after: None }
}

fn refused<T>(kind: RefusalKind, status: u16) -> Outcome<T> {
    Outcome::Refused(Refusal { kind, detail: "refused".to_owned(), status: Some(status) })
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
        self.latency().await;
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
        let answer = self.carry_out(operation);
        self.latency().await;
        if self.executor.percent(faults.lost_answer) { lost } else { answer }
    }
}

impl State {
    fn look(&self, now: Time, kind: Kind, query: &Query) -> Vec<Account> {
        let shown = |remote: &String, account: &SimAccount| match query {
            Query::Remote(wanted) => remote == wanted,
            Query::Correlation(wanted) => {
                account.correlation == *wanted && account.visible <= now.0
            }
            Query::Key(name) => fold(account.name()) == fold(name) && account.visible <= now.0,
            Query::Attributes(wanted) => {
                let has = |(path, value): &(String, Value)| account.has(path, value);
                !wanted.is_empty() && wanted.iter().all(has) && account.visible <= now.0
            }
        };
        let found = self.accounts.iter().filter(|(remote, a)| a.kind == kind && shown(remote, a));
        found.take(2).map(|(remote, account)| account.shown(remote)).collect()
    }

    /// A page by remote id; the last id of one page is where the next begins.
    fn list(&self, now: Time, kind: Kind, from: Option<&str>, page: usize) -> Listing {
        let all = || self.accounts.iter().filter(|(_, a)| a.kind == kind && a.visible <= now.0);
        let rest = || all().filter(|(remote, _)| from.is_none_or(|from| remote.as_str() > from));
        let accounts: Vec<Account> =
            rest().take(page).map(|(remote, account)| account.shown(remote)).collect();
        let more = rest().count() > accounts.len();
        let next = accounts.last().map(|last| last.remote.clone()).filter(|_| more);
        Listing { accounts, next, total: u64::try_from(all().count()).ok() }
    }

    fn apply(&mut self, now: Time, hidden: i64, operation: &Operation) -> Outcome<Applied> {
        match operation {
            Operation::Create { kind, correlation, body, active } => {
                let correlation = correlation.clone().unwrap_or_default();
                self.create(now, hidden, (*kind, &correlation, body, *active))
            }
            Operation::Update { remote, etag, set, clear, active, .. } => {
                self.update(now, remote, etag.as_deref(), (set, clear, *active))
            }
            Operation::Delete { remote, .. } => self.delete(now, remote),
            Operation::Members { remote, remove, add } => self.members(now, remote, remove, add),
        }
    }

    fn create(
        &mut self,
        now: Time,
        hidden: i64,
        (kind, correlation, body, active): (Kind, &str, &Document, bool),
    ) -> Outcome<Applied> {
        let mut attributes = body.clone();
        self.fold(kind, &mut attributes);
        let account = SimAccount {
            kind,
            correlation: correlation.to_owned(),
            active,
            attributes,
            members: BTreeSet::new(),
            version: 1,
            visible: now.0 + hidden,
        };
        if self.is_taken(kind, account.name(), None) {
            return refused(RefusalKind::Exists, 409);
        }
        let held = self.correlations.get(correlation).is_some_and(|number| *number > 0);
        if held && !correlation.is_empty() {
            self.doubles.push(correlation.to_owned());
        }
        self.counter += 1;
        let remote = format!("r{}", self.counter);
        self.put(&remote, Some(account));
        self.done(now, &remote, "create")
    }

    fn fold(&self, kind: Kind, attributes: &mut Document) {
        if let Some(Value::String(name)) = attributes.get_mut(name_attribute(kind))
            && self.habits.contains(&Habit::Folds)
        {
            *name = fold(name);
        }
        if self.habits.contains(&Habit::Drops) {
            attributes.remove("externalId");
        }
    }

    /// Names are unique here, those of groups too: a node that is stopped between its last
    /// check and its write cannot be fenced from outside, and where a target takes a second
    /// group of the same name, only a full compare finds what the late write made.
    fn is_taken(&self, kind: Kind, name: &str, except: Option<&str>) -> bool {
        let holder = self.names.get(&(kind, fold(name)));
        holder.is_some_and(|holder| Some(holder.as_str()) != except)
    }

    /// Stores an account, or takes it away, with what is looked up by name and correlation.
    fn put(&mut self, remote: &str, account: Option<SimAccount>) {
        let after = account.clone();
        let before = match account {
            Some(account) => self.accounts.insert(remote.to_owned(), account),
            None => self.accounts.remove(remote),
        };
        if let Some(before) = before {
            self.names.remove(&(before.kind, fold(before.name())));
            *self.correlations.entry(before.correlation).or_default() -= 1;
        }
        if let Some(after) = after {
            self.names.insert((after.kind, fold(after.name())), remote.to_owned());
            *self.correlations.entry(after.correlation).or_default() += 1;
        }
    }

    fn update(
        &mut self,
        now: Time,
        remote: &str,
        etag: Option<&str>,
        (set, clear, active): (&[(String, Value)], &[String], Option<bool>),
    ) -> Outcome<Applied> {
        let Some(account) = self.accounts.get(remote) else {
            return refused(RefusalKind::NotFound, 404);
        };
        if etag.is_some_and(|etag| etag != account.version.to_string()) {
            return refused(RefusalKind::Differs, 412);
        }
        let mut after = account.clone();
        for (path, value) in set {
            match value.as_str().filter(|_| path == "externalId") {
                Some(_) if self.habits.contains(&Habit::Drops) => {}
                Some(correlation) => correlation.clone_into(&mut after.correlation),
                None => drop(after.attributes.insert(path.clone(), value.clone())),
            }
        }
        for path in clear {
            after.attributes.remove(path);
        }
        self.fold(after.kind, &mut after.attributes);
        if self.is_taken(after.kind, after.name(), Some(remote)) {
            return refused(RefusalKind::Exists, 409);
        }
        after.active = active.unwrap_or(after.active);
        after.version += 1;
        let what = match (account.active, after.active) {
            (true, false) => "disable",
            (false, true) => "enable",
            _ => "update",
        };
        self.put(remote, Some(after));
        self.done(now, remote, what)
    }

    fn delete(&mut self, now: Time, remote: &str) -> Outcome<Applied> {
        if !self.accounts.contains_key(remote) {
            return refused(RefusalKind::NotFound, 404);
        }
        let done = self.done(now, remote, "delete");
        self.put(remote, None);
        for account in self.accounts.values_mut().filter(|_| !self.habits.contains(&Habit::Keeps)) {
            account.members.remove(remote);
        }
        done
    }

    /// Ids that are no accounts are passed over: an account may have gone meanwhile.
    fn members(
        &mut self,
        now: Time,
        remote: &str,
        remove: &[String],
        add: &[(String, Kind)],
    ) -> Outcome<Applied> {
        let known: Vec<String> = add
            .iter()
            .map(|(member, _)| member.clone())
            .filter(|member| self.accounts.contains_key(member))
            .collect();
        let Some(group) = self.accounts.get_mut(remote) else {
            return refused(RefusalKind::NotFound, 404);
        };
        for member in remove {
            group.members.remove(member);
        }
        group.members.extend(known);
        group.version += 1;
        self.done(now, remote, "members")
    }

    fn done(&mut self, at: Time, remote: &str, what: &'static str) -> Outcome<Applied> {
        let account = self.accounts.get(remote);
        let name = account.map(|a| a.name().to_owned()).unwrap_or_default();
        self.deeds.push(Deed { at, remote: remote.to_owned(), name, what });
        Outcome::Done(Applied {
            remote: Some(remote.to_owned()),
            etag: account.map(|a| a.version.to_string()),
        })
    }
}
