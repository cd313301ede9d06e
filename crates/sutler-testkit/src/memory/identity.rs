//! Identity providers, as part of an edit of the estate.

use sutler_model::identity_provider::IdentityProvider;
use sutler_model::{IdentityProviderId, TenantId};

use super::state::State;

pub(super) fn put(state: &mut State, tenant: TenantId, provider: IdentityProvider) {
    let fresh = state.next();
    let providers = &mut state.estate.identity_providers;
    let known = providers.iter_mut().find(|p| p.tenant == tenant && p.name == provider.name);
    if let Some(stored) = known {
        *stored = IdentityProvider { id: stored.id, tenant, ..provider };
    } else {
        let id = IdentityProviderId(fresh);
        providers.push(IdentityProvider { id, tenant, ..provider });
    }
}

pub(super) fn remove(state: &mut State, tenant: TenantId, name: &str) {
    state.estate.identity_providers.retain(|p| p.tenant != tenant || p.name != name);
}
