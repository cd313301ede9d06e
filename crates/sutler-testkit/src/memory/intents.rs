//! Desired states that are not stored, or not yet.

use std::collections::BTreeMap;

use async_trait::async_trait;
use sutler_model::change::{Action, Change, CommitError, Committed, Name, Reference};
use sutler_model::intent::{Aim, Intent, IntentDraft, IntentState, Opened, PairState, Reason};
use sutler_model::port::{IntentView, Intents, LedgerError, Reads, Standing};
use sutler_model::resource::{Resource, Version};
use sutler_model::work::{EdgeMarking, Fault, Lane, Marking, Owes};
use sutler_model::{Document, IntentId, Kind, Rid, TargetId, TenantId, Time, Uid};

use super::state::{State, Stored};
use super::{MemoryLedger, commit, guard, views};

/// A name in a tenant: the resource's type, the attribute, the folded value.
type Key = (TenantId, Kind, String, String);

/// The rows of intents.
#[derive(Clone, Default)]
pub(crate) struct IntentRows {
    all: BTreeMap<IntentId, Intent>,
    refs: BTreeMap<IntentId, Vec<Reference>>,
    reserved: BTreeMap<Key, IntentId>,
    /// The names of what is passed through, as digests.
    digests: BTreeMap<Key, Rid>,
}

impl IntentRows {
    pub(super) fn of(&self, rid: Rid) -> Option<&Intent> {
        self.all.values().find(|intent| intent.rid == rid && intent.is_open())
    }

    /// Who a resource is to refer to, if it is to be other than it is.
    pub(super) fn refs(&self, rid: Rid) -> Option<&[Reference]> {
        self.refs.get(&self.of(rid)?.id).map(Vec::as_slice)
    }

    /// True if an intent of another resource has reserved the name.
    pub(super) fn holds(&self, key: &Key, own: Option<Rid>) -> bool {
        let holder = self.reserved.get(key).and_then(|id| self.all.get(id));
        holder.is_some_and(|intent| Some(intent.rid) != own)
    }

    /// A target was removed: nobody waits for it.
    pub(super) fn forget(&mut self, target: TargetId) {
        for intent in self.all.values_mut() {
            intent.pairs.retain(|(of, _)| *of != target);
        }
    }

    pub(super) fn tell(&mut self, id: IntentId, target: TargetId, said: PairState) {
        let Some(intent) = self.all.get_mut(&id).filter(|intent| intent.is_open()) else { return };
        if let Some(pair) = intent.pairs.iter_mut().find(|(of, _)| *of == target) {
            pair.1 = said;
        }
    }

    fn end(&mut self, id: IntentId, state: IntentState, at: Time) -> Option<Intent> {
        self.reserved.retain(|_, by| *by != id);
        self.refs.remove(&id);
        let intent = self.all.get_mut(&id)?;
        intent.state = state;
        intent.sealed.clear();
        intent.ended = Some(at);
        Some(intent.clone())
    }
}

pub(super) fn view(state: &State, rid: Rid) -> Option<IntentView> {
    let Intent { id, reason, sealed, .. } = state.intents.of(rid)?.clone();
    Some(IntentView { id, reason, sealed })
}

fn key(tenant: TenantId, kind: Kind, name: &Name) -> Key {
    (tenant, kind, name.attribute.clone().into_owned(), name.key.clone())
}

