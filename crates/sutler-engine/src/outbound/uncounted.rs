//! Leavers whom the guard has not counted yet: what was decided now was not known when the pair
//! was marked, since the change behind it is not spread, or the rules are new and not swept.
//!
//! Nothing is sent for them. They are put before the guard as the spreader would put them, and
//! the pair is decided again, if it is not held.

use sutler_model::guard::{Limit, Loss, Watch};
use sutler_model::link::LinkState;
use sutler_model::port::{LedgerError, SpreadCommit};
use sutler_model::work::{Lane, Marking, Owes};

use super::dispatcher::Lines;
use super::ending::{Ending, EndingKind};
use crate::decide::Action;
use crate::guard;
use crate::knowledge::Knowledge;
use crate::rules::Want;

/// What an action takes away, if that was not counted.
pub(super) fn uncounted(knowledge: &Knowledge<'_>, action: &Action) -> Option<Loss> {
    let work = knowledge.work;
    if work.owes.has(Owes::LEAVE) {
        return None;
    }
    let want = knowledge.want();
    let loss = match action {
        Action::Disable => Some(Loss::Disabled),
        // The time of an account that was disabled for good is over: that was counted then.
        Action::Delete if want == Want::Disabled => None,
        Action::Delete => Some(Loss::Deleted),
        Action::Close(_) if want == Want::Released => {
            let state = knowledge.link.as_ref().map(|link| link.state);
            (state != Some(LinkState::Creating)).then_some(Loss::Deleted)
        }
        _ => None,
    };
    loss.filter(|loss| knowledge.rules.target.guard.limit(*loss) != Limit::Off)
}

/// Counts the pair as a leaver, in a transaction that marks it. The claim then ends.
pub(super) async fn put_before_the_guard(
    lines: &Lines,
    knowledge: &Knowledge<'_>,
    loss: Loss,
) -> Result<Ending, LedgerError> {
    let now = lines.context.now();
    let (target, rid) = (lines.rules.target.id, knowledge.work.rid);
    let leaves = vec![guard::leave(&lines.rules, rid, loss, "")];
    let marking = Marking {
        target,
        rid,
        lane: Lane::Leave,
        owes: Owes::LEAVE,
        due: now,
        leaving_since: Some(now),
    };
    // An edit of other targets leaves these lines as they are, and raises the estate's version.
    let estate = lines.context.ports.estate.current();
    let commit = SpreadCommit {
        estate: estate.version,
        markings: vec![marking],
        watch: Watch { at: now, leaves, stays: Vec::new() },
        ..SpreadCommit::default()
    };
    match lines.context.ports.ledger.spread(commit).await {
        Ok(()) | Err(LedgerError::Busy) => {}
        Err(LedgerError::EstateMoved) => {
            let ports = &lines.context.ports;
            ports.estate.refresh(ports.ledger.as_ref()).await?;
        }
        Err(error) => return Err(error),
    }
    Ok(EndingKind::Again(now).into())
}
