//! One change, whole or not at all: everything is checked before anything is written.

use std::collections::BTreeSet;

use sutler_model::change::{
    Action, Change, CommitError, Committed, Content, Expect, Flags, MemberStep, Name,
    PasswordChange, Reference,
};
use sutler_model::resource::{Resource, Version};
use sutler_model::work::{Fault, Part};
use sutler_model::{Document, IntentId, Kind, Rid, Seq, SetId, TenantId, Uid};

use super::intents;
use super::state::{State, Stored};

pub(super) fn commit(state: &mut State, change: &Change) -> Result<Committed, CommitError> {
    let overtaken = overtaken(state, change)?;
    let committed = apply(state, change)?;
    if let Some((intent, fault)) = overtaken {
        intents::void(state, intent, fault, change.at);
    }
    remember_source(state, change, &committed);
    Ok(committed)
}

/// The intent that a leaver voids. Any other change of a resource with one is refused.
fn overtaken(state: &State, change: &Change) -> Result<Option<(IntentId, Fault)>, CommitError> {
    let (Action::Update { rid, .. } | Action::Delete { rid, .. }) = &change.action else {
        return Ok(None);
    };
    let known = state.any_live(change.tenant, *rid);
    // What is passed through is only ever deleted by a change.
    let stands = known.filter(|it| !it.passed || matches!(change.action, Action::Delete { .. }));
    let open = stands.and(state.intents.of(*rid));
    match (open, Fault::overtaken(&change.action)) {
        (None, _) => Ok(None),
        (Some(open), Some(fault)) => Ok(Some((open.id, fault))),
        (Some(open), None) => Err(CommitError::Intended(open.id)),
    }
}

/// The change as it stands, whatever else is intended.
pub(super) fn apply(state: &mut State, change: &Change) -> Result<Committed, CommitError> {
    match change.action.clone() {
        Action::Create { kind, uid, content, members } => {
            create(state, change, (kind, uid, None), &content, &members)
        }
        Action::Update { rid, expect, content, members, flags } => {
            update(state, change, rid, expect, content, &members, flags)
        }
        Action::Delete { rid, expect } => delete(state, change, rid, expect),
    }
}

pub(super) fn remember_source(state: &mut State, change: &Change, committed: &Committed) {
    if let Some(seq) = committed.seq {
        state.guard.sources.insert(seq, change.actor.clone());
    }
}

/// A new resource, or one that an intent began.
pub(super) fn create(
    state: &mut State,
    change: &Change,
    (kind, uid, begun): (Kind, Uid, Option<Rid>),
    content: &Content,
    members: &[Rid],
) -> Result<Committed, CommitError> {
    let tenant = change.tenant;
    let others = content.refs.iter().map(|r| r.other);
    check_references(state, tenant, members.iter().copied().chain(others))?;
    check_names(state, tenant, kind, begun, &content.names)?;
    let rid = begun.unwrap_or_else(|| Rid(state.next()));
    let set = (kind == Kind::Group).then(|| state.new_set(rid));
    let resource = Resource {
        rid,
        uid: uid.clone(),
        tenant,
        kind,
        version: Version { body: 1, members: 0 },
        active: content.active,
        gone: false,
        body: Document::new(),
        set,
        created: change.at,
        changed: change.at,
    };
    state.uids.insert((tenant, uid.0), rid);
    let mut stored = Stored {
        origins: change.service_provider.into_iter().collect(),
        columns: content.columns.clone(),
        ..Stored::new(resource)
    };
    put_content(state, &mut stored, content);
    for member in members {
        if let Some(set) = set {
            state.join(set, *member);
        }
    }
    let seq = Seq(state.next());
    let flags = match content.password {
        PasswordChange::Set(_) => Flags::PASSWORD,
        _ => Flags::default(),
    };
    state.put_outbox((seq, 0, change.at), (tenant, rid, kind), Part::Whole, flags);
    state.events.record(change, stored.resource.version);
    Ok(finish(state, stored, Some(seq)))
}

