//! Passing through: what a service provider in mode `provision` brings goes to the targets and
//! is not kept.
//!
//! Here stay an id, digests of names, and the links; what is desired rides sealed in an intent
//! until every target has it. Reads go to one target. Whoever stores sees nothing of this, and
//! who passes through sees nothing else.

mod confirm;
mod find;
mod judged;
mod list;
mod members;
mod read;
mod write;

use std::sync::Arc;

use sutler_model::change::Name;
use sutler_model::estate::{Mode, ServiceProvider, Target};
use sutler_model::port::{Reads, Standing, Unsealable};
use sutler_model::resource::Resource;
use sutler_model::{Kind, Uid};

use super::{Caller, Provisioner, Refusal};
use crate::passed::{Desired, EXTERNAL_ID, digest};
use crate::rules::{Rulebook, TargetRules};

/// One request of a service provider that passes through.
pub(super) struct Passing<'a> {
    on: &'a Provisioner,
    caller: &'a Caller,
    provider: ServiceProvider,
    rulebook: Arc<Rulebook>,
}

/// A resource of which nothing is stored, as it stands.
struct Stub {
    resource: Resource,
    standing: Standing,
}

impl Provisioner {
    /// What this caller brings is passed through; `None` if it is stored.
    pub(super) fn passing<'a>(&'a self, caller: &'a Caller) -> Option<Passing<'a>> {
        let rulebook = self.ports.estate.current();
        let provider = rulebook.service_provider(caller.service_provider?)?.clone();
        let passes = provider.mode == Mode::Provision;
        passes.then_some(Passing { on: self, caller, provider, rulebook })
    }
}

impl Passing<'_> {
    /// One of its own. Another one's is not found, whoever brought it.
    async fn stub(&self, kind: Kind, uid: &Uid) -> Result<Stub, Refusal> {
        let not_found = || Refusal::not_found(kind, &uid.0);
        let mut found = self.stubs(std::slice::from_ref(uid)).await?;
        let stub = found.pop().flatten().ok_or_else(not_found)?;
        if stub.resource.kind == kind { Ok(stub) } else { Err(not_found()) }
    }

    /// Those of its own among these, in the order asked for.
    async fn stubs(&self, uids: &[Uid]) -> Result<Vec<Option<Stub>>, Refusal> {
        let ledger = &self.on.ports.ledger;
        let mut stubs = Vec::with_capacity(uids.len());
        for found in ledger.passed(self.caller.tenant, uids).await? {
            stubs.push(match found {
                Some(resource) => self.own(resource).await?,
                None => None,
            });
        }
        Ok(stubs)
    }

    async fn own(&self, resource: Resource) -> Result<Option<Stub>, Refusal> {
        let standing = self.on.ports.ledger.standing(resource.rid, Reads::ALL).await?;
        let own = standing.filter(|standing| standing.subject.origins.contains(&self.provider.id));
        Ok(own.map(|standing| Stub { resource, standing }))
    }

    /// What is being delivered of it, if anything still is.
    async fn desired(&self, resource: &Resource) -> Result<Option<Desired>, Refusal> {
        let ports = &self.on.ports;
        let Some(intent) = ports.ledger.intent_of(resource.rid).await? else {
            return Ok(None);
        };
        let desired = Desired::open(&intent.sealed, &*ports.sealer, resource)
            .map_err(|error| unsealed(&error))?;
        Ok(Some(desired))
    }

    /// The names under which it is known, as digests: those that are unique among all who pass
    /// through meet in their tenant, what is a client's own meets its own.
    fn digests(&self, kind: Kind, names: &[Name], external_id: Option<&str>) -> Vec<Name> {
        let digest = |attribute: &str, key: &str| Name {
            attribute: attribute.to_owned().into(),
            key: self.digest(kind, attribute, key),
        };
        let known = names.iter().map(|name| digest(&name.attribute, &name.key));
        known.chain(external_id.map(|id| digest(EXTERNAL_ID, id))).collect()
    }

    fn digest(&self, kind: Kind, attribute: &str, key: &str) -> String {
        let whose = (self.caller.tenant, self.provider.id);
        digest(&*self.on.ports.hiding, whose, kind, attribute, key)
    }

    /// The target that answers what is read, with its rules.
    fn read_from(&self) -> Option<(&Target, &TargetRules)> {
        let name = self.provider.read_from.as_ref()?;
        let mut all = self.rulebook.all();
        let rules = all.find(|rules| {
            rules.target.tenant == self.caller.tenant && rules.target.name == *name
        })?;
        Some((&rules.target, rules))
    }
}

/// Another key file, or a damaged store: a person must see to it.
fn unsealed(error: &Unsealable) -> Refusal {
    Refusal::Store(sutler_model::port::LedgerError::Failed(error.to_string()))
}
