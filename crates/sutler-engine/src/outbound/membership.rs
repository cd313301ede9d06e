//! The membership of a group, a chunk a claim; and the end of edges that nobody needs.
//!
//! While the group is in doubt, an earlier chunk may still arrive: edges are sent at once, but
//! none is settled, so that they are sent once more when the doubt is over; the first load waits
//! for that moment.

use sutler_model::Kind;
use sutler_model::intent::Reason;
use sutler_model::outcome::Operation;
use sutler_model::port::LedgerError;
use sutler_model::work::Lane;

use super::dispatcher::Lines;
use super::ending::{Ending, EndingKind};
use super::exchange::Answer;
use crate::knowledge::Knowledge;
use crate::members::{MemberStep, decide_members};

/// How long until a member's account is looked for again, in milliseconds.
const WAIT: i64 = 2_000;
/// Edges of a group without an account that are dropped at once.
const DROPPED: usize = 500;

impl Lines {
    /// Brings a chunk of the membership up to date. `None` asks for the next decision.
    pub(super) async fn members(
        &self,
        knowledge: &mut Knowledge<'_>,
        done: &mut Vec<&'static str>,
    ) -> Result<Option<Ending>, LedgerError> {
        let Some(remote) = knowledge.link.as_ref().and_then(|link| link.remote.clone()) else {
            return Ok(Some(EndingKind::Done.into()));
        };
        // A group that is to be confirmed has no members yet: they come when it is committed.
        let waits = knowledge.intent().is_some_and(|intent| intent.reason == Reason::Confirm);
        if waits && knowledge.resource().is_some_and(|group| group.set.is_none()) {
            return Ok(Some(EndingKind::Done.into()));
        }
        let step = self.chunk(knowledge).await?;
        if !step.is_silent() {
            done.push("members");
            let (remove, add) = (step.remove.clone(), step.add.clone());
            match self.apply(knowledge, Operation::Members { remote, remove, add }).await {
                Answer::Done(_) => {}
                Answer::Again => return Ok(None),
                Answer::End(ending) => return Ok(Some(never_parked(ending, &step))),
            }
        }
        Ok(Some(self.moved(knowledge, step)))
    }

    async fn chunk(&self, knowledge: &Knowledge<'_>) -> Result<MemberStep, LedgerError> {
        let limit = self.connector().abilities().members_a_call.max(1);
        let rid = knowledge.work.rid;
        let edges = self.edges(rid, limit).await?;
        let doubtful = knowledge.doubt_over().is_some();
        let room = if doubtful { 0 } else { limit - edges.len().min(limit) };
        let load = knowledge.link.as_ref().and_then(|link| link.load);
        let set = knowledge.resource().and_then(|resource| resource.set);
        let members = match (load, set) {
            (Some(after), Some(set)) if room > 0 => self.to_load((rid, set), after, room).await?,
            _ => Vec::new(),
        };
        let more_members = room == 0 || members.len() >= room;
        Ok(decide_members(&edges, edges.len() >= limit, load, &members, more_members))
    }

    fn moved(&self, knowledge: &mut Knowledge<'_>, step: MemberStep) -> Ending {
        let now = self.context.now();
        if let Some(over) = knowledge.doubt_over() {
            let lane = (!step.remove.is_empty()).then_some(Lane::Leave);
            return Ending { kind: EndingKind::Again(over.max(now)), lane, edges: Vec::new() };
        }
        if let Some(link) = knowledge.link.as_mut() {
            link.load = step.load;
        }
        knowledge.left |= step.last;
        let kind = match (step.waits, step.last) {
            (true, last) if last || step.edges.is_empty() => EndingKind::Again(now.plus(WAIT)),
            (false, true) => EndingKind::Done,
            _ => EndingKind::Again(now),
        };
        Ending {
            kind,
            lane: (!step.last && step.load.is_some() && step.remove.is_empty())
                .then_some(Lane::Bulk),
            edges: step.edges,
        }
    }

    /// Nothing is left to do for the pair; edges of a group that has no account here go too.
    pub(super) async fn nothing(&self, knowledge: &Knowledge<'_>) -> Result<Ending, LedgerError> {
        if knowledge.kind() != Some(Kind::Group) || knowledge.link.is_some() {
            return Ok(EndingKind::Done.into());
        }
        let edges = self
            .context
            .ports
            .ledger
            .edges(self.rules.target.id, knowledge.work.rid, DROPPED)
            .await?;
        let more = edges.len() >= DROPPED;
        let now = self.context.now();
        Ok(Ending {
            kind: if more { EndingKind::Again(now) } else { EndingKind::Done },
            edges: edges.iter().map(|view| (view.edge.member, view.edge.mark)).collect(),
            lane: None,
        })
    }
}

/// A chunk with a removal in it is tried again, never parked.
fn never_parked(ending: Ending, step: &MemberStep) -> Ending {
    match ending.kind {
        EndingKind::Parked(fault) if !step.remove.is_empty() => Ending {
            kind: EndingKind::Failed { fault, trouble: None, retry_after: None },
            lane: Some(Lane::Leave),
            edges: Vec::new(),
        },
        kind => Ending { kind, ..ending },
    }
}
