//! Small questions about estates: what an entry is called, where it is, what is routed where.

use std::collections::BTreeSet;

use sutler_model::TenantId;
use sutler_model::estate::{Estate, SchemaExtension, ServiceProvider, Target};
use sutler_model::event::EventStream;

use super::DEFAULT_TENANT;
use super::fields::Fields;

/// (tenant, service provider, target) of everything that is delivered.
pub(super) fn routes<'a>(
    providers: impl Iterator<Item = (&'a str, &'a ServiceProvider)>,
) -> BTreeSet<(String, String, String)> {
    providers
        .filter(|(_, provider)| provider.mode.delivers())
        .flat_map(|(tenant, provider)| {
            provider
                .targets
                .iter()
                .map(move |target| (tenant.to_owned(), provider.name.clone(), target.clone()))
        })
        .collect()
}

pub(super) fn differences(before: &Fields, after: &Fields) -> Vec<String> {
    let value = |fields: &Fields, key: &str| {
        fields
            .iter()
            .find(|(name, _)| *name == key)
            .map_or_else(|| "(none)".to_owned(), |(_, value)| value.clone())
    };
    let mut keys: Vec<&str> = after.iter().map(|(key, _)| *key).collect();
    keys.extend(
        before.iter().map(|(key, _)| *key).filter(|key| !after.iter().any(|(name, _)| name == key)),
    );
    keys.into_iter()
        .filter_map(|key| {
            let (old, new) = (value(before, key), value(after, key));
            (old != new).then(|| {
                let (old, new) = brief(&old, &new);
                format!("{key}: {old} -> {new}")
            })
        })
        .collect()
}

/// Two values on one line; of texts of many lines the first line that differs.
fn brief(old: &str, new: &str) -> (String, String) {
    let short = |text: &str| match text.trim_matches('"').trim().lines().count() {
        0 | 1 => text.to_owned(),
        lines => format!("(a text of {lines} lines)"),
    };
    if !old.contains('\n') || !new.contains('\n') {
        return (short(old), short(new));
    }
    let pairs = old.lines().map(Some).chain(std::iter::repeat(None));
    let pairs = pairs.zip(new.lines().map(Some).chain(std::iter::repeat(None)));
    let longest = old.lines().count().max(new.lines().count());
    let differing = pairs.take(longest).find(|(old, new)| old != new);
    let (old, new) = differing.unwrap_or_default();
    let line = |line: Option<&str>| format!("…{}…", line.unwrap_or_default());
    (line(old), line(new))
}

/// How an entry is called in reports.
pub(super) fn entry(kind: &str, tenant: &str, name: &str) -> String {
    if tenant == DEFAULT_TENANT {
        format!("{kind} {name}")
    } else {
        format!("{kind} {name} (tenant {tenant})")
    }
}

pub(super) fn tenant_name(estate: &Estate, id: TenantId) -> &str {
    estate
        .tenants
        .iter()
        .find(|(known, _)| *known == id)
        .map_or(DEFAULT_TENANT, |(_, name)| name.as_str())
}

pub(super) fn find_schema<'a>(
    estate: &'a Estate,
    tenant: &str,
    urn: &str,
) -> Option<&'a SchemaExtension> {
    estate
        .extensions
        .iter()
        .find(|own| own.schema.id == urn && tenant_name(estate, own.tenant) == tenant)
}

pub(super) fn find_provider<'a>(
    estate: &'a Estate,
    tenant: &str,
    name: &str,
) -> Option<&'a ServiceProvider> {
    estate
        .service_providers
        .iter()
        .find(|provider| provider.name == name && tenant_name(estate, provider.tenant) == tenant)
}

pub(super) fn find_target<'a>(estate: &'a Estate, tenant: &str, name: &str) -> Option<&'a Target> {
    estate
        .targets
        .iter()
        .find(|target| target.name == name && tenant_name(estate, target.tenant) == tenant)
}

pub(super) fn find_stream<'a>(
    estate: &'a Estate,
    tenant: &str,
    name: &str,
) -> Option<&'a EventStream> {
    estate
        .event_streams
        .iter()
        .find(|stream| stream.name == name && tenant_name(estate, stream.tenant) == tenant)
}
