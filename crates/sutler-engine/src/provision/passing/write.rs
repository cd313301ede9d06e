//! Writes: each opens an intent, or replaces the one that is open.

use sutler_model::change::{Action, CommitError, Expect};
use sutler_model::document::{Draft, NewPassword};
use sutler_model::intent::{Aim, IntentDraft, Opened, Reason};
use sutler_model::patch::Operation;
use sutler_model::resource::Resource;
use sutler_model::work::{EdgeMarking, EdgeOp};
use sutler_model::{Document, Invalid, Kind, Leniencies, Rid, Uid, Version};

use super::super::blocking::About;
use super::super::content::{content, is_active, manager_of};
use super::super::wanted::{document_by_patch, may_draft, read_put};
use super::super::write::{ATTEMPTS, expect, refused};
use super::super::{Precondition, Refusal, Written, domain, identifier};
use super::members::Steps;
use super::{Passing, Stub, unsealed};
use crate::passed::{Desired, EXTERNAL_ID};

/// A desired state that is to be opened.
pub(super) struct Opening<'a> {
    pub(super) resource: Resource,
    pub(super) desired: Desired,
    /// How it stood; `None` of what is new.
    pub(super) stub: Option<&'a Stub>,
    pub(super) expect: Expect,
    pub(super) members: Steps,
}

