//! Replacing and modifying a resource (RFC 7644 §3.5).
//!
//! The new body is computed from the stored one and committed against its version; a change of
//! members alone expects no version, so that a hot group does not conflict.

use sutler_model::change::{Action, CommitError, Committed, Flags, MemberStep, PasswordChange};
use sutler_model::document::{self, NewPassword};
use sutler_model::patch::{self, Operation};
use sutler_model::resource::Resource;
use sutler_model::{Document, Kind, Uid};

use super::content::{content, is_active};
use super::events::{Deed, Way};
use super::write::{ATTEMPTS, Attempt, expect, refused};
use super::{Caller, Precondition, Provisioner, Refusal, Written};

/// What a PUT or a PATCH comes to, computed from the stored resource.
struct Wanted<'a> {
    document: Document,
    password: NewPassword,
    members: Vec<MemberStep>,
    way: Way<'a>,
}

impl Provisioner {
    /// Replaces a resource. What the body leaves out is cleared, but for the password, and in
    /// some dialects the members.
    pub async fn replace(
        &self,
        caller: &Caller,
        kind: Kind,
        uid: &Uid,
        body: &Document,
        demanded: Option<&Precondition>,
    ) -> Result<Written, Refusal> {
        caller.may_write(kind)?;
        let mut hashed = None;
        let mut turn = None;
        for _ in 0..ATTEMPTS {
            let old = self.demanded(caller, kind, uid, demanded).await?;
            let allowed = caller.dialect.leniencies();
            let draft = document::replace(kind, allowed, body, &old.body)?;
            let members = match &draft.members {
                None => Vec::new(),
                Some(named) => {
                    let rids = self.resolve_all(caller.tenant, Some(old.rid), named).await?;
                    vec![MemberStep::Replace(rids)]
                }
            };
            let way = Way::Replace(draft.members.as_deref());
            let wanted =
                Wanted { document: draft.document, password: draft.password, members, way };
            let attempt = self.update(caller, old, wanted, demanded, &mut hashed).await?;
            if let Attempt::Done(written) = attempt {
                return Ok(Written { tolerated: draft.tolerated, ..*written });
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
        caller.may_write(kind)?;
        let mut hashed = None;
        let mut turn = None;
        for _ in 0..ATTEMPTS {
            let old = self.demanded(caller, kind, uid, demanded).await?;
            let allowed = caller.dialect.leniencies();
            let patched = patch::apply(kind, allowed, &uid.0, &old.body, operations)?;
            let members = self.steps(&old, &patched.members).await?;
            let way = Way::Modify(operations, !members.is_empty());
            let wanted =
                Wanted { document: patched.document, password: patched.password, members, way };
            let attempt = self.update(caller, old, wanted, demanded, &mut hashed).await?;
            if let Attempt::Done(written) = attempt {
                return Ok(Written { tolerated: patched.tolerated, ..*written });
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
        wanted: Wanted<'_>,
        demanded: Option<&Precondition>,
        hashed: &mut Option<PasswordChange>,
    ) -> Result<Attempt, Refusal> {
        let keeps_password = matches!(wanted.password, NewPassword::Keep);
        let touched = wanted.document != old.body || !keeps_password;
        let mut flags = Flags::default();
        if old.active && !is_active(&wanted.document) {
            flags = flags.with(Flags::DISABLED);
        }
        let mut new = None;
        if touched {
            let manager = self.manager(caller, &wanted.document, Some(&old.body)).await?;
            let unique = self.options.unique_group_names;
            let mut made = content(old.kind, wanted.document.clone(), manager, unique)?;
            made.password = self.password(&wanted.password, hashed).await?;
            new = Some(made);
        }
        let deed = Deed {
            kind: old.kind,
            uid: &old.uid,
            before: Some(&old),
            after: &wanted.document,
            way: wanted.way,
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
        match self.commit(caller, action, events).await {
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
