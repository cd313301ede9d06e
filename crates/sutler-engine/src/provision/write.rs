//! What all writes share, and the shortest of them: delete.
//!
//! Each write computes a change from what is stored and commits it against that version. Where
//! the caller named no version, a commit that came too late is computed anew, a few times.

use sutler_model::change::{Action, CommitError, Committed, Expect, PasswordChange};
use sutler_model::document::NewPassword;
use sutler_model::event::Event;
use sutler_model::resource::Resource;
use sutler_model::schema::ResourceType;
use sutler_model::{Document, EventStreamId, Invalid, Kind, Leniencies, Rid, Uid};

use super::blocking::About;
use super::content::manager_of;
use super::events::{Deed, Way};
use super::{Caller, Precondition, Provisioner, Refusal, Written};

/// How often a change is computed anew because another one was faster.
pub(super) const ATTEMPTS: usize = 8;

/// How an attempt ended that was not refused.
pub(super) enum Attempt {
    /// Committed.
    Done(Box<Written>),
    /// Another change was faster: compute it anew.
    Again,
}

impl Attempt {
    pub(super) fn done(resource: Resource, changed: bool) -> Self {
        Self::Done(Box::new(Written { resource, changed, tolerated: Leniencies::NONE }))
    }
}

impl Provisioner {
    /// Deletes a resource (RFC 7644 §3.6).
    pub async fn delete(
        &self,
        caller: &Caller,
        kind: Kind,
        uid: &Uid,
        demanded: Option<&Precondition>,
    ) -> Result<(), Refusal> {
        if let Some(passing) = self.passing(caller) {
            return passing.delete(kind, uid, demanded).await;
        }
        caller.may_delete_one(kind, uid)?;
        let mut turn = None;
        for _ in 0..ATTEMPTS {
            let old = self.demanded(caller, kind, uid, demanded).await?;
            // A user who is deactivated meanwhile does not delete himself.
            let expect = expect(&old, demanded, caller.myself.is_some());
            let action = Action::Delete { rid: old.rid, expect };
            let events = self.events(caller, &gone(caller.schemas.of(old.kind), &old)).await?;
            let about = About { kind, uid };
            match self.commit(caller, about, action, events).await? {
                Ok(_) => return Ok(()),
                Err(CommitError::Stale { .. }) if turn.is_none() => {
                    turn = self.turns.take(uid).await;
                }
                Err(CommitError::Stale { .. }) => {}
                Err(other) => return Err(refused(other, kind, uid)),
            }
        }
        Err(Refusal::Contended)
    }

    /// Commits, if the caller need not wait for targets or they agree.
    pub(super) async fn commit(
        &self,
        caller: &Caller,
        about: About<'_>,
        action: Action,
        events: Vec<(EventStreamId, Event)>,
    ) -> Result<Result<Committed, CommitError>, Refusal> {
        self.carry_out(caller, about, self.change(caller, action, events)).await
    }

    /// The stored resource, if it has the version that the caller demands.
    pub(super) async fn demanded(
        &self,
        caller: &Caller,
        kind: Kind,
        uid: &Uid,
        demanded: Option<&Precondition>,
    ) -> Result<Resource, Refusal> {
        let old = self.load(caller, kind, uid).await?;
        match demanded {
            Some(demanded) if !demanded.holds(old.version) => Err(Refusal::Stale),
            _ => Ok(old),
        }
    }

    pub(super) async fn reread(
        &self,
        caller: &Caller,
        kind: Kind,
        uid: &Uid,
        committed: &Committed,
    ) -> Result<Attempt, Refusal> {
        let resource = self.load(caller, kind, uid).await?;
        Ok(Attempt::done(resource, committed.changed))
    }

    /// The manager that a document names, who must be a user of this tenant. One who has been
    /// deleted since `old` was written is kept, so that he hinders no other change.
    pub(super) async fn manager(
        &self,
        caller: &Caller,
        document: &Document,
        old: Option<&Document>,
    ) -> Result<Option<Rid>, Refusal> {
        let Some(uid) = manager_of(document) else {
            return Ok(None);
        };
        let found = self.ports.ledger.resolve(caller.tenant, std::slice::from_ref(&uid)).await?;
        if let Some((rid, Kind::User)) = found.into_iter().next().flatten() {
            return Ok(Some(rid));
        }
        if old.and_then(manager_of).as_ref() == Some(&uid) {
            return Ok(None);
        }
        let detail = format!("`manager.value`: there is no user with the id `{uid}`");
        Err(Invalid::value(detail).into())
    }

    /// What becomes of the password; hashed once, however many attempts are made.
    pub(super) async fn password(
        &self,
        wanted: &NewPassword,
        hashed: &mut Option<PasswordChange>,
    ) -> Result<PasswordChange, Refusal> {
        if let Some(known) = hashed {
            return Ok(known.clone());
        }
        let change = match wanted {
            NewPassword::Keep => PasswordChange::Keep,
            NewPassword::Clear => PasswordChange::Clear,
            NewPassword::Set(password) => {
                let hash = self.hasher.hash(password).await.map_err(|_| Refusal::Hash)?;
                PasswordChange::Set(hash)
            }
        };
        Ok(hashed.insert(change).clone())
    }
}

/// That a resource is deleted.
fn gone<'a>(shape: &'a ResourceType, old: &'a Resource) -> Deed<'a> {
    Deed {
        shape,
        uid: &old.uid,
        before: Some(old),
        after: &old.body,
        way: Way::Delete,
        password: false,
    }
}

/// The whole version where the caller demands one, else the body's where the new body was
/// computed from it.
pub(super) fn expect(old: &Resource, demanded: Option<&Precondition>, touched: bool) -> Expect {
    Expect {
        body: touched.then_some(old.version.body),
        exact: matches!(demanded, Some(Precondition::OneOf(_))).then_some(old.version),
    }
}

pub(super) fn refused(error: CommitError, kind: Kind, uid: &Uid) -> Refusal {
    match error {
        CommitError::Taken { attribute } => Refusal::Taken { kind, attribute },
        CommitError::Reserved { attribute } => Refusal::Reserved { kind, attribute },
        CommitError::Intended(_) => Refusal::Intended,
        CommitError::Stale { .. } | CommitError::UnknownReference(_) => Refusal::Contended,
        CommitError::NotFound => Refusal::not_found(kind, &uid.0),
        CommitError::Store(error) => Refusal::Store(error),
    }
}
