//! What becomes of event streams.

use sutler_model::estate::SecretRef;
use sutler_model::event::{EventDelivery, EventStream};
use sutler_model::{EventStreamId, TenantId};

use super::Making;
use crate::estate::compare::{entry, find_stream, tenant_name};
use crate::estate::document::Declared;
use crate::estate::event_stream::{DeclaredDelivery, DeclaredStream};
use crate::estate::fields::of_event_stream;

impl Making<'_> {
    pub(super) fn event_stream(&mut self, declared: &DeclaredStream) {
        let tenant = &declared.tenant.value;
        let name = &declared.name.value;
        let stored = find_stream(self.context.estate, tenant, name);
        let entry = entry("event stream", tenant, name);
        let mut replaced = Vec::new();
        let Some(delivery) = self.delivery(declared, stored, &mut replaced) else {
            return;
        };
        let wanted = EventStream {
            id: stored.map_or(EventStreamId(0), |stored| stored.id),
            tenant: stored.map_or(TenantId::DEFAULT, |stored| stored.tenant),
            name: name.clone(),
            events: declared.events.clone(),
            audience: declared.audience.clone(),
            delivery,
            limit: declared.limit,
        };
        if self.compare(entry, stored.map(of_event_stream), &of_event_stream(&wanted), replaced) {
            self.edit.event_streams.push((tenant.clone(), wanted));
        }
    }

    fn delivery(
        &mut self,
        declared: &DeclaredStream,
        stored: Option<&EventStream>,
        replaced: &mut Vec<String>,
    ) -> Option<EventDelivery> {
        match &declared.delivery {
            DeclaredDelivery::Poll(provider) => {
                Some(EventDelivery::Poll { service_provider: provider.value.clone() })
            }
            DeclaredDelivery::Push { url, bearer, allow_private_addresses } => {
                let bearer = match bearer {
                    None => None,
                    Some(secret) => {
                        self.report.warnings.extend(self.context.secrets.missing(secret));
                        let (tenant, name) = (&declared.tenant.value, &declared.name.value);
                        let before = stored.and_then(stored_secret);
                        let secrets = self.context.secrets;
                        let resolved = secrets.stream(tenant, name, secret, before);
                        Some(self.take(secret, "push", resolved, replaced)?)
                    }
                };
                Some(EventDelivery::Push {
                    url: url.clone(),
                    bearer,
                    allow_private_addresses: *allow_private_addresses,
                })
            }
        }
    }

    /// Streams that are stored for the tenants of the file, and not in it.
    pub(super) fn absent_streams(&mut self, declared: &Declared) {
        let estate = self.context.estate;
        for stream in &estate.event_streams {
            let tenant = tenant_name(estate, stream.tenant);
            if declared.speaks_of(tenant) && !declared.has_stream(tenant, &stream.name) {
                self.report.removed.push(entry("event stream", tenant, &stream.name));
                self.edit.remove_event_streams.push((tenant.to_owned(), stream.name.clone()));
            }
        }
    }
}

fn stored_secret(stream: &EventStream) -> Option<&SecretRef> {
    match &stream.delivery {
        EventDelivery::Poll { .. } => None,
        EventDelivery::Push { bearer, .. } => bearer.as_ref(),
    }
}
