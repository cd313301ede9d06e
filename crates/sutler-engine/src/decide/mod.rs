//! The one decision about a pair: what to do next, given all that is known. Pure.
//!
//! When it needs to know more it answers [`Action::Look`] (at the target) or
//! [`Action::Survey`] (among our own links), and is asked again with the answer. Nothing
//! here waits, and nothing here is stored.

mod account;
mod doubt;
mod leave;
mod matching;
mod names;
#[cfg(test)]
mod tests;

use sutler_model::link::Link;
use sutler_model::outcome::{Account, Query, RefusalKind};
use sutler_model::work::Owes;
use sutler_model::{Document, LinkId, Time};

use crate::desired::Delta;
use crate::rules::{Facts, Subject, TargetRules, Want, Wanted, want};

/// All that a decision may read.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// The time.
    pub now: Time,
    /// The target and its rules.
    pub rules: &'a TargetRules,
    /// What is held here.
    pub subject: Subject<'a>,
    /// What mappings read of it.
    pub facts: Facts<'a>,
    /// Our record of the account; `None` also if it is closed.
    pub link: Option<&'a Link>,
    /// What may not be passed over.
    pub owes: Owes,
    /// What was seen at the target since the claim, the newest look.
    pub seen: Option<&'a Seen>,
    /// Who else of ours holds the name that we want; `None` if it was not asked yet.
    pub rival: Option<&'a Contest>,
    /// The last refusal since the claim, if what it calls for is not yet done.
    pub refused: Option<RefusalKind>,
    /// A deprovision was applied since the claim and waits to be read back.
    pub unproven: bool,
    /// Another pair waits for the name that this link holds.
    pub wanted: bool,
    /// What the resource was computed from, if not all of it is known: what is made of that and
    /// of the resource alike is left alone.
    pub basis: Option<&'a Document>,
}

/// What a look showed.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    /// What was asked.
    pub query: Query,
    /// When: an answer that was long on its way shows what was there before.
    pub asked: Time,
    /// What was there.
    pub sight: Sight,
    /// Who of ours has the account that was found, if that is another pair.
    pub held_by: Option<LinkId>,
}

/// The answer to a look.
#[derive(Clone, Debug, PartialEq)]
pub enum Sight {
    /// Nothing, as far as the target shows.
    Absent,
    /// One account.
    One(Account),
    /// More than one.
    Many,
}

/// Whether a name that we want is free among our own links.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Contest {
    /// Nobody of ours holds it.
    Free,
    /// This open link holds it and will give it up.
    Held {
        /// Whose.
        by: LinkId,
        /// The holders wait for each other in a ring that comes back to us.
        ring: bool,
        /// Ours is the smallest link of the ring: we step aside.
        first: bool,
    },
}

/// What to do next.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// All is as it should be.
    Nothing,
    /// Look at the target and ask again.
    Look(Query),
    /// Find out who of ours holds this folded name, and ask again.
    Survey(String),
    /// Announce, then make the account.
    Create(Box<Wanted>),
    /// Bring the account to this: change what differs, and `active` if given.
    Update(Box<Wanted>, Delta, Option<bool>),
    /// The generated name is taken: generate another one.
    Another,
    /// Give the account this name, so that another can have its own.
    Rename(String),
    /// Disable, then read back.
    Disable,
    /// Delete, then read back.
    Delete,
    /// The account is disabled: this is confirmed.
    Disabled,
    /// The link ends, with this proof.
    Close(String),
    /// The account that was seen is ours.
    Adopt,
    /// The doubt that was looked at is over: what was seen is how it is.
    Settled,
    /// Bring the membership up to date, a chunk.
    Members,
    /// Wait until that link gives its name up.
    Wait(LinkId),
    /// Not before this time.
    Later(Time),
    /// Not before the back-off of this pair is over, for this reason.
    Backoff(String),
    /// A person must see to it: cause and detail.
    Park(&'static str, String),
}

/// A decision with its reason, for explain.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// What to do.
    pub action: Action,
    /// Why, in one sentence.
    pub why: &'static str,
}

impl Decision {
    fn new(action: Action, why: &'static str) -> Self {
        Self { action, why }
    }
}

/// What is known of an open link.
#[derive(Clone, Copy)]
struct Open<'a> {
    link: &'a Link,
    want: Want<'a>,
}

/// Decides about one pair.
pub fn decide(frame: &Frame<'_>) -> Decision {
    let want = want(frame.subject, &frame.rules.target);
    let Some(link) = frame.link else {
        return account::without_link(frame, want);
    };
    let open = Open { link, want };
    doubt::resolve(frame, open)
        .or_else(|| doubt::refusal(frame, open))
        .or_else(|| leave::owed(frame, open))
        .or_else(|| leave::deprovision(frame, open))
        .unwrap_or_else(|| account::with_link(frame, open))
}
