//! `[[event_stream]]` as it was written.

use sutler_model::event::EventKind;
use sutler_scim::events::{kind, short_name};

use super::document::{DeclaredSecret, name, secret, tenant};
use super::section::{Placed, Section};
use super::target::url;

/// How many events may wait unless it is said.
const LIMIT: u32 = 100_000;
/// How many may be allowed to.
const MOST: u32 = 1_000_000;
/// Events of the standard that mean nothing here: everybody sees every resource of a tenant.
const FEEDS: [&str; 2] = ["feed:add", "feed:remove"];
/// What tells less, and what tells more of the same.
const PAIRS: [(EventKind, EventKind); 3] = [
    (EventKind::CreateNotice, EventKind::CreateFull),
    (EventKind::PatchNotice, EventKind::PatchFull),
    (EventKind::PutNotice, EventKind::PutFull),
];

/// An event stream of a file.
#[derive(Debug)]
pub(crate) struct DeclaredStream {
    pub(crate) tenant: Placed<String>,
    pub(crate) name: Placed<String>,
    pub(crate) events: Vec<EventKind>,
    pub(crate) audience: String,
    pub(crate) delivery: DeclaredDelivery,
    pub(crate) limit: u32,
}

/// How its events come to the receiver.
#[derive(Debug)]
pub(crate) enum DeclaredDelivery {
    Poll(Placed<String>),
    Push { url: String, bearer: Option<DeclaredSecret>, allow_private_addresses: bool },
}

pub(super) fn read(mut section: Section<'_>) -> Option<DeclaredStream> {
    let tenant = tenant(&mut section);
    let name = name(&mut section, "\"crm\"");
    let events = events(&mut section);
    let audience = section.required("audience", "\"https://crm.example.org\"");
    let delivery = delivery(&mut section);
    let limit = section.count("max_waiting", MOST).unwrap_or(LIMIT);
    section.finish();
    Some(DeclaredStream {
        tenant,
        name: name?,
        events,
        audience: audience?.value,
        delivery: delivery?,
        limit,
    })
}

fn events(section: &mut Section<'_>) -> Vec<EventKind> {
    let mut events: Vec<EventKind> = Vec::new();
    let written = section.list("events").unwrap_or_default();
    if written.is_empty() {
        section.fault(
            &section.at(),
            "`events` is missing in [[event_stream]]: write `events = [\"prov:create:full\", \"prov:delete\"]`",
        );
    }
    for text in written {
        match kind(&text.value) {
            Some(kind) if events.contains(&kind) => {
                section.fault(&text.at, format!("the event `{}` is named twice", text.value));
            }
            Some(kind) => {
                if let Some(other) = pair(kind).filter(|other| events.contains(other)) {
                    let message = format!(
                        "`{}` and `{}` would tell the same twice: choose one",
                        short_name(kind),
                        short_name(other)
                    );
                    section.fault(&text.at, message);
                }
                events.push(kind);
            }
            None => section.fault(&text.at, unknown(&text.value)),
        }
    }
    events.sort_unstable();
    events
}

fn pair(kind: EventKind) -> Option<EventKind> {
    PAIRS.into_iter().find_map(|(notice, full)| match kind {
        kind if kind == notice => Some(full),
        kind if kind == full => Some(notice),
        _ => None,
    })
}

fn unknown(text: &str) -> String {
    if FEEDS.iter().any(|feed| text.ends_with(feed)) {
        return format!(
            "there is no event \"{text}\" here: a stream tells of every resource of its tenant"
        );
    }
    let known: Vec<&str> = EventKind::ALL.into_iter().map(short_name).collect();
    format!("there is no event \"{text}\": expected some of {}", known.join(", "))
}

/// `None` if it is written and wrong.
fn delivery(section: &mut Section<'_>) -> Option<DeclaredDelivery> {
    if section.has("poll") == section.has("push") {
        section.fault(
            &section.at(),
            "an event stream needs one of `poll = \"NAME\"`, the service provider that fetches its events, and `push = { url = \"https://…\" }`, where they are sent",
        );
    }
    let poll = section.text("poll").map(DeclaredDelivery::Poll);
    let push = section.section("push", "`push`").and_then(push);
    poll.or(push)
}

fn push(mut section: Section<'_>) -> Option<DeclaredDelivery> {
    let url = url(&mut section, "url", "\"https://crm.example.org/events\"");
    let has_secret = section.has("bearer");
    let bearer = if has_secret {
        secret(&mut section, "bearer")
    } else {
        section.text("bearer");
        None
    };
    let allow_private_addresses = section.flag("allow_private_addresses", false);
    section.finish();
    if has_secret && bearer.is_none() {
        return None;
    }
    Some(DeclaredDelivery::Push { url: url?.value, bearer, allow_private_addresses })
}
