//! What is wanted of one pair: a target's rules applied to a resource. Pure.
//!
//! Does not know the link nor what was seen: that is `decide`'s.

mod compiled;
mod judgement;
mod reverse;
mod rulebook;
mod scope;
mod wanted;

pub use compiled::{RuleFault, RulePlace, TargetRules};
pub use judgement::{Judgement, judge};
pub use rulebook::Rulebook;
pub use scope::Scope;
pub use wanted::{Facts, MappingFault, Wanted};

use sutler_model::Kind;
use sutler_model::estate::{Estate, OnDeactivate, OnDelete, Target};
use sutler_model::port;
use sutler_model::resource::Resource;

/// The subject of a pair, as it is held here.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Subject<'a> {
    /// It is stored.
    Live {
        /// The resource.
        resource: &'a Resource,
        /// Whether it is entitled to an account.
        scope: Scope,
    },
    /// It was deleted.
    Gone(Kind),
    /// It is not held here: nothing is done.
    Unheld,
}

impl<'a> Subject<'a> {
    /// The subject from what the ledger's frame holds.
    pub fn of(frame: &'a port::Frame, estate: &Estate, rules: &TargetRules) -> Self {
        match &frame.resource {
            None => Self::Unheld,
            Some(resource) if resource.gone => Self::Gone(resource.kind),
            // Routing needs no body; who is routed is held only while he is being delivered.
            Some(resource)
                if frame.passed || (frame.intent.is_none() && estate.passes(&frame.origins)) =>
            {
                if estate.routes(&frame.origins, &rules.target) {
                    Self::Unheld
                } else {
                    Self::Live { resource, scope: Scope::Unrouted }
                }
            }
            Some(resource) => {
                let scope = rules.scope_of(estate, resource, &frame.origins, &frame.groups);
                Self::Live { resource, scope }
            }
        }
    }
}

/// What the target should hold for the subject.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Want<'a> {
    /// An account like this, enabled or disabled.
    Account {
        /// The resource.
        resource: &'a Resource,
        /// `active` there.
        active: bool,
    },
    /// A disabled account, whatever else it holds.
    Disabled,
    /// No account.
    Absent,
    /// The account is no longer ours: the link is closed and nothing is sent.
    Released,
    /// What is there stays as it is.
    Untouched,
}

/// Applies the target's policies. Reads no mapping, so that no mapping can stop a leaver.
pub fn want<'a>(subject: Subject<'a>, target: &Target) -> Want<'a> {
    let on_leave = target.on_leave.unwrap_or(target.on_delete);
    match subject {
        Subject::Unheld => Want::Untouched,
        Subject::Gone(kind) => on_delete(kind, target.on_delete),
        Subject::Live { resource, scope } if !scope.is_in() => on_delete(resource.kind, on_leave),
        Subject::Live { resource, .. } if resource.active => {
            Want::Account { resource, active: true }
        }
        Subject::Live { resource, .. } => match target.on_deactivate {
            OnDeactivate::Disable => Want::Account { resource, active: false },
            OnDeactivate::Delete => Want::Absent,
            OnDeactivate::Keep => Want::Untouched,
        },
    }
}

/// For a group, `disable` means delete.
fn on_delete(kind: Kind, policy: OnDelete) -> Want<'static> {
    match (policy, kind) {
        (OnDelete::Delete, _) | (OnDelete::Disable, Kind::Group) => Want::Absent,
        (OnDelete::Disable, Kind::User) => Want::Disabled,
        (OnDelete::Keep, _) => Want::Released,
    }
}

/// True if the pair is a leaver: what is wanted takes something away.
pub fn leaves(want: Want<'_>) -> bool {
    !matches!(want, Want::Account { active: true, .. } | Want::Untouched)
}
