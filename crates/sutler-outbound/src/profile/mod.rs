//! What a connector needs to know of a kind of target that the protocol leaves open: a profile,
//! as data. Shipped ones are TOML files beside this code; one's own is the same file elsewhere.
//!
//! Every field is read by the connector or by the estate; what nothing reads has no field.

mod bucket;
mod error_rule;
mod part;
mod read;
mod rule;
mod shipped;
mod value;

use std::collections::BTreeMap;

use serde::Deserialize;
use sutler_model::Kind;
use sutler_model::estate::Correlate;
use sutler_model::nesting::Nesting;

pub(crate) use bucket::{Buckets, Sent};
pub(crate) use error_rule::Meaning;
pub(crate) use part::{Booleans, Case, Change, Deletion, Paging, Style};
pub use read::ProfileError;
pub use shipped::{PROFILES, shipped};

use bucket::Bucket;
use error_rule::ErrorRule;
use part::{Groups, Listing, Lookup, Patch, Users, is_true};
use rule::Rule;
use value::{Count, Headers, Line, Name, Span};

/// What a kind of target needs, takes and refuses.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    name: Name,
    title: Line,
    evidence: Evidence,
    sources: Line,
    /// What the target tells of itself is here (RFC 7644 §4).
    #[serde(default)]
    config: Option<Name>,
    #[serde(default)]
    lag: Option<Span>,
    #[serde(default)]
    rate: Option<Count<10_000>>,
    #[serde(default)]
    concurrency: Option<Count<64>>,
    #[serde(default)]
    correlate: Correlate,
    /// True if versions are given and heeded.
    #[serde(default = "is_true")]
    etag: bool,
    #[serde(default)]
    headers: Headers,
    #[serde(default)]
    users: Users,
    #[serde(default)]
    groups: Groups,
    #[serde(default)]
    patch: Patch,
    #[serde(default)]
    list: Listing,
    #[serde(default)]
    lookup: Lookup,
    #[serde(default)]
    bucket: Vec<Bucket>,
    #[serde(default)]
    error: Vec<ErrorRule>,
}

/// What a profile was tried against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Evidence {
    /// The vendor's own system.
    #[serde(rename = "seen against the real system")]
    Real,
    /// Our emulator, which was written from the same sources.
    #[serde(rename = "seen against the emulator only")]
    Emulator,
}

impl Evidence {
    /// As it is written in a profile.
    pub fn text(self) -> &'static str {
        match self {
            Self::Real => "seen against the real system",
            Self::Emulator => "seen against the emulator only",
        }
    }
}

/// What a target has of a profile where its own settings say nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Defaults {
    /// How long a created account may stay invisible to look-ups, in milliseconds.
    pub lag: Option<i64>,
    /// Calls a second, at most.
    pub rate: Option<u32>,
    /// Calls at once.
    pub concurrency: Option<u32>,
    /// How an account is recognised as ours.
    pub correlate: Correlate,
    /// False if a user there can only be deactivated.
    pub deletes_users: bool,
    /// What it gets of the members of a group that are groups.
    pub nesting: Nesting,
}

impl Profile {
    /// Its name.
    pub fn name(&self) -> &str {
        self.name.text()
    }

    /// The product, for people.
    pub fn title(&self) -> &str {
        self.title.text()
    }

    /// What it was tried against.
    pub fn evidence(&self) -> Evidence {
        self.evidence
    }

    /// Where its values come from.
    pub fn sources(&self) -> &str {
        self.sources.text()
    }

    /// What a target has of it where its own settings say nothing.
    pub fn defaults(&self) -> Defaults {
        Defaults {
            lag: self.lag.as_ref().map(Span::millis),
            rate: self.rate.and_then(|rate| u32::try_from(rate.number()).ok()),
            concurrency: self.concurrency.and_then(|calls| u32::try_from(calls.number()).ok()),
            correlate: self.correlate,
            deletes_users: self.users.delete == Deletion::Delete,
            nesting: self.groups.nesting,
        }
    }

    /// True if the target can hold our correlation in `externalId`, and find it again.
    pub fn finds_external_ids(&self) -> bool {
        [Kind::User, Kind::Group].into_iter().all(|kind| self.filters(kind, "externalId"))
    }

    /// Members that one request carries.
    pub fn members_a_call(&self) -> usize {
        self.groups.members_a_call.number()
    }

    pub(crate) fn config(&self) -> &str {
        self.config.as_ref().map_or("ServiceProviderConfig", Name::text)
    }

    pub(crate) fn collection(&self, kind: Kind) -> &str {
        match kind {
            Kind::User => self.users.endpoint.as_ref().map_or("Users", Name::text),
            Kind::Group => self.groups.endpoint.as_ref().map_or("Groups", Name::text),
        }
    }

    pub(crate) fn change(&self, kind: Kind) -> Change {
        match kind {
            Kind::User => self.users.change,
            Kind::Group => self.groups.change,
        }
    }

    pub(crate) fn etag(&self) -> bool {
        self.etag
    }

    pub(crate) fn with_headers_of(self, other: &Self) -> Self {
        Self { headers: other.headers.clone(), ..self }
    }

    pub(crate) fn headers(&self) -> &BTreeMap<String, String> {
        self.headers.all()
    }

    pub(crate) fn delete(&self) -> Deletion {
        self.users.delete
    }

    pub(crate) fn case(&self) -> Case {
        self.users.case
    }

    /// True if a user there can be switched off.
    pub(crate) fn disables(&self) -> bool {
        self.users.active
    }

    pub(crate) fn members_in_create(&self) -> bool {
        self.groups.members_in_create
    }

    pub(crate) fn members_in_put(&self) -> bool {
        self.groups.members_in_put
    }

    /// Operations that one PatchOp carries.
    pub(crate) fn operations(&self) -> usize {
        self.patch.operations.number()
    }

    pub(crate) fn style(&self) -> Style {
        self.patch.style
    }

    pub(crate) fn value_paths(&self) -> bool {
        self.patch.value_paths
    }

    pub(crate) fn booleans(&self) -> Booleans {
        self.patch.booleans
    }

    pub(crate) fn paging(&self) -> Paging {
        self.list.paging
    }

    pub(crate) fn page(&self) -> usize {
        self.list.page.number()
    }

    /// True if a list without its total is not believed.
    pub(crate) fn tells_totals(&self) -> bool {
        self.list.total
    }

    /// True if the target finds accounts by this path.
    pub(crate) fn filters(&self, kind: Kind, path: &str) -> bool {
        self.lookup.has(kind, path)
    }

    /// True if a filter may have more than one clause.
    pub(crate) fn combines(&self) -> bool {
        self.lookup.combine
    }

    fn rules(&self, kind: Kind) -> &[Rule] {
        match kind {
            Kind::User => &self.users.rule,
            Kind::Group => &self.groups.rule,
        }
    }

    pub(crate) fn buckets(&self) -> Buckets {
        Buckets::new(self.bucket.clone())
    }

    /// What an error means that the protocol's own table would take for something else.
    pub(crate) fn meaning(&self, status: u16, said: &str) -> Option<Meaning> {
        self.error.iter().find(|rule| rule.matches(status, said)).map(ErrorRule::means)
    }
}
