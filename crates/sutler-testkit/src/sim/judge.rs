//! Whether all is well at a target: what it holds against what the ledger wants, accounts that
//! were made twice, and leavers who were never out.

use std::collections::{BTreeMap, BTreeSet};

use sutler_model::link::Link;
use sutler_model::resource::Resource;
use sutler_model::{Kind, Rid, TargetId, Time};

use super::{Deed, SimAccount, SimTarget};
use crate::memory::{State, wanted};

/// Why all is not well at a target, in words. `disabled` says when a disable or a delete of a
/// resource was committed.
pub(super) fn judge(
    state: &State,
    target: TargetId,
    fake: &SimTarget,
    disabled: &[(Rid, Time)],
) -> Vec<String> {
    let twice = fake.doubles().into_iter();
    let mut found: Vec<String> =
        twice.map(|correlation| format!("two accounts were made for {correlation}")).collect();
    found.extend(differences(state, target, fake));
    found.extend(unpaid(state, target, fake, disabled));
    found
}

/// What the target holds against what the ledger wants, account by account.
fn differences(state: &State, target: TargetId, fake: &SimTarget) -> Vec<String> {
    let accounts = fake.accounts();
    let open = state.links().filter(|link| link.target == target && link.is_open());
    let owners: BTreeMap<&str, Rid> =
        open.filter_map(|link| Some((link.remote.as_deref()?, link.rid))).collect();
    let mut found = vec![];
    let mut seen = BTreeSet::new();
    for (remote, account) in &accounts {
        let owner = owners.get(remote.as_str()).copied();
        let resource = owner.and_then(|rid| state.resources.get(&rid)).map(|s| &s.resource);
        let Some(resource) = resource.filter(|resource| !resource.gone) else {
            found.push(format!("{remote} `{}` should not be there", account.name()));
            continue;
        };
        seen.insert(resource.rid);
        let members = wanted(state, target, resource.rid).into_iter();
        let members = members.filter(|rid| state.resources[rid].resource.active);
        // Whether an inactive user stays in its groups is the policy's business, not ours.
        let there = account.members.iter().filter(|member| accounts[*member].active);
        let there: BTreeSet<Option<Rid>> =
            there.map(|member| owners.get(member.as_str()).copied()).collect();
        found.extend(difference(resource, account, &members.map(Some).collect(), &there));
    }
    for stored in state.resources.values().map(|stored| &stored.resource) {
        if !stored.gone && stored.active && !seen.contains(&stored.rid) {
            found.push(format!("{} `{}` is missing", stored.rid, name_of(stored)));
        }
    }
    found
}

/// Disables and deletes after which the account was never seen disabled or gone.
fn unpaid(
    state: &State,
    target: TargetId,
    fake: &SimTarget,
    disabled: &[(Rid, Time)],
) -> Vec<String> {
    let deeds = fake.deeds();
    let mut found = vec![];
    for (rid, at) in disabled {
        let of_pair = |link: &&Link| link.target == target && link.rid == *rid;
        for link in state.links().filter(of_pair) {
            let Some(remote) = &link.remote else { continue };
            let of_it: Vec<&Deed> = deeds.iter().filter(|d| d.remote == *remote).collect();
            let mut before = of_it.iter().filter(|d| d.at <= *at);
            let last =
                before.rfind(|d| ["create", "enable", "disable", "delete"].contains(&d.what));
            let was_on = last.is_some_and(|d| ["create", "enable"].contains(&d.what));
            let paid = of_it.iter().any(|d| d.at > *at && ["disable", "delete"].contains(&d.what));
            if was_on && link.kind == Kind::User && !paid {
                found.push(format!("{remote} was never out after {at:?}"));
            }
        }
    }
    found
}

/// The accounts that were ever disabled or deleted: no more than the guard lets go.
pub(super) fn lost(fake: &SimTarget) -> usize {
    let taken = |deed: &&Deed| ["disable", "delete"].contains(&deed.what);
    let deeds = fake.deeds();
    deeds.iter().filter(taken).map(|deed| deed.remote.as_str()).collect::<BTreeSet<_>>().len()
}

/// What is wrong with one account. One that is disabled is left as it was: only that counts.
fn difference(
    resource: &Resource,
    account: &SimAccount,
    members: &BTreeSet<Option<Rid>>,
    there: &BTreeSet<Option<Rid>>,
) -> Option<String> {
    let name = name_of(resource);
    if account.active != resource.active && account.kind == Kind::User {
        return Some(format!("`{name}` is active: {}", account.active));
    }
    if !resource.active {
        return None;
    }
    if account.name() != name {
        return Some(format!("`{name}` is called `{}`", account.name()));
    }
    if account.attributes.get("title") != resource.body.get("title") {
        return Some(format!("`{name}` has another title"));
    }
    (members != there).then(|| format!("`{name}` has members {there:?}, wanted {members:?}"))
}

/// `userName` or `displayName`.
pub(super) fn name_of(resource: &Resource) -> String {
    let body = &resource.body;
    let name = body.get("userName").or_else(|| body.get("displayName"));
    name.and_then(|name| name.as_str()).unwrap_or_default().to_owned()
}
