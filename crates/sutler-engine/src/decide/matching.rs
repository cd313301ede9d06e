//! Before an account is made: is one there already? The target's matching rules are asked in
//! their order, and the first that finds any decides.

use sutler_model::outcome::Query;
use sutler_model::resource::Resource;

use super::account::unmapped;
use super::{Action, Decision, Frame, Sight};

/// What the matching rules say. `None` if there is none, or if no rule found anybody.
pub(super) fn find(frame: &Frame<'_>, resource: &Resource) -> Option<Decision> {
    // The look by name comes after all rules.
    if frame.seen.is_some_and(|seen| matches!(seen.query, Query::Key(_))) {
        return None;
    }
    let queries = match frame.rules.matching(resource, frame.facts) {
        Ok(queries) => queries,
        Err(fault) => return Some(unmapped(fault)),
    };
    let asked = frame.seen.and_then(|seen| queries.iter().position(|query| *query == seen.query));
    let Some((seen, at)) = frame.seen.zip(asked) else {
        let query = queries.into_iter().next()?;
        return Some(Decision::new(Action::Look(query), "is an account there that matches"));
    };
    match (&seen.sight, seen.held_by) {
        (Sight::Absent, _) => {
            let query = queries.into_iter().nth(at + 1)?;
            Some(Decision::new(Action::Look(query), "is an account there that matches"))
        }
        (Sight::One(_), None) => {
            Some(Decision::new(Action::Adopt, "exactly one account matches, and is nobody else's"))
        }
        (Sight::One(_), Some(_)) => Some(stop(
            "claimed",
            "the account that matches is linked to another resource already: correct the data or the rule, or give the other one up, then retry",
            "the account that matches is somebody else's",
        )),
        (Sight::Many, _) => Some(stop(
            "ambiguous",
            "several accounts match: make the rule narrower, or remove all but one there, then retry",
            "more than one account matches",
        )),
    }
}

fn stop(cause: &'static str, what: &str, why: &'static str) -> Decision {
    Decision::new(Action::Park(cause, what.to_owned()), why)
}
