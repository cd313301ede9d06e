//! How what is learnt of a pair may be stored, where its resource is not, or not all of it is
//! known. Pure.

use sutler_model::Document;
use sutler_model::history::Step;
use sutler_model::link::{Link, Sent};
use sutler_model::resource::Resource;

use super::Knowledge;
use crate::desired;
use crate::hidden::hush;
use crate::rules::{Subject, Wanted};

/// How what is learnt of a pair may be stored.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Keeping {
    /// As it is.
    Plain,
    /// Nothing that tells of the resource in the clear.
    Hidden,
}

impl Keeping {
    pub(super) fn of(hidden: bool) -> Self {
        if hidden { Self::Hidden } else { Self::Plain }
    }
}

impl Knowledge<'_> {
    /// What was hidden of the link stays so, whoever its resource belongs to now.
    #[must_use]
    pub(crate) fn hiding(self, hidden: bool) -> Self {
        Self { keeping: Keeping::of(hidden || self.hides()), ..self }
    }

    /// The resource was computed from this, which is not all of it.
    #[must_use]
    pub(crate) fn computed_from(self, basis: Option<Document>) -> Self {
        Self { basis, ..self }
    }

    /// What is remembered of an account that holds what is wanted.
    pub(super) fn remembered(&self, wanted: &Wanted, link: &Link) -> Sent {
        let (Some(basis), Subject::Live { resource, .. }) = (&self.basis, self.subject()) else {
            return desired::digests(&wanted.attributes, link.id);
        };
        let before = Resource { body: basis.clone(), ..resource.clone() };
        let before = self.rules.wanted(&before, self.facts()).unwrap_or_default();
        let touched = desired::differing(&before.attributes, &wanted.attributes);
        desired::with_touched(&link.sent, &wanted.attributes, &touched, link.id)
    }

    /// True if nothing that tells of the resource may be stored in the clear.
    pub(crate) fn hides(&self) -> bool {
        self.keeping == Keeping::Hidden
    }

    /// What was asked of the target, as far as it may be kept.
    pub(crate) fn told(&self) -> Vec<Step> {
        let mut steps = self.steps.clone();
        for step in steps.iter_mut().filter(|_| self.hides()) {
            (step.changes, step.exchanges) = (Vec::new(), Vec::new());
        }
        steps
    }

    /// What a target said, without what is not to be kept.
    pub(crate) fn hushed(&self, said: &str) -> String {
        let body = match self.subject() {
            Subject::Live { resource, .. } => Some(&resource.body),
            _ => None,
        };
        hush(said, body, self.link.as_ref())
    }
}
