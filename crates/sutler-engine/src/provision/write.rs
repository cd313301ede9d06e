//! Writing: create, replace, patch, delete.
//!
//! Each computes a change from what is stored and commits it against that version. Where the
//! caller named no version, a commit that came too late is computed anew, a few times.

use secrecy::SecretString;
use sutler_model::change::{
    Action, CommitError, Committed, Expect, Flags, MemberStep, PasswordChange,
};
use sutler_model::document::{self, Draft, NewPassword};
use sutler_model::patch::{self, Operation};
use sutler_model::resource::Resource;
use sutler_model::{Document, Invalid, Kind, Rid, Uid};

use super::content::{content, is_active, manager_of};
use super::{Caller, Precondition, Provisioner, Refusal, Written, identifier};

/// How often a change is computed anew because another one was faster.
const ATTEMPTS: usize = 8;

/// What a PUT or a PATCH comes to, computed from the stored resource.
struct Wanted {
    document: Document,
    password: NewPassword,
    members: Vec<MemberStep>,
}

/// Why an attempt did not succeed.
enum Attempt {
    Done(Written),
    Again,
}

impl Provisioner {
    /// Creates a resource (RFC 7644 §3.3).
    pub async fn create(
        &self,
        caller: &Caller,
        kind: Kind,
        draft: Draft,
    ) -> Result<Written, Refusal> {
        caller.may_write(kind)?;
        let password = self.password(&draft.password).await?;
        for _ in 0..ATTEMPTS {
            let attempt = self.try_create(caller, kind, &draft, &password).await?;
            if let Attempt::Done(written) = attempt {
                return Ok(written);
            }
        }
        Err(Refusal::Contended)
    }

