//! Whether all is well at a target: what it holds against what the ledger and the target's rules
//! ask for, accounts that should not be there, and leavers who were never out.
//!
//! Reads the rules itself, in the plainest way, and asks nothing of the engine: two readings that
//! agree are worth more than one.

use std::collections::{BTreeMap, BTreeSet};

use sutler_model::estate::{OnDeactivate, OnDelete, Target};
use sutler_model::fold::fold;
use sutler_model::link::{Link, LinkState};
use sutler_model::resource::Resource;
use sutler_model::work::Work;
use sutler_model::{Kind, Rid, Time};

use super::watch::Watch;
use super::{Deed, SimAccount, SimTarget};
use crate::memory::{State, wanted};

/// A change that is told to the judge.
#[derive(Clone, Copy, Debug)]
pub(super) struct Told {
    pub(super) rid: Rid,
    pub(super) at: Time,
    /// A disable, or a delete.
    pub(super) leaves: bool,
    pub(super) deletes: bool,
}

/// What the target should hold for a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Due {
    /// An account that is enabled and equal.
    Enabled,
    /// None, or one that is disabled.
    Disabled,
    /// None.
    Nothing,
    /// Whatever is there, and it is no longer ours.
    Released,
    /// Whatever is there.
    Anything,
}

/// All that is judged about one target.
pub(super) struct Case<'a> {
    pub(super) state: &'a State,
    pub(super) target: &'a Target,
    pub(super) fake: &'a SimTarget,
    pub(super) watch: &'a Watch,
    pub(super) told: &'a [Told],
    /// Those with this title are out of scope, by the target's filter.
    pub(super) without: Option<&'a str>,
}

