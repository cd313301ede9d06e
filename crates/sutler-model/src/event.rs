//! Events: what a receiver is told of a change, and through which stream.
//!
//! Says what happened in the words of the model. How it is written and signed is the wire's
//! (RFC 9967, RFC 8417).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::estate::SecretRef;
use crate::{Document, EventStreamId, Kind, ServiceProviderId, TenantId, Time, Uid, Version};

/// The kinds of event (RFC 9967 §2.4, §2.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EventKind {
    /// A resource was created: which attributes it has.
    CreateNotice,
    /// A resource was created: what it is.
    CreateFull,
    /// A resource was modified: which attributes differ.
    PatchNotice,
    /// A resource was modified: by which steps.
    PatchFull,
    /// A resource was replaced: which attributes differ.
    PutNotice,
    /// A resource was replaced: by what.
    PutFull,
    /// A resource was deleted.
    Delete,
    /// A user became active.
    Activate,
    /// A user is no longer active.
    Deactivate,
    /// An asynchronous request has come to its end.
    AsyncResponse,
}

impl EventKind {
    /// All of them, in the order of the RFC.
    pub const ALL: [Self; 10] = [
        Self::CreateNotice,
        Self::CreateFull,
        Self::PatchNotice,
        Self::PatchFull,
        Self::PutNotice,
        Self::PutFull,
        Self::Delete,
        Self::Activate,
        Self::Deactivate,
        Self::AsyncResponse,
    ];
}

/// A way by which a receiver learns what has changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventStream {
    /// Its key; `EventStreamId(0)` before it is stored.
    pub id: EventStreamId,
    /// Whose.
    pub tenant: TenantId,
    /// Unique in its tenant.
    pub name: String,
    /// What the receiver wants to be told.
    pub events: Vec<EventKind>,
    /// Whom the tokens are meant for: their `aud`.
    pub audience: String,
    /// How they come to the receiver.
    pub delivery: EventDelivery,
    /// How many events may wait; those after them are lost, counted, and told of.
    pub limit: u32,
}

impl EventStream {
    /// True if the receiver wants to be told this.
    pub fn wants(&self, kind: EventKind) -> bool {
        self.events.contains(&kind)
    }
}

/// How events come to a receiver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventDelivery {
    /// The receiver fetches them (RFC 8936).
    Poll {
        /// The service provider, by name, that may.
        service_provider: String,
    },
    /// They are sent to the receiver (RFC 8935).
    Push {
        /// Where.
        url: String,
        /// The token to send with them, if any.
        bearer: Option<SecretRef>,
        /// Loopback and private addresses are refused unless this is set.
        allow_private_addresses: bool,
    },
}

/// One event, for one stream.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Its own name, the same however often it is delivered.
    pub jti: String,
    /// What it belongs to: one request may have several events.
    pub txn: String,
    /// When it happened.
    pub at: Time,
    /// What happened.
    pub kind: EventKind,
    /// To what.
    pub subject: Subject,
    /// The version afterwards; put in by the ledger, which alone knows it.
    pub version: Option<Version>,
    /// What more is told.
    pub payload: Payload,
}

/// What an event is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// A resource.
    Resource {
        /// Of which type.
        kind: Kind,
        /// Its public id.
        uid: Uid,
        /// Its `externalId`, if it has one.
        external_id: Option<String>,
    },
    /// What stands at this path below the SCIM root.
    Path(String),
}

/// What an event tells. Nothing that is never returned is in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Payload {
    /// Nothing more.
    Nothing,
    /// Which attributes differ, as paths.
    Attributes(Vec<String>),
    /// A new resource.
    Resource(Told),
    /// The body that took the place of another.
    Body(Told),
    /// Steps of a modification.
    Steps(Vec<PatchStep>),
    /// How a request ended, as one result of a bulk request tells it.
    Outcome(Document),
}

/// A document with the members beside it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Told {
    /// The attributes.
    pub document: Document,
    /// The members of a group.
    pub members: Vec<(Uid, Kind)>,
}

/// One step of a modification.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PatchStep {
    /// `add`, `remove` or `replace`.
    pub verb: String,
    /// To what; `None` is the resource itself.
    pub path: Option<String>,
    /// With what; absent also where it may not be told.
    pub value: Option<Value>,
}

/// The end of an event in a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventEnd {
    /// Which.
    pub jti: String,
    /// Why the receiver could not take it; `None` if it did.
    pub refused: Option<String>,
}

/// How a stream stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamState {
    /// Which.
    pub stream: EventStreamId,
    /// Events that wait for the receiver.
    pub waiting: i64,
    /// Events that found no room, ever.
    pub lost: i64,
    /// When the last of them was lost.
    pub lost_at: Option<Time>,
    /// The last failure and when it was, for a person. That nothing comes through is forgotten
    /// when something does.
    pub fault: Option<(String, Time)>,
}

/// How a stream stands, as a person is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamLine {
    /// The stream's name.
    pub name: String,
    /// Events that wait for the receiver.
    pub waiting: i64,
    /// Events that found no room, ever.
    pub lost: i64,
    /// When the last of them was lost (RFC 3339).
    pub lost_at: Option<String>,
    /// The last failure, if nothing has come through since.
    pub fault: Option<String>,
}

impl StreamLine {
    /// The line of a stream of this name.
    pub fn new(name: &str, state: &StreamState) -> Self {
        Self {
            name: name.to_owned(),
            waiting: state.waiting,
            lost: state.lost,
            lost_at: state.lost_at.map(Time::rfc3339),
            fault: state.fault.as_ref().map(|(fault, _)| fault.clone()),
        }
    }
}

/// The result of one operation of an asynchronous request, kept for whoever asked for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Completion {
    /// Whose.
    pub tenant: TenantId,
    /// Who may fetch it.
    pub service_provider: ServiceProviderId,
    /// The request.
    pub request: String,
    /// Which of its operations.
    pub index: i64,
    /// How long it is kept.
    pub expires: Time,
    /// The result.
    pub event: Event,
}

/// The key that signs a tenant's events. No two tenants share one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SigningKey {
    /// Its name, in the header of every token.
    pub kid: String,
    /// The private half, sealed.
    pub sealed: String,
    /// The public half.
    pub public: Vec<u8>,
}
