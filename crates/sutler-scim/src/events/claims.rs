//! The claims of a token (RFC 8417 §2.2, RFC 9967 §2).
//!
//! The subject stands in `sub_id` and nowhere else; `sub` is never there.

use serde_json::{Map, Value, json};
use sutler_model::document::{self, etag};
use sutler_model::event::{Event, PatchStep, Payload, Subject, Told};
use sutler_model::resource::{Related, Resource};
use sutler_model::schema::Schemas;
use sutler_model::{Kind, Rid, TenantId, Uid, Version};

use super::uri::uri;
use crate::patch::PATCH_OP;
use crate::render::{self, Relations, location};
use crate::selection::Selection;

/// The `typ` of a token's header (RFC 8417 §2.3).
pub const TOKEN_TYPE: &str = "secevent+jwt";
/// The media type of a token (RFC 8417 §7.2).
pub const TOKEN_MEDIA_TYPE: &str = "application/secevent+jwt";

/// The claims of one event. `issuer` is the absolute URL of the tenant's SCIM root, under which
/// the addresses in the event lie too; `schemas` are those of the tenant.
pub fn claims(schemas: &Schemas, event: &Event, issuer: &str, audience: &str) -> Value {
    let mut events = Map::new();
    events.insert(uri(event.kind), payload(schemas, event, issuer));
    json!({
        "iss": issuer,
        "iat": event.at.0.div_euclid(1_000),
        "jti": event.jti,
        "aud": audience,
        "txn": event.txn,
        "sub_id": subject(&event.subject),
        "events": events,
    })
}

/// RFC 9967 §2.1: the address is relative to the SCIM root.
fn subject(subject: &Subject) -> Value {
    match subject {
        Subject::Path(path) => json!({"format": "scim", "uri": path}),
        Subject::Resource { kind, uid, external_id } => {
            let mut map = Map::from_iter([
                ("format".to_owned(), Value::from("scim")),
                ("uri".to_owned(), Value::from(location("", *kind, uid))),
                ("id".to_owned(), Value::from(uid.0.as_str())),
            ]);
            let external_id = external_id.as_deref().map(Value::from);
            map.extend(external_id.map(|value| ("externalId".to_owned(), value)));
            Value::Object(map)
        }
    }
}

/// RFC 9967 §2.4: `data` if the URI ends in `full`, `attributes` if in `notice`, else neither.
fn payload(schemas: &Schemas, event: &Event, base: &str) -> Value {
    let mut payload = match &event.payload {
        Payload::Nothing => Map::new(),
        Payload::Attributes(names) => Map::from_iter([("attributes".to_owned(), json!(names))]),
        Payload::Resource(told) => data(resource(schemas, event, told, base)),
        Payload::Body(told) => data(body(schemas, event, told, base)),
        Payload::Steps(steps) => data(patch_op(steps)),
        Payload::Outcome(outcome) => outcome.clone(),
    };
    let version = event.version.map(|version| Value::from(etag(version)));
    payload.extend(version.map(|version| ("version".to_owned(), version)));
    Value::Object(payload)
}

fn data(value: Value) -> Map<String, Value> {
    Map::from_iter([("data".to_owned(), value)])
}

/// A new resource as a client sees it.
fn resource(schemas: &Schemas, event: &Event, told: &Told, base: &str) -> Value {
    let Subject::Resource { kind, uid, .. } = &event.subject else {
        return Value::Null;
    };
    let resource = Resource {
        rid: Rid(0),
        uid: uid.clone(),
        tenant: TenantId::DEFAULT,
        kind: *kind,
        version: event.version.unwrap_or(Version { body: 1, members: 0 }),
        active: true,
        gone: false,
        body: told.document.clone(),
        set: None,
        created: event.at,
        changed: event.at,
    };
    let members: Vec<Related> = told.members.iter().map(related).collect();
    let relations = Relations { members: Some(&members), groups: None };
    render::resource(schemas.of(*kind), &resource, relations, base, &Selection::all())
}

fn related((uid, kind): &(Uid, Kind)) -> Related {
    Related { rid: Rid(0), uid: uid.clone(), kind: *kind, display: None }
}

/// What a client has put in the place of a resource, in canonical form: without what only the
/// server makes, but for the id.
fn body(schemas: &Schemas, event: &Event, told: &Told, base: &str) -> Value {
    let mut whole = resource(schemas, event, told, base);
    if let Some(map) = whole.as_object_mut() {
        map.remove("meta");
        if let Subject::Resource { kind, .. } = &event.subject {
            map.insert("schemas".to_owned(), json!(document::schemas(*kind, &told.document)));
        }
    }
    whole
}

fn patch_op(steps: &[PatchStep]) -> Value {
    let steps: Vec<Value> = steps.iter().map(step).collect();
    json!({"schemas": [PATCH_OP], "Operations": steps})
}

fn step(step: &PatchStep) -> Value {
    let mut map = Map::from_iter([("op".to_owned(), Value::from(step.verb.as_str()))]);
    map.extend(step.path.as_deref().map(|path| ("path".to_owned(), Value::from(path))));
    map.extend(step.value.clone().map(|value| ("value".to_owned(), value)));
    Value::Object(map)
}

