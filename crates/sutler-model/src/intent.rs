//! An intent: a desired state that is not stored here yet, or never will be.
//!
//! What is desired is sealed by the engine: the store keeps bytes that it cannot read.

use serde::{Deserialize, Serialize};

use crate::change::{Expect, Flags, Name, Reference, Via};
use crate::guard::Watch;
use crate::resource::Version;
use crate::work::{EdgeMarking, Fault, Marking};
use crate::{IntentId, Kind, Rid, ServiceProviderId, TargetId, TenantId, Time, Uid};

/// Why a state is desired and not stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Reason {
    /// The targets are to confirm it first; then it is stored.
    Confirm,
    /// It is passed through, and never stored.
    Pass,
}

impl Reason {
    /// The number under which rows keep it.
    pub fn code(self) -> i64 {
        match self {
            Self::Confirm => 1,
            Self::Pass => 2,
        }
    }

    /// The inverse of [`Reason::code`].
    pub fn from_code(code: i64) -> Option<Self> {
        match code {
            1 => Some(Self::Confirm),
            2 => Some(Self::Pass),
            _ => None,
        }
    }
}

/// Where an intent stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IntentState {
    /// Not yet decided.
    Open,
    /// All have confirmed, and the change is committed.
    Committed,
    /// Nothing comes of it, for this reason.
    Void(Fault),
    /// All have confirmed, and nothing was to be stored.
    Settled,
}

/// Where one target stands with an intent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PairState {
    /// Nothing is known yet.
    Pending,
    /// It has what is desired.
    Confirmed,
    /// It will not have it, for this reason; true if it may later.
    Refused(Fault, bool),
}

/// A desired state with what has come of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Intent {
    /// Which.
    pub id: IntentId,
    /// Whose resource.
    pub tenant: TenantId,
    /// The resource.
    pub rid: Rid,
    /// Its public id.
    pub uid: Uid,
    /// Its type.
    pub kind: Kind,
    /// Who wants it.
    pub service_provider: Option<ServiceProviderId>,
    /// Why it is not stored.
    pub reason: Reason,
    /// It begins the resource: if nothing comes of it, there is none.
    pub creates: bool,
    /// What is desired; empty once it is over.
    pub sealed: Vec<u8>,
    /// Where it stands.
    pub state: IntentState,
    /// Where each target stands, in their order.
    pub pairs: Vec<(TargetId, PairState)>,
    /// When it began.
    pub opened: Time,
    /// When it ended.
    pub ended: Option<Time>,
}

impl Intent {
    /// True until it is decided.
    pub fn is_open(&self) -> bool {
        self.state == IntentState::Open
    }

    /// The first target that will not have it.
    pub fn refused(&self) -> Option<(TargetId, &Fault, bool)> {
        self.pairs.iter().find_map(|(target, state)| match state {
            PairState::Refused(fault, retryable) => Some((*target, fault, *retryable)),
            PairState::Pending | PairState::Confirmed => None,
        })
    }

    /// True if it can be decided: nobody is asked any more, or, where it is to be confirmed,
    /// somebody has refused. What is passed through waits for those who refuse.
    pub fn is_ripe(&self) -> bool {
        let all = self.pairs.iter().all(|(_, state)| *state == PairState::Confirmed);
        self.is_open() && (all || (self.reason == Reason::Confirm && self.refused().is_some()))
    }
}

/// What an intent is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Aim {
    /// A new resource. It begins as one that is already gone, or, passed through, as one
    /// without a body.
    Create {
        /// User or group.
        kind: Kind,
        /// Its public id, made by the engine.
        uid: Uid,
    },
    /// One that is there: stored if it is to be confirmed, else passed through.
    Update {
        /// Which.
        rid: Rid,
        /// Refused as stale if it no longer holds.
        expect: Expect,
    },
}

/// An intent that is to be opened.
#[derive(Clone, Debug, PartialEq)]
pub struct IntentDraft {
    /// Whose resource.
    pub tenant: TenantId,
    /// Who wants it, for the journal.
    pub actor: String,
    /// Through which door.
    pub via: Via,
    /// Who wants it; an origin at once of what is new or passed through.
    pub service_provider: Option<ServiceProviderId>,
    /// Why it is not stored.
    pub reason: Reason,
    /// What it is about.
    pub aim: Aim,
    /// The names that it will have, all of them. To be confirmed they are only reserved; passed
    /// through they are digests, and in force.
    pub names: Vec<Name>,
    /// Not all is known of what is passed through: the names of attributes that are not among
    /// these stay what they are.
    pub partial: bool,
    /// Who it refers to.
    pub refs: Vec<Reference>,
    /// `active`, of what is passed through.
    pub active: bool,
    /// What is owed because of it, for the journal; the markings say it to the pairs.
    pub flags: Flags,
    /// What is desired, sealed.
    pub sealed: Vec<u8>,
    /// What stays when it is over: a digest of what was desired.
    pub digest: Vec<u8>,
    /// The targets that are to confirm it.
    pub pairs: Vec<TargetId>,
    /// The estate's version that they were computed with; refused if it has moved.
    pub estate: i64,
    /// Pairs to mark; `Rid(0)` is the new resource.
    pub markings: Vec<Marking>,
    /// Edges to mark; `Rid(0)` as a group is the new one.
    pub edges: Vec<EdgeMarking>,
    /// Who of them leaves, and who stays.
    pub watch: Watch,
    /// When.
    pub at: Time,
}

impl IntentDraft {
    /// Of the names that it has, those that stay: of attributes that are not named anew.
    pub fn stays(&self, attribute: &str) -> bool {
        self.partial && self.names.iter().all(|name| name.attribute != attribute)
    }
}

/// An intent that was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// Which.
    pub intent: IntentId,
    /// The resource.
    pub rid: Rid,
    /// The resource's version; of what is passed through, the new one.
    pub version: Version,
    /// `meta.created`.
    pub created: Time,
    /// `meta.lastModified`.
    pub modified: Time,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn intent(reason: Reason, pairs: &[PairState]) -> Intent {
        Intent {
            id: IntentId(1),
            tenant: TenantId::DEFAULT,
            rid: Rid(1),
            uid: Uid("ann".to_owned()),
            kind: Kind::User,
            service_provider: None,
            reason,
            creates: true,
            sealed: vec![],
            state: IntentState::Open,
            pairs: (1..).map(TargetId).zip(pairs.iter().cloned()).collect(),
            opened: Time(0),
            ended: None,
        }
    }

    fn refused() -> PairState {
        let detail = "no such department".to_owned();
        PairState::Refused(Fault { cause: "rejected".to_owned(), detail, status: Some(400) }, false)
    }

    #[test]
    fn an_intent_is_ripe_when_all_have_confirmed() {
        use PairState::{Confirmed, Pending};
        for reason in [Reason::Confirm, Reason::Pass] {
            assert!(intent(reason, &[Confirmed, Confirmed]).is_ripe());
            assert!(intent(reason, &[]).is_ripe());
            assert!(!intent(reason, &[Confirmed, Pending]).is_ripe());
            let over = Intent { state: IntentState::Settled, ..intent(reason, &[Confirmed]) };
            assert!(!over.is_ripe());
        }
    }

    #[test]
    fn a_refusal_decides_only_what_is_to_be_confirmed() {
        let pairs = [PairState::Pending, refused()];
        assert!(intent(Reason::Confirm, &pairs).is_ripe());
        assert!(!intent(Reason::Pass, &pairs).is_ripe());
        let decided = intent(Reason::Confirm, &pairs);
        assert_eq!(decided.refused().map(|(target, ..)| target), Some(TargetId(2)));
    }
}
