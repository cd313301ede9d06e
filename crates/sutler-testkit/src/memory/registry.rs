//! Settings: the estate and the tokens.

use async_trait::async_trait;
use sutler_model::estate::{
    Estate, EstateEdit, SchemaExtension, ServiceProvider, Target, Token, TokenKind,
};
use sutler_model::link::{Link, LinkState};
use sutler_model::port::{LedgerError, Registry};
use sutler_model::schema::narrowing;
use sutler_model::work::{Over, Sweep};
use sutler_model::{Rid, ServiceProviderId, SweepId, TargetId, TenantId, Time};

use super::MemoryLedger;
use super::dispatch::wake;
use super::state::{State, Stored};
use super::{events, identity, notices};

#[async_trait]
impl Registry for MemoryLedger {
    async fn estate(&self) -> Result<Estate, LedgerError> {
        Ok(self.state().estate.clone())
    }

    async fn edit_estate(&self, wanted: EstateEdit, now: Time) -> Result<Estate, LedgerError> {
        edit(&mut self.state(), wanted, now)
    }

    async fn add_token(&self, token: Token) -> Result<(), LedgerError> {
        self.state().tokens.insert(token.id.clone(), token);
        Ok(())
    }

    async fn token(&self, hash: &[u8]) -> Result<Option<Token>, LedgerError> {
        let state = self.state();
        Ok(state.tokens.values().find(|t| t.hash == hash).cloned())
    }

    async fn tokens(
        &self,
        of: Option<ServiceProviderId>,
        access: bool,
    ) -> Result<Vec<Token>, LedgerError> {
        let state = self.state();
        let wanted = |token: &&Token| {
            of.is_none_or(|of| of == token.service_provider)
                && (access || token.kind != TokenKind::Access)
        };
        Ok(state.tokens.values().filter(wanted).cloned().collect())
    }

    async fn revoke_token(&self, id: &str) -> Result<bool, LedgerError> {
        Ok(self.state().tokens.remove(id).is_some())
    }

    async fn expire_tokens(&self, now: Time) -> Result<usize, LedgerError> {
        let mut state = self.state();
        let before = state.tokens.len();
        let lives = |token: &Token| token.expires.is_none_or(|end| end > now);
        state.tokens.retain(|_, token| lives(token));
        Ok(before - state.tokens.len())
    }
}

/// Applies an edit, and gives the estate that is in force after it.
pub(super) fn edit(state: &mut State, edit: EstateEdit, now: Time) -> Result<Estate, LedgerError> {
    if state.estate.version != edit.expect {
        return Err(LedgerError::EstateMoved);
    }
    let extensions = schemas(state, &edit)?;
    for name in &edit.tenants {
        tenant(state, name);
    }
    for (name, provider) in edit.service_providers {
        put_service_provider(state, &name, provider);
    }
    for (name, target) in edit.targets {
        put_target(state, &name, target, &edit.actor);
    }
    for (name, provider) in edit.identity_providers {
        let tenant = tenant(state, &name);
        identity::put(state, tenant, provider);
    }
    for (name, provider) in &edit.remove_identity_providers {
        let tenant = tenant(state, name);
        identity::remove(state, tenant, provider);
    }
    for (name, stream) in edit.event_streams {
        let tenant = tenant(state, &name);
        events::put_stream(state, tenant, stream);
    }
    for (name, stream) in &edit.remove_event_streams {
        let tenant = tenant(state, name);
        events::remove_stream(state, tenant, stream);
    }
    for (name, wanted) in edit.notifications {
        let tenant = tenant(state, &name);
        notices::put(state, tenant, wanted);
    }
    for (name, gone) in &edit.remove_notifications {
        let tenant = tenant(state, name);
        notices::remove(state, tenant, gone);
    }
    for (tenant, name) in &edit.remove_service_providers {
        remove_service_provider(state, tenant, name);
    }
    for (tenant, name) in &edit.remove_targets {
        remove_target(state, tenant, name, now);
    }
    for (tenant, name) in &edit.sweep {
        sweep(state, tenant, name, &edit.actor);
    }
    let estate = std::mem::take(&mut state.estate);
    state.estate = estate.with_extensions(extensions);
    state.estate.version += 1;
    Ok(state.estate.clone())
}

/// The schemas as they are to be, or why they cannot be.
fn schemas(state: &mut State, edit: &EstateEdit) -> Result<Vec<SchemaExtension>, LedgerError> {
    let mut all = state.estate.extensions.clone();
    for (name, urn) in &edit.remove_extensions {
        let tenant = tenant(state, name);
        let gone = is_used(state, tenant, urn).then(|| "it would be gone".to_owned());
        refuse(urn, gone)?;
        all.retain(|known| known.tenant != tenant || known.schema.id != *urn);
    }
    for (name, wanted) in &edit.extensions {
        let tenant = tenant(state, name);
        let urn = &wanted.schema.id;
        let wanted = SchemaExtension { tenant, ..wanted.clone() };
        let is_it =
            |known: &&mut SchemaExtension| known.tenant == tenant && known.schema.id == *urn;
        if let Some(known) = all.iter_mut().find(is_it) {
            let why = narrowing(known, &wanted).filter(|_| is_used(state, tenant, urn));
            refuse(urn, why)?;
            *known = wanted;
        } else {
            let live = |r: &&Stored| r.resource.tenant == tenant && !r.resource.gone;
            let of = |r: &Stored| wanted.extends.contains(&r.resource.kind);
            let lacking = state.resources.values().filter(live).any(of);
            let why = "every resource would need it, and none has it".to_owned();
            refuse(urn, Some(why).filter(|_| wanted.required && lacking))?;
            all.push(wanted);
        }
    }
    all.sort_by(|a, b| (a.tenant, &a.schema.id).cmp(&(b.tenant, &b.schema.id)));
    Ok(all)
}

