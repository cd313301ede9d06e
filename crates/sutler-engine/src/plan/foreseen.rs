//! A decision as a plan tells it. Pure.

use std::collections::BTreeMap;

use serde_json::Value;
use sutler_model::outcome::Query;
use sutler_model::plan::{PairPlan, Planned};
use sutler_model::port::Frame;

use crate::decide::{Action, Decision};
use crate::desired::{self, Delta};
use crate::rules::Want;

/// What stands for each value of somebody who is passed through.
const PASSED: &str = "(passed through)";

/// What would be done first, and with which values.
pub(super) struct Foreseen {
    pub(super) action: Planned,
    pub(super) set: BTreeMap<String, Value>,
    pub(super) clear: Vec<String>,
    pub(super) why: String,
}

impl Foreseen {
    pub(super) fn of(decision: Decision, want: Want<'_>) -> Self {
        let why = decision.why.to_owned();
        let plain = |action, why| Self { action, set: BTreeMap::new(), clear: Vec::new(), why };
        match decision.action {
            Action::Create(wanted) => {
                let set = wanted.at_creation().into_iter().collect();
                Self { set, ..plain(Planned::Create, why) }
            }
            Action::Update(_, delta, enable) => {
                let action = if enable == Some(true) { Planned::Enable } else { Planned::Update };
                let Delta { set, clear } = delta;
                Self { set: set.into_iter().collect(), clear, ..plain(action, why) }
            }
            Action::Look(Query::Attributes(_) | Query::Key(_)) => {
                plain(Planned::MatchOrCreate, why)
            }
            Action::Look(_) => plain(Planned::Look, why),
            Action::Disable => plain(Planned::Disable, why),
            Action::Delete => plain(Planned::Delete, why),
            Action::Close(_) if want == Want::Released => plain(Planned::Release, why),
            Action::Park(cause, detail) => plain(Planned::Stop, format!("{cause}: {detail}")),
            Action::Wait(_) | Action::Later(_) | Action::Backoff(_) | Action::Rename(_) => {
                plain(Planned::Wait, why)
            }
            Action::Nothing
            | Action::Members
            | Action::Survey(_)
            | Action::Another
            | Action::Disabled
            | Action::Close(_)
            | Action::Adopt
            | Action::Settled => plain(Planned::Nothing, why),
        }
    }
}

/// Without what is desired: a plan is kept, and nothing is kept of who is passed through.
pub(super) fn masked(plan: PairPlan) -> PairPlan {
    let set = plan.set.into_keys().map(|path| (path, Value::from(PASSED))).collect();
    PairPlan { name: PASSED.to_owned(), set, ..plan }
}

/// What a resource is called; of one who is gone, the name that the account holds.
pub(super) fn name(frame: &Frame) -> String {
    let own = frame.resource.as_ref().and_then(desired::name_of).map(str::to_owned);
    let held = || frame.link.as_ref().and_then(|link| link.key.clone());
    own.or_else(held).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use sutler_model::{Kind, Uid};

    use super::*;

    #[test]
    fn w19_a_plan_keeps_nothing_of_who_is_passed_through() {
        let plan = PairPlan {
            target: "app".to_owned(),
            id: Uid("u1".to_owned()),
            kind: Kind::User,
            name: "ann".to_owned(),
            action: Planned::Create,
            set: BTreeMap::from([("userName".to_owned(), json!("ann"))]),
            clear: vec!["title".to_owned()],
            why: "entitled".to_owned(),
        };
        let told = serde_json::to_string(&masked(plan)).unwrap();
        assert!(!told.contains("ann") && told.contains("userName"), "{told}");
    }
}
