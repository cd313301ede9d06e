//! The accounts of a fake target, and what each request does to them.
//!
//! Answers at once and never fails: whatever goes wrong on the way is the target's business.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use sutler_model::fold::fold;
use sutler_model::outcome::{
    Account, Applied, Listing, Operation, Outcome, Query, Refusal, RefusalKind,
};
use sutler_model::{Document, Kind, Time};

use super::account::{SimAccount, name_attribute};
use super::faults::{Faults, Habit};
use super::target::{Deed, unknown};

/// The accounts, and how the target is.
#[derive(Default)]
pub(super) struct State {
    pub(super) accounts: BTreeMap<String, SimAccount>,
    /// Who holds a user name, folded.
    names: BTreeMap<(Kind, String), String>,
    correlations: BTreeMap<String, usize>,
    counter: u64,
    pub(super) faults: Faults,
    pub(super) down: bool,
    pub(super) habits: BTreeSet<Habit>,
    pub(super) deeds: Vec<Deed>,
    pub(super) doubles: Vec<String>,
    /// Accounts that were ever disabled or deleted.
    pub(super) taken: BTreeSet<String>,
    pub(super) calls: usize,
}

fn refused<T>(kind: RefusalKind, status: u16) -> Outcome<T> {
    Outcome::Refused(Refusal { kind, detail: "refused".to_owned(), status: Some(status) })
}

impl State {
    pub(super) fn look(&self, now: Time, kind: Kind, query: &Query) -> Vec<Account> {
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
    pub(super) fn list(&self, now: Time, kind: Kind, from: Option<&str>, page: usize) -> Listing {
        let all = || self.accounts.iter().filter(|(_, a)| a.kind == kind && a.visible <= now.0);
        let rest = || all().filter(|(remote, _)| from.is_none_or(|from| remote.as_str() > from));
        let accounts: Vec<Account> =
            rest().take(page).map(|(remote, account)| account.shown(remote)).collect();
        let more = rest().count() > accounts.len();
        let next = accounts.last().map(|last| last.remote.clone()).filter(|_| more);
        Listing { accounts, next, total: u64::try_from(all().count()).ok() }
    }

    pub(super) fn apply(
        &mut self,
        now: Time,
        hidden: i64,
        operation: &Operation,
    ) -> Outcome<Applied> {
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

    /// The answer of a success that is none.
    pub(super) fn pretend(&self, operation: &Operation) -> Outcome<Applied> {
        let (Operation::Delete { remote, .. } | Operation::Update { remote, .. }) = operation
        else {
            return unknown();
        };
        let etag = self.accounts.get(remote).map(|account| account.version.to_string());
        Outcome::Done(Applied { remote: Some(remote.clone()), etag })
    }

    pub(super) fn create(
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

    /// Names are unique here unless a test says otherwise, those of groups too: a node that is
    /// stopped between its last check and its write cannot be fenced from outside, and where a
    /// target takes a second group of the same name, only a full compare finds what the late write
    /// made.
    fn is_taken(&self, kind: Kind, name: &str, except: Option<&str>) -> bool {
        let holder = self.names.get(&(kind, fold(name)));
        let other = holder.is_some_and(|holder| Some(holder.as_str()) != except);
        other && !self.habits.contains(&Habit::Repeats)
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
        if ["disable", "delete"].contains(&what) {
            self.taken.insert(remote.to_owned());
        }
        self.deeds.push(Deed { at, remote: remote.to_owned(), name, what });
        Outcome::Done(Applied {
            remote: Some(remote.to_owned()),
            etag: account.map(|a| a.version.to_string()),
        })
    }
}
