//! Accounts that should exist: create, update, enable, members.

use std::collections::BTreeSet;

use sutler_model::estate::{Correlate, Drift};
use sutler_model::fold::fold;
use sutler_model::link::LinkState;
use sutler_model::outcome::Query;
use sutler_model::resource::Resource;
use sutler_model::{Document, Kind};

use super::{Action, Contest, Decision, Frame, Open, Sight, matching, names};
use crate::desired::{self, Delta};
use crate::rules::{MappingFault, Want, Wanted};

/// Nothing of ours is at the target.
pub(super) fn without_link(frame: &Frame<'_>, want: Want<'_>) -> Decision {
    match want {
        Want::Account { resource, active: true } => create(frame, resource, None),
        Want::Account { active: false, .. } => {
            Decision::new(Action::Nothing, "no account is made for somebody who is not active")
        }
        _ => Decision::new(Action::Nothing, "there is no account, and none is wanted"),
    }
}

/// The link is open, nothing is owed, and nothing is to be taken away.
pub(super) fn with_link(frame: &Frame<'_>, open: Open<'_>) -> Decision {
    match open.want {
        Want::Account { resource, .. } if open.link.state == LinkState::Creating => {
            create(frame, resource, Some(open))
        }
        Want::Account { resource, active } => keep_equal(frame, open, resource, active),
        _ => Decision::new(Action::Nothing, "what is there stays as it is"),
    }
}

/// A mapping that fails stops this resource's account where it is, and nobody else's.
pub(super) fn unmapped(fault: MappingFault) -> Decision {
    Decision::new(Action::Park("mapping", fault.0), "what the account should hold is not known")
}

fn create(frame: &Frame<'_>, resource: &Resource, open: Option<Open<'_>>) -> Decision {
    let wanted = match frame.rules.wanted(resource, frame.facts) {
        Ok(wanted) => wanted,
        Err(fault) => return unmapped(fault),
    };
    let Some(key) = wanted.key(resource.kind) else {
        return Decision::new(
            Action::Park("unnamed", "the resource has no name to give the account".to_owned()),
            "an account needs a name",
        );
    };
    let renamed = open.is_some_and(|open| open.link.key.as_ref() != Some(&key));
    let generated = frame.rules.generates_name(resource.kind);
    if renamed && !generated {
        let proof = "never created: announced under another name".to_owned();
        return Decision::new(Action::Close(proof), "an announced name is given up with its link");
    }
    if generated && matches!(frame.rival, Some(Contest::Held { .. })) {
        return names::another(frame, "another account of ours has the generated name");
    }
    names::contest(frame, &key, None)
        .or_else(|| open.is_none().then(|| matching::find(frame, resource)).flatten())
        .or_else(|| recognise(frame, resource, &wanted))
        .unwrap_or_else(|| {
            Decision::new(Action::Create(Box::new(wanted)), "entitled, and no account is there")
        })
}

/// Where accounts are recognised by their name, the target is looked at before each create.
fn recognise(frame: &Frame<'_>, resource: &Resource, wanted: &Wanted) -> Option<Decision> {
    if frame.rules.target.correlate != Correlate::UserName {
        return None;
    }
    let name = wanted.name(resource.kind)?;
    let Some(seen) = frame.seen.filter(|seen| by_name(&seen.query, name)) else {
        let asked = Query::Key(name.to_owned());
        return Some(Decision::new(Action::Look(asked), "is it there already"));
    };
    match (&seen.sight, seen.held_by) {
        (Sight::Absent, _) => None,
        (Sight::One(_) | Sight::Many, _) if frame.rules.generates_name(resource.kind) => {
            Some(names::another(frame, "the generated name is taken there"))
        }
        (Sight::One(_), None) => {
            Some(Decision::new(Action::Adopt, "the account has the name by which it is recognised"))
        }
        (Sight::One(_), Some(link)) => {
            Some(Decision::new(Action::Wait(link), "another account of ours still holds the name"))
        }
        (Sight::Many, _) => Some(Decision::new(
            Action::Park(
                "ambiguous",
                "several accounts have the name by which it is recognised".to_owned(),
            ),
            "more than one account has the name",
        )),
    }
}

