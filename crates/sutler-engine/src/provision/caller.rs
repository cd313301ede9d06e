//! On whose behalf something is done, and whether it may be done.

use sutler_model::change::Via;
use sutler_model::estate::Permission;
use sutler_model::{Dialect, Kind, ServiceProviderId, TenantId};

use super::Refusal;

/// An authenticated service provider, or an operator who acts for one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// In which tenant: nothing of another one is ever seen.
    pub tenant: TenantId,
    /// Whose origin is written to what is changed.
    pub service_provider: ServiceProviderId,
    /// Who, for the journal.
    pub client: String,
    /// What may be done; what is not named may not.
    pub permissions: Vec<Permission>,
    /// Through which door.
    pub via: Via,
    /// How it words what it wants.
    pub dialect: Dialect,
    /// What the events of its request belong to; each change for itself unless this is set.
    pub txn: Option<String>,
}

impl Caller {
    /// Refuses who may not read resources of this kind.
    pub fn may_read(&self, kind: Kind) -> Result<(), Refusal> {
        self.may(match kind {
            Kind::User => Permission::UsersRead,
            Kind::Group => Permission::GroupsRead,
        })
    }

    /// Refuses who may not write resources of this kind.
    pub fn may_write(&self, kind: Kind) -> Result<(), Refusal> {
        self.may(match kind {
            Kind::User => Permission::UsersWrite,
            Kind::Group => Permission::GroupsWrite,
        })
    }

    fn may(&self, permission: Permission) -> Result<(), Refusal> {
        if self.permissions.contains(&permission) {
            Ok(())
        } else {
            Err(Refusal::Forbidden(permission))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_permitted_is_refused() {
        let mut caller = Caller {
            tenant: TenantId::DEFAULT,
            service_provider: ServiceProviderId(1),
            client: "hr".to_owned(),
            permissions: vec![],
            via: Via::Scim2,
            dialect: Dialect::Strict,
            txn: None,
        };
        for kind in [Kind::User, Kind::Group] {
            assert!(caller.may_read(kind).is_err());
            assert!(caller.may_write(kind).is_err());
        }
        caller.permissions = vec![Permission::UsersRead, Permission::GroupsWrite];
        assert!(caller.may_read(Kind::User).is_ok());
        assert!(caller.may_write(Kind::User).is_err());
        assert!(caller.may_read(Kind::Group).is_err());
        assert!(caller.may_write(Kind::Group).is_ok());
    }
}