impl Passing<'_> {
    /// Creates a resource: a stub, and what is desired of it.
    pub(in super::super) async fn create(
        &self,
        kind: Kind,
        mut draft: Draft,
    ) -> Result<Written, Refusal> {
        self.caller.may_create(kind)?;
        domain::strip(kind, &mut draft.document);
        may_draft(self.caller, kind, &draft)?;
        no_password(&draft.password)?;
        let members = self.added(draft.members.as_deref().unwrap_or_default()).await?;
        let uid = identifier::make(&*self.on.ports.clock, &*self.on.ports.random);
        let now = self.on.ports.clock.now();
        let resource = Resource {
            rid: Rid(0),
            uid,
            tenant: self.caller.tenant,
            kind,
            version: Version::default(),
            active: is_active(&draft.document),
            gone: false,
            body: draft.document.clone(),
            set: None,
            created: now,
            changed: now,
        };
        let desired = Desired::whole(draft.document);
        let opening = Opening { resource, desired, stub: None, expect: Expect::default(), members };
        self.opened(opening, draft.tolerated).await?.ok_or(Refusal::Contended)
    }

    /// Replaces a resource. Nothing is read for it.
    pub(in super::super) async fn replace(
        &self,
        kind: Kind,
        uid: &Uid,
        body: &Document,
        demanded: Option<&Precondition>,
    ) -> Result<Written, Refusal> {
        self.caller.may_change_one(kind, uid)?;
        let access = self.caller.attributes.of(kind);
        for _ in 0..ATTEMPTS {
            let stub = self.demanded(kind, uid, demanded).await?;
            let known = self.desired(&stub.resource).await?;
            let known = known.map(|desired| desired.body).unwrap_or_default();
            let mut draft = read_put(self.caller, kind, body, &access.known(&known))?;
            domain::strip(kind, &mut draft.document);
            no_password(&draft.password)?;
            if draft.members.is_some_and(|members| !members.is_empty()) {
                return Err(Refusal::Unheld(MEMBERS.to_owned()));
            }
            let document = access.replaced(&known, draft.document)?;
            let opening = Self::change(&stub, Desired::whole(document), demanded, Steps::default());
            if let Some(written) = self.opened(opening, draft.tolerated).await? {
                return Ok(written);
            }
        }
        Err(Refusal::Contended)
    }

    /// Modifies a resource: what is being delivered, else what a target tells of it.
    pub(in super::super) async fn patch(
        &self,
        kind: Kind,
        uid: &Uid,
        operations: &[Operation],
        demanded: Option<&Precondition>,
    ) -> Result<Written, Refusal> {
        self.caller.may_change_one(kind, uid)?;
        for _ in 0..ATTEMPTS {
            let stub = self.demanded(kind, uid, demanded).await?;
            let open = self.desired(&stub.resource).await?;
            let (mut desired, steps, tolerated) = if self.only_members(kind, operations) {
                let (steps, tolerated) = self.member_steps(&stub, operations).await?;
                (open.unwrap_or_else(Desired::members_only), steps, tolerated)
            } else {
                self.patched(&stub, open, operations).await?
            };
            domain::strip(kind, &mut desired.body);
            let opening = Self::change(&stub, desired, demanded, steps);
            if let Some(written) = self.opened(opening, tolerated).await? {
                return Ok(written);
            }
        }
        Err(Refusal::Contended)
    }

    async fn patched(
        &self,
        stub: &Stub,
        open: Option<Desired>,
        operations: &[Operation],
    ) -> Result<(Desired, Steps, Leniencies), Refusal> {
        let before = if let Some(open) = open.filter(|open| !open.body.is_empty()) {
            open
        } else {
            let read = self.read(stub).await?;
            Desired { body: read.clone(), basis: Some(read) }
        };
        let old = Resource { body: before.body, ..stub.resource.clone() };
        let (document, patched) = document_by_patch(self.caller, &old, operations)?;
        no_password(&patched.password)?;
        let steps = self.steps(&patched.members).await?;
        let desired = Desired { body: document, basis: before.basis };
        Ok((desired, steps, patched.tolerated))
    }

    /// Deletes a resource: its accounts leave, as everybody's do.
    pub(in super::super) async fn delete(
        &self,
        kind: Kind,
        uid: &Uid,
        demanded: Option<&Precondition>,
    ) -> Result<(), Refusal> {
        self.caller.may_delete_one(kind, uid)?;
        for _ in 0..ATTEMPTS {
            let stub = self.demanded(kind, uid, demanded).await?;
            let expect = expect(&stub.resource, demanded, false);
            let action = Action::Delete { rid: stub.resource.rid, expect };
            let about = About { kind, uid };
            match self.on.commit(self.caller, about, action, Vec::new()).await? {
                Ok(_) => return Ok(()),
                Err(CommitError::Stale { .. }) => {}
                Err(other) => return Err(refused(other, kind, uid)),
            }
        }
        Err(Refusal::Contended)
    }

    pub(super) async fn demanded(
        &self,
        kind: Kind,
        uid: &Uid,
        demanded: Option<&Precondition>,
    ) -> Result<Stub, Refusal> {
        let stub = self.stub(kind, uid).await?;
        match demanded {
            Some(demanded) if !demanded.holds(stub.resource.version) => Err(Refusal::Stale),
            _ => Ok(stub),
        }
    }

    fn change<'a>(
        stub: &'a Stub,
        desired: Desired,
        demanded: Option<&Precondition>,
        members: Steps,
    ) -> Opening<'a> {
        let old = &stub.resource;
        // What is not told of somebody is not changed either.
        let tells = desired.body.contains_key("active") || desired.basis.is_none();
        let active = if tells { is_active(&desired.body) } else { old.active };
        let resource = Resource { active, body: desired.body.clone(), ..old.clone() };
        let expect = expect(old, demanded, true);
        Opening { resource, desired, stub: Some(stub), expect, members }
    }

    /// Opens an intent. `None` if another change was faster.
    async fn opened(
        &self,
        opening: Opening<'_>,
        tolerated: Leniencies,
    ) -> Result<Option<Written>, Refusal> {
        let draft = self.draft(&opening).await?;
        let waits = self.on.blocks(self.caller);
        if waits {
            self.on.are_up(&draft.pairs).await?;
        }
        let resource = opening.resource;
        let opened = match self.on.ports.ledger.open_intent(draft).await {
            Ok(opened) => opened,
            Err(CommitError::UnknownReference(_) | CommitError::Stale { .. }) => return Ok(None),
            Err(other) => return Err(refused(other, resource.kind, &resource.uid)),
        };
        self.on.ports.pulse.notify();
        if waits {
            self.confirmed(opened.intent, opening.stub.is_none()).await?;
        }
        let Opened { rid, version, created, modified, .. } = opened;
        let resource = Resource { rid, version, created, changed: modified, ..resource };
        Ok(Some(Written { resource, changed: true, tolerated }))
    }

    async fn draft(&self, opening: &Opening<'_>) -> Result<IntentDraft, Refusal> {
        let (resource, caller) = (&opening.resource, self.caller);
        let partial = opening.desired.basis.is_some();
        let manager = self.manager(&resource.body).await?;
        let unique = self.on.options.unique_group_names;
        let shape = caller.schemas.of(resource.kind);
        let content = content(shape, resource.body.clone(), manager, unique)?;
        let external_id = resource.body.get(EXTERNAL_ID).and_then(|id| id.as_str());
        let now = self.on.ports.clock.now();
        let standing = opening.stub.map(|stub| &stub.standing);
        let judged = self.judge(resource, standing, partial, now);
        let aim = match opening.stub {
            None => Aim::Create { kind: resource.kind, uid: resource.uid.clone() },
            Some(_) => Aim::Update { rid: resource.rid, expect: opening.expect },
        };
        let sealer = &*self.on.ports.sealer;
        let sealed = opening.desired.seal(sealer, resource.tenant, &resource.uid);
        let text = serde_json::Value::Object(resource.body.clone()).to_string();
        let edge = |target| {
            move |(member, op): (&Rid, &EdgeOp)| EdgeMarking {
                target,
                group: resource.rid,
                member: *member,
                cut: *op == EdgeOp::Remove,
                op: Some(*op),
            }
        };
        let edges =
            judged.pairs.iter().flat_map(|target| opening.members.iter().map(edge(*target)));
        Ok(IntentDraft {
            tenant: resource.tenant,
            actor: caller.client.clone(),
            via: caller.via,
            service_provider: Some(self.provider.id),
            reason: Reason::Pass,
            aim,
            names: self.digests(resource.kind, &content.names, external_id),
            partial,
            refs: content.refs,
            active: resource.active,
            flags: judged.flags,
            sealed: sealed.map_err(|error| unsealed(&error))?,
            digest: self.on.ports.hiding.digest(&text).into_bytes(),
            edges: edges.collect(),
            pairs: judged.pairs,
            estate: self.rulebook.version,
            markings: judged.markings,
            watch: judged.watch,
            at: now,
        })
    }

    /// The manager that a document names, who must be a user of its own.
    async fn manager(&self, document: &Document) -> Result<Option<Rid>, Refusal> {
        let Some(uid) = manager_of(document) else {
            return Ok(None);
        };
        let found = self.stubs(std::slice::from_ref(&uid)).await?.pop().flatten();
        if let Some(Resource { rid, kind: Kind::User, .. }) = found.map(|stub| stub.resource) {
            return Ok(Some(rid));
        }
        let detail = format!("`manager.value`: there is no user with the id `{uid}`");
        Err(Invalid::value(detail).into())
    }
}

/// Why members are not replaced.
pub(super) const MEMBERS: &str = "who is in a group that is passed through is not kept here: add and remove members with PATCH, by their ids";

/// No target is given passwords, and none is kept here.
fn no_password(password: &NewPassword) -> Result<(), Refusal> {
    match password {
        NewPassword::Keep => Ok(()),
        NewPassword::Set(_) | NewPassword::Clear => Err(Refusal::Unheld(
            "a password is not passed through: leave `password` out".to_owned(),
        )),
    }
}
