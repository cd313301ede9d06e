//! What a PUT or a PATCH comes to, computed from the stored resource, if the caller may have it.
//!
//! The one place where it is judged which attributes a change may touch: by what it makes of the
//! document, never by the words of the request.

use std::collections::BTreeSet;

use serde_json::Value;
use sutler_model::access::Access;
use sutler_model::change::MemberStep;
use sutler_model::document::{self, Draft, MemberRef, NewPassword};
use sutler_model::filter::Filter;
use sutler_model::patch::{self, MemberChange, Operation};
use sutler_model::path::AttributePath;
use sutler_model::resource::Resource;
use sutler_model::{Document, Kind, Leniencies, Leniency, Rid};

use super::{Caller, Provisioner, Refusal, domain};

/// What is to become of a resource.
pub(super) struct Wanted {
    pub(super) document: Document,
    pub(super) password: NewPassword,
    pub(super) members: Vec<MemberStep>,
    /// The members that a PUT names, if it names any.
    pub(super) named: Option<Vec<MemberRef>>,
    /// The deviations that were tolerated while it was read.
    pub(super) tolerated: Leniencies,
}

impl Provisioner {
    /// By a PUT of this body.
    pub(super) async fn by_put(
        &self,
        caller: &Caller,
        old: &Resource,
        body: &Document,
    ) -> Result<Wanted, Refusal> {
        let access = caller.attributes.of(old.kind);
        let known = access.known(&old.body);
        let mut draft = read_put(caller, old.kind, body, &known)?;
        domain::strip(old.kind, &mut draft.document);
        may_set(access, &draft.password)?;
        let document = access.replaced(&old.body, draft.document)?;
        let members = match &draft.members {
            None => Vec::new(),
            Some(named) => self.replaced_members(caller, old, named).await?,
        };
        let Draft { password, members: named, tolerated, .. } = draft;
        Ok(Wanted { document, password, members, named, tolerated })
    }

    /// By these operations.
    pub(super) async fn by_patch(
        &self,
        caller: &Caller,
        old: &Resource,
        operations: &[Operation],
    ) -> Result<Wanted, Refusal> {
        let (document, patched) = document_by_patch(caller, old, operations)?;
        let members = self.steps(old, &patched.members).await?;
        let (password, tolerated) = (patched.password, patched.tolerated);
        Ok(Wanted { document, password, members, named: None, tolerated })
    }

    /// The members that a PUT names. Who may not change them may repeat them.
    async fn replaced_members(
        &self,
        caller: &Caller,
        old: &Resource,
        named: &[MemberRef],
    ) -> Result<Vec<MemberStep>, Refusal> {
        let access = caller.attributes.of(old.kind);
        let writes = access.writes(&members());
        let sees = access.reads(&AttributePath::core("members", Some("value")));
        if !writes && !sees {
            return Err(Refusal::unwritable(&members()));
        }
        let rids = self.resolve_all(caller.tenant, Some(old.rid), named).await?;
        if writes {
            return Ok(vec![MemberStep::Replace(rids)]);
        }
        let stored = self.members(old, Some(rids.len() + 1), false).await?;
        let stored: BTreeSet<Rid> = stored.iter().map(|member| member.rid).collect();
        if stored != rids.into_iter().collect() {
            return Err(Refusal::unwritable(&members()));
        }
        Ok(Vec::new())
    }
}

/// The document by these operations, and what else they come to.
pub(super) fn document_by_patch(
    caller: &Caller,
    old: &Resource,
    operations: &[Operation],
) -> Result<(Document, patch::Patched), Refusal> {
    let access = caller.attributes.of(old.kind);
    let allowed = caller.dialect.leniencies();
    if access.read.is_some() {
        for operation in operations {
            may_name(caller, old.kind, operation)?;
        }
    }
    let known = access.known(&old.body);
    let mut patched =
        patch::apply(caller.schemas.of(old.kind), allowed, &old.uid.0, &known, operations)?;
    domain::strip(old.kind, &mut patched.document);
    may_set(access, &patched.password)?;
    let document = std::mem::take(&mut patched.document);
    let document = access.modified(&old.body, document)?;
    may_step(caller, &patched.members)?;
    Ok((document, patched))
}

