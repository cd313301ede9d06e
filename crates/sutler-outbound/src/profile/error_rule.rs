//! Errors that say with their text what their status does not.

use serde::Deserialize;

use super::value::Line;

/// What an error means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Meaning {
    /// The target wants less; nothing was done.
    Throttled,
    /// The target will not have it so.
    Rejected,
    /// The name is taken there.
    Exists,
    /// The target cannot do it at all.
    Unsupported,
    /// Our credentials are not good, or not good enough.
    Auth,
}

/// An error by its status and a text somewhere in its body.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ErrorRule {
    /// Any, if it is not said.
    #[serde(default)]
    pub(super) status: Option<u16>,
    pub(super) text: Line,
    pub(super) means: Meaning,
}

impl ErrorRule {
    pub(super) fn matches(&self, status: u16, said: &str) -> bool {
        let said = said.to_ascii_lowercase();
        self.status.is_none_or(|only| only == status)
            && said.contains(&self.text.text().to_ascii_lowercase())
    }

    pub(super) fn means(&self) -> Meaning {
        self.means
    }
}
