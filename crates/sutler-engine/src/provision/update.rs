//! Replacing and modifying a resource (RFC 7644 §3.5).
//!
//! The new body is computed from the stored one and committed against its version; a change of
//! members alone expects no version, so that a hot group does not conflict.

use sutler_model::change::{Action, CommitError, Committed, Flags, PasswordChange};
use sutler_model::document::NewPassword;
use sutler_model::patch::Operation;
use sutler_model::resource::Resource;
use sutler_model::{Document, Kind, Uid};

use super::blocking::About;
use super::content::{content, is_active};
use super::events::{Deed, Way};
use super::wanted::Wanted;
use super::write::{ATTEMPTS, Attempt, expect, refused};
use super::{Caller, Precondition, Provisioner, Refusal, Written};

impl Provisioner {
    /// Replaces a resource. What the body leaves out is cleared, but for the password, what the
    /// caller may not read or write, and in some dialects the members.
    pub async fn replace(
        &self,
        caller: &Caller,
        kind: Kind,
        uid: &Uid,
        body: &Document,
        demanded: Option<&Precondition>,
    ) -> Result<Written, Refusal> {
        if let Some(passing) = self.passing(caller) {
            return passing.replace(kind, uid, body, demanded).await;
        }
        caller.may_change_one(kind, uid)?;
        let mut hashed = None;
        let mut turn = None;
        for _ in 0..ATTEMPTS {
            let old = self.demanded(caller, kind, uid, demanded).await?;
            let mut wanted = self.by_put(caller, &old, body).await?;
            let tolerated = wanted.tolerated;
            let named = wanted.named.take();
            let way = Way::Replace(named.as_deref());
            let attempt = self.update(caller, old, (wanted, way), demanded, &mut hashed).await?;
            if let Attempt::Done(written) = attempt {
                return Ok(Written { tolerated, ..*written });
            }
            if turn.is_none() {
                turn = self.turns.take(uid).await;
            }
        }
        Err(Refusal::Contended)
    }

    /// Modifies a resource: all operations, or none.
    pub async fn patch(
        &self,
        caller: &Caller,
        kind: Kind,
        uid: &Uid,
        operations: &[Operation],
        demanded: Option<&Precondition>,
    ) -> Result<Written, Refusal> {
        if let Some(passing) = self.passing(caller) {
            return passing.patch(kind, uid, operations, demanded).await;
        }
        caller.may_change_one(kind, uid)?;
        let mut hashed = None;
        let mut turn = None;
        for _ in 0..ATTEMPTS {
            let old = self.demanded(caller, kind, uid, demanded).await?;
            let wanted = self.by_patch(caller, &old, operations).await?;
            let tolerated = wanted.tolerated;
            let way = Way::Modify(operations, !wanted.members.is_empty());
            let attempt = self.update(caller, old, (wanted, way), demanded, &mut hashed).await?;
            if let Attempt::Done(written) = attempt {
                return Ok(Written { tolerated, ..*written });
            }
            if turn.is_none() {
                turn = self.turns.take(uid).await;
            }
        }
        Err(Refusal::Contended)
    }

    async fn update(
        &self,
        caller: &Caller,
        old: Resource,
        (wanted, way): (Wanted, Way<'_>),
        demanded: Option<&Precondition>,
        hashed: &mut Option<PasswordChange>,
    ) -> Result<Attempt, Refusal> {
        let keeps_password = matches!(wanted.password, NewPassword::Keep);
        let touched = wanted.document != old.body || !keeps_password;
        caller.may_change_attributes(&old.body, &wanted.document, !keeps_password)?;
        let mut flags = Flags::default();
        if old.active && !is_active(&wanted.document) {
            flags = flags.with(Flags::DISABLED);
        }
        let mut new = None;
        if touched {
            let manager = self.manager(caller, &wanted.document, Some(&old.body)).await?;
            let unique = self.options.unique_group_names;
            let mut made =
                content(caller.schemas.of(old.kind), wanted.document.clone(), manager, unique)?;
            made.password = self.password(&wanted.password, hashed).await?;
            new = Some(made);
        }
        let deed = Deed {
            shape: caller.schemas.of(old.kind),
            uid: &old.uid,
            before: Some(&old),
            after: &wanted.document,
            way,
            password: !keeps_password,
        };
        let events = self.events(caller, &deed).await?;
        let action = Action::Update {
            rid: old.rid,
            expect: expect(&old, demanded, touched),
            content: new,
            members: wanted.members,
            flags,
        };
        match self.commit(caller, About { kind: old.kind, uid: &old.uid }, action, events).await? {
            Ok(committed) => self.updated(caller, old, wanted.document, touched, &committed).await,
            Err(CommitError::Stale { .. } | CommitError::UnknownReference(_)) => Ok(Attempt::Again),
            Err(other) => Err(refused(other, old.kind, &old.uid)),
        }
    }

    /// The resource after an update, from what is known where that is certain.
    async fn updated(
        &self,
        caller: &Caller,
        old: Resource,
        document: Document,
        touched: bool,
        committed: &Committed,
    ) -> Result<Attempt, Refusal> {
        // Without new content the body was not fenced by its version: it may have moved.
        let known = touched || committed.version.body == old.version.body;
        if old.kind == Kind::Group || !known {
            return self.reread(caller, old.kind, &old.uid, committed).await;
        }
        let resource = Resource {
            version: committed.version,
            active: is_active(&document),
            body: document,
            changed: committed.modified,
            ..old
        };
        Ok(Attempt::done(resource, committed.changed))
    }
}
