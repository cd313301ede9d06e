//! The end of a claim: what becomes of the work item, the link and the edges.

use sutler_model::intent::PairState;
use sutler_model::link::{Link, LinkState};
use sutler_model::port::{Next, Settle, Settled};
use sutler_model::work::{Lane, Marking, Owes, Work};
use sutler_model::{IntentId, LinkId, Mark, Stamp};

use super::{free, frees_its_name, in_doubt, mark};

/// What the ledger holds when a settle comes in, read in the settle's own transaction.
#[derive(Clone, Debug)]
pub struct Stored<'a> {
    /// The work item, if there is one.
    pub work: Option<Work>,
    /// The pair's open link, if there is one.
    pub link: Option<&'a Link>,
    /// True if the target's version is still the one of the settle.
    pub version_is_current: bool,
    /// True if the link that the item is to wait for is still open.
    pub awaited_is_open: bool,
    /// A number from the fence counter that was never used, in case the settle is stale.
    pub fresh: Stamp,
}

/// What a settle leaves behind.
#[derive(Clone, Debug, PartialEq)]
pub struct Ending {
    /// The answer.
    pub settled: Settled,
    /// The work item afterwards; `None` if it is gone.
    pub work: Option<Work>,
    /// The link to store, if it is to be stored.
    pub link: Option<Link>,
    /// The edges that were sent may be deleted, each by [`edge_is_settled`].
    pub edges_count: bool,
    /// An outbox row `Live` is to be written.
    pub live: bool,
    /// Those who wait for this link are woken.
    pub wakes: Option<LinkId>,
    /// The pair of this link is marked, so that it gives its name up.
    pub presses: Option<LinkId>,
    /// What is taken down for the intent that was looked at.
    pub intent: Option<(IntentId, PairState)>,
}

/// An edge is deleted only if its mark is the one that was sent.
pub fn edge_is_settled(stored: Mark, sent: Mark) -> bool {
    stored == sent
}

/// Ends a claim. Only the fence in force settles; whoever comes late leaves a mark and a doubt.
pub fn settle(stored: Stored<'_>, settle: &Settle) -> Ending {
    match stored.work {
        Some(ref row) if row.fence == Some(settle.fence) => end(row, &stored, settle),
        _ => stale(stored, settle),
    }
}

/// The fence is no longer ours: what we did is unknown to whoever works on the pair now.
fn stale(stored: Stored<'_>, settle: &Settle) -> Ending {
    let marking = Marking {
        target: settle.target,
        rid: settle.rid,
        lane: settle.lane,
        owes: Owes::NONE,
        due: settle.at,
        leaving_since: None,
    };
    Ending {
        settled: Settled::Stale,
        work: Some(mark(stored.work, &marking)),
        link: stored.link.map(|link| in_doubt(link.clone(), stored.fresh, settle.at)),
        edges_count: false,
        live: false,
        wakes: None,
        presses: None,
        intent: None,
    }
}

fn end(row: &Work, stored: &Stored<'_>, settle: &Settle) -> Ending {
    let (link, foreign_doubt) = link_after(stored.link, settle);
    let marked = row.mark != settle.mark;
    let stays = marked || foreign_doubt || !stored.version_is_current;
    let wakes = match (stored.link, &link) {
        (Some(before), Some(after)) if before.id == after.id && frees_its_name(before, after) => {
            Some(after.id)
        }
        _ => None,
    };
    let row = pay(row, settle, marked);
    let (work, presses) = if stays {
        let lane = row.lane.min(settle.lane);
        (Some(free(Work { lane, ..row }, settle.at)), None)
    } else {
        next(row, stored, settle)
    };
    Ending {
        settled: if work.is_some() { Settled::Kept } else { Settled::Done },
        work,
        live: settle.live && link.as_ref().is_some_and(Link::is_open),
        link,
        edges_count: true,
        wakes,
        presses,
        // What was decided under another mark, or beside a doubt, says nothing of what is now.
        intent: settle.intent.clone().filter(|_| !stays),
    }
}

/// What was paid and confirmed counts only for the mark that was claimed.
fn pay(row: &Work, settle: &Settle, marked: bool) -> Work {
    let row = Work { tries: settle.tries, why: settle.why.clone(), ..*row };
    if marked {
        return row;
    }
    let left = if settle.left { Owes::LEAVE } else { Owes::NONE };
    Work {
        owes: row.owes.without(settle.paid.with(left)),
        leaving_since: row.leaving_since.filter(|_| !settle.left),
        ..row
    }
}

/// Nothing has changed meanwhile: what the settle asks for.
fn next(row: Work, stored: &Stored<'_>, settle: &Settle) -> (Option<Work>, Option<LinkId>) {
    let row = Work { lane: settle.lane, ..row };
    match settle.next {
        Next::Done => (None, None),
        Next::At(due) => (Some(free(row, due)), None),
        Next::Wait(_, _) if !stored.awaited_is_open => (Some(free(row, settle.at)), None),
        Next::Wait(link, until) => {
            let wait = Some(link);
            (Some(Work { wait, ..free(row, until) }), wait)
        }
        // INVARIANT: a leaver is never parked.
        Next::Parked if settle.lane == Lane::Leave => (Some(free(row, settle.at)), None),
        Next::Parked => (Some(Work { due: None, ..free(row, settle.at) }), None),
    }
}

/// The link to store, and whether somebody else's doubt stays on it.
///
/// A settle clears only the doubt that it looked at. While another doubt stands, an account
/// may have come into being after we looked: then the link is not closed either.
fn link_after(stored: Option<&Link>, settle: &Settle) -> (Option<Link>, bool) {
    let Some(link) = settle.link.clone() else {
        return (None, false);
    };
    let known = stored.filter(|known| known.id == link.id);
    match known.and_then(|known| known.doubt) {
        Some(doubt) if settle.looked != Some(doubt.stamp) => {
            if link.state == LinkState::Closed {
                (None, true)
            } else {
                let doubt = Some(doubt);
                (Some(Link { doubt, ..link }), true)
            }
        }
        _ => (Some(link), false),
    }
}

#[cfg(test)]
mod tests;
