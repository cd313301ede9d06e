//! The audit trail: what people have ordered, each row bound to the one before it by its hash.
//!
//! A chain a tenant, and one for what concerns the installation. Whoever changes, removes, adds
//! or swaps rows in the store breaks the chain, unless he makes all of it anew: who fears that
//! keeps the newest hash elsewhere. What happens to resources stands in the journal, not here.

mod chain;
mod text;

pub use chain::{Broken, Head, Walk};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::{TenantId, Time};

/// Through which door an order came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Via {
    /// The command line.
    Cli,
    /// The admin API.
    Api,
    /// Sutler itself: the demo.
    Engine,
}

impl Via {
    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cli => "cli",
            Self::Api => "api",
            Self::Engine => "engine",
        }
    }
}

/// What became of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It was done, in the transaction that wrote this.
    Done,
    /// It is done outside of the store, and begins once this is written.
    Begun,
    /// It was not done.
    Refused,
}

impl Outcome {
    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Begun => "begun",
            Self::Refused => "refused",
        }
    }
}

/// What somebody has ordered, to be written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    /// Which tenant it concerns, by name; `None` is the installation.
    pub tenant: Option<String>,
    /// Who.
    pub actor: String,
    /// Through which door.
    pub via: Via,
    /// What, in words with dots: `estate.apply`.
    pub act: String,
    /// To what.
    pub object: String,
    /// What else is worth knowing; never a secret.
    pub details: Map<String, Value>,
    /// What became of it.
    pub outcome: Outcome,
}

impl Act {
    /// The row of this act after the last one of its chain. Text from outside is made plain and
    /// short, so that no reader of the trail is led astray by it.
    pub fn entry(
        &self,
        tenant: Option<TenantId>,
        seq: i64,
        at: Time,
        after: Option<&Head>,
    ) -> Entry {
        let mut entry = Entry {
            seq,
            number: after.map_or(0, |head| head.number) + 1,
            tenant,
            at,
            actor: text::plain(&self.actor, text::NAME),
            via: self.via.name().to_owned(),
            act: text::plain(&self.act, text::NAME),
            object: text::plain(&self.object, text::OBJECT),
            details: text::details(&self.details),
            outcome: self.outcome.name().to_owned(),
            hash: Vec::new(),
        };
        entry.hash = entry.hash_after(after.map_or(&[], |head| &head.hash));
        entry
    }
}

/// A row of the audit trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its place among all rows of all chains.
    pub seq: i64,
    /// Its number in its chain, from 1 without a gap.
    pub number: i64,
    /// Whose chain; `None` is the installation's.
    pub tenant: Option<TenantId>,
    /// When.
    pub at: Time,
    /// Who.
    pub actor: String,
    /// Through which door: [`Via`]. As it was written, so that a row that nobody wrote is found.
    pub via: String,
    /// What.
    pub act: String,
    /// To what.
    pub object: String,
    /// What else is worth knowing: a JSON object, as it was written.
    pub details: String,
    /// What became of it: [`Outcome`].
    pub outcome: String,
    /// SHA-256 of the hash before it and of the row.
    pub hash: Vec<u8>,
}

impl Entry {
    /// The hash that this row has after a row with that hash. Every part is preceded by its
    /// length, so that no two rows are written alike.
    pub fn hash_after(&self, previous: &[u8]) -> Vec<u8> {
        let numbers = [self.seq, self.number, self.tenant.map_or(0, |id| id.0), self.at.0];
        let numbers = numbers.map(i64::to_be_bytes);
        let texts =
            [self.actor.as_str(), &self.via, &self.act, &self.object, &self.details, &self.outcome];
        let mut hash = Sha256::new_with_prefix("sutler audit 1");
        let parts = std::iter::once(previous)
            .chain(numbers.iter().map(<[u8; 8]>::as_slice))
            .chain(texts.iter().map(|text| text.as_bytes()));
        for part in parts {
            hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(part);
        }
        hash.finalize().to_vec()
    }

    /// The row as it is shown.
    pub fn line(&self, tenant: Option<&str>) -> EntryLine {
        EntryLine {
            seq: self.seq,
            tenant: tenant.map(str::to_owned),
            at: self.at.rfc3339(),
            actor: self.actor.clone(),
            via: self.via.clone(),
            act: self.act.clone(),
            object: self.object.clone(),
            details: serde_json::from_str(&self.details).unwrap_or_default(),
            outcome: self.outcome.clone(),
            hash: text::hex(&self.hash),
        }
    }
}

/// What was found along one chain, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainLine {
    /// Whose chain; `None` is the installation's.
    pub tenant: Option<String>,
    /// How many rows are whole, from the first on.
    pub rows: i64,
    /// The hash of the last of them, in hexadecimal digits: to be kept elsewhere.
    pub head: String,
    /// Where the chain is broken, if it is.
    pub broken: Option<Broken>,
}

/// A row of the audit trail, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryLine {
    /// Its place among all rows.
    pub seq: i64,
    /// Which tenant it concerns; `None` is the installation.
    pub tenant: Option<String>,
    /// When (RFC 3339).
    pub at: String,
    /// Who.
    pub actor: String,
    /// Through which door.
    pub via: String,
    /// What.
    pub act: String,
    /// To what.
    pub object: String,
    /// What else is worth knowing.
    pub details: Map<String, Value>,
    /// What became of it.
    pub outcome: String,
    /// The row's hash, in hexadecimal digits.
    pub hash: String,
}

/// Which chains a reader sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chains {
    /// All of them.
    All,
    /// That of a tenant, or of the installation.
    One(Option<TenantId>),
}

impl Chains {
    /// True if rows of this chain are seen.
    pub fn sees(self, chain: Option<TenantId>) -> bool {
        match self {
            Self::All => true,
            Self::One(one) => one == chain,
        }
    }
}

/// Which rows are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// Of which chains.
    pub chains: Chains,
    /// Only this act.
    pub act: Option<String>,
    /// Only of this actor.
    pub actor: Option<String>,
    /// Only from this moment on.
    pub since: Option<Time>,
    /// Where they begin, and in which order they come.
    pub from: Place,
    /// How many at most.
    pub limit: usize,
}

/// Where a list of rows begins, and in which order they come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The newest first; those before this place.
    NewestBefore(i64),
    /// The oldest first; those after this place.
    OldestAfter(i64),
}

impl Place {
    /// From the newest on.
    pub const NEWEST: Self = Self::NewestBefore(i64::MAX);
}