/// Refuses a new resource that holds what may not be written.
pub(super) fn may_draft(caller: &Caller, kind: Kind, draft: &Draft) -> Result<(), Refusal> {
    let access = caller.attributes.of(kind);
    access.created(kind, &draft.document)?;
    may_set(access, &draft.password)?;
    let names_members = draft.members.as_ref().is_some_and(|named| !named.is_empty());
    if names_members && !access.writes(&members()) {
        return Err(Refusal::unwritable(&members()));
    }
    Ok(())
}

/// Reads a body so that nothing is said in it for who is silent about what he cannot clear.
pub(super) fn read_put(
    caller: &Caller,
    kind: Kind,
    body: &Document,
    known: &Document,
) -> Result<Draft, Refusal> {
    let allowed = caller.dialect.leniencies();
    let access = caller.attributes.of(kind);
    if access.is_everything() {
        return Ok(document::replace(caller.schemas.of(kind), allowed, body, known)?);
    }
    let clears = |name| access.reads_some(name) && access.writes(&AttributePath::core(name, None));
    let keeps = Leniencies::of(&[Leniency::PutKeepsMembers]);
    let lenient = if clears("members") { allowed } else { allowed.with(keeps) };
    let mut draft = document::replace(caller.schemas.of(kind), lenient, body, known)?;
    // What is not of the dialect was no leniency towards this client.
    let tolerated = draft.tolerated.iter().filter(|one| allowed.has(*one));
    draft.tolerated = Leniencies::of(&tolerated.collect::<Vec<_>>());
    let says =
        |(key, value): (&String, &Value)| key.eq_ignore_ascii_case("active") && !value.is_null();
    if !clears("active") && !body.iter().any(says) {
        // The value that it has when nobody says anything.
        draft.document.remove("active");
    }
    Ok(draft)
}

/// Whether the password is the stored one cannot be told, so to set it is to change it.
fn may_set(access: &Access, password: &NewPassword) -> Result<(), Refusal> {
    if access.write.is_none() || matches!(password, NewPassword::Keep) {
        return Ok(());
    }
    let path = AttributePath::core("password", None);
    if access.writes(&path) { Ok(()) } else { Err(Refusal::unwritable(&path)) }
}

/// Refuses an operation whose outcome would tell what may not be read.
fn may_name(caller: &Caller, kind: Kind, operation: &Operation) -> Result<(), Refusal> {
    let Some(named) = operation.named(caller.schemas.of(kind), caller.dialect.leniencies()) else {
        return Ok(());
    };
    // Of members only a filter tells anything: it is looked at when it is known what it does.
    if kind == Kind::Group && named.target.is_core("members", None) {
        return Ok(());
    }
    if caller.attributes.of(kind).hides(&named.target) {
        return Err(Refusal::unwritable(&named.target));
    }
    named.looks.iter().try_for_each(|path| caller.may_see(kind, path))
}

/// Refuses steps of a membership change. To name a member is not to look for one.
fn may_step(caller: &Caller, changes: &[MemberChange]) -> Result<(), Refusal> {
    let access = caller.attributes.of(Kind::Group);
    if !changes.is_empty() && !access.writes(&members()) {
        return Err(Refusal::unwritable(&members()));
    }
    let looks = changes.iter().filter_map(|change| match change {
        MemberChange::RemoveMatching(filter) => Some(Filter::paths(filter)),
        _ => None,
    });
    for sub in looks.flatten() {
        let path = AttributePath::core("members", Some(&sub.attribute));
        caller.may_ask_about(&[Kind::Group], &path)?;
    }
    Ok(())
}

fn members() -> AttributePath {
    AttributePath::core("members", None)
}
