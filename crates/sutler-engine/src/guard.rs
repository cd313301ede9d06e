//! Who is put before the guard: what a pair is to lose, and who stays. Pure.
//!
//! Does not count: the ledger does, in the transaction that marks the pairs.

use sutler_model::estate::{OnDeactivate, OnDelete};
use sutler_model::guard::{Leave, Loss, Watch};
use sutler_model::port::SubjectView;
use sutler_model::{Kind, Rid};

use crate::rules::{Judgement, TargetRules};

/// What the policies of a target take from somebody who leaves; `None` if nothing.
fn loss(rules: &TargetRules, subject: &SubjectView, judgement: Judgement) -> Option<Loss> {
    let target = &rules.target;
    let on_leave = target.on_leave.unwrap_or(target.on_delete);
    let by_policy = |policy: OnDelete| match (policy, subject.kind) {
        (OnDelete::Disable, Kind::User) => Loss::Disabled,
        _ => Loss::Deleted,
    };
    if subject.gone {
        return Some(by_policy(target.on_delete));
    }
    if !judgement.scope.is_in() {
        return Some(by_policy(on_leave));
    }
    match target.on_deactivate {
        OnDeactivate::Disable => Some(Loss::Disabled),
        OnDeactivate::Delete => Some(Loss::Deleted),
        OnDeactivate::Keep => None,
    }
}

/// Puts a pair before the guard, if it leaves.
pub(crate) fn watch(
    rules: &TargetRules,
    subject: &SubjectView,
    judgement: Judgement,
    source: &str,
    watch: &mut Watch,
) {
    if !judgement.leaves {
        return;
    }
    if let Some(loss) = loss(rules, subject, judgement) {
        watch.leaves.push(leave(rules, subject.rid, loss, source));
    }
}

/// Tells the guard who is entitled to what it has.
pub(crate) fn stays(
    rules: &TargetRules,
    subject: &SubjectView,
    judgement: Judgement,
    watch: &mut Watch,
) {
    if !judgement.leaves && judgement.concerns() {
        watch.stays.push((rules.target.id, subject.rid));
    }
}

/// Memberships of a group end.
pub(crate) fn removal(rules: &TargetRules, group: Rid, source: &str) -> Leave {
    leave(rules, group, Loss::Removed, source)
}

/// A pair that is to lose something.
pub(crate) fn leave(rules: &TargetRules, rid: Rid, loss: Loss, source: &str) -> Leave {
    Leave {
        target: rules.target.id,
        rid,
        loss,
        limit: rules.target.guard.limit(loss),
        source: source.to_owned(),
    }
}
