//! What a plan tells, and what was chosen for it: the part that scripts and people see.

use serde::{Deserialize, Serialize};

/// What a person chose on the command line.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Options {
    /// Targets whose new address is the same system, moved.
    pub(crate) moved: Vec<String>,
    /// Targets whose accounts may go, because they are routed there no longer.
    pub(crate) unroute: Vec<String>,
    /// Targets that are removed although accounts are there: they stay, and are no longer ours.
    #[serde(default)]
    pub(crate) abandon: Vec<String>,
}

/// What would change, or did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Report {
    pub(crate) added: Vec<String>,
    pub(crate) changed: Vec<Changed>,
    pub(crate) unchanged: Vec<String>,
    /// Stored, and not in the file.
    pub(crate) removed: Vec<String>,
    /// Targets that are compared with all their resources.
    pub(crate) sweeps: Vec<String>,
    /// What a person should know beside it.
    pub(crate) warnings: Vec<String>,
    /// Secrets that were made; shown once.
    pub(crate) generated: Vec<Generated>,
}

/// An entry that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Changed {
    pub(crate) entry: String,
    /// `key: before -> after`.
    pub(crate) fields: Vec<String>,
}

/// A secret that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Generated {
    pub(crate) of: String,
    pub(crate) value: String,
}

impl Report {
    /// True if there is nothing to commit.
    pub(crate) fn is_empty(&self) -> bool {
        self.added.is_empty() && self.changed.is_empty() && self.removed.is_empty()
    }
}
