//! What becomes of receivers of messages.

use sutler_model::notification::Notification;
use sutler_model::{NotificationId, TenantId};

use super::Making;
use crate::estate::compare::{entry, tenant_name};
use crate::estate::document::Declared;
use crate::estate::fields::of_notification;
use crate::estate::notification::DeclaredNotification;

impl Making<'_> {
    pub(super) fn notification(&mut self, declared: &DeclaredNotification) {
        let tenant = &declared.tenant.value;
        let name = &declared.name.value;
        let estate = self.context.estate;
        let stored = estate
            .notifications
            .iter()
            .find(|one| one.name == *name && tenant_name(estate, one.tenant) == tenant);
        let entry = entry("notification", tenant, name);
        let mut replaced = Vec::new();
        self.report.warnings.extend(self.context.secrets.missing(&declared.secret));
        let before = stored.map(|stored| &stored.secret);
        let resolved = self.context.secrets.notification(tenant, name, &declared.secret, before);
        let Some(secret) = self.take(&declared.secret, "secret", resolved, &mut replaced) else {
            return;
        };
        let wanted = Notification {
            id: stored.map_or(NotificationId(0), |stored| stored.id),
            tenant: stored.map_or(TenantId::DEFAULT, |stored| stored.tenant),
            name: name.clone(),
            url: declared.url.clone(),
            events: declared.events.clone(),
            secret,
            allow_private_addresses: declared.allow_private_addresses,
        };
        if self.compare(entry, stored.map(of_notification), &of_notification(&wanted), replaced) {
            self.edit.notifications.push((tenant.clone(), wanted));
        }
    }

    /// Receivers that are stored for the tenants of the file, and not in it.
    pub(super) fn absent_notifications(&mut self, declared: &Declared) {
        let estate = self.context.estate;
        for stored in &estate.notifications {
            let tenant = tenant_name(estate, stored.tenant);
            let there = declared
                .notifications
                .iter()
                .any(|one| one.tenant.value == tenant && one.name.value == stored.name);
            if declared.speaks_of(tenant) && !there {
                self.report.removed.push(entry("notification", tenant, &stored.name));
                self.edit.remove_notifications.push((tenant.to_owned(), stored.name.clone()));
            }
        }
    }
}
