//! The end of a claim: what is settled, and what is told about it. Pure.

use sutler_model::intent::{PairState, Reason};
use sutler_model::link::Link;
use sutler_model::outcome::Trouble;
use sutler_model::port::{Next, Settle};
use sutler_model::work::{Fault, Lane};
use sutler_model::{IntentId, Kind, LinkId, Mark, Rid, Time};

use crate::backoff::next_attempt;
use crate::knowledge::Knowledge;

/// How long a newcomer waits for a name before it looks again by itself.
const WAIT: i64 = 30_000;

/// Faults of one pair that another attempt may still mend.
const LASTING: [&str; 2] = ["look", "undecided"];
/// Attempts that such a fault is given (R13).
const ATTEMPTS: u32 = 5;

/// How a claim ended.
#[derive(Debug)]
pub(super) struct Ending {
    pub(super) kind: EndingKind,
    /// Edges that are settled with it.
    pub(super) edges: Vec<(Rid, Mark)>,
    /// Lane in which what is left of a membership goes on.
    pub(super) lane: Option<Lane>,
}

#[derive(Debug)]
pub(super) enum EndingKind {
    /// Nothing is left to do.
    Done,
    /// All went well, and there is more, from this time on.
    Again(Time),
    /// Another account of ours must give up its name first.
    Wait(LinkId),
    /// It did not work; try again.
    Failed { fault: Fault, trouble: Option<Trouble>, retry_after: Option<Time> },
    /// A person must see to it.
    Parked(Fault),
    /// This node may no longer send: what was learnt is settled, if the claim is still ours.
    Abandoned,
    /// The claim is no longer ours, and nothing was sent: nothing is settled.
    Lost,
}

impl Ending {
    /// Why it did not end well, if it did not.
    pub(super) fn fault(&mut self) -> Option<&mut Fault> {
        match &mut self.kind {
            EndingKind::Failed { fault, .. } | EndingKind::Parked(fault) => Some(fault),
            _ => None,
        }
    }
}

impl From<EndingKind> for Ending {
    fn from(kind: EndingKind) -> Self {
        Self { kind, edges: Vec::new(), lane: None }
    }
}

pub(super) fn fault(cause: &str, detail: impl Into<String>, status: Option<u16>) -> Fault {
    Fault { cause: cause.to_owned(), detail: detail.into(), status }
}

/// The settle that ends a claim. `None` if nothing may be settled.
pub(super) fn settle(
    knowledge: &Knowledge<'_>,
    ending: &Ending,
    now: Time,
    random: u64,
) -> Option<Settle> {
    let work = knowledge.work;
    let failed = work.tries.saturating_add(1);
    let (next, tries, why) = match &ending.kind {
        EndingKind::Lost => return None,
        EndingKind::Abandoned => (Next::At(now), work.tries, work.why.clone()),
        EndingKind::Done => (after_doubt(knowledge, now), 0, None),
        EndingKind::Again(at) => (Next::At(*at), 0, None),
        EndingKind::Wait(link) => (Next::Wait(*link, now.plus(WAIT)), work.tries, None),
        EndingKind::Failed { fault, .. } if lasts(fault, failed) && !overtakes(knowledge) => {
            (Next::Parked, failed, Some(fault.clone()))
        }
        EndingKind::Failed { fault, retry_after, .. } => {
            (Next::At(next_attempt(now, failed, random, *retry_after)), failed, Some(fault.clone()))
        }
        EndingKind::Parked(fault) if overtakes(knowledge) => {
            (Next::At(next_attempt(now, failed, random, None)), failed, Some(fault.clone()))
        }
        EndingKind::Parked(fault) => (Next::Parked, failed, Some(fault.clone())),
    };
    let intent = said(knowledge, ending, &next);
    let lane = lane(knowledge, ending, &next);
    Some(Settle {
        target: work.target,
        rid: work.rid,
        fence: work.fence?,
        mark: work.mark,
        version: knowledge.rules.target.version,
        link: changed(knowledge),
        looked: knowledge.looked,
        live: knowledge.live,
        edges: ending.edges.clone(),
        next,
        lane,
        paid: knowledge.paid,
        left: knowledge.left,
        tries,
        why,
        delivery: None,
        intent,
        at: now,
    })
}

