//! Who should have an account at a target: routing, then the target's own scope. Pure.

use std::borrow::Cow;

use sutler_model::estate::Estate;
use sutler_model::fold::fold;
use sutler_model::port::{GroupFact, SubjectView};
use sutler_model::resource::{Origins, Resource};
use sutler_model::{Document, Kind};

use super::TargetRules;

/// Whether a resource is entitled to an account, and if not, by which rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// It is.
    In,
    /// None of those who brought it is routed to the target.
    Unrouted,
    /// The target takes nothing of this type.
    Off,
    /// The filter does not match.
    Filtered,
    /// It is in none of the groups.
    NoGroup,
}

impl Scope {
    /// True if it is entitled.
    pub fn is_in(self) -> bool {
        self == Self::In
    }
}

/// What scope reads of a resource.
#[derive(Clone, Copy)]
struct Read<'a> {
    kind: Kind,
    origins: &'a Origins,
    active: bool,
    body: Option<&'a Document>,
    groups: &'a [GroupFact],
}

impl TargetRules {
    /// Of a resource as the dispatcher reads it.
    pub fn scope_of(
        &self,
        estate: &Estate,
        resource: &Resource,
        origins: &Origins,
        groups: &[GroupFact],
    ) -> Scope {
        let (kind, active, body) = (resource.kind, resource.active, Some(&resource.body));
        self.judge(estate, Read { kind, origins, active, body, groups })
    }

    /// Of a resource as the spreader and sweeps read it.
    pub fn scope(&self, estate: &Estate, subject: &SubjectView) -> Scope {
        let SubjectView { kind, origins, active, body, groups, .. } = subject;
        // A filter is not asked about who is passed through: nothing is held that it could read.
        let body = body.as_ref().filter(|_| !estate.passes(origins));
        let (kind, active) = (*kind, *active);
        self.judge(estate, Read { kind, origins, active, body, groups })
    }

    fn judge(&self, estate: &Estate, read: Read<'_>) -> Scope {
        let rules = self.target.rules(read.kind);
        if !estate.routes(read.origins, &self.target) {
            return Scope::Unrouted;
        }
        if self.broken.is_some() {
            return Scope::In;
        }
        if rules.off {
            return Scope::Off;
        }
        let compiled = self.of(read.kind);
        if let (Some(filter), Some(body)) = (&rules.scope, read.body)
            && !filter.matches(compiled.schemas.of(read.kind), &shown(read, body))
        {
            return Scope::Filtered;
        }
        let wanted = &compiled.in_groups;
        let is_in = |group: &GroupFact| {
            wanted.contains(&fold(&group.name)) || wanted.contains(&fold(&group.uid.0))
        };
        if !wanted.is_empty() && !read.groups.iter().any(is_in) {
            return Scope::NoGroup;
        }
        Scope::In
    }
}

/// The attributes as a filter sees them: `active` counts although nobody has said it.
fn shown<'a>(read: Read<'_>, body: &'a Document) -> Cow<'a, Document> {
    if read.kind == Kind::Group || body.contains_key("active") {
        return Cow::Borrowed(body);
    }
    let mut shown = body.clone();
    shown.insert("active".to_owned(), read.active.into());
    Cow::Owned(shown)
}
