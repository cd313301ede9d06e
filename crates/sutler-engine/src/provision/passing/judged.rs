//! Which targets a desired state concerns, and who of them is asked to take something away.

use sutler_model::change::Flags;
use sutler_model::guard::Watch;
use sutler_model::port::{Standing, SubjectView};
use sutler_model::resource::Resource;
use sutler_model::work::{Lane, Marking, Owes};
use sutler_model::{Rid, TargetId, Time};

use super::Passing;
use crate::guard;
use crate::rules::Judgement;

/// What is to be asked and marked for a desired state.
pub(super) struct Judged {
    pub(super) pairs: Vec<TargetId>,
    pub(super) markings: Vec<Marking>,
    pub(super) watch: Watch,
    pub(super) flags: Flags,
}

impl Passing<'_> {
    /// Judges every target of the tenant. `standing` is how it stood; `None` if it is new. Where
    /// not all is known of it, nobody is given an account.
    pub(super) fn judge(
        &self,
        wanted: &Resource,
        standing: Option<&Standing>,
        partial: bool,
        now: Time,
    ) -> Judged {
        let disabled = wanted_less(wanted, standing);
        let mut judged = Judged {
            pairs: Vec::new(),
            markings: Vec::new(),
            watch: Watch { at: now, ..Watch::default() },
            flags: if disabled { Flags::DISABLED } else { Flags::default() },
        };
        let origins = vec![self.provider.id];
        let subject = subject(wanted, standing, self.provider.id);
        let tenant = wanted.tenant;
        for rules in self.rulebook.all().filter(|rules| rules.target.tenant == tenant) {
            let target = rules.target.id;
            let linked = standing.is_some_and(|standing| standing.linked.contains(&target));
            let scope = rules.scope_of(&self.rulebook, wanted, &origins, &[]);
            let working = subject.working.contains(&target);
            let leaves = !wanted.active || !scope.is_in();
            let judgement = Judgement { scope, linked, working, leaves };
            if !judgement.concerns() || (partial && !linked && !working) {
                continue;
            }
            let leaver = leaves && linked;
            if leaver {
                let source = &self.caller.client;
                guard::watch(rules, &subject, judgement, source, &mut judged.watch);
            }
            guard::stays(rules, &subject, judgement, &mut judged.watch);
            judged.pairs.push(target);
            judged.markings.push(Marking {
                target,
                rid: wanted.rid,
                lane: if leaver || disabled { Lane::Leave } else { Lane::Live },
                owes: if disabled { Owes::DISABLE } else { Owes::NONE },
                due: now,
                leaving_since: leaver.then_some(now),
            });
        }
        judged
    }
}

/// A live user is deactivated.
fn wanted_less(wanted: &Resource, standing: Option<&Standing>) -> bool {
    standing.is_some_and(|standing| standing.subject.active) && !wanted.active
}

/// It as the guard sees it.
fn subject(
    wanted: &Resource,
    standing: Option<&Standing>,
    origin: sutler_model::ServiceProviderId,
) -> SubjectView {
    SubjectView {
        rid: standing.map_or(Rid(0), |_| wanted.rid),
        kind: wanted.kind,
        origins: vec![origin],
        active: wanted.active,
        gone: false,
        passed: true,
        body: None,
        groups: Vec::new(),
        working: standing.map(|standing| standing.subject.working.clone()).unwrap_or_default(),
    }
}