impl Case<'_> {
    /// Why all is not well, in words.
    pub(super) fn judge(&self) -> Vec<String> {
        let accounts = self.fake.accounts();
        let mut found: Vec<String> = self
            .fake
            .doubles()
            .into_iter()
            .map(|correlation| format!("two accounts were made for {correlation}"))
            .collect();
        found.extend(self.strangers(&accounts));
        for stored in self.state.resources.values() {
            found.extend(self.pair(&stored.resource, &accounts));
        }
        found.extend(self.unpaid());
        found.into_iter().map(|one| format!("{}: {one}", self.target.name)).collect()
    }

    fn open(&self) -> impl Iterator<Item = &Link> {
        self.state.links().filter(|link| link.target == self.target.id && link.is_open())
    }

    /// Accounts that no open link has: only those that a policy or a person left there may be.
    fn strangers(&self, accounts: &BTreeMap<String, SimAccount>) -> Vec<String> {
        let owned: BTreeSet<&str> = self.open().filter_map(|l| l.remote.as_deref()).collect();
        let known = self.state.links().filter(|link| link.target == self.target.id);
        let left = |link: &&Link| match link.state {
            LinkState::Closed => link.proof.as_ref().is_some_and(|p| p.starts_with("kept there")),
            LinkState::Creating => self.is_kept(link.rid) || self.is_held(link.rid),
            _ => false,
        };
        let left: Vec<&Link> = known.filter(left).collect();
        let is_left = |remote: &String| {
            let of_it = |link: &&Link| {
                if let Some(known) = &link.remote {
                    return known == remote;
                }
                // Let go of, or kept, before we knew its id.
                let account = &accounts[remote];
                let name = Some(fold(account.name()));
                account.correlation == link.id.correlation()
                    || (account.kind, &name) == (link.kind, &link.key)
            };
            left.iter().any(of_it)
        };
        let stray = |remote: &&String| !owned.contains(remote.as_str()) && !is_left(remote);
        let strays = accounts.keys().filter(stray);
        strays.map(|r| format!("{r} `{}` should not be there", accounts[r].name())).collect()
    }

    fn pair(&self, resource: &Resource, accounts: &BTreeMap<String, SimAccount>) -> Option<String> {
        let (name, rid) = (name_of(resource), resource.rid);
        let link = self.state.open_link(self.target.id, rid);
        let account = link.and_then(|link| link.remote.as_ref()).and_then(|r| accounts.get(r));
        if let Some(link) = link
            && let Some(lie) = untrue(link, account)
        {
            return Some(format!("{rid} `{name}` {lie}"));
        }
        let work = self.state.work(self.target.id, rid);
        if self.is_held(rid) || work.is_some_and(|work| self.waits_rightly(work, 0)) {
            return None;
        }
        let due = self.due(resource);
        if due != Due::Enabled && self.is_kept(rid) {
            return None;
        }
        if let Some(work) = work.filter(|work| is_parked(work)) {
            let why = work.why.as_ref().map(|why| &why.detail);
            return (!self.is_rightly_parked(resource, accounts))
                .then(|| format!("{rid} `{name}` has failed: {why:?}"));
        }
        match (due, account) {
            (Due::Enabled, None) => Some(format!("{rid} `{name}` is missing")),
            (Due::Enabled, Some(account)) => self.difference(resource, account, accounts),
            (Due::Disabled, Some(account)) if account.active => {
                Some(format!("{rid} `{name}` is enabled"))
            }
            (Due::Nothing, Some(_)) => Some(format!("{rid} `{name}` is still there")),
            (Due::Released, _) if link.is_some() => Some(format!("{rid} `{name}` is still linked")),
            _ => None,
        }
    }

    fn due(&self, resource: &Resource) -> Due {
        let Target { on_deactivate, on_delete, on_leave, .. } = *self.target;
        let by_policy = |policy| match policy {
            OnDelete::Delete => Due::Nothing,
            OnDelete::Disable if resource.kind == Kind::Group => Due::Nothing,
            OnDelete::Disable => Due::Disabled,
            OnDelete::Keep => Due::Released,
        };
        if resource.gone {
            return by_policy(on_delete);
        }
        if !self.is_entitled(resource) {
            return by_policy(on_leave.unwrap_or(on_delete));
        }
        match on_deactivate {
            _ if resource.active => Due::Enabled,
            OnDeactivate::Disable => Due::Disabled,
            OnDeactivate::Delete => Due::Nothing,
            OnDeactivate::Keep => Due::Anything,
        }
    }

    /// Routed there, of a type that is wanted, with a title that is, and in a group that is.
    fn is_entitled(&self, resource: &Resource) -> bool {
        let rules = self.target.rules(resource.kind);
        let origins = &self.state.resources[&resource.rid].origins;
        let provides = |id| self.state.estate.service_provider(id);
        let mut providers = origins.iter().filter_map(|id| provides(*id));
        let routed = providers.any(|provider| provider.targets.contains(&self.target.name));
        let title = resource.body.get("title").and_then(serde_json::Value::as_str);
        let filtered = rules.scope.is_some() && self.without.is_some() && title == self.without;
        let groups = self.state.groups_of(resource.rid);
        let names = groups.iter().map(|group| &self.state.resources[group].resource);
        let mut names = names.filter(|group| !group.gone).map(|group| fold(&name_of(group)));
        let asked: Vec<String> = rules.in_groups.iter().map(|group| fold(group)).collect();
        let member = asked.is_empty() || names.any(|name| asked.contains(&name));
        routed && !rules.off && !filtered && member
    }

    fn is_held(&self, rid: Rid) -> bool {
        self.state.work(self.target.id, rid).is_some_and(|work| work.held.is_some())
    }

    /// A person has said that the pair keeps what it has, and nobody has changed it since.
    fn is_kept(&self, rid: Rid) -> bool {
        let kept = self.watch.notes().kept.get(&(self.target.id, rid)).copied();
        kept.is_some_and(|kept| !self.told.iter().any(|told| told.rid == rid && told.at > kept))
    }

    /// True if all that is left to do is a person's, or waits for what a policy leaves as it is.
    pub(super) fn is_at_rest(&self) -> bool {
        let ours = self.state.all_work().filter(|work| work.target == self.target.id);
        let waits = |work: &Work| is_parked(work) || self.waits_rightly(work, 0);
        let mut sweeps = self.state.sweeps.values();
        let held = |work: &Work| work.held.is_some() && work.node.is_none();
        !sweeps.any(|sweep| sweep.target == self.target.id)
            && ours.into_iter().all(|work| held(work) || waits(work))
    }

    /// The name is held by an account that a policy or the guard leaves as it is, or whose own
    /// new name is taken there.
    fn waits_rightly(&self, work: &Work, depth: usize) -> bool {
        let awaited = work.wait.and_then(|link| self.state.link(link)).map(|link| link.rid);
        let Some(rid) = awaited.filter(|_| work.node.is_none() && depth < 8) else { return false };
        let Some(resource) = self.state.resources.get(&rid).map(|s| &s.resource) else {
            return false;
        };
        let row = self.state.work(self.target.id, rid);
        let stands =
            |row: &Work| row.held.is_some() || is_parked(row) || self.waits_rightly(row, depth + 1);
        self.due(resource) == Due::Anything || row.is_some_and(stands)
    }

    /// The name is taken there by an account that is not ours: a person must see to it.
    fn is_rightly_parked(
        &self,
        resource: &Resource,
        accounts: &BTreeMap<String, SimAccount>,
    ) -> bool {
        let work = self.state.work(self.target.id, resource.rid);
        let why = work.and_then(|work| work.why.as_ref()).map(|why| why.cause.as_str());
        let owned: BTreeSet<&str> = self.open().filter_map(|l| l.remote.as_deref()).collect();
        let name = fold(&name_of(resource));
        why == Some("taken")
            && accounts.iter().any(|(remote, account)| {
                (account.kind, fold(account.name())) == (resource.kind, name.clone())
                    && !owned.contains(remote.as_str())
            })
    }

    fn difference(
        &self,
        resource: &Resource,
        account: &SimAccount,
        accounts: &BTreeMap<String, SimAccount>,
    ) -> Option<String> {
        let name = name_of(resource);
        if !account.active && account.kind == Kind::User {
            return Some(format!("`{name}` is disabled"));
        }
        if account.name() != name {
            return Some(format!("`{name}` is called `{}`", account.name()));
        }
        let title = resource.body.get("title");
        let adopted = title.is_none() && self.was_anothers(resource.rid);
        if account.attributes.get("title") != title && !adopted {
            return Some(format!("`{name}` has another title"));
        }
        let mapped = self.target.rules(resource.kind).mappings.iter();
        for mapping in mapped.filter(|mapping| mapping.attribute == "nickName") {
            if account.attributes.get("nickName").and_then(|nick| nick.as_str()) != Some(&name) {
                return Some(format!("`{name}` has another {}", mapping.attribute));
            }
        }
        self.membership(resource, account, accounts)
    }

    /// The account had another link before: what it holds of that one's is not ours to clear.
    fn was_anothers(&self, rid: Rid) -> bool {
        let remote = self.state.open_link(self.target.id, rid).and_then(|l| l.remote.as_ref());
        let mut closed = self.state.links().filter(|link| link.target == self.target.id);
        closed.any(|link| !link.is_open() && link.remote.as_ref() == remote)
    }

    /// Members with an enabled account of ours. Whether others stay in their groups is the
    /// policy's business, not ours.
    fn membership(
        &self,
        group: &Resource,
        account: &SimAccount,
        accounts: &BTreeMap<String, SimAccount>,
    ) -> Option<String> {
        let owners: BTreeMap<&str, Rid> =
            self.open().filter_map(|link| Some((link.remote.as_deref()?, link.rid))).collect();
        let enabled = |remote: &str| accounts.get(remote).is_some_and(|account| account.active);
        let members = wanted(self.state, self.target.id, group.rid).into_iter();
        let has_one = |rid: &Rid| {
            let link = self.state.open_link(self.target.id, *rid);
            link.and_then(|link| link.remote.as_deref()).is_some_and(enabled)
        };
        let wanted: BTreeSet<Rid> = members.filter(has_one).collect();
        let there = account.members.iter().filter(|member| enabled(member));
        let there: BTreeSet<Rid> =
            there.filter_map(|member| owners.get(member.as_str()).copied()).collect();
        // Whom an adopted group had before is not ours to take out.
        let adopted = self.was_anothers(group.rid);
        let there: BTreeSet<Rid> =
            there.into_iter().filter(|rid| !adopted || wanted.contains(rid)).collect();
        let name = name_of(group);
        (wanted != there).then(|| format!("`{name}` has members {there:?}, wanted {wanted:?}"))
    }

    /// Disables and deletes after which the account was never seen disabled or gone. Where
    /// something is kept by policy, nothing is owed; nor where a person was asked.
    fn unpaid(&self) -> Vec<String> {
        let Target { on_deactivate, on_delete, on_leave, .. } = *self.target;
        let keeps = on_delete == OnDelete::Keep || on_leave == Some(OnDelete::Keep);
        let owed = |told: &&Told| {
            told.leaves && !keeps && (told.deletes || on_deactivate != OnDeactivate::Keep)
        };
        let held = |told: &&Told| self.watch.was_held_since(self.target.id, told.rid, told.at);
        let deeds = self.fake.deeds();
        let mut found = vec![];
        for told in self.told.iter().filter(owed).filter(|told| !held(told)) {
            let of_pair = |link: &&Link| {
                (link.target, link.rid, link.kind) == (self.target.id, told.rid, Kind::User)
            };
            for link in self.state.links().filter(of_pair) {
                let Some(remote) = &link.remote else { continue };
                if was_on(&deeds, remote, told.at) && !was_out(&deeds, remote, told.at) {
                    found.push(format!("{remote} was never out after {:?}", told.at));
                }
            }
        }
        found
    }
}