fn update(
    state: &mut State,
    change: &Change,
    rid: Rid,
    expect: Expect,
    content: Option<Content>,
    steps: &[MemberStep],
    flags: Flags,
) -> Result<Committed, CommitError> {
    let tenant = change.tenant;
    let mut stored = expected(state, tenant, rid, expect)?;
    if stored.passed {
        return Err(CommitError::NotFound);
    }
    let kind = stored.resource.kind;
    let content = content.filter(|content| differs(&stored, content));
    if let Some(content) = &content {
        let known: BTreeSet<Rid> = stored.refs.iter().map(|r| r.other).collect();
        let others = content.refs.iter().map(|r| r.other);
        check_references(state, tenant, others.filter(|r| !known.contains(r)))?;
        check_names(state, tenant, kind, Some(rid), &content.names)?;
    }
    let plan = plan_members(state, tenant, stored.resource.set, steps)?;
    let new_origin = change.service_provider.filter(|origin| !stored.origins.contains(origin));
    if content.is_none() && plan.is_nothing() && new_origin.is_none() {
        return Ok(finish(state, stored, None));
    }
    let seq = Seq(state.next());
    stored.origins.extend(new_origin);
    if content.is_some() || new_origin.is_some() {
        state.put_outbox((seq, 0, change.at), (tenant, rid, kind), Part::Whole, flags);
    }
    if let Some(content) = &content {
        put_content(state, &mut stored, content);
        stored.resource.version.body += 1;
        stored.resource.changed = change.at;
    }
    if !plan.is_nothing() {
        stored.resource.version.members += 1;
        stored.resource.changed = change.at;
        apply_members(state, &mut stored, &plan, seq);
    }
    if content.is_some() || !plan.is_nothing() {
        state.events.record(change, stored.resource.version);
    }
    Ok(finish(state, stored, Some(seq)))
}

fn delete(
    state: &mut State,
    change: &Change,
    rid: Rid,
    expect: Expect,
) -> Result<Committed, CommitError> {
    let mut stored = expected(state, change.tenant, rid, expect)?;
    let whose = (change.tenant, rid, stored.resource.kind);
    let seq = Seq(state.next());
    state.put_outbox((seq, 0, change.at), whose, Part::Whole, Flags::DELETED);
    let mut n = 0;
    for group in state.groups_of(rid) {
        n += 1;
        let part = Part::Member { member: rid, cut: true };
        let whose = (change.tenant, group, Kind::Group);
        state.put_outbox((seq, n, change.at), whose, part, Flags::default());
        if let Some(group) = state.resources.get_mut(&group) {
            group.resource.version.members += 1;
            group.resource.changed = change.at;
        }
        if let Some(set) = state.resources.get(&group).and_then(|g| g.resource.set) {
            state.leave(set, rid);
        }
    }
    if let Some(set) = stored.resource.set.take() {
        state.group_of.remove(&set);
        if state.members.get(&set).is_some_and(|members| !members.is_empty()) {
            let at = (seq, n + 1, change.at);
            state.put_outbox(at, whose, Part::OldSet(set), Flags::default());
        }
    }
    if stored.passed {
        intents::free_digests(state, rid);
        stored.names.clear();
    }
    for name in std::mem::take(&mut stored.names) {
        let key = (change.tenant, whose.2, name.attribute.into_owned(), name.key);
        state.names.remove(&key);
    }
    stored.password = None;
    stored.refs.clear();
    stored.index.clear();
    stored.resource.body = Document::new();
    stored.resource.gone = true;
    stored.resource.active = false;
    stored.resource.version.body += 1;
    stored.resource.changed = change.at;
    state.events.record(change, stored.resource.version);
    Ok(finish(state, stored, Some(seq)))
}

fn finish(state: &mut State, stored: Stored, seq: Option<Seq>) -> Committed {
    let answer = Committed {
        rid: stored.resource.rid,
        version: stored.resource.version,
        changed: seq.is_some(),
        seq,
        created: stored.resource.created,
        modified: stored.resource.changed,
    };
    state.resources.insert(answer.rid, stored);
    answer
}

pub(super) fn expected(
    state: &State,
    tenant: TenantId,
    rid: Rid,
    expect: Expect,
) -> Result<Stored, CommitError> {
    let stored = state.any_live(tenant, rid).ok_or(CommitError::NotFound)?;
    let current = stored.resource.version;
    let body_holds = expect.body.is_none_or(|body| body == current.body);
    let exact_holds = expect.exact.is_none_or(|exact| exact == current);
    if body_holds && exact_holds { Ok(stored.clone()) } else { Err(CommitError::Stale { current }) }
}

fn check_references(
    state: &State,
    tenant: TenantId,
    rids: impl Iterator<Item = Rid>,
) -> Result<(), CommitError> {
    for rid in rids {
        if state.live(tenant, rid).is_none() {
            return Err(CommitError::UnknownReference(rid));
        }
    }
    Ok(())
}

