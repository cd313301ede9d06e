//! What a credential may do with users and groups.

use serde::{Deserialize, Serialize};

use crate::Kind;

/// What a credential may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Permission {
    /// `users:read`.
    #[serde(rename = "users:read")]
    UsersRead,
    /// `users:write`: create, update and delete.
    #[serde(rename = "users:write")]
    UsersWrite,
    /// `users:create`.
    #[serde(rename = "users:create")]
    UsersCreate,
    /// `users:update`.
    #[serde(rename = "users:update")]
    UsersUpdate,
    /// `users:delete`.
    #[serde(rename = "users:delete")]
    UsersDelete,
    /// `groups:read`.
    #[serde(rename = "groups:read")]
    GroupsRead,
    /// `groups:write`: create, update and delete.
    #[serde(rename = "groups:write")]
    GroupsWrite,
    /// `groups:create`.
    #[serde(rename = "groups:create")]
    GroupsCreate,
    /// `groups:update`.
    #[serde(rename = "groups:update")]
    GroupsUpdate,
    /// `groups:delete`.
    #[serde(rename = "groups:delete")]
    GroupsDelete,
}

impl Permission {
    /// What together permits everything: the value when the estate names none.
    pub const ALL: [Self; 4] =
        [Self::UsersRead, Self::UsersWrite, Self::GroupsRead, Self::GroupsWrite];

    /// Each of them, in the order of the documents.
    pub const EACH: [Self; 10] = [
        Self::UsersRead,
        Self::UsersWrite,
        Self::UsersCreate,
        Self::UsersUpdate,
        Self::UsersDelete,
        Self::GroupsRead,
        Self::GroupsWrite,
        Self::GroupsCreate,
        Self::GroupsUpdate,
        Self::GroupsDelete,
    ];

    /// The word for it in the estate and in the scope of a token.
    pub fn name(self) -> &'static str {
        match self {
            Self::UsersRead => "users:read",
            Self::UsersWrite => "users:write",
            Self::UsersCreate => "users:create",
            Self::UsersUpdate => "users:update",
            Self::UsersDelete => "users:delete",
            Self::GroupsRead => "groups:read",
            Self::GroupsWrite => "groups:write",
            Self::GroupsCreate => "groups:create",
            Self::GroupsUpdate => "groups:update",
            Self::GroupsDelete => "groups:delete",
        }
    }

    /// The permission of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::EACH.into_iter().find(|permission| permission.name() == name)
    }

    /// To read resources of this kind.
    pub fn read(kind: Kind) -> Self {
        match kind {
            Kind::User => Self::UsersRead,
            Kind::Group => Self::GroupsRead,
        }
    }

    /// To create resources of this kind.
    pub fn create(kind: Kind) -> Self {
        match kind {
            Kind::User => Self::UsersCreate,
            Kind::Group => Self::GroupsCreate,
        }
    }

    /// To replace and modify resources of this kind.
    pub fn update(kind: Kind) -> Self {
        match kind {
            Kind::User => Self::UsersUpdate,
            Kind::Group => Self::GroupsUpdate,
        }
    }

    /// To delete resources of this kind.
    pub fn delete(kind: Kind) -> Self {
        match kind {
            Kind::User => Self::UsersDelete,
            Kind::Group => Self::GroupsDelete,
        }
    }

    /// True if whoever has this one may do what `wanted` permits.
    pub fn grants(self, wanted: Self) -> bool {
        self == wanted || wanted.wider() == Some(self)
    }

    /// The permission that means this one and others.
    pub fn wider(self) -> Option<Self> {
        match self {
            Self::UsersCreate | Self::UsersUpdate | Self::UsersDelete => Some(Self::UsersWrite),
            Self::GroupsCreate | Self::GroupsUpdate | Self::GroupsDelete => Some(Self::GroupsWrite),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_permission_is_stored_under_its_name() {
        for permission in Permission::EACH {
            assert_eq!(serde_json::to_value(permission).unwrap(), permission.name());
            assert_eq!(Permission::from_name(permission.name()), Some(permission));
        }
        assert_eq!(Permission::from_name("users:fly"), None);
    }

    #[test]
    fn write_means_the_three_and_no_more() {
        use Permission::{UsersCreate, UsersDelete, UsersRead, UsersUpdate, UsersWrite};

        let granted = |held: Permission| -> Vec<Permission> {
            Permission::EACH.into_iter().filter(|wanted| held.grants(*wanted)).collect()
        };
        assert_eq!(granted(UsersWrite), [UsersWrite, UsersCreate, UsersUpdate, UsersDelete]);
        for one in [UsersRead, UsersCreate, UsersUpdate, UsersDelete] {
            assert_eq!(granted(one), [one]);
        }
    }

    #[test]
    fn all_permits_each() {
        for wanted in Permission::EACH {
            assert!(Permission::ALL.into_iter().any(|held| held.grants(wanted)), "{wanted:?}");
        }
    }
}
