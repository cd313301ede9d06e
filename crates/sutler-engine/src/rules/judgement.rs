//! What a change or a sweep means for one pair, before it is decided: who is marked, in which
//! lane, and who is a leaver. Pure.

use sutler_model::estate::Estate;
use sutler_model::port::SubjectView;

use super::{Scope, TargetRules};

/// How a resource stands towards a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// Whether it is entitled to an account.
    pub scope: Scope,
    /// It has an open link there.
    pub linked: bool,
    /// Its pair has a work item: a create may be on its way.
    pub working: bool,
    /// It is to lose what it has: gone, not active, or not entitled.
    pub leaves: bool,
}

impl Judgement {
    /// True if the pair may differ from what it should be.
    pub fn concerns(self) -> bool {
        self.linked || self.working || self.scope.is_in()
    }
}

/// Judges one pair.
pub fn judge(
    rules: &TargetRules,
    estate: &Estate,
    subject: &SubjectView,
    linked: bool,
) -> Judgement {
    let scope = rules.scope(estate, subject);
    let entitled = scope.is_in() && !subject.gone;
    let working = subject.working.contains(&rules.target.id);
    Judgement { scope, linked, working, leaves: !subject.active || !entitled }
}