fn open(state: &mut State, draft: &IntentDraft) -> Result<Opened, CommitError> {
    if state.estate.version != draft.estate {
        return Err(LedgerError::EstateMoved.into());
    }
    let (stored, known) = match draft.reason {
        Reason::Confirm => to_confirm(state, draft)?,
        Reason::Pass => passing(state, draft)?,
    };
    let resource = stored.resource.clone();
    let id = known.unwrap_or_else(|| IntentId(state.next()));
    if draft.reason == Reason::Confirm {
        for name in draft.names.iter().filter(|name| !stored.names.contains(name)) {
            let key = key(draft.tenant, resource.kind, name);
            state.intents.reserved.insert(key, id);
        }
    }
    let before = state.intents.all.get(&id);
    let intent = Intent {
        id,
        tenant: draft.tenant,
        rid: resource.rid,
        uid: resource.uid.clone(),
        kind: resource.kind,
        service_provider: draft.service_provider,
        reason: draft.reason,
        creates: before.map_or(matches!(draft.aim, Aim::Create { .. }), |known| known.creates),
        sealed: draft.sealed.clone(),
        state: IntentState::Open,
        pairs: asked(&draft.pairs),
        opened: before.map_or(draft.at, |known| known.opened),
        ended: None,
    };
    state.intents.all.insert(id, intent);
    state.intents.refs.insert(id, draft.refs.clone());
    state.uids.insert((draft.tenant, resource.uid.0.clone()), resource.rid);
    state.resources.insert(resource.rid, stored);
    mark(state, draft);
    Ok(Opened {
        intent: id,
        rid: resource.rid,
        version: resource.version,
        created: resource.created,
        modified: resource.changed,
    })
}

fn asked(pairs: &[TargetId]) -> Vec<(TargetId, PairState)> {
    let mut pairs: Vec<_> = pairs.iter().map(|target| (*target, PairState::Pending)).collect();
    pairs.sort_by_key(|(target, _)| *target);
    pairs.dedup_by_key(|(target, _)| *target);
    pairs
}

fn begun(state: &mut State, draft: &IntentDraft, kind: Kind, uid: &Uid, passed: bool) -> Stored {
    let resource = Resource {
        rid: Rid(state.next()),
        uid: uid.clone(),
        tenant: draft.tenant,
        kind,
        version: Version { body: 1, members: 0 },
        active: passed && draft.active,
        gone: !passed,
        body: Document::new(),
        set: None,
        created: draft.at,
        changed: draft.at,
    };
    Stored {
        origins: draft.service_provider.into_iter().collect(),
        passed,
        ..Stored::new(resource)
    }
}

/// The resource of an intent that is to be confirmed: as it is stored, or a new tombstone.
fn to_confirm(
    state: &mut State,
    draft: &IntentDraft,
) -> Result<(Stored, Option<IntentId>), CommitError> {
    match &draft.aim {
        Aim::Create { kind, uid } => {
            commit::check_names(state, draft.tenant, *kind, None, &draft.names)?;
            Ok((begun(state, draft, *kind, uid, false), None))
        }
        Aim::Update { rid, expect } => {
            let stored = commit::expected(state, draft.tenant, *rid, *expect)?;
            if stored.passed {
                return Err(CommitError::NotFound);
            }
            if let Some(open) = state.intents.of(*rid) {
                return Err(CommitError::Intended(open.id));
            }
            commit::check_names(
                state,
                draft.tenant,
                stored.resource.kind,
                Some(*rid),
                &draft.names,
            )?;
            Ok((stored, None))
        }
    }
}

/// The resource that is passed through, with the intent that is replaced.
fn passing(
    state: &mut State,
    draft: &IntentDraft,
) -> Result<(Stored, Option<IntentId>), CommitError> {
    let (stored, known) = match &draft.aim {
        Aim::Create { kind, uid } => {
            check_digests(state, draft, *kind, None)?;
            (begun(state, draft, *kind, uid, true), None)
        }
        Aim::Update { rid, expect } => {
            let mut stored = commit::expected(state, draft.tenant, *rid, *expect)?;
            if !stored.passed {
                return Err(CommitError::NotFound);
            }
            check_digests(state, draft, stored.resource.kind, Some(*rid))?;
            stored.resource.version.body += 1;
            stored.resource.changed = draft.at;
            stored.resource.active = draft.active;
            let fresh = draft.service_provider.filter(|origin| !stored.origins.contains(origin));
            stored.origins.extend(fresh);
            (stored, state.intents.of(*rid).map(|intent| intent.id))
        }
    };
    let Resource { rid, kind, .. } = stored.resource;
    state.intents.digests.retain(|_, holder| *holder != rid);
    let kept = stored.names.iter().filter(|name| draft.stays(&name.attribute));
    let names: Vec<Name> = kept.chain(&draft.names).cloned().collect();
    for name in &names {
        state.intents.digests.insert(key(draft.tenant, kind, name), rid);
    }
    Ok((Stored { names, ..stored }, known))
}