fn is_used(state: &State, tenant: TenantId, urn: &str) -> bool {
    let mut of_tenant = state.resources.values().filter(|r| r.resource.tenant == tenant);
    of_tenant.any(|stored| stored.resource.body.contains_key(urn))
}

fn refuse(urn: &str, why: Option<String>) -> Result<(), LedgerError> {
    match why {
        None => Ok(()),
        Some(why) => Err(LedgerError::SchemaInUse { urn: urn.to_owned(), why }),
    }
}

fn tenant(state: &mut State, name: &str) -> TenantId {
    if let Some((id, _)) = state.estate.tenants.iter().find(|(_, n)| n == name) {
        return *id;
    }
    let id = TenantId(state.next() + TenantId::DEFAULT.0);
    state.estate.tenants.push((id, name.to_owned()));
    id
}

fn put_service_provider(state: &mut State, tenant_name: &str, provider: ServiceProvider) {
    let tenant = tenant(state, tenant_name);
    let known = state
        .estate
        .service_providers
        .iter()
        .position(|s| s.tenant == tenant && s.name == provider.name);
    if let Some(stored) = known.and_then(|at| state.estate.service_providers.get_mut(at)) {
        *stored = ServiceProvider { id: stored.id, tenant, ..provider };
        return;
    }
    let id = ServiceProviderId(state.next());
    state.estate.service_providers.push(ServiceProvider { id, tenant, ..provider });
}

fn put_target(state: &mut State, tenant_name: &str, target: Target, by: &str) {
    let tenant = tenant(state, tenant_name);
    let fresh = state.next();
    let targets = &mut state.estate.targets;
    let known = targets.iter_mut().find(|t| t.tenant == tenant && t.name == target.name);
    let Some(stored) = known else {
        let id = TargetId(fresh);
        targets.push(Target { id, tenant, version: 1, ..target });
        return;
    };
    let same = Target { id: stored.id, tenant, version: stored.version, ..target };
    let was = stored.nesting;
    if same.nesting != was {
        let id = SweepId(fresh);
        let (target, over) = (stored.id, Over::Nests(was));
        let sweep = Sweep { id, target, over, cursor: Rid(0), by: by.to_owned() };
        state.sweeps.insert(id, sweep);
    }
    if same != *stored {
        *stored = Target { version: stored.version + 1, ..same };
    }
}

fn remove_service_provider(state: &mut State, tenant_name: &str, name: &str) {
    let tenant = tenant(state, tenant_name);
    let named = |s: &ServiceProvider| s.tenant == tenant && s.name == name;
    let gone = state.estate.service_providers.iter().find(|s| named(s));
    let Some(id) = gone.map(|s| s.id) else { return };
    state.estate.service_providers.retain(|s| s.id != id);
    state.tokens.retain(|_, token| token.service_provider != id);
    state.events.completions.retain(|result| result.service_provider != id);
}

/// Its links are abandoned by name; its rows go.
fn remove_target(state: &mut State, tenant_name: &str, name: &str, now: Time) {
    let tenant = tenant(state, tenant_name);
    let named = |t: &&Target| t.tenant == tenant && t.name == name;
    let Some(id) = state.estate.targets.iter().find(named).map(|t| t.id) else {
        return;
    };
    state.estate.targets.retain(|t| t.id != id);
    let links: Vec<Link> = state.open_links(id).cloned().collect();
    for link in links {
        wake(state, link.id, now);
        state.put_link(Link {
            state: LinkState::Closed,
            proof: Some("abandoned: the target was removed".to_owned()),
            ..link
        });
    }
    let rows: Vec<Rid> =
        state.all_work().filter(|work| work.target == id).map(|work| work.rid).collect();
    for rid in rows {
        state.drop_work(id, rid);
    }
    state.edges.retain(|(target, _, _), _| *target != id);
    state.sweeps.retain(|_, sweep| sweep.target != id);
    state.quarantine.remove(&id);
    state.pauses.remove(&id);
    notices::remove_target(state, id);
    state.guard.forget(id);
    state.intents.forget(id);
}

fn sweep(state: &mut State, tenant_name: &str, name: &str, by: &str) {
    let tenant = tenant(state, tenant_name);
    let targets = &mut state.estate.targets;
    let Some(target) = targets.iter_mut().find(|t| t.tenant == tenant && t.name == name) else {
        return;
    };
    target.version += 1;
    let target = target.id;
    let id = SweepId(state.next());
    let sweep = Sweep { id, target, over: Over::Links, cursor: Rid(0), by: by.to_owned() };
    state.sweeps.insert(id, sweep);
}