#[cfg(test)]
mod tests {
    use sutler_model::Time;
    use sutler_model::event::EventKind;

    use super::*;

    const ISSUER: &str = "https://id.example.org/scim/v2";

    fn event(kind: EventKind, payload: Payload) -> Event {
        Event {
            jti: "j1".to_owned(),
            txn: "t1".to_owned(),
            at: Time(1_790_000_000_999),
            kind,
            subject: Subject::Resource {
                kind: Kind::User,
                uid: Uid("u1".to_owned()),
                external_id: Some("e1".to_owned()),
            },
            version: Some(Version { body: 3, members: 0 }),
            payload,
        }
    }

    fn told(document: &Value) -> Told {
        Told { document: document.as_object().unwrap().clone(), members: Vec::new() }
    }

    fn payload_of(event: &Event) -> Value {
        claims(&Schemas::standard(), event, ISSUER, "crm")["events"][uri(event.kind)].clone()
    }

    #[test]
    fn a_token_names_its_subject_beside_the_event_t_v3() {
        let event = event(EventKind::Activate, Payload::Nothing);
        let claims = claims(&Schemas::standard(), &event, ISSUER, "crm");
        assert_eq!(
            claims,
            json!({
                "iss": ISSUER,
                "iat": 1_790_000_000,
                "jti": "j1",
                "aud": "crm",
                "txn": "t1",
                "sub_id": {"format": "scim", "uri": "/Users/u1", "id": "u1", "externalId": "e1"},
                "events": {"urn:ietf:params:scim:event:prov:activate": {"version": "W/\"3\""}},
            })
        );
        assert!(claims.get("sub").is_none());
    }

    #[test]
    fn a_subject_without_an_external_id_has_none_t_v3() {
        let uid = Uid("g1".to_owned());
        let group = Subject::Resource { kind: Kind::Group, uid, external_id: None };
        assert_eq!(subject(&group), json!({"format": "scim", "uri": "/Groups/g1", "id": "g1"}));
        let path = Subject::Path("/Users".to_owned());
        assert_eq!(subject(&path), json!({"format": "scim", "uri": "/Users"}));
    }

    #[test]
    fn each_event_has_data_or_attributes_or_neither_t_v4() {
        let document = json!({"userName": "ann"});
        let step = PatchStep { verb: "add".to_owned(), path: None, value: Some(json!({"a": 1})) };
        let cases = [
            (EventKind::CreateFull, Payload::Resource(told(&document)), true, false),
            (EventKind::PutFull, Payload::Body(told(&document)), true, false),
            (EventKind::PatchFull, Payload::Steps(vec![step]), true, false),
            (
                EventKind::CreateNotice,
                Payload::Attributes(vec!["userName".to_owned()]),
                false,
                true,
            ),
            (EventKind::Delete, Payload::Nothing, false, false),
            (EventKind::Deactivate, Payload::Nothing, false, false),
        ];
        for (kind, payload, data, attributes) in cases {
            let payload = payload_of(&event(kind, payload));
            assert_eq!(payload.get("data").is_some(), data, "{kind:?}");
            assert_eq!(payload.get("attributes").is_some(), attributes, "{kind:?}");
            assert!(payload.get("sub_id").is_none());
        }
    }

    #[test]
    fn a_new_resource_is_told_as_it_is_read_t_v4() {
        let document = json!({"userName": "ann", "active": true});
        let event = event(EventKind::CreateFull, Payload::Resource(told(&document)));
        let data = payload_of(&event)["data"].clone();
        assert_eq!((&data["id"], &data["userName"]), (&json!("u1"), &json!("ann")));
        assert_eq!(data["meta"]["location"], format!("{ISSUER}/Users/u1"));
        assert_eq!(data["meta"]["version"], "W/\"3\"");
    }

    #[test]
    fn what_is_never_returned_is_never_told_t_v4() {
        let document = json!({"userName": "ann", "password": "horse"});
        for payload in [Payload::Resource(told(&document)), Payload::Body(told(&document))] {
            let claims =
                claims(&Schemas::standard(), &event(EventKind::CreateFull, payload), ISSUER, "crm");
            assert!(!claims.to_string().contains("horse"), "{claims}");
        }
    }

    #[test]
    fn the_body_of_a_put_has_no_meta_and_a_patch_keeps_its_steps_t_v4() {
        let document = json!({"userName": "ann"});
        let put = payload_of(&event(EventKind::PutFull, Payload::Body(told(&document))));
        assert_eq!(
            put["data"],
            json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "id": "u1", "userName": "ann"})
        );
        let steps = vec![
            PatchStep {
                verb: "replace".to_owned(),
                path: Some("title".to_owned()),
                value: Some(json!("Dr")),
            },
            PatchStep { verb: "remove".to_owned(), path: Some("nickName".to_owned()), value: None },
        ];
        let patch = payload_of(&event(EventKind::PatchFull, Payload::Steps(steps)));
        assert_eq!(
            patch["data"],
            json!({"schemas": [PATCH_OP], "Operations": [
                {"op": "replace", "path": "title", "value": "Dr"},
                {"op": "remove", "path": "nickName"},
            ]})
        );
    }
}
