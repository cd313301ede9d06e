//! What is known of a pair, in words for a person. Pure.

use sutler_model::Time;
use sutler_model::estate::Estate;
use sutler_model::explanation::{AccountRecord, Pending, Step};
use sutler_model::link::{Link, LinkState};
use sutler_model::port::Frame;
use sutler_model::resource::Resource;
use sutler_model::work::{Lane, Owes, Work};

use super::is_due;
use crate::decide::Action;
use crate::desired;
use crate::rules::{Scope, TargetRules, Want};

pub(super) struct Words<'a> {
    pub(super) rules: &'a TargetRules,
    pub(super) estate: &'a Estate,
    /// What commands say of the tenant.
    pub(super) of: &'a str,
    pub(super) frame: &'a Frame,
    /// The link of the pair: the open one, else the last that was closed.
    pub(super) link: Option<&'a Link>,
    pub(super) work: Option<&'a Work>,
    pub(super) now: Time,
}

impl Words<'_> {
    fn resource(&self) -> Option<&Resource> {
        self.frame.resource.as_ref()
    }

    pub(super) fn name(&self) -> String {
        let own = self.resource().and_then(desired::name_of).map(str::to_owned);
        let held = || self.link.and_then(|link| link.key.clone());
        own.or_else(held).unwrap_or_default()
    }

    /// From what the resource is to what is wanted of its account.
    pub(super) fn steps(&self, want: Want<'_>) -> Vec<Step> {
        let mut steps = vec![("resource", self.state())];
        if self.resource().is_some_and(|resource| !resource.gone) {
            steps.push(("origin", self.origins()));
            steps.push(("route", self.route()));
            steps.extend(self.scope().map(|says| ("scope", says)));
        }
        steps.push(("policy", policy(want)));
        steps.push(("account", self.record()));
        let step = |(rule, says): (&str, String)| Step { rule: rule.to_owned(), says };
        steps.into_iter().map(step).collect()
    }

    fn state(&self) -> String {
        let Some(resource) = self.resource() else {
            return "it is not held here".to_owned();
        };
        let kind = resource.kind.name();
        match (resource.gone, resource.active) {
            (true, _) => format!("this {kind} was deleted here"),
            (false, _) if self.estate.passes(&self.frame.origins) => {
                format!("this {kind} is passed through: what it holds is not kept here")
            }
            (false, true) => format!("this {kind} is here, and active"),
            (false, false) => format!("this {kind} is here, and deactivated"),
        }
    }

    fn origins(&self) -> String {
        let known = self.frame.origins.iter().filter_map(|id| self.estate.service_provider(*id));
        let names: Vec<&str> = known.map(|provider| provider.name.as_str()).collect();
        match names.as_slice() {
            [] => "no service provider that is still in the estate has brought it".to_owned(),
            names => format!("brought by {}", names.join(", ")),
        }
    }

    fn route(&self) -> String {
        let target = &self.rules.target.name;
        let known = self.frame.origins.iter().filter_map(|id| self.estate.service_provider(*id));
        let routing: Vec<&str> = known
            .filter(|provider| provider.provisions(target))
            .map(|provider| provider.name.as_str())
            .collect();
        match routing.as_slice() {
            [] => format!("none of these is routed to {target}"),
            names => format!("{} is routed to {target}", names.join(", ")),
        }
    }

    /// What the target's own scope says, where it has one.
    fn scope(&self) -> Option<String> {
        let resource = self.resource()?;
        let rules = self.rules.target.rules(resource.kind);
        let scope =
            self.rules.scope_of(self.estate, resource, &self.frame.origins, &self.frame.groups);
        let kinds = format!("{}s", resource.kind.name().to_lowercase());
        let groups = rules.in_groups.join("`, `");
        let filter = rules.scope.as_ref().map(ToString::to_string).unwrap_or_default();
        Some(match scope {
            Scope::Unrouted => return None,
            Scope::Off => format!("the target takes no {kinds} (`{kinds}.off`)"),
            Scope::Filtered => format!("out of scope: `{filter}` does not hold"),
            Scope::NoGroup => format!("out of scope: it is a member of none of `{groups}`"),
            Scope::In if rules.scope.is_none() && rules.in_groups.is_empty() => return None,
            Scope::In => "in scope".to_owned(),
        })
    }

    fn record(&self) -> String {
        let Some(account) = self.account() else {
            return "there is no account of ours".to_owned();
        };
        let id = account.remote.map(|id| format!(" with the id {id}")).unwrap_or_default();
        let confirmed = account.confirmed.map(|at| format!(", confirmed {at}"));
        let doubt = account
            .in_doubt_since
            .map(|at| format!(", but the outcome of an attempt of {at} is unknown"));
        let proof = account.proof.map(|proof| format!(": {proof}"));
        format!(
            "the account{id} is {}{}{}{}",
            account.state,
            confirmed.unwrap_or_default(),
            proof.unwrap_or_default(),
            doubt.unwrap_or_default()
        )
    }

    pub(super) fn account(&self) -> Option<AccountRecord> {
        let link = self.link?;
        let state = match link.state {
            LinkState::Creating => "being created",
            LinkState::On => "enabled",
            LinkState::Off => "disabled",
            LinkState::Closed => "gone",
        };
        Some(AccountRecord {
            state: state.to_owned(),
            remote: link.remote.clone(),
            name: link.key.clone(),
            confirmed: link.confirmed.map(Time::rfc3339),
            in_doubt_since: link.doubt.map(|doubt| doubt.at.rfc3339()),
            proof: link.proof.clone(),
        })
    }

    pub(super) fn pending(&self) -> Option<Pending> {
        let work = self.work?;
        let lane = match work.lane {
            Lane::Leave => "leave",
            Lane::Live => "live",
            Lane::Bulk => "bulk",
        };
        let state = match work {
            Work { node: Some(_), .. } => "taken",
            Work { held: Some(_), .. } => "held",
            Work { due: None, .. } => "parked",
            work if is_due(work.due, self.now) => "due",
            _ => "waiting",
        };
        let owed = [(Owes::DISABLE, "a disabled moment"), (Owes::PASSWORD, "a password")];
        let owed = owed.into_iter().filter(|(what, _)| work.owes.has(*what));
        Some(Pending {
            lane: lane.to_owned(),
            state: state.to_owned(),
            next_attempt: work.due.map(Time::rfc3339),
            tries: work.tries,
            owes: owed.map(|(_, word)| word.to_owned()).collect(),
            cause: work.why.as_ref().map(|why| why.cause.clone()),
            detail: work.why.as_ref().map(|why| why.detail.clone()),
            leaving_since: work.leaving_since.map(Time::rfc3339),
        })
    }

    /// What is done next, and when.
    pub(super) fn next(&self, action: &Action, held: bool) -> String {
        let what = doing(action);
        if held && !matches!(action, Action::Nothing) {
            return format!("{what}, once the target takes calls again");
        }
        let Some(pending) = self.pending() else {
            return match action {
                Action::Nothing => "nothing: all is as it should be".to_owned(),
                _ => format!("{what}, as soon as anything of it changes or its target is compared"),
            };
        };
        match (pending.state.as_str(), pending.next_attempt) {
            ("held", _) => format!("held by the guard: {what}, once a person has released it"),
            ("parked", _) => format!("{what}, when a person has seen to it"),
            ("taken", _) => format!("{what}: this is under way now"),
            ("waiting", Some(at)) => format!("{what}, at {at}"),
            _ => format!("{what}, as soon as its turn comes"),
        }
    }

    /// What a person can do, where somebody must.
    pub(super) fn advice(&self) -> Option<String> {
        let (target, of) = (&self.rules.target.name, self.of);
        let id = self.resource().map(|resource| resource.uid.0.clone()).unwrap_or_default();
        if let Some(held) = self.work.and_then(|work| work.held) {
            let wave = held.wave;
            return Some(format!(
                "too many were to leave at once: `sutler held {wave}{of}` shows them; `sutler release {wave}{of} --only {id}` lets this one go, `sutler reject {wave}{of} --only {id} --yes` keeps it"
            ));
        }
        let pending = self.pending().filter(|pending| pending.state == "parked")?;
        let detail = pending.detail.unwrap_or_else(|| "no reason was kept".to_owned());
        Some(format!("{detail}: then `sutler retry --target {target}{of} --id {id}`"))
    }
}