/// What the end of a claim says to the intent that it was decided by. What is not known yet, or
/// waits for something here, says nothing; a trouble in which nothing was sent refuses only what
/// somebody is waiting for.
fn said(knowledge: &Knowledge<'_>, ending: &Ending, next: &Next) -> Option<(IntentId, PairState)> {
    let intent = knowledge.intent()?;
    let doubtful = knowledge.link.as_ref().is_some_and(|link| link.doubt.is_some());
    let state = match (&ending.kind, next) {
        (EndingKind::Done, Next::Done) => PairState::Confirmed,
        (EndingKind::Parked(fault) | EndingKind::Failed { fault, .. }, Next::Parked) => {
            PairState::Refused(fault.clone(), false)
        }
        (EndingKind::Failed { fault, trouble: Some(_), .. }, _)
            if intent.reason == Reason::Confirm && !doubtful =>
        {
            PairState::Refused(fault.clone(), true)
        }
        _ => return None,
    };
    Some((intent.id, state))
}

/// True if a fault that is the pair's own has lasted for so many attempts that a person must see
/// to it (R13). Faults of the target, and unknown outcomes, are tried for ever.
fn lasts(fault: &Fault, failed: u32) -> bool {
    LASTING.contains(&fault.cause.as_str()) && failed >= ATTEMPTS
}

/// A link in doubt is looked at once more when the target's lag has passed.
fn after_doubt(knowledge: &Knowledge<'_>, now: Time) -> Next {
    knowledge.doubt_over().map_or(Next::Done, |over| Next::At(over.max(now)))
}

fn changed(knowledge: &Knowledge<'_>) -> Option<Link> {
    let link = knowledge.link.clone()?;
    (Some(&link) != knowledge.stored_link()).then_some(link)
}

/// True if the pair may never be parked: something is to be taken away, or memberships may have to
/// end, of which only the target's account of the group knows.
fn overtakes(knowledge: &Knowledge<'_>) -> bool {
    let group = knowledge.link.as_ref().filter(|link| link.kind == Kind::Group);
    knowledge.leaves() || knowledge.work.lane == Lane::Leave && group.is_some_and(Link::is_live)
}

fn lane(knowledge: &Knowledge<'_>, ending: &Ending, next: &Next) -> Lane {
    if knowledge.leaves() {
        return Lane::Leave;
    }
    let lane = knowledge.work.lane;
    ending.lane.unwrap_or(match &ending.kind {
        _ if lane == Lane::Bulk => Lane::Bulk,
        // Whoever came back is no leaver any more: in the lane of those it would not be parked,
        // and tried without a pause.
        _ if *next == Next::Parked => Lane::Live,
        // Somebody who is out already is no leaver: what fails now may wait for a person.
        _ if knowledge.out() => Lane::Live,
        EndingKind::Failed { .. } | EndingKind::Parked(_) => lane,
        _ => Lane::Live,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R13: what is the pair's own and not definite is given five attempts; what is the target's,
    /// or unknown, is tried for ever.
    #[test]
    fn r13_a_lasting_fault_of_one_pair_is_parked_after_five_attempts() {
        for (cause, failed, parked) in [
            ("look", 4, false),
            ("look", 5, true),
            ("undecided", 5, true),
            ("unknown", 5_000, false),
            ("unreachable", 5_000, false),
            ("auth", 5_000, false),
            ("throttled", 5_000, false),
        ] {
            assert_eq!(lasts(&fault(cause, "", None), failed), parked, "{cause} {failed}");
        }
    }
}
