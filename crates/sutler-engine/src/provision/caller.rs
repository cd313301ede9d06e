//! On whose behalf something is done, and whether it may be done.

use std::sync::Arc;

use sutler_model::access::AttributeAccess;
use sutler_model::change::Via;
use sutler_model::estate::Permission;
use sutler_model::schema::Schemas;
use sutler_model::{Dialect, Kind, ServiceProviderId, Store, TenantId};

use super::{Myself, Refusal};

/// An authenticated service provider, an operator who acts for one, or a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// In which tenant: nothing of another one is ever seen.
    pub tenant: TenantId,
    /// Whose origin is written to what is changed. `None` is a user, who is nobody's origin: what
    /// he changes is routed as before.
    pub service_provider: Option<ServiceProviderId>,
    /// The user, if it is one.
    pub myself: Option<Myself>,
    /// Who, for the journal.
    pub client: String,
    /// What may be done; what is not named may not.
    pub permissions: Vec<Permission>,
    /// Which attributes may be read and written.
    pub attributes: AttributeAccess,
    /// Which stores may be used; `None` is all of them.
    pub stores: Option<Vec<Store>>,
    /// Through which door.
    pub via: Via,
    /// The types of resource of its tenant.
    pub schemas: Arc<Schemas>,
    /// How it words what it wants.
    pub dialect: Dialect,
    /// What the events of its request belong to; each change for itself unless this is set.
    pub txn: Option<String>,
}

impl Caller {
    /// Refuses who may not read resources of this kind.
    pub fn may_read(&self, kind: Kind) -> Result<(), Refusal> {
        self.may(Permission::read(kind))
    }

    /// Refuses who may not create resources of this kind.
    pub fn may_create(&self, kind: Kind) -> Result<(), Refusal> {
        self.may(Permission::create(kind))
    }

    /// Refuses who may not replace or modify resources of this kind.
    pub fn may_update(&self, kind: Kind) -> Result<(), Refusal> {
        self.may(Permission::update(kind))
    }

    /// Refuses who may not delete resources of this kind.
    pub fn may_delete(&self, kind: Kind) -> Result<(), Refusal> {
        self.may(Permission::delete(kind))
    }

    /// Refuses who may not use this store.
    pub fn may_use(&self, store: Store) -> Result<(), Refusal> {
        if self.stores.as_ref().is_none_or(|stores| stores.contains(&store)) {
            Ok(())
        } else {
            Err(Refusal::ForbiddenStore(store))
        }
    }

    /// The same caller while it completes or takes back what it has just created: that is a part
    /// of creating, and needs no permission of its own.
    #[must_use]
    pub fn creating(&self) -> Self {
        let mut creating = self.clone();
        for kind in [Kind::User, Kind::Group] {
            if self.may_create(kind).is_ok() {
                creating.permissions.extend([Permission::update(kind), Permission::delete(kind)]);
            }
        }
        creating
    }

    /// Everything that is read or written is in the one store there is.
    fn may(&self, wanted: Permission) -> Result<(), Refusal> {
        if !self.permissions.iter().any(|held| held.grants(wanted)) {
            return Err(Refusal::Forbidden(wanted));
        }
        self.may_use(Store::Primary)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(permissions: &[Permission], stores: Option<Vec<Store>>) -> Caller {
        Caller {
            tenant: TenantId::DEFAULT,
            service_provider: Some(ServiceProviderId(1)),
            myself: None,
            client: "hr".to_owned(),
            permissions: permissions.to_vec(),
            attributes: AttributeAccess::default(),
            stores,
            via: Via::Scim2,
            schemas: Schemas::standard(),
            dialect: Dialect::Strict,
            txn: None,
        }
    }

    /// Whether reading, creating, updating and deleting are permitted.
    fn may(caller: &Caller, kind: Kind) -> [bool; 4] {
        [
            caller.may_read(kind),
            caller.may_create(kind),
            caller.may_update(kind),
            caller.may_delete(kind),
        ]
        .map(|answer| answer.is_ok())
    }

    #[test]
    fn what_is_not_permitted_is_refused() {
        use Permission::{GroupsDelete, GroupsWrite, UsersCreate, UsersRead, UsersUpdate};
        let check = |held: &[Permission], users: [bool; 4], groups: [bool; 4]| {
            let caller = caller(held, None);
            assert_eq!((may(&caller, Kind::User), may(&caller, Kind::Group)), (users, groups));
        };
        check(&[], [false; 4], [false; 4]);
        check(&Permission::ALL, [true; 4], [true; 4]);
        check(&[UsersRead, GroupsWrite], [true, false, false, false], [false, true, true, true]);
        check(
            &[UsersCreate, GroupsDelete],
            [false, true, false, false],
            [false, false, false, true],
        );
        check(&[UsersUpdate], [false, false, true, false], [false; 4]);
    }

    #[test]
    fn a_store_that_may_not_be_used_is_refused() {
        assert_eq!(
            may(&caller(&Permission::ALL, Some(vec![Store::Primary])), Kind::User),
            [true; 4]
        );
        let none = caller(&Permission::ALL, Some(vec![]));
        assert_eq!(may(&none, Kind::User), [false; 4]);
        assert_eq!(none.may_read(Kind::User), Err(Refusal::ForbiddenStore(Store::Primary)));
    }

    #[test]
    fn creating_is_completed_and_taken_back_by_who_may_create_and_by_nobody_else() {
        let creating = caller(&[Permission::UsersCreate], None).creating();
        assert_eq!(may(&creating, Kind::User), [false, true, true, true]);
        assert_eq!(may(&creating, Kind::Group), [false; 4]);
    }
}
