//! What an estate file would change: the difference to what is stored, and the edit that
//! makes it so.

mod identity;
mod notifications;
mod settings;
mod streams;

use std::collections::BTreeSet;

use sutler_model::estate::{
    ClientSecret, Estate, EstateEdit, Mode, SchemaExtension, ServiceProvider, Target, TargetAuth,
};
use sutler_model::{ServiceProviderId, TargetId, TenantId};

use super::compare::{
    differences, entry, find_provider, find_schema, find_target, routes, tenant_name,
};
use super::document::{Declared, DeclaredSecret};
use super::fault::{Fault, Faults};
use super::fields::{Fields, of_provider, of_target};
use super::provider::{DeclaredClient, DeclaredProvider};
use super::report::{Changed, Options, Report};
use super::resolve::{Resolved, Secrets};
use super::rules;
use super::schema::{self, DeclaredSchema};
use super::schema_fields::of_schema;
use super::target::DeclaredTarget;

/// A plan: what to tell, and what to commit.
pub(crate) struct Plan {
    pub(crate) report: Report,
    pub(crate) edit: EstateEdit,
}

/// All that a plan is made from.
pub(crate) struct Context<'a> {
    pub(crate) file: &'a str,
    pub(crate) text: &'a str,
    pub(crate) estate: &'a Estate,
    /// (tenant, target) with accounts of ours.
    pub(crate) linked: &'a BTreeSet<(String, String)>,
    pub(crate) options: &'a Options,
    pub(crate) secrets: &'a Secrets<'a>,
}

/// Compares a file with what is stored. A fault anywhere means that nothing is changed.
pub(crate) fn plan(
    context: &Context<'_>,
    declared: &Declared,
    actor: &str,
) -> Result<Plan, Vec<Fault>> {
    let faults = Faults::new(context.file, context.text);
    let mut making = Making::new(context, &faults, actor);
    making.tenants(declared);
    for schema in &declared.schemas {
        making.schema(schema);
    }
    for provider in &declared.service_providers {
        making.provider(provider);
    }
    for target in &declared.targets {
        making.target(target, &declared.schemas);
    }
    for provider in &declared.identity_providers {
        making.identity_provider(provider);
    }
    for stream in &declared.event_streams {
        making.event_stream(stream);
    }
    for notification in &declared.notifications {
        making.notification(notification);
    }
    making.absent(declared);
    making.absent_identity_providers(declared);
    making.absent_streams(declared);
    making.absent_notifications(declared);
    making.routing(declared);
    let Making { report, edit, .. } = making;
    let found = faults.sorted();
    if found.is_empty() { Ok(Plan { report, edit }) } else { Err(found) }
}

/// What is wrong with the rules of the targets that could be read, in a file that has other
/// faults. What the file would change is not asked: part of it is missing.
pub(crate) fn rule_faults(context: &Context<'_>, declared: &Declared) -> Vec<Fault> {
    let faults = Faults::new(context.file, context.text);
    let making = Making::new(context, &faults, "");
    for target in &declared.targets {
        let wanted = making.wanted(target, TargetAuth::None);
        making.check_rules(target, &wanted, &declared.schemas);
    }
    faults.sorted()
}

struct Making<'a> {
    context: &'a Context<'a>,
    faults: &'a Faults<'a>,
    report: Report,
    edit: EstateEdit,
}

impl<'a> Making<'a> {
    fn new(context: &'a Context<'a>, faults: &'a Faults<'a>, actor: &str) -> Self {
        let edit = EstateEdit {
            expect: context.estate.version,
            actor: actor.to_owned(),
            ..EstateEdit::default()
        };
        Self { context, faults, report: Report::default(), edit }
    }

    fn tenants(&mut self, declared: &Declared) {
        for tenant in &declared.tenants {
            let stored = self.context.estate.tenants.iter().any(|(_, name)| name == tenant);
            if stored {
                self.report.unchanged.push(format!("tenant {tenant}"));
            } else {
                self.report.added.push(format!("tenant {tenant}"));
                self.edit.tenants.push(tenant.clone());
            }
        }
    }

    fn schema(&mut self, declared: &DeclaredSchema) {
        let tenant = &declared.tenant.value;
        let stored = find_schema(self.context.estate, tenant, &declared.urn.value);
        let entry = entry("schema", tenant, &declared.urn.value);
        let wanted = SchemaExtension {
            tenant: stored.map_or(TenantId::DEFAULT, |stored| stored.tenant),
            schema: declared.schema.clone(),
            extends: declared.extends.clone(),
            required: declared.required,
            indexed: declared.indexed.clone(),
        };
        if self.compare(entry, stored.map(of_schema), &of_schema(&wanted), Vec::new()) {
            self.edit.extensions.push((tenant.clone(), wanted));
        }
    }