pub(super) fn check_names(
    state: &State,
    tenant: TenantId,
    kind: Kind,
    own: Option<Rid>,
    names: &[Name],
) -> Result<(), CommitError> {
    for name in names {
        let key = (tenant, kind, name.attribute.clone().into_owned(), name.key.clone());
        if state.names.get(&key).is_some_and(|holder| Some(*holder) != own) {
            return Err(CommitError::Taken { attribute: name.attribute.clone() });
        }
        if state.intents.holds(&key, own) {
            return Err(CommitError::Reserved { attribute: name.attribute.clone() });
        }
    }
    Ok(())
}

fn differs(stored: &Stored, content: &Content) -> bool {
    let password = match &content.password {
        PasswordChange::Keep => false,
        PasswordChange::Set(hash) => stored.password.as_ref() != Some(hash),
        PasswordChange::Clear => stored.password.is_some(),
    };
    let key = |refs: &[Reference]| -> BTreeSet<(String, Rid)> {
        refs.iter().map(|r| (r.attribute.clone(), r.other)).collect()
    };
    password
        || stored.resource.body != content.body
        || stored.resource.active != content.active
        || stored.names != content.names
        || stored.columns != content.columns
        || key(&stored.refs) != key(&content.refs)
        || stored.index != content.index
}

fn put_content(state: &mut State, stored: &mut Stored, content: &Content) {
    let (tenant, kind) = (stored.resource.tenant, stored.resource.kind);
    let key = |attribute: &str, key: &str| (tenant, kind, attribute.to_owned(), key.to_owned());
    for name in &stored.names {
        state.names.remove(&key(&name.attribute, &name.key));
    }
    for name in &content.names {
        let key = key(&name.attribute, &name.key);
        state.names.insert(key, stored.resource.rid);
    }
    stored.names.clone_from(&content.names);
    stored.columns = content.columns.clone();
    stored.refs.clone_from(&content.refs);
    stored.index.clone_from(&content.index);
    stored.resource.body.clone_from(&content.body);
    stored.resource.active = content.active;
    match &content.password {
        PasswordChange::Keep => {}
        PasswordChange::Set(hash) => stored.password = Some(hash.clone()),
        PasswordChange::Clear => stored.password = None,
    }
}

/// What a membership change comes to.
struct MemberPlan {
    /// The old set is given up: everything in it is a removal.
    emptied: bool,
    added: BTreeSet<Rid>,
    removed: BTreeSet<Rid>,
}

impl MemberPlan {
    fn is_nothing(&self) -> bool {
        !self.emptied && self.added.is_empty() && self.removed.is_empty()
    }
}

fn plan_members(
    state: &State,
    tenant: TenantId,
    set: Option<SetId>,
    steps: &[MemberStep],
) -> Result<MemberPlan, CommitError> {
    let before = set.and_then(|set| state.members.get(&set)).cloned().unwrap_or_default();
    let mut now = before.clone();
    let mut emptied = false;
    for step in steps {
        match step {
            MemberStep::Add(rids) => {
                check_references(state, tenant, rids.iter().copied())?;
                now.extend(rids);
            }
            MemberStep::Remove(rids) => now.retain(|rid| !rids.contains(rid)),
            MemberStep::Replace(rids) => {
                check_references(state, tenant, rids.iter().copied())?;
                emptied |= rids.is_empty() && !before.is_empty();
                now = rids.iter().copied().collect();
            }
        }
    }
    if emptied {
        return Ok(MemberPlan { emptied, added: now, removed: BTreeSet::new() });
    }
    Ok(MemberPlan {
        emptied,
        added: now.difference(&before).copied().collect(),
        removed: before.difference(&now).copied().collect(),
    })
}

fn apply_members(state: &mut State, stored: &mut Stored, plan: &MemberPlan, seq: Seq) {
    let group = &mut stored.resource;
    let Some(old) = group.set else { return };
    let whose = (group.tenant, group.rid, group.kind);
    let mut n = 0;
    let mut put = |state: &mut State, part| {
        n += 1;
        state.put_outbox((seq, n, group.changed), whose, part, Flags::default());
    };
    let set = if plan.emptied {
        state.group_of.remove(&old);
        put(state, Part::OldSet(old));
        state.new_set(group.rid)
    } else {
        old
    };
    for member in &plan.removed {
        state.leave(set, *member);
        put(state, Part::Member { member: *member, cut: true });
    }
    for member in &plan.added {
        state.join(set, *member);
        put(state, Part::Member { member: *member, cut: false });
    }
    group.set = Some(set);
}
