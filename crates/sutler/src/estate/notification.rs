//! `[[notification]]` as it was written.

use sutler_model::notification::Alert;

use super::document::{DeclaredSecret, name, secret, tenant};
use super::section::{Placed, Section};
use super::target::url;

/// A receiver of messages of a file.
#[derive(Debug)]
pub(crate) struct DeclaredNotification {
    pub(crate) tenant: Placed<String>,
    pub(crate) name: Placed<String>,
    pub(crate) url: String,
    pub(crate) events: Vec<Alert>,
    pub(crate) secret: DeclaredSecret,
    pub(crate) allow_private_addresses: bool,
}

pub(super) fn read(mut section: Section<'_>) -> Option<DeclaredNotification> {
    let tenant = tenant(&mut section);
    let name = name(&mut section, "\"pager\"");
    let url = url(&mut section, "url", "\"https://pager.example.org/hooks\"");
    let events = events(&mut section);
    let secret = secret(&mut section, "secret");
    let allow_private_addresses = section.flag("allow_private_addresses", false);
    section.finish();
    Some(DeclaredNotification {
        tenant,
        name: name?,
        url: url?.value,
        events,
        secret: secret?,
        allow_private_addresses,
    })
}

fn events(section: &mut Section<'_>) -> Vec<Alert> {
    let written = section.list("events").unwrap_or_default();
    if written.is_empty() {
        section.fault(
            &section.at(),
            "`events` is missing in [[notification]]: write `events = [\"quarantined\", \"parked\"]`",
        );
    }
    let mut events = Vec::new();
    for text in written {
        match Alert::ALL.into_iter().find(|(name, _)| *name == text.value) {
            Some((_, alert)) if events.contains(&alert) => {
                section.fault(&text.at, format!("`{}` is named twice", text.value));
            }
            Some((_, alert)) => events.push(alert),
            None => {
                let known: Vec<&str> = Alert::ALL.into_iter().map(|(name, _)| name).collect();
                let message = format!(
                    "nothing is told under \"{}\": expected some of {}",
                    text.value,
                    known.join(", ")
                );
                section.fault(&text.at, message);
            }
        }
    }
    events.sort_unstable();
    events
}