    fn provider(&mut self, declared: &DeclaredProvider) {
        let tenant = &declared.tenant.value;
        let estate = self.context.estate;
        let stored = find_provider(estate, tenant, &declared.name.value);
        let entry = entry("service provider", tenant, &declared.name.value);
        let mut replaced = Vec::new();
        let basic = self.client(
            &entry,
            "basic",
            declared.basic.as_ref(),
            stored.and_then(|s| s.basic.as_ref()),
            &mut replaced,
        );
        let oauth = self.client(
            &entry,
            "oauth",
            declared.oauth.as_ref(),
            stored.and_then(|s| s.oauth.as_ref()),
            &mut replaced,
        );
        self.refuse_taken_ids(declared);
        self.refuse_another_keeping(declared, stored);
        let wanted = ServiceProvider {
            id: stored.map_or(ServiceProviderId(0), |stored| stored.id),
            tenant: stored.map_or(TenantId::DEFAULT, |stored| stored.tenant),
            name: declared.name.value.clone(),
            mode: declared.mode,
            delivery: declared.delivery,
            read_from: declared.read_from.clone(),
            dialect: declared.dialect,
            targets: declared.targets.iter().map(|target| target.value.clone()).collect(),
            permissions: declared.permissions.clone(),
            attributes: declared.attributes.clone(),
            stores: declared.stores.clone(),
            basic,
            oauth,
        };
        let before = stored.map(of_provider);
        if self.compare(entry, before, &of_provider(&wanted), replaced) {
            self.edit.service_providers.push((tenant.clone(), wanted));
        }
    }

    fn client(
        &mut self,
        entry: &str,
        field: &'static str,
        declared: Option<&DeclaredClient>,
        stored: Option<&ClientSecret>,
        replaced: &mut Vec<String>,
    ) -> Option<ClientSecret> {
        let declared = declared?;
        let what = format!("{entry}, {field} client `{}`", declared.client_id.value);
        self.report.warnings.extend(self.context.secrets.missing(&declared.secret));
        let resolved = self.context.secrets.client(&what, declared, stored);
        self.take(&declared.secret, field, resolved, replaced)
    }

    /// What is stored cannot become what is not, nor the other way round.
    fn refuse_another_keeping(
        &self,
        declared: &DeclaredProvider,
        stored: Option<&ServiceProvider>,
    ) {
        let passes = |mode: Mode| mode == Mode::Provision;
        let Some(before) = stored.map(|stored| stored.mode) else { return };
        if passes(before) == passes(declared.mode) {
            return;
        }
        let message = format!(
            "the service provider `{}` is in mode \"{}\", and what it has brought would not become what \"{}\" says: add a `[[service_provider]]` of another name for that mode",
            declared.name.value,
            before.name(),
            declared.mode.name()
        );
        self.faults.add(&declared.name.at, message);
    }

    /// The same client id may not prove two service providers.
    fn refuse_taken_ids(&self, declared: &DeclaredProvider) {
        let others = self.context.estate.service_providers.iter().filter(|other| {
            other.name != declared.name.value
                || tenant_name(self.context.estate, other.tenant) != declared.tenant.value
        });
        for other in others {
            let pairs = [(&declared.basic, &other.basic), (&declared.oauth, &other.oauth)];
            for (ours, theirs) in pairs {
                if let (Some(ours), Some(theirs)) = (ours, theirs)
                    && ours.client_id.value == theirs.client_id
                {
                    // Another tenant's are not named.
                    let tenant = tenant_name(self.context.estate, other.tenant);
                    let whose = if tenant == declared.tenant.value {
                        format!("the service provider `{}`", other.name)
                    } else {
                        "a service provider of another tenant".to_owned()
                    };
                    let message = format!(
                        "the client id `{}` belongs to {whose}: choose another",
                        theirs.client_id
                    );
                    self.faults.add(&ours.client_id.at, message);
                }
            }
        }
    }