    /// Replaces a resource (RFC 7644 §3.5.1).
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
        for _ in 0..ATTEMPTS {
            let old = self.demanded(caller, kind, uid, demanded).await?;
            let draft = document::replace(kind, body, &old.body)?;
            let members = match kind {
                Kind::User => Vec::new(),
                Kind::Group => {
                    let members = draft.members.as_deref().unwrap_or_default();
                    vec![MemberStep::Replace(
                        self.resolve_all(caller.tenant, Some(old.rid), members).await?,
                    )]
                }
            };
            let wanted = Wanted { document: draft.document, password: draft.password, members };
            if let Attempt::Done(written) =
                self.update(caller, old, wanted, demanded, &mut hashed).await?
            {
                return Ok(written);
            }
        }
        Err(Refusal::Contended)
    }

    /// Modifies a resource (RFC 7644 §3.5.2): all operations, or none.
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
        for _ in 0..ATTEMPTS {
            let old = self.demanded(caller, kind, uid, demanded).await?;
            let patched = patch::apply(kind, &uid.0, &old.body, operations)?;
            let members = self.steps(&old, &patched.members).await?;
            let wanted = Wanted { document: patched.document, password: patched.password, members };
            if let Attempt::Done(written) =
                self.update(caller, old, wanted, demanded, &mut hashed).await?
            {
                return Ok(written);
            }
        }
        Err(Refusal::Contended)
    }

    /// Deletes a resource (RFC 7644 §3.6).
    pub async fn delete(
        &self,
        caller: &Caller,
        kind: Kind,
        uid: &Uid,
        demanded: Option<&Precondition>,
    ) -> Result<(), Refusal> {
        caller.may_write(kind)?;
        for _ in 0..ATTEMPTS {
            let old = self.demanded(caller, kind, uid, demanded).await?;
            let expect = expect(&old, demanded, false);
            let action = Action::Delete { rid: old.rid, expect };
            match self.commit(caller, action).await {
                Ok(_) => return Ok(()),
                Err(CommitError::Stale { .. }) => {}
                Err(other) => return Err(refused(other, kind, uid)),
            }
        }
        Err(Refusal::Contended)
    }

    async fn try_create(
        &self,
        caller: &Caller,
        kind: Kind,
        draft: &Draft,
        password: &PasswordChange,
    ) -> Result<Attempt, Refusal> {
        let manager = self.manager(caller, &draft.document).await?;
        let members = draft.members.as_deref().unwrap_or_default();
        let members = self.resolve_all(caller.tenant, None, members).await?;
        let unique = self.options.unique_group_names;
        let content = content(kind, draft.document.clone(), manager, password.clone(), unique)?;
        let active = content.active;
        let uid = identifier::make(&*self.ports.clock, &*self.ports.random);
        let action = Action::Create { kind, uid: uid.clone(), content, members };
        match self.commit(caller, action).await {
            Ok(committed) if kind == Kind::Group => {
                self.reread(caller, kind, &uid, &committed).await
            }
            Ok(committed) => {
                let resource = Resource {
                    rid: committed.rid,
                    uid,
                    tenant: caller.tenant,
                    kind,
                    version: committed.version,
                    active,
                    gone: false,
                    body: draft.document.clone(),
                    set: None,
                    created: committed.created,
                    changed: committed.modified,
                };
                Ok(Attempt::Done(Written { resource, changed: true }))
            }
            // A member or the manager was deleted since it was resolved.
            Err(CommitError::UnknownReference(_) | CommitError::Stale { .. }) => Ok(Attempt::Again),
            Err(other) => Err(refused(other, kind, &uid)),
        }
    }

    async fn update(
        &self,
        caller: &Caller,
        old: Resource,
        wanted: Wanted,
        demanded: Option<&Precondition>,
        hashed: &mut Option<PasswordChange>,
    ) -> Result<Attempt, Refusal> {
        let password = match hashed {
            Some(known) => known.clone(),
            None => hashed.insert(self.password(&wanted.password).await?).clone(),
        };
        let touched = wanted.document != old.body || password != PasswordChange::Keep;
        let mut flags = Flags::default();
        if old.active && !is_active(&wanted.document) {
            flags = flags.with(Flags::DISABLED);
        }
        let content = if touched {
            let manager = self.manager(caller, &wanted.document).await?;
            let unique = self.options.unique_group_names;
            Some(content(old.kind, wanted.document.clone(), manager, password, unique)?)
        } else {
            None
        };
        let expect = expect(&old, demanded, touched);
        let action =
            Action::Update { rid: old.rid, expect, content, members: wanted.members, flags };
        match self.commit(caller, action).await {
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
        Ok(Attempt::Done(Written { resource, changed: committed.changed }))
    }

    async fn reread(
        &self,
        caller: &Caller,
        kind: Kind,
        uid: &Uid,
        committed: &Committed,
    ) -> Result<Attempt, Refusal> {
        let resource = self.load(caller, kind, uid).await?;
        Ok(Attempt::Done(Written { resource, changed: committed.changed }))
    }

    async fn commit(&self, caller: &Caller, action: Action) -> Result<Committed, CommitError> {
        let committed = self.ports.ledger.commit(self.change(caller, action)).await?;
        if committed.changed || committed.seq.is_some() {
            self.ports.pulse.notify();
        }
        Ok(committed)
    }

    async fn demanded(
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

    async fn manager(&self, caller: &Caller, document: &Document) -> Result<Option<Rid>, Refusal> {
        let Some(uid) = manager_of(document) else {
            return Ok(None);
        };
        let found = self.ports.ledger.resolve(caller.tenant, std::slice::from_ref(&uid)).await?;
        match found.into_iter().next().flatten() {
            Some((rid, Kind::User)) => Ok(Some(rid)),
            _ => Err(Invalid::value(format!(
                "`manager.value`: there is no user with the id `{uid}`"
            ))
            .into()),
        }
    }

    async fn password(&self, wanted: &NewPassword) -> Result<PasswordChange, Refusal> {
        match wanted {
            NewPassword::Keep => Ok(PasswordChange::Keep),
            NewPassword::Clear => Ok(PasswordChange::Clear),
            NewPassword::Set(password) => self.hash(password).await.map(PasswordChange::Set),
        }
    }

    async fn hash(&self, password: &SecretString) -> Result<String, Refusal> {
        self.hasher.hash(password).await.map_err(|_| Refusal::Hash)
    }
}

/// The whole version where the caller demands one, else the body's where the new body was
/// computed from it. A membership change alone expects nothing, so that a hot group does not
/// conflict.
fn expect(old: &Resource, demanded: Option<&Precondition>, touched: bool) -> Expect {
    Expect {
        body: touched.then_some(old.version.body),
        exact: matches!(demanded, Some(Precondition::OneOf(_))).then_some(old.version),
    }
}

fn refused(error: CommitError, kind: Kind, uid: &Uid) -> Refusal {
    match error {
        CommitError::Taken { attribute } => Refusal::Taken { kind, attribute },
        CommitError::Stale { .. } | CommitError::UnknownReference(_) => Refusal::Contended,
        CommitError::NotFound => Refusal::not_found(kind, &uid.0),
        CommitError::Store(error) => Refusal::Store(error),
    }
}
