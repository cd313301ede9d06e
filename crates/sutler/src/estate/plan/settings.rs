//! What a target has: what its own settings say, else its profile, else what is usual.

use sutler_model::estate::{Correlate, OnDeactivate, OnDelete};
use sutler_model::nesting::Nesting;

use super::Making;
use crate::estate::profile::KeptProfile;
use crate::estate::target::{CONCURRENCY, DeclaredTarget, LAG};

/// Settings that a profile may give.
pub(super) struct Settings {
    pub(super) on_delete: OnDelete,
    pub(super) concurrency: u32,
    pub(super) rate: Option<u32>,
    pub(super) lag: i64,
    pub(super) correlate: Correlate,
    pub(super) nesting: Nesting,
    pub(super) profile: Option<String>,
}

impl Making<'_> {
    pub(super) fn settings(&self, declared: &DeclaredTarget) -> Settings {
        let profile = declared.profile.as_ref();
        let profile = profile.and_then(|p| p.keep(self.context.secrets.base, self.faults));
        if let Some(profile) = &profile {
            self.refuse_contradictions(declared, profile);
        }
        let from = profile.as_ref().map(|kept| kept.defaults);
        let usual = match from {
            Some(from) if !from.deletes_users => OnDelete::Disable,
            _ => OnDelete::Delete,
        };
        let said = declared.correlate.as_ref().map(|said| said.value);
        Settings {
            on_delete: declared.on_delete.as_ref().map_or(usual, |said| said.value),
            concurrency: declared
                .concurrency
                .or(from.and_then(|from| from.concurrency))
                .unwrap_or(CONCURRENCY),
            rate: declared.rate.or(from.and_then(|from| from.rate)),
            lag: declared.lag.or(from.and_then(|from| from.lag)).unwrap_or(LAG),
            correlate: said.or(from.map(|from| from.correlate)).unwrap_or_default(),
            nesting: declared.nesting.or(from.map(|from| from.nesting)).unwrap_or_default(),
            profile: profile.map(|kept| kept.text),
        }
    }

    /// A target cannot be told to do what its profile says that it cannot.
    fn refuse_contradictions(&self, declared: &DeclaredTarget, profile: &KeptProfile) {
        if !profile.defaults.deletes_users {
            let message = "users of this target cannot be deleted, its profile says: write \"disable\" or \"keep\"";
            if let Some(said) = declared.on_delete.as_ref().filter(|d| d.value == OnDelete::Delete)
            {
                self.faults.add(&said.at, message);
            }
            if declared.on_leave == Some(OnDelete::Delete) || declared.delete_after.is_some() {
                let message = format!("{message} for `on_leave`, and leave `delete_after` out");
                self.faults.add(&declared.name.at, message);
            }
            if declared.on_deactivate.value == OnDeactivate::Delete {
                self.faults.add(&declared.on_deactivate.at, message);
            }
        }
        if let Some(said) = &declared.correlate
            && said.value == Correlate::ExternalId
            && !profile.finds_external_ids
        {
            let message = "this target finds no account by its `externalId`, its profile says: write \"userName\", or leave `correlate` out";
            self.faults.add(&said.at, message);
        }
    }
}