    fn target(&mut self, declared: &DeclaredTarget, schemas: &[DeclaredSchema]) {
        let tenant = &declared.tenant.value;
        let name = &declared.name.value;
        let stored = find_target(self.context.estate, tenant, name);
        let entry = entry("target", tenant, name);
        let mut replaced = Vec::new();
        let resolved = self.context.secrets.auth(
            tenant,
            name,
            &declared.auth,
            stored.map(|stored| &stored.auth),
        );
        let auth = match declared.auth.secret() {
            Some(secret) => self.take(secret, "auth", resolved, &mut replaced),
            None => Some(TargetAuth::None),
        };
        if let Some(secret) = declared.auth.secret() {
            self.report.warnings.extend(self.context.secrets.missing(secret));
        }
        self.refuse_unsaid_move(declared, stored);
        let wanted = self.wanted(declared, auth.unwrap_or(TargetAuth::None));
        self.check_rules(declared, &wanted, schemas);
        self.report.warnings.extend(stored.and_then(|stored| rules::renested(stored, &wanted)));
        let policies = stored.is_some_and(|stored| rules::differ(stored, &wanted));
        if stored.is_none() || policies {
            self.sweep(tenant, name);
        }
        if self.compare(entry, stored.map(of_target), &of_target(&wanted), replaced) {
            self.edit.targets.push((tenant.clone(), wanted));
        }
    }

    /// The target as it would be stored.
    fn wanted(&self, declared: &DeclaredTarget, auth: TargetAuth) -> Target {
        let stored = find_target(self.context.estate, &declared.tenant.value, &declared.name.value);
        let settings = self.settings(declared);
        Target {
            id: stored.map_or(TargetId(0), |stored| stored.id),
            tenant: stored.map_or(TenantId::DEFAULT, |stored| stored.tenant),
            name: declared.name.value.clone(),
            version: stored.map_or(0, |stored| stored.version),
            connector: declared.connector.clone(),
            url: declared.url.value.clone(),
            auth,
            allow_private_addresses: declared.allow_private_addresses,
            on_deactivate: declared.on_deactivate.value,
            on_delete: settings.on_delete,
            concurrency: settings.concurrency,
            rate: settings.rate,
            timeout: declared.timeout,
            lag: settings.lag,
            correlate: settings.correlate,
            profile: settings.profile,
            nesting: settings.nesting,
            schemas: declared.schemas.iter().map(|urn| urn.value.clone()).collect(),
            on_leave: declared.on_leave,
            delete_after: declared.delete_after,
            guard: declared.guard,
            reconcile_every: declared.reconcile_every,
            users: declared.users.rules.clone(),
            groups: declared.groups.rules.clone(),
            maintenance: declared.maintenance.clone(),
        }
    }

    fn check_rules(&self, declared: &DeclaredTarget, wanted: &Target, schemas: &[DeclaredSchema]) {
        let tenant = &declared.tenant.value;
        let rules = (&declared.users, &declared.groups);
        rules::check(wanted, tenant, schema::types(schemas, tenant), rules, self.faults);
    }

    /// The address says which system it is. Pointing a target with accounts at another system
    /// would lose sight of them, so a person says that it is the same one.
    fn refuse_unsaid_move(&self, declared: &DeclaredTarget, stored: Option<&Target>) {
        let name = &declared.name.value;
        let linked = (declared.tenant.value.clone(), name.clone());
        if let Some(stored) = stored
            && stored.url != declared.url.value
            && self.context.linked.contains(&linked)
            && !self.context.options.moved.contains(name)
        {
            let message = format!(
                "the target `{name}` has accounts of ours at {}, or changes on their way there: if {} is the same system, say `--moved {name}`; for another system add a target with another name",
                stored.url, declared.url.value
            );
            self.faults.add(&declared.url.at, message);
        }
    }

    fn take<T>(
        &mut self,
        secret: &DeclaredSecret,
        field: &str,
        resolved: Result<Resolved<T>, String>,
        replaced: &mut Vec<String>,
    ) -> Option<T> {
        match resolved {
            Ok(resolved) => {
                if resolved.replaced {
                    replaced.push(format!("{field}: the secret has another value"));
                }
                self.report.generated.extend(resolved.generated);
                Some(resolved.value)
            }
            Err(message) => {
                self.faults.add(&secret.at, message);
                None
            }
        }
    }

    /// Notes what became of an entry. True if it must be written.
    fn compare(
        &mut self,
        entry: String,
        before: Option<Fields>,
        after: &Fields,
        replaced: Vec<String>,
    ) -> bool {
        let Some(before) = before else {
            self.report.added.push(entry);
            return true;
        };
        let mut fields = differences(&before, after);
        fields.extend(replaced);
        if fields.is_empty() {
            self.report.unchanged.push(entry);
            return false;
        }
        self.report.changed.push(Changed { entry, fields });
        true
    }

