//! An edit of the estate, and the estate as it would be after it.

use super::{Estate, SchemaExtension, ServiceProvider, Target};
use crate::event::EventStream;
use crate::identity_provider::IdentityProvider;
use crate::{ServiceProviderId, TargetId, TenantId};

/// An edit of the estate, committed whole: what is upserted is matched by tenant and name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EstateEdit {
    /// Refused if the stored estate has another version.
    pub expect: i64,
    /// Tenants to have, by name.
    pub tenants: Vec<String>,
    /// Service providers to have, by tenant name.
    pub service_providers: Vec<(String, ServiceProvider)>,
    /// Targets to have, by tenant name. Those whose settings differ get a new version.
    pub targets: Vec<(String, Target)>,
    /// Schemas to have, by tenant name.
    pub extensions: Vec<(String, SchemaExtension)>,
    /// (tenant, URN) of the schemas to remove. Refused with
    /// [`LedgerError::SchemaInUse`](crate::port::LedgerError::SchemaInUse) while a resource
    /// holds data of one.
    pub remove_extensions: Vec<(String, String)>,
    /// Identity providers to have, by tenant name.
    pub identity_providers: Vec<(String, IdentityProvider)>,
    /// Names (tenant, identity provider) to remove: their tokens are worth nothing from then on.
    pub remove_identity_providers: Vec<(String, String)>,
    /// Event streams to have, by tenant name. What waits in one that is there stays.
    pub event_streams: Vec<(String, EventStream)>,
    /// Names (tenant, service provider) to remove.
    pub remove_service_providers: Vec<(String, String)>,
    /// Names (tenant, target) to remove: their links are abandoned by name.
    pub remove_targets: Vec<(String, String)>,
    /// Names (tenant, event stream) to remove, with what waits in them.
    pub remove_event_streams: Vec<(String, String)>,
    /// Names (tenant, target) that must be swept: new ones, and those whose routing or
    /// policies changed. Each gets a new version and a sweep over links, then resources.
    pub sweep: Vec<(String, String)>,
    /// Who, for the journal.
    pub actor: String,
}

/// Keys of what is not stored yet: below all that are.
const UNSTORED: i64 = -1;

impl Estate {
    /// The estate as this edit would leave it, for rules and routing: tenants, service
    /// providers, targets and schemas. What is new has a negative key.
    #[must_use]
    pub fn edited(&self, edit: &EstateEdit) -> Self {
        let mut after = self.clone();
        for name in &edit.tenants {
            after.tenant_named(name);
        }
        for (tenant, provider) in &edit.service_providers {
            let tenant = after.tenant_named(tenant);
            after.put_provider(ServiceProvider { tenant, ..provider.clone() });
        }
        for (tenant, target) in &edit.targets {
            let tenant = after.tenant_named(tenant);
            after.put_target(Target { tenant, ..target.clone() });
        }
        for (tenant, name) in &edit.remove_service_providers {
            let tenant = after.tenant_named(tenant);
            after.service_providers.retain(|p| p.tenant != tenant || p.name != *name);
        }
        for (tenant, name) in &edit.remove_targets {
            let tenant = after.tenant_named(tenant);
            after.targets.retain(|t| t.tenant != tenant || t.name != *name);
        }
        let extensions = after.edited_extensions(edit);
        after.with_extensions(extensions)
    }

    fn tenant_named(&mut self, name: &str) -> TenantId {
        if let Some((id, _)) = self.tenants.iter().find(|(_, known)| known == name) {
            return *id;
        }
        let least = self.tenants.iter().map(|(id, _)| id.0).min().unwrap_or(0).min(0);
        let id = TenantId(least + UNSTORED);
        self.tenants.push((id, name.to_owned()));
        id
    }

    fn put_provider(&mut self, provider: ServiceProvider) {
        let least = self.service_providers.iter().map(|p| p.id.0).min().unwrap_or(0).min(0);
        let is_it =
            |p: &&mut ServiceProvider| p.tenant == provider.tenant && p.name == provider.name;
        if let Some(known) = self.service_providers.iter_mut().find(is_it) {
            *known = ServiceProvider { id: known.id, ..provider };
            return;
        }
        let id = ServiceProviderId(least + UNSTORED);
        self.service_providers.push(ServiceProvider { id, ..provider });
    }

    fn put_target(&mut self, target: Target) {
        let least = self.targets.iter().map(|t| t.id.0).min().unwrap_or(0).min(0);
        let is_it = |t: &&mut Target| t.tenant == target.tenant && t.name == target.name;
        match self.targets.iter_mut().find(is_it) {
            Some(known) => *known = Target { id: known.id, version: known.version, ..target },
            None => self.targets.push(Target { id: TargetId(least + UNSTORED), ..target }),
        }
    }

    fn edited_extensions(&mut self, edit: &EstateEdit) -> Vec<SchemaExtension> {
        let mut all = std::mem::take(&mut self.extensions);
        for (tenant, urn) in &edit.remove_extensions {
            let tenant = self.tenant_named(tenant);
            all.retain(|known| known.tenant != tenant || known.schema.id != *urn);
        }
        for (tenant, wanted) in &edit.extensions {
            let tenant = self.tenant_named(tenant);
            all.retain(|known| known.tenant != tenant || known.schema.id != wanted.schema.id);
            all.push(SchemaExtension { tenant, ..wanted.clone() });
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_new_has_a_key_that_nothing_stored_has() {
        let estate = Estate {
            tenants: vec![(TenantId::DEFAULT, "default".to_owned())],
            ..Estate::default()
        };
        let edit = EstateEdit {
            tenants: vec!["acme".to_owned(), "acme".to_owned(), "other".to_owned()],
            ..EstateEdit::default()
        };
        let ids: Vec<i64> = estate.edited(&edit).tenants.iter().map(|(id, _)| id.0).collect();
        assert_eq!(ids, [TenantId::DEFAULT.0, -1, -2]);
    }
}