fn check_digests(
    state: &State,
    draft: &IntentDraft,
    kind: Kind,
    own: Option<Rid>,
) -> Result<(), CommitError> {
    for name in &draft.names {
        let holder = state.intents.digests.get(&key(draft.tenant, kind, name));
        if holder.is_some_and(|holder| Some(*holder) != own) {
            return Err(CommitError::Taken { attribute: name.attribute.clone() });
        }
    }
    Ok(())
}

fn mark(state: &mut State, draft: &IntentDraft) {
    let rid = match &draft.aim {
        Aim::Update { rid, .. } => *rid,
        Aim::Create { uid, .. } => {
            state.uids.get(&(draft.tenant, uid.0.clone())).copied().unwrap_or(Rid(0))
        }
    };
    let holds = guard::count(state, &draft.watch, &draft.edges);
    for marking in &draft.markings {
        // A new resource has no key yet when its markings are made.
        let rid = if marking.rid == Rid(0) { rid } else { marking.rid };
        state.mark(&Marking { rid, ..marking.clone() });
    }
    for edge in &draft.edges {
        let group = if edge.group == Rid(0) { rid } else { edge.group };
        state.mark_edge(&EdgeMarking { group, ..*edge });
    }
    guard::hold(state, holds);
    guard::free(state, &draft.watch);
}

fn settle(
    state: &mut State,
    id: IntentId,
    change: Option<Change>,
    at: Time,
) -> Result<Option<Committed>, CommitError> {
    let open = state.intents.all.get(&id).filter(|intent| intent.is_open());
    let Some(intent) = open.cloned() else { return Err(CommitError::NotFound) };
    let Some(change) = change else {
        // What is passed through may have been desired anew since it was found ripe.
        if !intent.is_ripe() {
            return Err(CommitError::NotFound);
        }
        state.intents.end(id, IntentState::Settled, at);
        return Ok(None);
    };
    let before = state.intents.clone();
    state.intents.end(id, IntentState::Committed, at);
    let committed = match &change.action {
        Action::Create { kind, uid, content, members } => {
            let what = (*kind, uid.clone(), Some(intent.rid));
            commit::create(state, &change, what, content, members)
        }
        _ => commit::apply(state, &change),
    };
    match committed {
        Ok(committed) => {
            commit::remember_source(state, &change, &committed);
            Ok(Some(committed))
        }
        Err(error) => {
            state.intents = before;
            Err(error)
        }
    }
}

/// Ends an open intent of which nothing comes.
pub(super) fn void(state: &mut State, id: IntentId, fault: Fault, at: Time) -> bool {
    if !state.intents.all.get(&id).is_some_and(Intent::is_open) {
        return false;
    }
    let Some(intent) = state.intents.end(id, IntentState::Void(fault), at) else { return false };
    if intent.creates && intent.reason == Reason::Pass {
        forget_passed(state, intent.rid, at);
    }
    let lane = if intent.creates { Lane::Leave } else { Lane::Live };
    for (target, _) in intent.pairs {
        let rid = intent.rid;
        state.mark(&Marking { target, rid, lane, owes: Owes::NONE, due: at, leaving_since: None });
    }
    true
}

/// What was passed through is gone.
fn forget_passed(state: &mut State, rid: Rid, at: Time) {
    free_digests(state, rid);
    if let Some(stored) = state.resources.get_mut(&rid) {
        stored.names.clear();
        stored.resource.gone = true;
        stored.resource.active = false;
        stored.resource.version.body += 1;
        stored.resource.changed = at;
    }
}

