//! What an edit of the estate leaves in the audit trail: for each tenant, what it concerns.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use sutler_model::estate::EstateEdit;

use super::compare::entry;
use super::report::Report;

/// By tenant: what was put, with the keys that changed, and what was taken away.
pub(crate) fn record(report: &Report, edit: &EstateEdit) -> BTreeMap<String, Map<String, Value>> {
    let mut record = Record { report, found: BTreeMap::new() };
    for tenant in &edit.tenants {
        record.add(tenant, "added", Value::from(format!("tenant {tenant}")));
    }
    for (tenant, schema) in &edit.extensions {
        record.put("schema", tenant, &schema.schema.id);
    }
    for (tenant, provider) in &edit.service_providers {
        record.put("service provider", tenant, &provider.name);
    }
    for (tenant, target) in &edit.targets {
        record.put("target", tenant, &target.name);
    }
    for (tenant, provider) in &edit.identity_providers {
        record.put("identity provider", tenant, &provider.name);
    }
    for (tenant, stream) in &edit.event_streams {
        record.put("event stream", tenant, &stream.name);
    }
    for (tenant, wanted) in &edit.notifications {
        record.put("notification", tenant, &wanted.name);
    }
    for (kind, names) in [
        ("schema", &edit.remove_extensions),
        ("service provider", &edit.remove_service_providers),
        ("target", &edit.remove_targets),
        ("identity provider", &edit.remove_identity_providers),
        ("event stream", &edit.remove_event_streams),
        ("notification", &edit.remove_notifications),
    ] {
        for (tenant, name) in names {
            record.add(tenant, "removed", Value::from(format!("{kind} {name}")));
        }
    }
    for (tenant, name) in &edit.sweep {
        record.add(tenant, "compared", Value::from(format!("target {name}")));
    }
    record.found
}

struct Record<'a> {
    report: &'a Report,
    found: BTreeMap<String, Map<String, Value>>,
}

impl Record<'_> {
    fn put(&mut self, kind: &str, tenant: &str, name: &str) {
        let called = entry(kind, tenant, name);
        let plain = format!("{kind} {name}");
        let changed = self.report.changed.iter().find(|changed| changed.entry == called);
        match changed {
            Some(changed) => {
                let line = json!({"entry": plain, "fields": changed.fields});
                self.add(tenant, "changed", line);
            }
            None => self.add(tenant, "added", Value::from(plain)),
        }
    }

    fn add(&mut self, tenant: &str, key: &str, what: Value) {
        let of_tenant = self.found.entry(tenant.to_owned()).or_default();
        let list = of_tenant.entry(key).or_insert_with(|| Value::Array(Vec::new()));
        if let Some(list) = list.as_array_mut() {
            list.push(what);
        }
    }
}