fn by_name(query: &Query, name: &str) -> bool {
    matches!(query, Query::Key(asked) if fold(asked) == fold(name))
}

fn keep_equal(frame: &Frame<'_>, open: Open<'_>, resource: &Resource, active: bool) -> Decision {
    let enable = (active && needs_enabling(frame, open)).then_some(true);
    // Nothing of it is to change: members at most.
    if enable.is_none() && frame.basis == Some(&resource.body) {
        return equal(open);
    }
    let wanted = match frame.rules.wanted(resource, frame.facts) {
        Ok(wanted) => wanted,
        Err(fault) => return unmapped(fault),
    };
    let mut delta = difference(frame, open, &wanted);
    if let Some(basis) = frame.basis {
        match touched(frame, resource, &wanted, basis) {
            Ok(touched) => delta.retain(|path| touched.contains(path)),
            Err(fault) => return unmapped(fault),
        }
    }
    if delta.is_empty() && enable.is_none() {
        return equal(open);
    }
    let renames = delta.set.iter().any(|(path, _)| path == desired::name_attribute(resource.kind));
    if renames
        && let Some(key) =
            wanted.key(resource.kind).filter(|key| Some(key) != open.link.key.as_ref())
        && let Some(decision) = names::contest(frame, &key, Some(open.link))
    {
        return decision;
    }
    Decision::new(
        Action::Update(Box::new(wanted), delta, enable),
        "the account differs from what it should be",
    )
}

/// The paths of which a change makes something else than what it was computed from.
fn touched(
    frame: &Frame<'_>,
    resource: &Resource,
    wanted: &Wanted,
    basis: &Document,
) -> Result<BTreeSet<String>, MappingFault> {
    let before = Resource { body: basis.clone(), ..resource.clone() };
    let before = frame.rules.wanted(&before, frame.facts)?;
    Ok(desired::differing(&before.attributes, &wanted.attributes))
}

fn equal(open: Open<'_>) -> Decision {
    match open.link.kind {
        Kind::Group => {
            Decision::new(Action::Members, "the group is equal; its members are compared")
        }
        Kind::User => Decision::new(Action::Nothing, "the account is as it should be"),
    }
}

/// Against what was seen where there is something, else against what was last sent.
fn difference(frame: &Frame<'_>, open: Open<'_>, wanted: &Wanted) -> Delta {
    let known = frame.rules.known(open.link.kind);
    let to_sent =
        || desired::delta_to_sent(&wanted.attributes, &open.link.sent, open.link.id, known);
    let Some(Sight::One(account)) = frame.seen.map(|seen| &seen.sight) else {
        return to_sent();
    };
    let mut delta =
        desired::delta_to_seen(&wanted.attributes, &account.attributes, &open.link.sent);
    let rules = frame.rules.target.rules(open.link.kind);
    if delta.paths().any(|path| rules.drift_of(path) != Drift::Enforce) {
        let ours = to_sent();
        delta.retain(|path| {
            rules.drift_of(path) == Drift::Enforce || ours.paths().any(|own| own == path)
        });
    }
    // An account that was found by a rule does not carry our correlation yet.
    let ours = open.link.id.correlation();
    if frame.rules.target.correlate == Correlate::ExternalId
        && account.correlation.as_ref() != Some(&ours)
    {
        delta.set.push(("externalId".to_owned(), ours.into()));
    }
    delta
}

fn needs_enabling(frame: &Frame<'_>, open: Open<'_>) -> bool {
    let seen_off = match frame.seen.map(|seen| &seen.sight) {
        Some(Sight::One(account)) => account.active == Some(false),
        _ => false,
    };
    open.link.kind == Kind::User && (open.link.state == LinkState::Off || seen_off)
}
