//! What becomes of identity providers.

use sutler_model::identity_provider::KeyLocation;

use super::super::compare::{entry, tenant_name};
use super::super::document::Declared;
use super::super::identity_provider::{DeclaredIdentityProvider, fields};
use super::Making;

const KIND: &str = "identity provider";

impl Making<'_> {
    pub(super) fn identity_provider(&mut self, declared: &DeclaredIdentityProvider) {
        let tenant = &declared.tenant.value;
        let estate = self.context.estate;
        let stored = estate.identity_providers.iter().find(|known| {
            known.name == declared.name.value && tenant_name(estate, known.tenant) == tenant
        });
        let wanted = declared.wanted(self.context.secrets.base, stored);
        self.refuse_shared_audience(declared);
        if let KeyLocation::File(path) = &wanted.jwks
            && let Err(reason) = crate::keys::read(path)
        {
            self.report
                .warnings
                .push(format!("{reason}: the server needs it when a user comes in"));
        }
        let entry = entry(KIND, tenant, &declared.name.value);
        if self.compare(entry, stored.map(fields), &fields(&wanted), Vec::new()) {
            self.edit.identity_providers.push((tenant.clone(), wanted));
        }
    }

    /// A token must be good in one tenant only: the same issuer may serve two, but not with the
    /// same audience.
    fn refuse_shared_audience(&self, declared: &DeclaredIdentityProvider) {
        let estate = self.context.estate;
        let others = estate.identity_providers.iter().filter(|other| {
            other.issuer == declared.issuer.value
                && tenant_name(estate, other.tenant) != declared.tenant.value
        });
        for other in others {
            let shared = declared.settings.audience.iter().find(|a| other.audience.contains(a));
            if let Some(shared) = shared {
                let message = format!(
                    "tokens of this issuer for the audience `{shared}` are good in the tenant `{}` already: choose another audience, so that a token is good in one tenant only",
                    tenant_name(estate, other.tenant)
                );
                self.faults.add(&declared.issuer.at, message);
            }
        }
    }

    pub(super) fn absent_identity_providers(&mut self, declared: &Declared) {
        let estate = self.context.estate;
        for provider in &estate.identity_providers {
            let tenant = tenant_name(estate, provider.tenant);
            let named = |d: &DeclaredIdentityProvider| {
                d.tenant.value == tenant && d.name.value == provider.name
            };
            if declared.speaks_of(tenant) && !declared.identity_providers.iter().any(named) {
                self.report.removed.push(entry(KIND, tenant, &provider.name));
                let key = (tenant.to_owned(), provider.name.clone());
                self.edit.remove_identity_providers.push(key);
            }
        }
    }
}
