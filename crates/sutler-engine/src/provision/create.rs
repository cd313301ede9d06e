//! Creating a resource (RFC 7644 §3.3).

use sutler_model::Kind;
use sutler_model::change::{Action, CommitError, Content, PasswordChange};
use sutler_model::document::{Draft, NewPassword};
use sutler_model::resource::Resource;

use super::blocking::About;
use super::content::content;
use super::events::{Deed, Way};
use super::wanted::may_draft;
use super::write::{ATTEMPTS, Attempt, refused};
use super::{Caller, Provisioner, Refusal, Written, domain, identifier};

impl Provisioner {
    /// Creates a resource.
    pub async fn create(
        &self,
        caller: &Caller,
        kind: Kind,
        mut draft: Draft,
    ) -> Result<Written, Refusal> {
        if let Some(passing) = self.passing(caller) {
            return passing.create(kind, draft).await;
        }
        caller.may_create(kind)?;
        domain::strip(kind, &mut draft.document);
        may_draft(caller, kind, &draft)?;
        let mut hashed = None;
        for _ in 0..ATTEMPTS {
            let attempt = self.try_create(caller, kind, &draft, &mut hashed).await?;
            if let Attempt::Done(written) = attempt {
                return Ok(Written { tolerated: draft.tolerated, ..*written });
            }
        }
        Err(Refusal::Contended)
    }

    async fn try_create(
        &self,
        caller: &Caller,
        kind: Kind,
        draft: &Draft,
        hashed: &mut Option<PasswordChange>,
    ) -> Result<Attempt, Refusal> {
        let manager = self.manager(caller, &draft.document, None).await?;
        let named = draft.members.as_deref().unwrap_or_default();
        let members = self.resolve_all(caller.tenant, None, named).await?;
        let unique = self.options.unique_group_names;
        let shape = caller.schemas.of(kind);
        let mut content = content(shape, draft.document.clone(), manager, unique)?;
        content.password = self.first_password(caller, kind, draft, &content, hashed).await?;
        let active = content.active;
        let uid = identifier::make(&*self.ports.clock, &*self.ports.random);
        let deed = Deed {
            shape,
            uid: &uid,
            before: None,
            after: &draft.document,
            way: Way::Create(named),
            password: matches!(draft.password, NewPassword::Set(_)),
        };
        let events = self.events(caller, &deed).await?;
        let action = Action::Create { kind, uid: uid.clone(), content, members };
        let committed = match self.commit(caller, About { kind, uid: &uid }, action, events).await?
        {
            Ok(committed) => committed,
            // A member or the manager was deleted since it was resolved.
            Err(CommitError::UnknownReference(_) | CommitError::Stale { .. }) => {
                return Ok(Attempt::Again);
            }
            Err(other) => return Err(refused(other, kind, &uid)),
        };
        if kind == Kind::Group {
            return self.reread(caller, kind, &uid, &committed).await;
        }
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
        Ok(Attempt::done(resource, true))
    }

    /// The hash, which costs tens of milliseconds, is made last: not for a name that is taken.
    async fn first_password(
        &self,
        caller: &Caller,
        kind: Kind,
        draft: &Draft,
        content: &Content,
        hashed: &mut Option<PasswordChange>,
    ) -> Result<PasswordChange, Refusal> {
        if matches!(draft.password, NewPassword::Set(_)) && hashed.is_none() {
            for name in &content.names {
                let ledger = &self.ports.ledger;
                let holder =
                    ledger.by_name(caller.tenant, kind, &name.attribute, &name.key).await?;
                if holder.is_some() {
                    return Err(Refusal::Taken { kind, attribute: name.attribute.clone() });
                }
            }
        }
        self.password(&draft.password, hashed).await
    }
}
