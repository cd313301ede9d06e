//! Reads of one resource: from what is being delivered, else from the target that answers.

use sutler_model::outcome::Query;
use sutler_model::resource::Resource;
use sutler_model::{Document, Kind, Uid};

use super::super::Refusal;
use super::{Passing, Stub};
use crate::Unread;
use crate::hidden::frames;

/// When to ask again for an account that is being made.
const SOON: i64 = 1_000;

impl Passing<'_> {
    /// A resource by its public id.
    pub(in super::super) async fn get(&self, kind: Kind, uid: &Uid) -> Result<Resource, Refusal> {
        self.caller.may_read_one(kind, uid)?;
        let stub = self.stub(kind, uid).await?;
        self.whole(stub).await
    }

    /// It with what it holds.
    pub(super) async fn whole(&self, stub: Stub) -> Result<Resource, Refusal> {
        let open = self.desired(&stub.resource).await?;
        let body = match open.filter(|open| !open.body.is_empty()) {
            Some(open) => open.body,
            None => self.read(&stub).await?,
        };
        Ok(Resource { body, ..stub.resource })
    }

    /// What the target that answers tells of it.
    pub(super) async fn read(&self, stub: &Stub) -> Result<Document, Refusal> {
        let resource = &stub.resource;
        let Some((target, rules)) = self.read_from() else {
            return Err(unread(
                self.provider.read_from.as_deref().unwrap_or("(none)"),
                "it is not in the estate any more",
            ));
        };
        let frame = frames(&self.on.ports, rules, &[resource.rid]).await?.into_iter().next();
        let link = frame.and_then(|frame| frame.link).filter(sutler_model::link::Link::is_live);
        let Some(remote) = link.and_then(|link| link.remote) else {
            return Err(unread(&target.name, "the resource has no account there at present"));
        };
        let query = Query::Remote(remote);
        let seen = self.on.ports.gates.look(target, resource.kind, &query).await?;
        match seen.as_slice() {
            [] => Err(Refusal::not_found(resource.kind, &resource.uid.0)),
            [account, ..] => Ok(rules.read_back(resource.kind, account)),
        }
    }
}

fn unread(target: &str, detail: &str) -> Refusal {
    Unread { target: target.to_owned(), detail: detail.to_owned(), after: SOON }.into()
}
