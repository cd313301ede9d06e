//! The port to the estate as a file, which the binary reads and writes.

use async_trait::async_trait;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use sutler_engine::admin::{Acting, Drafted};
use sutler_model::plan::PlannedFile;
use sutler_model::port::LedgerError;

use crate::token::hex;

/// A sort of entry of the estate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntryKind {
    /// In paths: `targets`.
    pub path: &'static str,
    /// In the file: `target`.
    pub table: &'static str,
    /// By which of its keys it is known.
    pub key: &'static str,
    /// What a person calls it.
    pub noun: &'static str,
}

/// The stored estate of a tenant, or of all.
#[derive(Clone, Debug, PartialEq)]
pub struct Exported {
    /// As the file that `apply` reads.
    pub text: String,
    /// The same as JSON: the tables of the file, each a list of entries.
    pub document: Map<String, Value>,
}

/// What the estate is to hold.
#[derive(Clone, Debug, PartialEq)]
pub enum EstateEdition {
    /// What the file says, for the tenants that it speaks of.
    File(String),
    /// What it holds, with this entry.
    Put(EntryKind, String, Map<String, Value>),
    /// What it holds, without this entry.
    Delete(EntryKind, String),
}

/// An edition of the estate, and under which conditions.
#[derive(Clone, Debug, PartialEq)]
pub struct EstateWanted {
    /// What it is to hold.
    pub edition: EstateEdition,
    /// The only tenant that may be spoken of; `None` is all of them.
    pub tenant: Option<String>,
    /// True if who asks is of that tenant alone, and reaches nothing of the machine: no secret
    /// and no private address that the tenant does not have already.
    pub walled: bool,
    /// Targets whose new address is the same system, moved.
    pub moved: Vec<String>,
    /// Targets whose accounts may go, because they are routed there no longer.
    pub unroute: Vec<String>,
    /// Targets that are removed although accounts are there: they stay, and are no longer ours.
    pub abandon: Vec<String>,
    /// True to tell only what would change.
    pub dry: bool,
    /// The tags of which one must be that of the stored estate; `None` is any.
    pub expected: Option<Vec<String>>,
    /// Who asks.
    pub acting: Acting,
}

/// What was done.
#[derive(Clone, Debug, PartialEq)]
pub struct EstateDone {
    /// What changed, or would.
    pub report: Value,
    /// The tag of the stored estate now.
    pub tag: String,
}

/// What the file of a plan would change.
#[derive(Clone, Debug, PartialEq)]
pub struct EstateDraft {
    /// As the engine carries it out.
    pub drafted: Drafted,
    /// As it is told.
    pub report: Value,
}

/// What is wrong with an edition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EstateFault {
    /// Line and column in the file, from 1; `None` if there was no file.
    pub place: Option<(usize, usize)>,
    /// What is wrong, and what was expected.
    pub message: String,
}

/// Why the estate was not edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EstateRefused {
    /// The edition is at fault.
    Faults(Vec<EstateFault>),
    /// The stored estate has another tag than was expected.
    Moved,
    /// There is no entry of that name.
    Missing(String),
    /// The store could not do it.
    Store(LedgerError),
}

impl From<LedgerError> for EstateRefused {
    fn from(error: LedgerError) -> Self {
        Self::Store(error)
    }
}

/// The estate as a file.
#[async_trait]
pub trait EstateFile: Send + Sync {
    /// What is stored of a tenant, or of all. Secrets are references.
    async fn export(&self, tenant: Option<&str>) -> Result<Exported, LedgerError>;
    /// Makes the estate hold what is wanted, or tells what would change.
    async fn apply(&self, wanted: EstateWanted) -> Result<EstateDone, EstateRefused>;
    /// What the file of a plan would change. `walled` as in [`EstateWanted`].
    async fn draft(
        &self,
        file: &PlannedFile,
        walled: bool,
        acting: &Acting,
    ) -> Result<EstateDraft, EstateRefused>;
}

/// The tag of a stored estate, by the file of it: what others change in other tenants does not
/// change it.
pub fn estate_tag(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    hex(digest.get(..16).unwrap_or(&digest))
}
