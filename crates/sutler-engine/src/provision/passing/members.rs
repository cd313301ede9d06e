//! Members of groups: each is added or taken away by itself, and no list of them is kept.

use std::collections::BTreeMap;

use sutler_model::document::MemberRef;
use sutler_model::patch::{MemberChange, Operation};
use sutler_model::path::AttributePath;
use sutler_model::resource::Resource;
use sutler_model::work::EdgeOp;
use sutler_model::{Document, Kind, Leniencies, Rid, Uid};

use super::super::Refusal;
use super::super::membership::{accept, meant};
use super::super::wanted::document_by_patch;
use super::write::MEMBERS;
use super::{Passing, Stub};

/// What becomes of whom.
pub(super) type Steps = BTreeMap<Rid, EdgeOp>;

impl Passing<'_> {
    /// True if nothing but members is to change: then nothing need be known of the group.
    pub(super) fn only_members(&self, kind: Kind, operations: &[Operation]) -> bool {
        let shape = self.caller.schemas.of(kind);
        let members = AttributePath::core("members", None);
        let of_members = |operation: &Operation| {
            let named = operation.named(shape, self.caller.dialect.leniencies());
            named.is_some_and(|named| named.target.attribute == members.attribute)
        };
        kind == Kind::Group && operations.iter().all(of_members)
    }

    /// The steps of a PATCH that is about members alone.
    pub(super) async fn member_steps(
        &self,
        stub: &Stub,
        operations: &[Operation],
    ) -> Result<(Steps, Leniencies), Refusal> {
        let mut body = Document::new();
        // A group has a name, which is of no matter here.
        body.insert("displayName".to_owned(), stub.resource.uid.0.clone().into());
        let old = Resource { body, ..stub.resource.clone() };
        let (_, patched) = document_by_patch(self.caller, &old, operations)?;
        Ok((self.steps(&patched.members).await?, patched.tolerated))
    }

    /// From what a client says to what becomes of whom.
    pub(super) async fn steps(&self, changes: &[MemberChange]) -> Result<Steps, Refusal> {
        let mut steps = Steps::new();
        for change in changes {
            match change {
                MemberChange::Add(members) => steps.extend(self.added(members).await?),
                MemberChange::Remove(members) => {
                    let uids: Vec<Uid> = members.iter().map(uid).collect();
                    steps.extend(self.removed(&uids).await?);
                }
                MemberChange::RemoveMatching(filter) => {
                    let meant = meant(filter).ok_or_else(|| Refusal::Unheld(MEMBERS.to_owned()))?;
                    steps.extend(self.removed(&meant).await?);
                }
                MemberChange::Replace(_) | MemberChange::Clear => {
                    return Err(Refusal::Unheld(MEMBERS.to_owned()));
                }
            }
        }
        Ok(steps)
    }

    /// These are members from now on; each must be its own.
    pub(super) async fn added(&self, members: &[MemberRef]) -> Result<Steps, Refusal> {
        let uids: Vec<Uid> = members.iter().map(uid).collect();
        let stubs = self.stubs(&uids).await?;
        let mut steps = Steps::new();
        for (member, stub) in members.iter().zip(stubs) {
            let known = stub.map(|stub| (stub.resource.rid, stub.resource.kind));
            steps.insert(accept(member, known, None)?, EdgeOp::Add);
        }
        Ok(steps)
    }

    /// Removing somebody unknown is no error.
    async fn removed(&self, uids: &[Uid]) -> Result<Steps, Refusal> {
        let known = self.stubs(uids).await?.into_iter().flatten();
        Ok(known.map(|stub| (stub.resource.rid, EdgeOp::Remove)).collect())
    }
}

fn uid(member: &MemberRef) -> Uid {
    Uid(member.value.clone())
}