fn was_on(deeds: &[Deed], remote: &str, at: Time) -> bool {
    let before = deeds.iter().filter(|deed| deed.remote == remote && deed.at <= at);
    let mut of_it = before.filter(|d| ["create", "enable", "disable", "delete"].contains(&d.what));
    of_it.next_back().is_some_and(|deed| ["create", "enable"].contains(&deed.what))
}

fn was_out(deeds: &[Deed], remote: &str, at: Time) -> bool {
    let mut after = deeds.iter().filter(|deed| deed.remote == remote && deed.at > at);
    after.any(|deed| ["disable", "delete"].contains(&deed.what))
}

fn is_parked(work: &Work) -> bool {
    work.due.is_none() && work.node.is_none() && work.held.is_none()
}

/// What a link says of its account, where that is not so.
fn untrue(link: &Link, account: Option<&SimAccount>) -> Option<&'static str> {
    match (link.state, account) {
        (LinkState::On | LinkState::Off, None) => Some("is linked to no account"),
        (LinkState::Off, Some(account)) if account.active => Some("is enabled, and linked as off"),
        _ => None,
    }
}

/// `userName` or `displayName`.
pub(super) fn name_of(resource: &Resource) -> String {
    let body = &resource.body;
    let name = body.get("userName").or_else(|| body.get("displayName"));
    name.and_then(|name| name.as_str()).unwrap_or_default().to_owned()
}
