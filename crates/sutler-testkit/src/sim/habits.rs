//! What some targets do that others do not.

use super::SimTarget;

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Habits {
    pub(super) folds: bool,
    pub(super) hides: bool,
    pub(super) keeps: bool,
    pub(super) drops: bool,
}

impl SimTarget {
    /// Lower-cases user names from now on, as some targets do.
    pub fn fold_names(&self) {
        self.state().habits.folds = true;
    }

    /// Shows created accounts to searches only when the lag is nearly over.
    pub fn hide_new_accounts(&self) {
        self.state().habits.hides = true;
    }

    /// Leaves deleted accounts in their groups, as some targets do.
    pub fn keep_deleted_members(&self) {
        self.state().habits.keeps = true;
    }

    /// Disables an account, behind everybody's back.
    pub fn tamper(&self, remote: &str) {
        if let Some(account) = self.state().accounts.get_mut(remote) {
            account.active = false;
        }
    }

    /// Drops every `externalId`, as some targets do.
    pub fn drop_external_ids(&self) {
        self.state().habits.drops = true;
    }
}
