//! What a change tells, and whom: decided before it is committed, and committed with it.
//!
//! Where a tenant has no event streams nothing is made. A value is told only if its attribute is
//! known and may be returned.

use sutler_model::document::MemberRef;
use sutler_model::event::{Event, EventKind, EventStream, Payload, Subject, Told};
use sutler_model::patch::Operation;
use sutler_model::port::Random;
use sutler_model::resource::Resource;
use sutler_model::schema::ResourceType;
use sutler_model::{Document, EventStreamId, Kind, TenantId, Uid};

use super::content::is_active;
use super::told::{attributes, changed, steps};
use super::{Caller, Provisioner, Refusal};

/// What is about to be done to a resource.
pub(super) struct Deed<'a> {
    pub(super) shape: &'a ResourceType,
    pub(super) uid: &'a Uid,
    /// As it is stored; `None` if it is new.
    pub(super) before: Option<&'a Resource>,
    /// As it is to be; nothing if it goes.
    pub(super) after: &'a Document,
    pub(super) way: Way<'a>,
    /// True if the password is set or removed.
    pub(super) password: bool,
}

/// By which request.
#[derive(Clone, Copy)]
pub(super) enum Way<'a> {
    /// POST, with these members.
    Create(&'a [MemberRef]),
    /// PUT; `None` leaves the members alone.
    Replace(Option<&'a [MemberRef]>),
    /// PATCH; true if it has steps for the members.
    Modify(&'a [Operation], bool),
    /// DELETE.
    Delete,
}

impl Provisioner {
    /// The events of a deed, for each stream of the tenant that wants them.
    pub(super) async fn events(
        &self,
        caller: &Caller,
        deed: &Deed<'_>,
    ) -> Result<Vec<(EventStreamId, Event)>, Refusal> {
        let estate = self.ports.estate.current();
        if !estate.event_streams.iter().any(|stream| stream.tenant == caller.tenant) {
            return Ok(Vec::new());
        }
        let wanted = wanted(&estate.event_streams, caller.tenant, &deed.kinds());
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let members = if wanted.iter().any(|(_, kind)| tells_members(*kind)) {
            self.kinds_of(caller.tenant, deed.members()).await?
        } else {
            Vec::new()
        };
        let random = &*self.ports.random;
        let txn = caller.txn.clone().unwrap_or_else(|| name(random));
        let at = self.ports.clock.now();
        let event = |kind: EventKind| Event {
            jti: name(random),
            txn: txn.clone(),
            at,
            kind,
            subject: deed.subject(),
            version: None,
            payload: deed.payload(kind, &members),
        };
        Ok(wanted.into_iter().map(|(stream, kind)| (stream, event(kind))).collect())
    }

    /// The members that exist, with their types.
    async fn kinds_of(
        &self,
        tenant: TenantId,
        members: &[MemberRef],
    ) -> Result<Vec<(Uid, Kind)>, Refusal> {
        if members.is_empty() {
            return Ok(Vec::new());
        }
        let uids: Vec<Uid> = members.iter().map(|member| Uid(member.value.clone())).collect();
        let found = self.ports.ledger.resolve(tenant, &uids).await?;
        let pairs = uids.into_iter().zip(found);
        Ok(pairs.filter_map(|(uid, found)| Some((uid, found?.1))).collect())
    }
}

/// Who is told what.
fn wanted(
    streams: &[EventStream],
    tenant: TenantId,
    kinds: &[EventKind],
) -> Vec<(EventStreamId, EventKind)> {
    let ours = streams.iter().filter(|stream| stream.tenant == tenant);
    ours.flat_map(|stream| {
        let kinds = kinds.iter().filter(|kind| stream.wants(**kind));
        kinds.map(|kind| (stream.id, *kind))
    })
    .collect()
}

fn tells_members(kind: EventKind) -> bool {
    matches!(kind, EventKind::CreateFull | EventKind::PutFull)
}

/// A new name for an event or a transaction: a random UUID.
pub fn name(random: &dyn Random) -> String {
    uuid::Builder::from_random_bytes(random.bytes16()).into_uuid().to_string()
}

impl<'a> Deed<'a> {
    /// What may be told of it: that it was done, and that it made a user active or no longer so.
    fn kinds(&self) -> Vec<EventKind> {
        let mut kinds = match self.way {
            Way::Create(_) => vec![EventKind::CreateNotice, EventKind::CreateFull],
            Way::Replace(_) => vec![EventKind::PutNotice, EventKind::PutFull],
            Way::Modify(..) => vec![EventKind::PatchNotice, EventKind::PatchFull],
            Way::Delete => return vec![EventKind::Delete],
        };
        match self.before.map(|before| (before.active, is_active(self.after))) {
            Some((false, true)) => kinds.push(EventKind::Activate),
            Some((true, false)) => kinds.push(EventKind::Deactivate),
            _ => {}
        }
        kinds
    }

    fn members(&self) -> &'a [MemberRef] {
        match self.way {
            Way::Create(members) | Way::Replace(Some(members)) => members,
            _ => &[],
        }
    }

    fn subject(&self) -> Subject {
        let document = match self.before {
            Some(before) if matches!(self.way, Way::Delete) => &before.body,
            _ => self.after,
        };
        let external_id = document.get("externalId").and_then(|value| value.as_str());
        Subject::Resource {
            kind: self.shape.kind,
            uid: self.uid.clone(),
            external_id: external_id.map(str::to_owned),
        }
    }

    fn payload(&self, kind: EventKind, members: &[(Uid, Kind)]) -> Payload {
        let told = || Told { document: self.after.clone(), members: members.to_vec() };
        match (kind, self.way) {
            (EventKind::CreateFull, _) => Payload::Resource(told()),
            (EventKind::PutFull, _) => Payload::Body(told()),
            (EventKind::PatchFull, Way::Modify(operations, _)) => {
                Payload::Steps(steps(self.shape, operations))
            }
            (EventKind::CreateNotice | EventKind::PutNotice | EventKind::PatchNotice, _) => {
                Payload::Attributes(self.attributes())
            }
            _ => Payload::Nothing,
        }
    }

    fn attributes(&self) -> Vec<String> {
        let mut names = match self.before {
            None => attributes(self.after),
            Some(before) => changed(&before.body, self.after),
        };
        let members = match self.way {
            Way::Modify(_, members) => members,
            Way::Replace(members) => members.is_some() && self.shape.kind == Kind::Group,
            _ => !self.members().is_empty(),
        };
        names.extend(members.then(|| "members".to_owned()));
        names.extend(self.password.then(|| "password".to_owned()));
        names
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use sutler_model::event::EventDelivery;
    use sutler_model::schema::standard;
    use sutler_model::{Rid, Time, Version};

    use super::*;

    fn document(value: Value) -> Document {
        let Value::Object(document) = value else { panic!("a document is an object") };
        document
    }

    fn stored(active: bool) -> Resource {
        Resource {
            rid: Rid(1),
            uid: Uid("u1".to_owned()),
            tenant: TenantId::DEFAULT,
            kind: Kind::User,
            version: Version { body: 1, members: 0 },
            active,
            gone: false,
            body: document(json!({"userName": "ann", "active": active, "externalId": "e1"})),
            set: None,
            created: Time(1),
            changed: Time(1),
        }
    }

    fn deed<'a>(
        before: Option<&'a Resource>,
        after: &'a Document,
        way: Way<'a>,
        uid: &'a Uid,
    ) -> Deed<'a> {
        Deed { shape: standard(Kind::User), uid, before, after, way, password: false }
    }

    #[test]
    fn a_deed_has_its_events_and_those_of_activity_t_v2() {
        let (on, off) = (document(json!({"active": true})), document(json!({"active": false})));
        let uid = Uid("u1".to_owned());
        let check =
            |before: Option<bool>, after: &Document, way: Way<'_>, expected: &[EventKind]| {
                let before = before.map(stored);
                assert_eq!(deed(before.as_ref(), after, way, &uid).kinds(), expected);
            };
        let patch = [EventKind::PatchNotice, EventKind::PatchFull];
        check(None, &off, Way::Create(&[]), &[EventKind::CreateNotice, EventKind::CreateFull]);
        check(Some(true), &on, Way::Modify(&[], false), &patch);
        let deactivated = [patch[0], patch[1], EventKind::Deactivate];
        check(Some(true), &off, Way::Modify(&[], false), &deactivated);
        let put = [EventKind::PutNotice, EventKind::PutFull, EventKind::Activate];
        check(Some(false), &on, Way::Replace(None), &put);
        check(Some(true), &Document::new(), Way::Delete, &[EventKind::Delete]);
    }

    #[test]
    fn a_notice_names_what_differs_and_a_deletion_still_knows_whom_t_v4() {
        let uid = Uid("u1".to_owned());
        let before = stored(true);
        let after = document(json!({"userName": "ann", "active": false, "title": "Dr"}));
        let mut put = deed(Some(&before), &after, Way::Replace(None), &uid);
        put.password = true;
        let names = ["active", "externalId", "title", "password"];
        assert_eq!(
            put.payload(EventKind::PutNotice, &[]),
            Payload::Attributes(names.map(str::to_owned).to_vec())
        );
        assert_eq!(put.payload(EventKind::Deactivate, &[]), Payload::Nothing);
        let nothing = Document::new();
        let gone = deed(Some(&before), &nothing, Way::Delete, &uid);
        assert_eq!(gone.payload(EventKind::Delete, &[]), Payload::Nothing);
        let external_id = Some("e1".to_owned());
        assert_eq!(gone.subject(), Subject::Resource { kind: Kind::User, uid, external_id });
    }

    #[test]
    fn a_stream_is_told_only_what_it_wants_of_its_own_tenant() {
        let stream = |id, tenant, events: &[EventKind]| EventStream {
            id: EventStreamId(id),
            tenant: TenantId(tenant),
            name: "s".to_owned(),
            events: events.to_vec(),
            audience: "a".to_owned(),
            delivery: EventDelivery::Poll { service_provider: "p".to_owned() },
            limit: 1,
        };
        let all = EventKind::ALL;
        let streams = [stream(1, 1, &[EventKind::Delete]), stream(2, 1, &all), stream(3, 2, &all)];
        let told = wanted(&streams, TenantId(1), &[EventKind::PutFull, EventKind::Delete]);
        let expected = [(1, EventKind::Delete), (2, EventKind::PutFull), (2, EventKind::Delete)];
        assert_eq!(told, expected.map(|(id, kind)| (EventStreamId(id), kind)));
    }
}