pub(super) fn free_digests(state: &mut State, rid: Rid) {
    state.intents.digests.retain(|_, holder| *holder != rid);
}

#[async_trait]
impl Intents for MemoryLedger {
    async fn open_intent(&self, draft: IntentDraft) -> Result<Opened, CommitError> {
        open(&mut self.state(), &draft)
    }

    async fn intent(&self, id: IntentId) -> Result<Option<Intent>, LedgerError> {
        Ok(self.state().intents.all.get(&id).cloned())
    }

    async fn intent_of(&self, rid: Rid) -> Result<Option<Intent>, LedgerError> {
        Ok(self.state().intents.of(rid).cloned())
    }

    async fn intents(
        &self,
        tenant: Option<TenantId>,
        after: Option<IntentId>,
        limit: usize,
    ) -> Result<Vec<Intent>, LedgerError> {
        let state = self.state();
        let open = state.intents.all.values().filter(|intent| intent.is_open());
        let ours = open.filter(|intent| tenant.is_none_or(|tenant| tenant == intent.tenant));
        let rest = ours.filter(|intent| after.is_none_or(|after| intent.id > after));
        Ok(rest.take(limit).cloned().collect())
    }

    async fn ripe_intents(&self, limit: usize) -> Result<Vec<Intent>, LedgerError> {
        let state = self.state();
        Ok(state.intents.all.values().filter(|i| i.is_ripe()).take(limit).cloned().collect())
    }

    async fn is_unsure(&self, id: IntentId) -> Result<bool, LedgerError> {
        let state = self.state();
        let Some(intent) = state.intents.all.get(&id).filter(|intent| intent.is_open()) else {
            return Ok(false);
        };
        let pending = intent.pairs.iter().filter(|(_, said)| *said == PairState::Pending);
        let unsure = |target: TargetId| {
            let work = state.work(target, intent.rid);
            let link = state.open_link(target, intent.rid);
            work.is_some_and(|work| work.fence.is_some())
                || link.is_some_and(|link| link.doubt.is_some())
        };
        Ok(pending.map(|(target, _)| *target).any(unsure))
    }

    async fn settle_intent(
        &self,
        id: IntentId,
        change: Option<Change>,
        at: Time,
    ) -> Result<Option<Committed>, CommitError> {
        settle(&mut self.state(), id, change, at)
    }

    async fn void_intent(&self, id: IntentId, fault: Fault, at: Time) -> Result<bool, LedgerError> {
        Ok(void(&mut self.state(), id, fault, at))
    }

    async fn prune_intents(&self, before: Time) -> Result<usize, LedgerError> {
        let mut state = self.state();
        let known = state.intents.all.len();
        state.intents.all.retain(|_, intent| intent.ended.is_none_or(|ended| ended >= before));
        Ok(known - state.intents.all.len())
    }

    async fn standing(&self, rid: Rid, reads: Reads) -> Result<Option<Standing>, LedgerError> {
        let state = self.state();
        let subject = views::subject(&state, rid, reads);
        Ok(subject.map(|subject| Standing { subject, linked: views::linked(&state, rid) }))
    }

    async fn passed(
        &self,
        tenant: TenantId,
        uids: &[Uid],
    ) -> Result<Vec<Option<Resource>>, LedgerError> {
        let state = self.state();
        let one = |uid: &Uid| {
            let rid = state.uids.get(&(tenant, uid.0.clone()))?;
            state.passed(tenant, *rid).map(|stored| stored.resource.clone())
        };
        Ok(uids.iter().map(one).collect())
    }

    async fn passed_by_name(
        &self,
        tenant: TenantId,
        kind: Kind,
        attribute: &str,
        key: &str,
    ) -> Result<Option<Resource>, LedgerError> {
        let state = self.state();
        let name = (tenant, kind, attribute.to_owned(), key.to_owned());
        let holder = state.intents.digests.get(&name);
        let live = holder.and_then(|rid| state.passed(tenant, *rid));
        Ok(live.map(|stored| stored.resource.clone()))
    }
}