/// What the rules of the target make of it.
fn policy(want: Want<'_>) -> String {
    match want {
        Want::Account { active: true, .. } => "so it should have an enabled account there",
        Want::Account { active: false, .. } => {
            "so its account there should be disabled (`on_deactivate`)"
        }
        Want::Disabled => "so its account there should be disabled (`on_delete`)",
        Want::Absent => "so it should have no account there",
        Want::Released => "so its account there is left alone, and no longer ours",
        Want::Untouched => "so nothing there is touched",
    }
    .to_owned()
}

/// An action in words.
fn doing(action: &Action) -> &'static str {
    match action {
        Action::Nothing => "nothing is changed",
        Action::Look(_) => "the target is looked at",
        Action::Survey(_) => "it is found out who of ours holds the name",
        Action::Create(_) => "the account is made",
        Action::Update(_, _, None) => "the account is changed",
        Action::Update(_, _, Some(true)) => "the account is changed and enabled",
        Action::Update(_, _, Some(false)) => "the account is changed and disabled",
        Action::Another => "another name is generated",
        Action::Rename(_) => "the account is renamed, so that another can have its name",
        Action::Disable => "the account is disabled",
        Action::Delete => "the account is deleted",
        Action::Disabled => "the account is known to be disabled",
        Action::Close(_) => "the record of the account is closed",
        Action::Adopt => "the account that is there is taken for ours",
        Action::Settled => "the doubt about the last attempt is over",
        Action::Members => "the members are compared and brought up to date",
        Action::Wait(_) => "it waits until another account gives up the name",
        Action::Later(_) | Action::Backoff(_) => "it is tried again later",
        Action::Park(..) => "it waits for a person",
    }
}
