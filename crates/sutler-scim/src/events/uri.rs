//! The URIs of events (RFC 9967 §2.4, §2.5), and the short names by which an estate calls them.

use sutler_model::event::EventKind;

/// What every URI of an event begins with, in lower case.
const PREFIX: &str = "urn:ietf:params:scim:event:";

/// The URI of an event.
pub fn uri(kind: EventKind) -> String {
    format!("{PREFIX}{}", short_name(kind))
}

/// The URI without what all have in common: `prov:create:full`.
pub fn short_name(kind: EventKind) -> &'static str {
    match kind {
        EventKind::CreateNotice => "prov:create:notice",
        EventKind::CreateFull => "prov:create:full",
        EventKind::PatchNotice => "prov:patch:notice",
        EventKind::PatchFull => "prov:patch:full",
        EventKind::PutNotice => "prov:put:notice",
        EventKind::PutFull => "prov:put:full",
        EventKind::Delete => "prov:delete",
        EventKind::Activate => "prov:activate",
        EventKind::Deactivate => "prov:deactivate",
        EventKind::AsyncResponse => "misc:asyncresp",
    }
}

/// The event that a URI or a short name means.
pub fn kind(text: &str) -> Option<EventKind> {
    let short = text.strip_prefix(PREFIX).unwrap_or(text);
    EventKind::ALL.into_iter().find(|kind| short_name(*kind) == short)
}

/// The URIs of all events that there can be here.
pub fn supported_uris() -> Vec<String> {
    EventKind::ALL.into_iter().map(uri).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_has_its_uri_in_lower_case_t_v2() {
        let uris = supported_uris();
        let expected = [
            "urn:ietf:params:scim:event:prov:create:notice",
            "urn:ietf:params:scim:event:prov:create:full",
            "urn:ietf:params:scim:event:prov:patch:notice",
            "urn:ietf:params:scim:event:prov:patch:full",
            "urn:ietf:params:scim:event:prov:put:notice",
            "urn:ietf:params:scim:event:prov:put:full",
            "urn:ietf:params:scim:event:prov:delete",
            "urn:ietf:params:scim:event:prov:activate",
            "urn:ietf:params:scim:event:prov:deactivate",
            "urn:ietf:params:scim:event:misc:asyncresp",
        ];
        assert_eq!(uris, expected);
    }

    #[test]
    fn an_event_is_named_by_its_uri_or_shorter_t_v2() {
        let check = |text: &str, expected: Option<EventKind>| assert_eq!(kind(text), expected);
        check("prov:create:full", Some(EventKind::CreateFull));
        check("urn:ietf:params:scim:event:prov:delete", Some(EventKind::Delete));
        check("urn:ietf:params:SCIM:event:prov:delete", None);
        check("prov:create", None);
        check("feed:add", None);
        check("", None);
    }
}
