//! What some targets do that others do not.

use super::SimTarget;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Habit {
    Folds,
    Hides,
    Keeps,
    Drops,
}

impl SimTarget {
    /// Lower-cases user names from now on, as some targets do.
    pub fn fold_names(&self) {
        self.state().habits.insert(Habit::Folds);
    }

    /// Shows created accounts to searches only when the lag is nearly over.
    pub fn hide_new_accounts(&self) {
        self.state().habits.insert(Habit::Hides);
    }

    /// Leaves deleted accounts in their groups, as some targets do.
    pub fn keep_deleted_members(&self) {
        self.state().habits.insert(Habit::Keeps);
    }

    /// Disables an account, behind everybody's back.
    pub fn tamper(&self, remote: &str) {
        if let Some(account) = self.state().accounts.get_mut(remote) {
            account.active = false;
        }
    }

    /// Drops every `externalId`, as some targets do.
    pub fn drop_external_ids(&self) {
        self.state().habits.insert(Habit::Drops);
    }
}