    /// What is stored for the tenants of the file, and not in it. Other tenants are none of
    /// the file's business, so an empty file says nothing about anybody.
    fn absent(&mut self, declared: &Declared) {
        let estate = self.context.estate;
        for schema in &estate.extensions {
            let (tenant, urn) = (tenant_name(estate, schema.tenant), &schema.schema.id);
            if declared.speaks_of(tenant) && declared.schema(tenant, urn).is_none() {
                self.report.removed.push(entry("schema", tenant, urn));
                self.edit.remove_extensions.push((tenant.to_owned(), urn.clone()));
            }
        }
        for provider in &estate.service_providers {
            let tenant = tenant_name(estate, provider.tenant);
            if !declared.speaks_of(tenant) || declared.has_provider(tenant, &provider.name) {
                continue;
            }
            self.report.removed.push(entry("service provider", tenant, &provider.name));
            let key = (tenant.to_owned(), provider.name.clone());
            self.edit.remove_service_providers.push(key);
        }
        for target in &estate.targets {
            let tenant = tenant_name(estate, target.tenant);
            if declared.speaks_of(tenant) && !declared.has_target(tenant, &target.name) {
                self.absent_target(tenant, target);
            }
        }
    }

    fn absent_target(&mut self, tenant: &str, target: &Target) {
        let key = (tenant.to_owned(), target.name.clone());
        let abandoned = self.context.options.abandon.contains(&target.name);
        if self.context.linked.contains(&key) && !abandoned {
            let message = format!(
                "the target `{0}` is not in the file and still has accounts of ours: take it out of every `targets` list and apply that with `--unroute {0}` first, so that they go; then remove it. Or say `--abandon {0}`: they stay there as they are, and nobody here knows them any more",
                target.name
            );
            self.faults.add(&(0..0), message);
        } else {
            self.report.removed.push(entry("target", tenant, &target.name));
            self.edit.remove_targets.push(key);
        }
    }

    /// Targets to which other service providers are routed than before are swept.
    fn routing(&mut self, declared: &Declared) {
        let estate = self.context.estate;
        let stored =
            routes(estate.service_providers.iter().map(|p| (tenant_name(estate, p.tenant), p)));
        let edited = |tenant: &str, name: &str| {
            self.edit.service_providers.iter().any(|(t, p)| t == tenant && p.name == name)
                || self.edit.remove_service_providers.iter().any(|(t, n)| t == tenant && n == name)
        };
        let kept = estate
            .service_providers
            .iter()
            .map(|p| (tenant_name(estate, p.tenant), p))
            .filter(|(tenant, p)| !edited(tenant, &p.name));
        let edits = self.edit.service_providers.iter().map(|(tenant, p)| (tenant.as_str(), p));
        let wanted = routes(kept.chain(edits));
        // What becomes of the accounts of a target that goes was asked already.
        let stays =
            |(tenant, _, target): &&(String, String, String)| declared.has_target(tenant, target);
        for (tenant, provider, target) in stored.difference(&wanted).filter(stays) {
            self.refuse_unsaid_unrouting(declared, tenant, provider, target);
        }
        for (tenant, _, target) in stored.symmetric_difference(&wanted) {
            let removed = self.edit.remove_targets.contains(&(tenant.clone(), target.clone()));
            if !removed {
                self.sweep(tenant, target);
            }
        }
    }

    /// Whom nobody routes to a target any more loses the account there: a person says so.
    fn refuse_unsaid_unrouting(
        &self,
        declared: &Declared,
        tenant: &str,
        provider: &str,
        target: &str,
    ) {
        let linked = self.context.linked.contains(&(tenant.to_owned(), target.to_owned()));
        if !linked || self.context.options.unroute.iter().any(|said| said == target) {
            return;
        }
        let at = declared
            .service_providers
            .iter()
            .find(|d| d.tenant.value == tenant && d.name.value == provider)
            .map_or(0..0, |d| d.name.at.clone());
        let message = format!(
            "the service provider `{provider}` would no longer be routed to `{target}`, where there are accounts of ours: say `--unroute {target}` to have the accounts go (by its `on_delete`) that nobody else routes there, or put it back"
        );
        self.faults.add(&at, message);
    }

    fn sweep(&mut self, tenant: &str, target: &str) {
        let key = (tenant.to_owned(), target.to_owned());
        if !self.edit.sweep.contains(&key) {
            self.report.sweeps.push(entry("target", tenant, target));
            self.edit.sweep.push(key);
        }
    }
}
